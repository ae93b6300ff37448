"""The customer's word on how they were served: once an episode, and they may change their mind."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, true
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.conversations import service
from service_api.conversations.models import Conversation, HandOver
from service_api.conversations.rating_models import LONGEST_COMMENT, ConversationRating
from service_api.core.text import clean

ASKED_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class RatingState:
    """`due` when a person has served the customer and their word on it is still missing."""

    due: bool
    score: int | None


def rate(
    session: Session, conversation: Conversation, *, score: int, comment: str | None, by: Actor, now: datetime
) -> ConversationRating:
    """Keep the stars, 1 to 5, for the present episode. The same again changes nothing; another score
    replaces the first, and a missing comment keeps the one given before. Needs the row lock."""
    episode, staff_id = _episode(session, conversation.id)
    found = _rating(session, conversation.id, episode)
    said = clean(comment or "")[:LONGEST_COMMENT]
    if found is None:
        found = ConversationRating(
            conversation_id=conversation.id,
            episode=episode,
            staff_id=staff_id,
            score=score,
            comment=said,
            rated_at=now,
        )
        session.add(found)
    elif found.score == score and said in {"", found.comment}:
        return found
    else:
        found.score, found.comment, found.rated_at = score, said or found.comment, now
    session.flush()
    subject = service.subject(conversation)
    record(session, by=by, action="conversation.rated", subject=subject, now=now, score=score)
    service.touch(session, conversation)
    return found


def rating_state(session: Session, conversation_id: uuid.UUID, *, now: datetime) -> RatingState:
    """Whether to ask for stars, and those given in the present episode."""
    served = (
        select(HandOver.id, HandOver.ended_at)
        .where(HandOver.conversation_id == conversation_id, HandOver.claimed_at.is_not(None))
        .order_by(HandOver.id.desc())
        .limit(1)
        .subquery()
    )
    # One question for both, since it is asked with every message: who was never served has the episode 0.
    row = session.execute(
        select(served.c.ended_at, ConversationRating.score)
        .select_from(Conversation)
        .join(served, true(), isouter=True)
        .join(
            ConversationRating,
            and_(
                ConversationRating.conversation_id == Conversation.id,
                ConversationRating.episode == func.coalesce(served.c.id, 0),
            ),
            isouter=True,
        )
        .where(Conversation.id == conversation_id)
    ).one_or_none()
    ended_at, score = row if row is not None else (None, None)
    if score is not None:
        return RatingState(due=False, score=score)
    return RatingState(due=ended_at is not None and now - ended_at < ASKED_FOR, score=None)


def _episode(session: Session, conversation_id: uuid.UUID) -> tuple[int, uuid.UUID | None]:
    last = _last_served(session, conversation_id)
    return (last.id, last.claimed_by) if last is not None else (0, None)


def _last_served(session: Session, conversation_id: uuid.UUID) -> HandOver | None:
    query = select(HandOver).where(
        HandOver.conversation_id == conversation_id, HandOver.claimed_at.is_not(None)
    )
    return session.scalar(query.order_by(HandOver.id.desc()).limit(1))


def _rating(session: Session, conversation_id: uuid.UUID, episode: int) -> ConversationRating | None:
    return session.scalar(
        select(ConversationRating).where(
            ConversationRating.conversation_id == conversation_id, ConversationRating.episode == episode
        )
    )
