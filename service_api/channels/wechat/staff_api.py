"""What people at the desk may know of a conversation in WeChat: what arrived, what did not and why, and the
pictures and recordings the customer sent."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict

from service_api.audit.service import record
from service_api.channels.wechat import queries
from service_api.channels.wechat.media import FOLDER
from service_api.conversations import queries as conversations
from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.files import read_kept
from service_api.core.problems import NotFound
from service_api.staff.api import Agent

ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "video/mp4": "mp4",
}
router = APIRouter(prefix="/api/v1/conversations/{conversation_id}/wechat", tags=["wechat"])


class SendingView(BaseModel):
    """Words up to message `through_seq` went by `way`, or by none for the `reason`."""

    model_config = ConfigDict(from_attributes=True)

    through_seq: int
    way: Literal["wechat", "sms", "mail", "none"]
    reason: str
    at: datetime


class MediaView(BaseModel):
    """`fetched` files can be had; `problem` says why one never will."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    kind: str
    content_type: str
    size: int | None
    fetched: bool
    problem: str


class WeChatState(BaseModel):
    """`delivered_through` is the last message that is dealt with, None when the customer no longer follows;
    `blocked_by` says why later ones wait for the customer's next word."""

    delivered_through: int | None
    blocked_by: str
    sendings: list[SendingView]
    media: list[MediaView]


@router.get("")
def show_state(conversation_id: uuid.UUID, _me: Agent, session: ReadSession) -> WeChatState:
    conversations.conversation(session, conversation_id)
    user = queries.user_of(session, conversation_id)
    return WeChatState(
        delivered_through=user.sent_seq if user is not None else None,
        blocked_by=user.blocked_by if user is not None else "",
        sendings=[SendingView.model_validate(s) for s in queries.sendings_of(session, conversation_id)],
        media=[MediaView.model_validate(m) for m in queries.media_of(session, conversation_id)],
    )


@router.get("/media/{seq}")
def download(
    conversation_id: uuid.UUID,
    seq: Annotated[int, Path(ge=1, le=2**31 - 1)],
    me: Agent,
    session: WriteSession,
    settings: TheSettings,
    now: Now,
) -> Response:
    """The file, always as a download: nothing a customer sent is shown by the browser as ours."""
    found = queries.media_at(session, conversation_id, seq)
    if found is None or not found.fetched:
        raise NotFound
    content = read_kept(settings.data_dir / FOLDER / found.file)
    subject = ("conversation", str(conversation_id))
    record(session, by=me.actor, action="wechat.media_read", subject=subject, now=now, seq=seq)
    name = f"wechat-{seq}.{ENDINGS[found.content_type]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=found.content_type, headers=headers)
