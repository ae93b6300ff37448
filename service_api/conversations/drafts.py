"""Half-told complaints: kept with every step, found again later or on another channel, forgotten in time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, or_, select
from sqlalchemy.orm import Session

from service_api.conversations import service, trust
from service_api.conversations.draft_models import ComplaintDraft
from service_api.conversations.models import Conversation

DRAFT_LIVES = timedelta(days=7)


def keep(
    session: Session, conversation: Conversation, *, key: str, fields: Mapping[str, Any], now: datetime
) -> ComplaintDraft:
    """Keep what was told so far. A draft of the same key begun elsewhere moves here. Needs the row lock."""
    moved = delete(ComplaintDraft).where(
        ComplaintDraft.key == key, ComplaintDraft.conversation_id != conversation.id
    )
    session.execute(moved)
    draft = session.get(ComplaintDraft, conversation.id)
    if draft is None:
        draft = ComplaintDraft(conversation_id=conversation.id, began_at=now)
        session.add(draft)
    elif draft.key != key:
        draft.began_at = now
    draft.customer_id = service.verified_customer_id(conversation, now=now) or conversation.customer_id
    draft.key, draft.fields, draft.changed_at = key, dict(fields), now
    session.flush()
    return draft


def draft_for(session: Session, conversation: Conversation, *, now: datetime) -> ComplaintDraft | None:
    """The draft of this conversation, else the latest of its verified customer; none older than a week.

    What a customer told while verified is shown elsewhere only to the same customer, as `trust` says; in its
    own conversation to whoever holds that conversation.
    """
    customer_id = trust.whose(conversation, "own_draft", now=now)
    own = ComplaintDraft.conversation_id == conversation.id
    theirs = own if customer_id is None else or_(own, ComplaintDraft.customer_id == customer_id)
    found = session.scalars(
        select(ComplaintDraft)
        .where(theirs, ComplaintDraft.changed_at > now - DRAFT_LIVES)
        .order_by(ComplaintDraft.changed_at.desc(), ComplaintDraft.conversation_id)
        .limit(20)
    ).all()
    return next((one for one in found if one.conversation_id == conversation.id), next(iter(found), None))


def forget(session: Session, conversation: Conversation, *, key: str) -> None:
    """It was filed or given up; a draft of another key stays."""
    session.execute(
        delete(ComplaintDraft).where(
            ComplaintDraft.key == key,
            or_(
                ComplaintDraft.conversation_id == conversation.id,
                ComplaintDraft.customer_id == conversation.customer_id,
            ),
        )
    )


def forget_old(session: Session, *, now: datetime) -> int:
    """Delete what nobody came back to within a week."""
    result = session.execute(delete(ComplaintDraft).where(ComplaintDraft.changed_at <= now - DRAFT_LIVES))
    return result.rowcount if isinstance(result, CursorResult) else 0
