"""Questions about ratings."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.conversations.rating_models import ConversationRating

LOW = 2


def low_ratings(
    session: Session, start: datetime, end: datetime, *, limit: int = 20
) -> Sequence[ConversationRating]:
    """The newest ratings of one or two stars in [start, end)."""
    query = select(ConversationRating).where(
        ConversationRating.rated_at >= start,
        ConversationRating.rated_at < end,
        ConversationRating.score <= LOW,
    )
    return session.scalars(
        query.order_by(ConversationRating.rated_at.desc(), ConversationRating.id.desc()).limit(limit)
    ).all()
