"""Files of conversations over HTTP: the visitor sends and reads their own, staff read those of customers."""

import uuid
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict

from service_api.audit.service import record
from service_api.channels.file_links import FileLinks, LinkOver
from service_api.channels.files import FOLDER, file_of, files_of
from service_api.channels.schemas import FileView, MessageAccepted
from service_api.channels.visitors import address_of
from service_api.channels.web import TheVisitors, bounded_body
from service_api.channels.web_models import ChatFile
from service_api.conversations import queries as conversations
from service_api.core.edge import MachineNow, Now, ReadSession, TheSettings, WriteSession
from service_api.core.files import LARGEST, as_download, check_file, kept_file
from service_api.core.i18n import say
from service_api.core.problems import NotFound
from service_api.core.security import BearerToken
from service_api.core.threads import in_thread
from service_api.staff.api import Agent

LONGEST_HEADER = 2000
router = APIRouter(tags=["chat"])


class SentFileView(FileView):
    """`seq` is the number of the message it came with."""

    model_config = ConfigDict(from_attributes=True)

    seq: int


class SentFiles(BaseModel):
    items: list[SentFileView]


@router.post("/chat/files", status_code=202)
async def send_file(
    request: Request,
    token: BearerToken,
    visitors: TheVisitors,
    x_client_id: Annotated[uuid.UUID, Header()],
    x_file_name: Annotated[str, Header(max_length=LONGEST_HEADER)],
) -> MessageAccepted:
    """Send a file as the body, its name percent-encoded in `X-File-Name`. By the rules of attachments.
    The same `X-Client-Id` again doubles nothing."""
    visitors.may_send_file(token, address_of(request))
    await in_thread(visitors.whose, token)
    content = await bounded_body(request, largest=LARGEST)
    declared = request.headers.get("content-type", "")
    file = await in_thread(check_file, name=unquote(x_file_name), content=content, declared=declared)
    return await in_thread(visitors.send_file, token, x_client_id, file)


@router.get("/chat/files/{file_id}")
def read_own_file(file_id: uuid.UUID, token: BearerToken, visitors: TheVisitors) -> Response:
    """A file of one's own conversation; as a download, in which a browser runs nothing."""
    found, content = visitors.file(token, file_id)
    return _download(found, content)


@router.get("/files/{word}")
def open_link(
    word: Annotated[str, Path(max_length=64)], session: ReadSession, settings: TheSettings, now: MachineNow
) -> Response:
    """What a link in a message to a customer opens, without asking anything. After its day it says so."""
    links = FileLinks(settings.public_url, pepper=settings.code_pepper.get_secret_value())
    try:
        file = session.get(ChatFile, links.file_of(word, now=now))
    except LinkOver as over:
        return PlainTextResponse(f"{say('zh', 'file_link_over')}\n{say('en', 'file_link_over')}", over.status)
    if file is None:
        raise NotFound
    content = kept_file(settings.data_dir / FOLDER, file.id)
    return Response(content, media_type=file.media_type, headers=_in_view(file.name))


@router.get("/api/v1/conversations/{conversation_id}/files")
def list_files(conversation_id: uuid.UUID, _me: Agent, session: ReadSession) -> SentFiles:
    conversations.conversation(session, conversation_id)
    files = files_of(session, conversation_id)
    return SentFiles(items=[SentFileView.model_validate(file) for file in files])


@router.get("/api/v1/conversations/{conversation_id}/files/{file_id}")
def read_file(
    conversation_id: uuid.UUID,
    file_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    settings: TheSettings,
    now: Now,
) -> Response:
    """What a customer sent; reading it is recorded."""
    found = file_of(session, conversation_id, file_id)
    content = kept_file(settings.data_dir / FOLDER, found.id)
    subject = ("conversation", str(conversation_id))
    record(session, by=me.actor, action="conversation.file_read", subject=subject, now=now, seq=found.seq)
    return _download(found, content)


def _in_view(name: str) -> dict[str, str]:
    """Shown, since WeChat's own browser saves nothing. None of the types runs anything, and a browser that is
    told `sandbox` shows no PDF."""
    return as_download(name) | {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; object-src 'self'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }


def _download(file: ChatFile, content: bytes) -> Response:
    return Response(content, media_type=file.media_type, headers=as_download(file.name))
