"""Questions to the audit log."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.models import AuditEntry


def history_of(session: Session, subject: tuple[str, str], *, limit: int = 200) -> Sequence[AuditEntry]:
    """The latest deeds done to one subject, newest first."""
    query = select(AuditEntry).where(
        AuditEntry.subject_kind == subject[0], AuditEntry.subject_id == subject[1]
    )
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()
