"""Pictures, recordings and files of a conversation on the desk's pages: shown, and sent to the customer."""

import uuid
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Path, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from service_api.audit.service import record
from service_api.channels import files
from service_api.channels.wechat import media as wechat_media
from service_api.channels.wechat import queries as wechat
from service_api.conversations import presence, service
from service_api.core.edge import MachineNow, Now, TheSettings, WriteSession
from service_api.core.files import check_file, kept_file, read_bounded, read_kept
from service_api.core.problems import NotFound
from service_api.desk.views import lines_of
from service_api.settings import Settings
from service_api.staff.api import Agent
from service_api.web.forms import OwnForm
from service_api.web.rendering import page

router = APIRouter(prefix="/desk/conversations/{conversation_id}", include_in_schema=False)
# Raster pictures and sound: a browser runs nothing in them. Everything else is only ever saved.
SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "audio/mpeg", "audio/ogg"})


@router.get("/media/{seq}")
def show(
    conversation_id: uuid.UUID,
    seq: Annotated[int, Path(ge=1, le=2**31 - 1)],
    me: Agent,
    session: WriteSession,
    settings: TheSettings,
    now: Now,
) -> Response:
    """The file that came with a message; looking at it is audited. Its type was read from its content."""
    name, media_type, content = _content(session, settings, conversation_id, seq)
    subject = ("conversation", str(conversation_id))
    record(session, by=me.actor, action="conversation.file_read", subject=subject, now=now, seq=seq)
    return shown(name, media_type, content)


@router.post("/files", dependencies=[OwnForm])
def send(
    request: Request,
    conversation_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    settings: TheSettings,
    now: Now,
    machine_now: MachineNow,
    file: Annotated[UploadFile, File()],
) -> Response:
    """Send the customer a picture or a document, by the rules of attachments."""
    checked = check_file(
        name=file.filename or "", content=read_bounded(file.file), declared=file.content_type or ""
    )
    presence.seen(session, me.staff_id, machine_now=machine_now)
    talk = service.locked(session, conversation_id)
    folder = settings.data_dir / files.FOLDER
    by_link = bool(settings.public_url)
    files.send_file(session, folder, talk, staff_id=me.staff_id, file=checked, by_link=by_link, now=now)
    if "HX-Request" in request.headers:
        return page(request, "lines.html", me=me, lines=lines_of(session, talk))
    return RedirectResponse(f"/desk/conversations/{conversation_id}", status_code=303)


def shown(name: str, media_type: str, content: bytes) -> Response:
    """In the page when it is a picture or sound, otherwise as a download; never with any right of ours."""
    way = "inline" if media_type in SHOWN else "attachment"
    headers = {
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)


def _content(
    session: Session, settings: Settings, conversation_id: uuid.UUID, seq: int
) -> tuple[str, str, bytes]:
    row = wechat.media_at(session, conversation_id, seq)
    if row is not None:
        if not row.fetched:
            raise NotFound
        content = read_kept(settings.data_dir / wechat_media.FOLDER / row.file)
        ending = row.content_type.partition("/")[2]
        return f"{row.kind}-{seq}.{ending}", row.content_type, content
    file = files.files_at(session, conversation_id, [seq]).get(seq)
    if file is None:
        raise NotFound
    return file.name, file.media_type, kept_file(settings.data_dir / files.FOLDER, file.id)
