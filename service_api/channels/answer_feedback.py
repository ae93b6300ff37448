"""The customer says in the chat whether an answer helped."""

from typing import Annotated

from fastapi import APIRouter, Path

from service_api.articles import statistics
from service_api.articles.schemas import Feedback
from service_api.conversations import service as conversations
from service_api.core.edge import Now, TheSettings, WriteSession
from service_api.core.security import BearerToken

router = APIRouter(prefix="/chat", tags=["chat"])


@router.post("/articles/{article_id}/feedback", status_code=204)
def say_whether_it_helped(
    article_id: Annotated[str, Path(max_length=80)],
    body: Feedback,
    token: BearerToken,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
) -> None:
    """The last word counts, once; 404 when this answer was never shown in the visitor's conversation."""
    whose = conversations.visitor_conversation_id(
        session, token=token, now=now, pepper=settings.code_pepper.get_secret_value()
    )
    statistics.give_verdict(session, whose, article_id, body.verdict, zone=settings.zone)
