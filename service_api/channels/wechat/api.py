"""Where the platform posts: the address check, and messages, plain or encrypted.

A message with a good signature is always answered with `success`, whatever becomes of it behind, or with a
word to the customer when it could not be taken. Everything else is refused as a problem, never with a 500.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse

from service_api.channels.limits import SlowDown
from service_api.channels.web import BodyTooLarge
from service_api.channels.wechat import crypto, messages
from service_api.channels.wechat.channel import WeChat
from service_api.channels.wechat.crypto import BadSignature, Seal, check_signature
from service_api.channels.wechat.intake import FIRST_LANGUAGE, UNSUBSCRIBE
from service_api.channels.wechat.messages import Incoming, read_fields, read_message
from service_api.conversations.service import EmptyMessage, MessageTooLong, checked
from service_api.core.i18n import say
from service_api.core.problems import Forbidden, NotFound

LARGEST_BODY = 64 * 1024
FRESH_FOR = timedelta(minutes=10)
SUCCESS = "success"
router = APIRouter(prefix="/wechat", tags=["wechat"])


class StaleSignature(Forbidden):
    """An old signature, or a clock that is wrong: a signature seen once must not open the door for ever."""

    type = "stale-signature"
    title = "签名已过期"


class PlainRefused(Forbidden):
    type = "encryption-required"
    title = "只接收加密消息"


def _wechat(request: Request) -> WeChat:
    wechat: WeChat | None = request.app.state.wechat
    if wechat is None:
        raise NotFound("the channel is not set up")
    return wechat


TheWeChat = Annotated[WeChat, Depends(_wechat)]
Word = Annotated[str, Query(max_length=256)]


@router.get("")
def check_address(
    wechat: TheWeChat, signature: Word = "", timestamp: Word = "", nonce: Word = "", echostr: Word = ""
) -> PlainTextResponse:
    """The platform asks whether this address is the account's: its word is given back."""
    check_signature(signature, wechat.token, timestamp, nonce)
    _check_fresh(wechat, timestamp)
    return PlainTextResponse(echostr)


@router.post("")
async def take(
    request: Request,
    wechat: TheWeChat,
    signature: Word = "",
    timestamp: Word = "",
    nonce: Word = "",
    msg_signature: Word = "",
) -> Response:
    """One message or event."""
    body = await _bounded(request)
    if wechat.seals:
        message, seal = _open(wechat, body, msg_signature, timestamp, nonce)
    else:
        check_signature(signature, wechat.token, timestamp, nonce)
        _check_fresh(wechat, timestamp)
        message, seal = body, None
    incoming = read_message(message)
    refusal = _refusal(wechat, incoming)
    if refusal is None:
        await wechat.reception.receive(incoming)
        return PlainTextResponse(SUCCESS)
    if not refusal:
        return PlainTextResponse(SUCCESS)
    answer = messages.text_answer(incoming, refusal, at=int(_now(wechat).timestamp()))
    if seal is not None:
        answer = _sealed(wechat, seal, answer, nonce)
    return Response(answer, media_type="application/xml")


def _open(
    wechat: WeChat, body: bytes, msg_signature: str, timestamp: str, nonce: str
) -> tuple[bytes, Seal | None]:
    # The signature first: nothing is decrypted for those who cannot sign.
    ciphertext = read_fields(body).get("Encrypt", "")
    if not ciphertext:
        raise PlainRefused
    check_signature(msg_signature, wechat.token, timestamp, nonce, ciphertext)
    _check_fresh(wechat, timestamp)
    opened = wechat.seals.open(ciphertext)
    return opened.message, opened.seal


def _refusal(wechat: WeChat, incoming: Incoming) -> str | None:
    """What to tell the customer instead of taking the message; empty for nothing, None when it is taken."""
    try:
        if incoming.event != UNSUBSCRIBE:
            wechat.by_openid.take(incoming.openid)
        if incoming.kind == messages.TEXT:
            checked(incoming.fields.get("Content", ""))
    except SlowDown:
        return say(FIRST_LANGUAGE, "wechat_slow_down") if incoming.kind != messages.EVENT else ""
    except MessageTooLong:
        return say(FIRST_LANGUAGE, "wechat_too_long")
    except EmptyMessage:
        return ""
    return None


def _sealed(wechat: WeChat, seal: Seal, answer: str, nonce: str) -> str:
    ciphertext = seal.close(answer.encode())
    at = str(int(_now(wechat).timestamp()))
    signed = crypto.signature(wechat.token, at, nonce, ciphertext)
    return messages.sealed_answer(ciphertext, signature=signed, at=at, nonce=nonce)


def _check_fresh(wechat: WeChat, timestamp: str) -> None:
    """Raises `StaleSignature`, and `BadSignature` for what is no time at all."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise BadSignature
    if abs(_now(wechat) - datetime.fromtimestamp(int(timestamp), UTC)) > FRESH_FOR:
        raise StaleSignature


def _now(wechat: WeChat) -> datetime:
    return wechat.machine.now()


async def _bounded(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise BodyTooLarge(largest=LARGEST_BODY)
    return bytes(body)
