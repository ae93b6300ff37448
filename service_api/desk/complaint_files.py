"""Beside a complaint's steps: its attachments, the letter as it will read, a contact in full."""

import uuid
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from service_api.audit.service import record
from service_api.complaints import attachments, queries
from service_api.complaints.lifecycle import Action, State, actions_from
from service_api.core.edge import Now, ReadSession, TheSettings, WriteSession
from service_api.core.files import check_file, read_bounded
from service_api.core.i18n import say
from service_api.core.problems import Malformed
from service_api.core.text import clean, is_blank
from service_api.desk.complaint_steps import PARTS
from service_api.desk.deeds import LONGEST_REASON
from service_api.desk.media import shown
from service_api.settings import Settings
from service_api.staff.api import CaseHandler, CurrentStaff
from service_api.web.forms import OwnForm, Text
from service_api.web.rendering import page

router = APIRouter(prefix="/desk/complaints/{number}", include_in_schema=False)


@router.post("/attachments", dependencies=[OwnForm])
def attach(
    number: str,
    me: CaseHandler,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
    file: Annotated[UploadFile, File()],
) -> Response:
    """Keep a file with the complaint (PDF, picture, text; 10 MB)."""
    checked = check_file(
        name=file.filename or "", content=read_bounded(file.file), declared=file.content_type or ""
    )
    complaint = queries.complaint_for(session, me, number, lock=True)
    attachments.attach(session, folder_in(settings), complaint, file=checked, by=me.actor, now=now)
    return RedirectResponse(f"/desk/complaints/{number}#attachments", status_code=303)


@router.get("/attachments/{attachment_id}")
def look_at(
    number: str,
    attachment_id: uuid.UUID,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    settings: TheSettings,
) -> Response:
    """A picture in the page, anything else as a download; looking is audited."""
    complaint = queries.complaint_for(session, me, number)
    row, content = attachments.read_attachment(
        session, folder_in(settings), complaint, attachment_id, by=me.actor, now=now
    )
    return shown(row.name, row.media_type, content)


@router.post("/preview", dependencies=[OwnForm])
def preview(
    request: Request,
    number: str,
    me: CaseHandler,
    session: ReadSession,
    findings: Text = "",
    basis: Text = "",
    reasons: Text = "",
    remedies: Text = "",
) -> HTMLResponse:
    """The decision as the customer will read it, from what is written so far."""
    complaint = queries.complaint_for(session, me, number)
    if Action.PROPOSE_DECISION.value not in actions_from(State(complaint.state), role=me.role):
        raise Malformed("no decision can be proposed now")
    words = (clean(part) for part in (findings, basis, reasons, remedies))
    return page(
        request,
        "letter.html",
        me=me,
        number=complaint.number,
        letter=dict(zip(PARTS, words, strict=True)),
        parts=PARTS,
        ways=say(complaint.language, "complaint_ways"),
        spoken=complaint.language,
    )


@router.post("/reveal", dependencies=[OwnForm])
def reveal(
    request: Request,
    number: str,
    me: CaseHandler,
    session: WriteSession,
    now: Now,
    reason: Text = "",
) -> HTMLResponse:
    """The contact in full, for a reason; the audit log keeps who looked and why."""
    why = clean(reason)[:LONGEST_REASON]
    if is_blank(why):
        raise Malformed(errors=[{"field": "reason", "message": "say why you need it"}])
    one = queries.complaint_for(session, me, number)
    record(
        session,
        by=me.actor,
        action="complaint.contact_revealed",
        subject=one.subject,
        now=now,
        reason=why,
    )
    return page(request, "contact.html", me=me, number=number, contact=one.contact, masked="")


def folder_in(settings: Settings) -> Path:
    """Where attachments lie."""
    return settings.data_dir / "attachments"
