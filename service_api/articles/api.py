"""Search of the articles, for the assistant and for staff."""

import uuid
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Depends, Query, Request

from service_api.articles import service, statistics
from service_api.articles.index import LiveIndex
from service_api.articles.schemas import SearchView
from service_api.core.edge import Now, TheDatabase, TheSettings
from service_api.core.security import same
from service_api.staff import service as staff
from service_api.staff.api import staff_token

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/api/v1/articles", tags=["articles"])


def _service_or_staff(request: Request, database: TheDatabase, now: Now, settings: TheSettings) -> bool:
    """True for our own processes, which ask for customers; False for staff, who look things up."""
    token = staff_token(request)
    if same(token, settings.service_token.get_secret_value()):
        return True
    with database.reading() as session:
        staff.signed_in(session, token=token, now=now, pepper=settings.code_pepper.get_secret_value())
    return False


ForCustomer = Annotated[bool, Depends(_service_or_staff)]


@router.get("/search")
def search(
    request: Request,
    for_customer: ForCustomer,
    database: TheDatabase,
    now: Now,
    settings: TheSettings,
    q: Annotated[str, Query(max_length=4000)],
    language: Literal["zh", "en"] = "zh",
    conversation_id: Annotated[uuid.UUID | None, Query()] = None,
) -> SearchView:
    """An answer, up to three suggestions, or nothing. Customers' unanswered questions are counted, masked;
    with a conversation it is counted too what they are shown."""
    index: LiveIndex = request.app.state.index
    result = index.engine.search(q[: service.LONGEST_QUESTION], language=language)
    if for_customer and (conversation_id is not None or result.outcome != "answer"):
        with database.writing() as session:
            service.note_unanswered(session, q, result, language=result.language or language, now=now)
            if conversation_id is not None:
                statistics.note_shown(session, conversation_id, q, result, now=now, zone=settings.zone)
    log.info("articles searched", conversation_id=str(conversation_id or ""), outcome=result.outcome)
    return service.view(result, language=language)
