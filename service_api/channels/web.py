"""The customer's chat over HTTP: open a session, write, read by cursor. The socket stands in `socket.py`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import ValidationError

from service_api.channels.schemas import (
    ChatView,
    CustomerMessage,
    MessageAccepted,
    PeopleView,
    PlainWordsWish,
    SessionOpened,
    SessionRequest,
    Signs,
    SiteToken,
    WhoView,
)
from service_api.channels.visitors import Visitors, address_of
from service_api.conversations.rating_api import RatingGiven, RatingView
from service_api.core.problems import Malformed, Problem
from service_api.core.security import BearerToken
from service_api.core.threads import in_thread

LARGEST_BODY = 64 * 1024
LARGEST_PAGE = 200
router = APIRouter(prefix="/chat", tags=["chat"])


class BodyTooLarge(Problem):
    status = 413
    type = "body-too-large"
    title = "内容过大"


def _visitors(request: Request) -> Visitors:
    visitors: Visitors = request.app.state.visitors
    return visitors


TheVisitors = Annotated[Visitors, Depends(_visitors)]


@router.post("/sessions", status_code=201)
async def open_session(request: Request, visitors: TheVisitors, body: SessionRequest) -> SessionOpened:
    """Open a chat. Without a language in the body, the browser's decides; a token of the bank's own site
    tells who the customer is; otherwise they are nobody until they prove it."""
    visitors.sessions.take(address_of(request))
    language = body.language or _browser_language(request.headers.get("accept-language", ""))
    return await in_thread(visitors.open_session, language=language, site_token=body.site_token)


@router.get("/people")
def show_people(visitors: TheVisitors) -> PeopleView:
    """When people answer. It also tells an embedding page whether it may hold the chat at all."""
    return PeopleView.model_validate(visitors.when_people(visitors.clock.now()))


@router.post("/identity")
async def recognise(request: Request, token: BearerToken, visitors: TheVisitors, body: SiteToken) -> WhoView:
    """Let the bank's site say who writes here; to another customer's conversation the answer is 409."""
    visitors.may_write(token, address_of(request))
    return await in_thread(visitors.recognise_as, token, body.site_token)


@router.post("/signs", status_code=202)
async def note_signs(token: BearerToken, visitors: TheVisitors, body: Signs) -> None:
    """Typing, and how far the visitor has read; for those without a socket."""
    conversation_id = await in_thread(visitors.whose, token)
    if visitors.may_sign(token):
        await in_thread(visitors.note_signs, conversation_id, body)


@router.post("/plain-words", status_code=202)
async def choose_plain_words(
    request: Request, token: BearerToken, visitors: TheVisitors, body: PlainWordsWish
) -> None:
    """The page's large view is on or off: the assistant's words follow it, in this conversation."""
    visitors.may_write(token, address_of(request))
    await in_thread(visitors.choose_plain_words, token, wish=body.wish)


@router.get("/messages")
def read_messages(
    token: BearerToken,
    visitors: TheVisitors,
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
) -> ChatView:
    """The messages after number `after`, in order, and who is answering."""
    return visitors.read(visitors.whose(token), after=after, limit=limit)


@router.post(
    "/messages",
    status_code=202,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": CustomerMessage.model_json_schema()}},
        }
    },
)
async def write_message(request: Request, token: BearerToken, visitors: TheVisitors) -> MessageAccepted:
    """Say something; the same `client_id` again gives the first message's number and doubles nothing."""
    visitors.may_write(token, address_of(request))
    message = await _bounded_message(request)
    return await in_thread(visitors.write_as, token, message)


@router.post("/rating")
async def rate(request: Request, token: BearerToken, visitors: TheVisitors, body: RatingGiven) -> RatingView:
    """Stars for how the customer was served; once an episode, and they may change their mind."""
    visitors.may_write(token, address_of(request))
    return await in_thread(visitors.rate_as, token, score=body.score, comment=body.comment)


async def _bounded_message(request: Request) -> CustomerMessage:
    try:
        return CustomerMessage.model_validate_json(await bounded_body(request, largest=LARGEST_BODY))
    except ValidationError as error:
        raise malformed(error) from None


async def bounded_body(request: Request, *, largest: int) -> bytes:
    """Read piece by piece, so that a body without a length cannot fill the memory. Raises `BodyTooLarge`."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > largest:
            raise BodyTooLarge(largest=largest)
    return bytes(body)


def malformed(error: ValidationError) -> Malformed:
    """What was wrong, by field, without repeating what was sent."""
    return Malformed(
        errors=[{"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()]
    )


def _browser_language(accepted: str) -> str:
    return "en" if accepted.strip().lower().startswith("en") else "zh"
