"""Questions about what people were told."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.notifications.models import Absence, InboxItem, WebhookEndpoint
from service_api.staff.models import StaffMember


def inbox_of(
    session: Session, staff_id: uuid.UUID, *, unread: bool = True, limit: int = 50
) -> Sequence[InboxItem]:
    """A person's lines, the newest first."""
    query = select(InboxItem).where(InboxItem.staff_id == staff_id)
    if unread:
        query = query.where(InboxItem.read_at.is_(None))
    return session.scalars(query.order_by(InboxItem.created_at.desc(), InboxItem.id).limit(limit)).all()


def unread_count(session: Session, staff_id: uuid.UUID) -> int:
    query = select(func.count()).where(InboxItem.staff_id == staff_id, InboxItem.read_at.is_(None))
    return session.scalar(query) or 0


def people_with_unsent_mail(session: Session, *, limit: int = 200) -> Sequence[StaffMember]:
    """Those whose inbox has lines that still have to be mailed, by name."""
    waiting = select(InboxItem.staff_id).where(InboxItem.by_mail, InboxItem.mailed_at.is_(None))
    return session.scalars(
        select(StaffMember).where(StaffMember.id.in_(waiting)).order_by(StaffMember.username).limit(limit)
    ).all()


def absences(session: Session, *, now: datetime) -> Sequence[Absence]:
    """Who is away now or will be, the soonest first."""
    return session.scalars(
        select(Absence).where(Absence.ends_at > now).order_by(Absence.starts_at, Absence.id).limit(200)
    ).all()


def away_now(session: Session, *, now: datetime) -> set[uuid.UUID]:
    """Whose work somebody else does at the moment."""
    present = select(Absence.staff_id).where(Absence.starts_at <= now, Absence.ends_at > now)
    return set(session.scalars(present.order_by(Absence.id).limit(1000)))


def active_endpoints(session: Session) -> Sequence[WebhookEndpoint]:
    return session.scalars(
        select(WebhookEndpoint).where(WebhookEndpoint.active).order_by(WebhookEndpoint.url).limit(100)
    ).all()
