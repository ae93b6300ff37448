"""The customer's chat over HTTP: open a session, write, read by cursor. The socket stands in `socket.py`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import ValidationError

from service_api.channels.schemas import CustomerMessage, MessageAccepted, SessionOpened, SessionRequest
from service_api.channels.visitors import Visitors, address_of
from service_api.conversations.rating_api import RatingGiven, RatingView
from service_api.conversations.schemas import Messages
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
    """Open a chat. Without a language in the body, the browser's decides."""
    visitors.sessions.take(address_of(request))
    language = body.language or _browser_language(request.headers.get("accept-language", ""))
    return await in_thread(lambda: visitors.open_session(language=language))


@router.get("/messages")
def read_messages(
    token: BearerToken,
    visitors: TheVisitors,
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 100,
) -> Messages:
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
    # Read piece by piece, so that a body without a length cannot fill the memory.
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise BodyTooLarge(largest=LARGEST_BODY)
    try:
        return CustomerMessage.model_validate_json(bytes(body))
    except ValidationError as error:
        raise malformed(error) from None


def malformed(error: ValidationError) -> Malformed:
    """What was wrong, by field, without repeating what was sent."""
    return Malformed(
        errors=[{"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()]
    )


def _browser_language(accepted: str) -> str:
    return "en" if accepted.strip().lower().startswith("en") else "zh"
