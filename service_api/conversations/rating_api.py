"""Stars for the service, as the assistant passes them on."""

import uuid
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from service_api.audit.service import ASSISTANT
from service_api.conversations import rating, service
from service_api.conversations.rating_models import LONGEST_COMMENT, ConversationRating
from service_api.core.edge import Now, WriteSession
from service_api.core.security import ServiceOnly

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"], dependencies=[ServiceOnly])


class RatingGiven(BaseModel):
    score: int = Field(ge=1, le=5, strict=True)
    comment: str | None = Field(None, max_length=LONGEST_COMMENT)


class RatingView(BaseModel):
    score: int
    comment: str | None
    rated_at: datetime


@router.post("/{conversation_id}/rating")
def rate_conversation(
    conversation_id: uuid.UUID, body: RatingGiven, session: WriteSession, now: Now
) -> RatingView:
    """Keep the customer's stars for this conversation, or for the hand-over last served by a person."""
    talk = service.locked(session, conversation_id)
    kept = rating.rate(session, talk, score=body.score, comment=body.comment, by=ASSISTANT, now=now)
    return rating_view(kept)


def rating_view(kept: ConversationRating) -> RatingView:
    return RatingView(score=kept.score, comment=kept.comment or None, rated_at=kept.rated_at)
