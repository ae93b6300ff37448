"""Files of a complaint: staff keep and read them, a customer sends and sees their own."""

import uuid
from collections.abc import Sequence
from pathlib import Path as Folder
from typing import Annotated

from fastapi import APIRouter, Depends, File, Path, Response, UploadFile

from service_api.audit.service import Actor
from service_api.complaints import attachments, queries
from service_api.complaints.api import own_complaint
from service_api.complaints.attachments import BY_CUSTOMER
from service_api.complaints.case_file import Number, to_read
from service_api.complaints.case_models import Attachment
from service_api.complaints.deadlines import TheDeadlines
from service_api.complaints.handling import act
from service_api.complaints.lifecycle import CUSTOMER, Action, State
from service_api.complaints.notes import tell_handlers
from service_api.complaints.schemas import AttachmentView
from service_api.core.edge import Now, TheSettings, WriteSession
from service_api.core.files import CheckedFile, as_download, check_file, read_bounded
from service_api.core.security import ServiceOnly
from service_api.staff.api import CaseHandler, CurrentStaff, FromOwnPage

router = APIRouter(prefix="/api/v1", tags=["attachments"])
OF_STAFF = "/complaints/{number}/attachments"
OF_CUSTOMER = "/conversations/{conversation_id}/complaints/{number}/attachments"


def _folder(settings: TheSettings) -> Folder:
    return settings.data_dir / "attachments"


def _checked(file: Annotated[UploadFile, File()]) -> CheckedFile:
    content = read_bounded(file.file)
    return check_file(name=file.filename or "", content=content, declared=file.content_type or "")


TheFolder = Annotated[Folder, Depends(_folder)]
Sent = Annotated[CheckedFile, Depends(_checked)]
OwnNumber = Annotated[str, Path(max_length=40)]


@router.get(OF_STAFF)
def listed(number: Number, me: CurrentStaff, session: WriteSession, now: Now) -> list[AttachmentView]:
    complaint = to_read(session, me, number, now=now, part="attachments")
    return _views(attachments.attachments_of(session, complaint.id))


@router.post(OF_STAFF, status_code=201, dependencies=[FromOwnPage])
def attach(
    number: Number, file: Sent, me: CaseHandler, session: WriteSession, now: Now, folder: TheFolder
) -> AttachmentView:
    """Keep a file (PDF, image, text; 10 MB). Its type is read from the content."""
    complaint = queries.complaint_for(session, me, number, lock=True)
    return _view(attachments.attach(session, folder, complaint, file=file, by=me.actor, now=now))


@router.get(OF_STAFF + "/{attachment_id}")
def download(
    number: Number,
    attachment_id: uuid.UUID,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    folder: TheFolder,
) -> Response:
    """The file, always as a download: nothing a customer sent is shown by the browser as ours."""
    complaint = queries.complaint_for(session, me, number)
    row, content = attachments.read_attachment(
        session, folder, complaint, attachment_id, by=me.actor, now=now
    )
    return Response(content, media_type=row.media_type, headers=as_download(row.name))


@router.get(OF_CUSTOMER, dependencies=[ServiceOnly])
def listed_for_customer(
    conversation_id: uuid.UUID, number: OwnNumber, session: WriteSession, now: Now
) -> list[AttachmentView]:
    """What the customer sent to this complaint; never what staff have added. 404 for another's complaint."""
    complaint = own_complaint(session, conversation_id, number, now=now)
    return _views(attachments.attachments_of(session, complaint.id, by_kind=BY_CUSTOMER))


@router.post(OF_CUSTOMER, status_code=201, dependencies=[ServiceOnly])
def attach_for_customer(
    conversation_id: uuid.UUID,
    number: OwnNumber,
    file: Sent,
    session: WriteSession,
    deadlines: TheDeadlines,
    now: Now,
    folder: TheFolder,
) -> AttachmentView:
    """Keep what the customer sends to their own complaint; its owner hears of it.

    While the desk waits for the customer, a file lets the case go on. 404 for another's complaint.
    """
    complaint = own_complaint(session, conversation_id, number, now=now)
    by = Actor(BY_CUSTOMER, str(conversation_id))
    row = attachments.attach(session, folder, complaint, file=file, by=by, now=now)
    tell_handlers(session, complaint, "added", about=row.id, now=now)
    if complaint.state == State.WAITING_FOR_CUSTOMER:
        act(session, deadlines, complaint, Action.CUSTOMER_REPLIED, by=by, role=CUSTOMER, now=now)
    return _view(row)


@router.get(OF_CUSTOMER + "/{attachment_id}", dependencies=[ServiceOnly])
def download_for_customer(
    conversation_id: uuid.UUID,
    number: OwnNumber,
    attachment_id: uuid.UUID,
    session: WriteSession,
    now: Now,
    folder: TheFolder,
) -> Response:
    """One of the customer's own files. 404 for what staff have added, as for what is not there."""
    complaint = own_complaint(session, conversation_id, number, now=now)
    by = Actor(BY_CUSTOMER, str(conversation_id))
    row, content = attachments.read_attachment(
        session, folder, complaint, attachment_id, by=by, now=now, by_kind=BY_CUSTOMER
    )
    return Response(content, media_type=row.media_type, headers=as_download(row.name))


def _view(row: Attachment) -> AttachmentView:
    return AttachmentView.model_validate(row)


def _views(rows: Sequence[Attachment]) -> list[AttachmentView]:
    return [_view(row) for row in rows]
