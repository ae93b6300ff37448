"""Questions to the audit log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from service_api.audit.models import AuditEntry


def history_of(
    session: Session,
    subject: tuple[str, str],
    *,
    only: str | None = None,
    without: str | None = None,
    limit: int = 200,
) -> Sequence[AuditEntry]:
    """The latest deeds done to one subject, newest first; `only` and `without` name an action."""
    query = select(AuditEntry).where(
        AuditEntry.subject_kind == subject[0], AuditEntry.subject_id == subject[1]
    )
    if only is not None:
        query = query.where(AuditEntry.action == only)
    if without is not None:
        query = query.where(AuditEntry.action != without)
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()


def times_done(session: Session, subject: tuple[str, str], deeds: Collection[str]) -> int:
    """How often any of these deeds was done to one subject: it grows with every change on record."""
    query = select(func.count()).where(
        AuditEntry.subject_kind == subject[0],
        AuditEntry.subject_id == subject[1],
        AuditEntry.action.in_(deeds),
    )
    return session.scalar(query) or 0


def deeds_of(
    session: Session, kind: str, ids: Collection[str], *, actions: Collection[str], limit: int = 500
) -> Sequence[AuditEntry]:
    """These deeds done to any of several subjects of one kind, newest first."""
    query = select(AuditEntry).where(
        AuditEntry.subject_kind == kind, AuditEntry.subject_id.in_(ids), AuditEntry.action.in_(actions)
    )
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class Sought:
    """What a reader of the log looks for; "" and None leave it open. `action` and `actor` are whole words or
    the beginning of one up to a dot: `complaint` finds `complaint.filed`."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    before: datetime | None = None


def entries(
    session: Session, sought: Sought, *, older_than: int | None = None, limit: int = 100
) -> Sequence[AuditEntry]:
    """Entries newest first; `older_than` is the id of the last one of the page before."""
    conditions: list[ColumnElement[bool]] = []
    if sought.actor:
        conditions.append(AuditEntry.actor_id == sought.actor)
    if sought.action:
        whole = AuditEntry.action == sought.action
        conditions.append(or_(whole, AuditEntry.action.startswith(f"{sought.action}.", autoescape=True)))
    if sought.subject:
        conditions.append(AuditEntry.subject_id == sought.subject)
    if sought.since is not None:
        conditions.append(AuditEntry.at >= sought.since)
    if sought.before is not None:
        conditions.append(AuditEntry.at < sought.before)
    if older_than is not None:
        conditions.append(AuditEntry.id < older_than)
    query = select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc())
    return session.scalars(query.limit(min(max(limit, 1), 500))).all()
