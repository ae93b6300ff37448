"""What staff do to a case beside its steps: decisions, redress, people, duplicates, notes, attachments."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service_api.complaints import decisions, duplicates, notes, people, queries, redress
from service_api.complaints.case_file import Number, TheAnswer, ToChange, to_read
from service_api.complaints.case_models import DecisionNotice, Redress
from service_api.complaints.deadlines import TheDeadlines
from service_api.complaints.schemas import Clean, LongText, MoneyView, NoticeDraft, ShortText, Slug, Sum
from service_api.complaints.views import ComplaintRow, ComplaintView, rows_of
from service_api.complaints.visibility import visible_to
from service_api.core.edge import Now, TheSettings, WriteSession
from service_api.core.problems import Malformed
from service_api.staff.api import Approver, CaseHandler, CurrentStaff, FromOwnPage, who_may
from service_api.staff.roles import Permission

router = APIRouter(prefix="/api/v1/complaints/{number}", tags=["cases"])


# Who only reads, as an auditor does, changes nothing of a case.
changes = APIRouter(dependencies=[FromOwnPage, who_may(Permission.HANDLE_COMPLAINTS)])


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NoticeView(NoticeDraft):
    model_config = ConfigDict(from_attributes=True, extra="ignore")

    version: int
    ways: str
    proposed_at: datetime
    approved_at: datetime | None
    returned_at: datetime | None
    sent_at: datetime | None


class Promise(Strict):
    kind: Literal["refund", "compensation", "goodwill", "correction"]
    money: Sum
    reason: ShortText


class Reason(Strict):
    reason: ShortText


class LedgerLine(BaseModel):
    id: uuid.UUID
    kind: str
    money: MoneyView
    reason: str
    at: datetime
    undoes: uuid.UUID | None


class Ledger(BaseModel):
    lines: list[LedgerLine]
    total: list[MoneyView]


class Person(Strict):
    username: Clean


class HandOverWish(Person):
    reason: ShortText
    first_contact: bool = False


class Reply(Strict):
    accept: bool


class Away(Strict):
    username: Clean | None = None
    branch: Slug | None = None
    reason: Annotated[ShortText, Field(max_length=200)]


class Merge(Strict):
    into: Clean
    new_facts: bool = False


class Note(Strict):
    text: LongText


@router.get("/decisions")
def notices(number: Number, me: CurrentStaff, session: WriteSession, now: Now) -> list[NoticeView]:
    """Every version of the decision notice."""
    complaint = to_read(session, me, number, now=now, part="decisions")
    return [_notice(n) for n in decisions.notices_of(session, complaint.id)]


@changes.post("/decisions", status_code=201)
def propose(
    draft: NoticeDraft,
    complaint: ToChange,
    me: CurrentStaff,
    session: WriteSession,
    deadlines: TheDeadlines,
    now: Now,
) -> NoticeView:
    """Propose a decision: the next version of the notice."""
    return _notice(decisions.propose(session, deadlines, complaint, draft, me=me, now=now))


@changes.post("/decisions/{step}")
def decide(
    step: Literal["approve", "return", "send"],
    complaint: ToChange,
    me: CurrentStaff,
    session: WriteSession,
    deadlines: TheDeadlines,
    now: Now,
    answer: TheAnswer,
) -> ComplaintView:
    """Approve the newest version, return it to the handler, or send it to the customer."""
    if step == "approve":
        decisions.approve(session, deadlines, complaint, me=me, now=now)
    elif step == "return":
        decisions.return_for_rework(session, deadlines, complaint, me=me, now=now)
    else:
        decisions.send(session, deadlines, complaint, me=me, now=now)
    return answer.with_file(complaint)


@router.get("/redress")
def ledger(number: Number, me: CurrentStaff, session: WriteSession, now: Now) -> Ledger:
    complaint = to_read(session, me, number, now=now, part="redress")
    total = [MoneyView.of(money) for money in redress.promised(session, complaint.id)]
    lines = [_line(line) for line in redress.ledger_of(session, complaint.id)]
    return Ledger(lines=lines, total=[money for money in total if money is not None])


@changes.post("/redress", status_code=201)
def grant(body: Promise, complaint: ToChange, me: CaseHandler, session: WriteSession, now: Now) -> LedgerLine:
    """Promise redress, within what the role may promise for the whole case."""
    line = redress.grant(
        session, complaint, kind=body.kind, money=body.money.money, reason=body.reason, me=me, now=now
    )
    return _line(line)


@changes.post("/redress/{line_id}/undo", status_code=201)
def undo(
    number: Number, line_id: uuid.UUID, body: Reason, me: Approver, session: WriteSession, now: Now
) -> LedgerLine:
    """Take a line back by one that names it."""
    complaint = queries.complaint_for(session, me, number, lock=True)
    return _line(redress.undo(session, complaint, line_id, reason=body.reason, me=me, now=now))


@changes.put("/owner", status_code=204)
def assign(body: Person, complaint: ToChange, me: CaseHandler, session: WriteSession, now: Now) -> None:
    """Take a complaint nobody has, or, as a lead, give it to somebody."""
    to = people.member_named(session, body.username)
    if to.id != me.staff_id or complaint.owner_id is not None:
        me.must(Permission.APPROVE)
    people.assign(session, complaint, to=to, by=me.actor, now=now)


@changes.post("/hand-overs", status_code=201)
def offer(
    number: Number, body: HandOverWish, me: CurrentStaff, session: WriteSession, now: Now
) -> dict[str, uuid.UUID]:
    """Ask a colleague to take it over; it changes hands when they confirm."""
    complaint = queries.complaint_for(session, me, number, lock=True)
    to = people.member_named(session, body.username)
    wish = people.offer(
        session, complaint, to=to, reason=body.reason, me=me, now=now, first_contact=body.first_contact
    )
    return {"id": wish.id}


@changes.post("/hand-overs/answer", status_code=204)
def answer_offer(number: Number, body: Reply, me: CurrentStaff, session: WriteSession, now: Now) -> None:
    """Confirm or decline what was offered to you, though the file is not yours yet."""
    complaint = people.offered_to(session, me, number)
    people.answer_offer(session, complaint, accept=body.accept, me=me, now=now)


@changes.post("/recusals", status_code=204)
def recuse(number: Number, body: Away, me: CurrentStaff, session: WriteSession, now: Now) -> None:
    """Keep a person or a branch away. Anybody may recuse themselves; a lead anybody."""
    if (body.username is None) == (body.branch is None):
        raise Malformed("a person or a branch")
    if body.username != me.username:
        me.must(Permission.APPROVE)
    complaint = queries.complaint_for(session, me, number, lock=True)
    staff_id = people.member_named(session, body.username).id if body.username is not None else None
    people.recuse(
        session, complaint, staff_id=staff_id, branch=body.branch, reason=body.reason, by=me.actor, now=now
    )


@router.get("/duplicates")
def likely_duplicates(
    number: Number, me: CurrentStaff, session: WriteSession, now: Now, settings: TheSettings
) -> list[ComplaintRow]:
    """Earlier complaints that look like the same matter, the likest first."""
    complaint = to_read(session, me, number, now=now, part="duplicates")
    found = duplicates.likely_duplicates(session, complaint, seen=visible_to(me))
    return rows_of(session, found, now=now, zone=settings.zone)


@changes.post("/merge", status_code=204)
def merge(
    body: Merge,
    duplicate: ToChange,
    me: CurrentStaff,
    session: WriteSession,
    deadlines: TheDeadlines,
    now: Now,
) -> None:
    """Join this complaint to an earlier one about the same matter; new facts restart that one's clocks."""
    into = queries.complaint_for(session, me, body.into, lock=True)
    duplicates.merge(
        session, deadlines, duplicate, into=into, new_facts=body.new_facts, by=me.actor, role=me.role, now=now
    )


@changes.post("/notes", status_code=204)
def note(number: Number, body: Note, me: CurrentStaff, session: WriteSession, now: Now) -> None:
    """A remark for colleagues; `@name` tells that one."""
    notes.add_note(session, queries.complaint_for(session, me, number), text=body.text, me=me, now=now)


def _notice(notice: DecisionNotice) -> NoticeView:
    return NoticeView.model_validate(notice)


def _line(line: Redress) -> LedgerLine:
    money = MoneyView(amount=f"{line.money.amount:f}", currency=line.currency)
    return LedgerLine(
        id=line.id, kind=line.kind, money=money, reason=line.reason, at=line.at, undoes=line.undoes_id
    )


router.include_router(changes)
