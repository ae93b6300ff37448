"""Whether an answer helped: said by the customer in the chat, or through the assistant."""

from fastapi import APIRouter

from service_api.articles import statistics
from service_api.articles.schemas import ArticleId, FeedbackOf
from service_api.core.edge import TheSettings, WriteSession
from service_api.core.security import ServiceOnly

router = APIRouter(tags=["articles"])


@router.post("/api/v1/articles/{article_id}/feedback", status_code=204, dependencies=[ServiceOnly])
def through_the_assistant(
    article_id: ArticleId, body: FeedbackOf, session: WriteSession, settings: TheSettings
) -> None:
    """The last word of the conversation counts, once. 404 when this answer was never shown there."""
    statistics.give_verdict(session, body.conversation_id, article_id, body.verdict, zone=settings.zone)
