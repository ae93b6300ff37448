"""What staff ask of this room: the list, one file, the next step. A change carries the version it saw."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from service_api.audit.service import record, record_apart
from service_api.complaints import queries
from service_api.complaints.case_file import Number, TheAnswer, ToChange, to_read
from service_api.complaints.classification import Classification, classify
from service_api.complaints.contacting import How, note_contact
from service_api.complaints.deadlines import Deadlines, TheDeadlines
from service_api.complaints.handling import act, tell_customer
from service_api.complaints.lifecycle import Action, State
from service_api.complaints.models import Complaint
from service_api.complaints.queries import Filters
from service_api.complaints.schemas import Business, Cause, Channel, Clean, ProductCode, Slug, Source
from service_api.complaints.search import LONGEST_SEARCH
from service_api.complaints.views import (
    ComplaintPage,
    ComplaintView,
    Timeline,
    list_read,
    rows_of,
    timeline_of,
)
from service_api.core.edge import Moment, Now, ReadSession, TheDatabase, TheSettings, WriteSession
from service_api.core.pagination import LARGEST_PAGE
from service_api.core.problems import Malformed
from service_api.staff.api import CaseHandler, CurrentStaff, FromOwnPage
from service_api.staff.service import SignedIn

router = APIRouter(prefix="/api/v1/complaints", tags=["complaints"])

# Steps that need more than a word have addresses of their own (case_api).
OWN_ADDRESS = frozenset(
    {
        Action.PROPOSE_DECISION,
        Action.RETURN_DECISION,
        Action.APPROVE_DECISION,
        Action.SEND_ANSWER,
        Action.MERGE,
    }
)


class Step(BaseModel):
    """One step of the lifecycle. `text` is what the customer is asked.

    `how` and, when it was not just now, `at` go with `contact_customer`.
    """

    model_config = ConfigDict(extra="forbid")

    action: Action
    text: Annotated[Clean, Field(max_length=1000)] = ""
    how: How | None = None
    at: Moment | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Step":
        contact = self.action is Action.CONTACT_CUSTOMER
        if contact and self.how is None:
            raise ValueError("say how the customer was contacted")
        if not contact and (self.how is not None or self.at is not None):
            raise ValueError("how and at go with contact_customer")
        if self.action is Action.ASK_CUSTOMER and not self.text:
            raise ValueError("say what the customer is asked")
        return self


@router.get("")
def listed(
    me: CurrentStaff,
    session: ReadSession,
    database: TheDatabase,
    now: Now,
    settings: TheSettings,
    state: State | None = None,
    level: Annotated[int | None, Query(ge=0, le=9)] = None,
    due_before: Moment | None = None,
    overdue: bool = False,
    business: Business | None = None,
    product: ProductCode | None = None,
    cause: Cause | None = None,
    branch: Slug | None = None,
    owner: uuid.UUID | None = None,
    unassigned: bool = False,
    tier: Annotated[str | None, Query(max_length=16)] = None,
    text: Annotated[str, Query(max_length=LONGEST_SEARCH)] = "",
    over: bool | None = None,
    channel: Channel | None = None,
    source: Source | None = None,
    received_from: Moment | None = None,
    received_before: Moment | None = None,
    timeliness: Literal["in_time", "late", "running"] | None = None,
    repeated: bool = False,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> ComplaintPage:
    """What you may see: running clocks first, the longest overdue on top. Each look is in the audit log."""
    filters = Filters(
        state=state.value if state else None,
        level=level,
        due_before=due_before,
        overdue=overdue,
        business=business,
        product=product,
        cause=cause,
        branch=branch,
        owner_id=owner,
        unassigned=unassigned,
        tier=tier,
        text=text,
        over=over,
        channel=channel,
        source=source,
        received_from=received_from,
        received_before=received_before,
        timeliness=timeliness,
        repeated=repeated,
    )
    page = queries.complaints_for(session, me, filters, now=now, cursor=cursor, limit=limit)
    items = rows_of(session, page.items, now=now, zone=settings.zone)
    record_apart(database, list_read(me, filters, shown=len(items)), now=now)
    return ComplaintPage(items=items, next_cursor=page.next_cursor)


@router.get("/{number}")
def one(
    number: Number,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    answer: TheAnswer,
) -> ComplaintView:
    """The whole file; reading it goes into the audit log. The ETag is what changes must carry."""
    return answer.with_file(to_read(session, me, number, now=now))


@router.patch("/{number}", dependencies=[FromOwnPage])
def classified(
    body: Classification,
    complaint: ToChange,
    me: CurrentStaff,
    session: WriteSession,
    deadlines: TheDeadlines,
    now: Now,
    answer: TheAnswer,
) -> ComplaintView:
    """Set what was learnt since: codes, branch, flags, how many people. The ladder follows at once."""
    classify(session, deadlines, complaint, body, me=me, now=now)
    return answer.with_file(complaint)


@router.get("/{number}/timeline")
def timeline(number: Number, me: CurrentStaff, session: WriteSession, now: Now) -> Timeline:
    """Everything that was done, the oldest first; this look is the last line."""
    return timeline_of(session, to_read(session, me, number, now=now, part="timeline"))


@router.post("/{number}/actions", dependencies=[FromOwnPage])
def step(
    body: Step,
    complaint: ToChange,
    me: CurrentStaff,
    session: WriteSession,
    deadlines: TheDeadlines,
    now: Now,
    answer: TheAnswer,
) -> ComplaintView:
    """Take a step of the lifecycle. 409 when the state does not have it, 412 when the file has changed."""
    if body.action in OWN_ADDRESS:
        raise Malformed("this step has an address of its own")
    _take(session, deadlines, complaint, body, me=me, now=now)
    return answer.with_file(complaint)


@router.post("/{number}/contact", dependencies=[FromOwnPage])
def reveal_contact(number: Number, me: CaseHandler, session: WriteSession, now: Now) -> dict[str, str]:
    """The contact in full, for who handles complaints. Each look is in the audit log."""
    complaint = queries.complaint_for(session, me, number)
    record(session, by=me.actor, action="complaint.contact_revealed", subject=complaint.subject, now=now)
    return {"contact": complaint.contact}


def _take(
    session: Session, deadlines: Deadlines, complaint: Complaint, body: Step, *, me: SignedIn, now: datetime
) -> None:
    if body.how is not None:
        note_contact(session, deadlines, complaint, how=body.how, at=body.at, me=me, now=now)
        return
    act(session, deadlines, complaint, body.action, by=me.actor, role=me.role, now=now)
    if body.action is Action.ASK_CUSTOMER:
        key = f"question:{complaint.version}"
        tell_customer(session, complaint, "complaint_question", key=key, now=now, question=body.text)
