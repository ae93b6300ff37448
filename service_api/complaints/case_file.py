"""What the addresses of one complaint work with: the file as it was seen, locked, and what they answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Response
from pydantic import Field
from sqlalchemy.orm import Session

from service_api.audit.service import record
from service_api.complaints import queries
from service_api.complaints.deadlines import TheDeadlines
from service_api.complaints.models import Complaint
from service_api.complaints.views import READ, ComplaintView, view_of
from service_api.core.edge import Now, TheSettings, WriteSession
from service_api.core.versions import Expected, check_version, put_etag
from service_api.staff.api import CurrentStaff
from service_api.staff.service import SignedIn

Number = Annotated[str, Field(max_length=40)]


def _to_change(number: Number, expected: Expected, me: CurrentStaff, session: WriteSession) -> Complaint:
    complaint = queries.complaint_for(session, me, number, lock=True)
    check_version(complaint.version, expected=expected)
    return complaint


ToChange = Annotated[Complaint, Depends(_to_change)]
"""The complaint of the address, locked, as the caller last saw it. Raises `NotFound` and `StaleVersion`."""


def to_read(session: Session, me: SignedIn, number: str, *, now: datetime, part: str = "") -> Complaint:
    """The complaint; that somebody looked at it, or at one part of its file, goes into the audit log."""
    complaint = queries.complaint_for(session, me, number)
    facts = {"part": part} if part else {}
    record(session, by=me.actor, action=READ, subject=complaint.subject, now=now, **facts)
    return complaint


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole file with its ETag, as it is when the address is done."""

    me: CurrentStaff
    session: WriteSession
    deadlines: TheDeadlines
    now: Now
    settings: TheSettings
    response: Response

    def with_file(self, complaint: Complaint) -> ComplaintView:
        view = view_of(
            self.session, self.deadlines, complaint, self.me, now=self.now, zone=self.settings.zone
        )
        put_etag(self.response, view.version)
        return view


TheAnswer = Annotated[Answer, Depends()]
