"""Complaints as the API shows them to staff: masked, with what may be done next."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit import queries as audit
from service_api.audit.service import Deed
from service_api.complaints.case_models import ComplaintNote
from service_api.complaints.contact import mask_contact
from service_api.complaints.deadlines import Deadlines
from service_api.complaints.lifecycle import State, actions_from
from service_api.complaints.models import Complaint
from service_api.complaints.notes import notes_of
from service_api.complaints.queries import Filters, is_overdue, summary_of
from service_api.complaints.schemas import MoneyView
from service_api.complaints.service import due_date
from service_api.complaints.visibility import visible_to
from service_api.staff import queries as staff
from service_api.staff.service import SignedIn


class ComplaintRow(BaseModel):
    """One line of a list."""

    number: str
    state: str
    level: int
    overdue: bool
    received_at: datetime
    due_at: datetime
    due_date: date
    business: str
    cause: str | None
    branch: str | None
    tier: str
    owner: str | None
    summary: str
    amount: MoneyView | None
    version: int


class ComplaintPage(BaseModel):
    items: list[ComplaintRow]
    next_cursor: str | None


class Clock(BaseModel):
    id: uuid.UUID
    kind: str
    profile: str
    statutory: bool
    state: str
    started_at: datetime
    due_at: datetime
    breached_at: datetime | None
    stopped_at: datetime | None
    extensions: int
    estimated: bool


class FiredLevel(BaseModel):
    id: uuid.UUID
    level: int
    name: str
    clock: str
    reason: str
    fired_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None


class ComplaintView(ComplaintRow):
    """The whole file, the contact masked. `actions` is what this person may do to it now."""

    language: str
    channel: str
    source: str
    product: str
    description: str
    demand: str
    incident_date: date | None
    contact: str
    complainant: str
    authority: str
    group_size: int
    legal: bool
    media: bool
    regulatory: bool
    strong_emotion: bool
    complex: bool
    repeat_count: int
    merged_into: str | None
    first_contact: str | None
    acknowledged_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    keep_until: date | None
    conversation_id: uuid.UUID | None
    clocks: list[Clock]
    escalations: list[FiredLevel]
    actions: list[str]


class Happening(BaseModel):
    """One line of the history: the audit log's entry, and the words of a note."""

    at: datetime
    actor_kind: str
    actor: str | None
    action: str
    facts: dict[str, Any]  # codes and ids, as the audit log keeps them
    note: str | None = None


class Timeline(BaseModel):
    items: list[Happening]


READ = "complaint.read"
MOST_DEEDS, MOST_LOOKS = 500, 100
AS_STORED = (
    "language",
    "channel",
    "source",
    "product",
    "description",
    "demand",
    "incident_date",
    "complainant",
    "authority",
    "group_size",
    "legal",
    "media",
    "regulatory",
    "strong_emotion",
    "complex",
    "repeat_count",
    "acknowledged_at",
    "answered_at",
    "closed_at",
    "keep_until",
)


def row_of(row: Complaint, *, owner: str | None, now: datetime, zone: ZoneInfo) -> ComplaintRow:
    return ComplaintRow.model_validate(_row_facts(row, owner=owner, now=now, zone=zone))


def rows_of(
    session: Session, found: Sequence[Complaint], *, now: datetime, zone: ZoneInfo
) -> list[ComplaintRow]:
    """The lines of a page; owners' names come in one query."""
    names = staff.display_names(session, {row.owner_id for row in found if row.owner_id is not None})
    return [
        row_of(row, owner=names.get(row.owner_id) if row.owner_id else None, now=now, zone=zone)
        for row in found
    ]


def list_read(me: SignedIn, filters: Filters, *, shown: int) -> Deed:
    """What the audit log keeps of a look at the list: by which filters, not what was typed into them."""
    used = [name for name, value in asdict(filters).items() if value not in (None, "", False)]
    return Deed(me.actor, "complaints.listed", ("complaints", "list"), {"filters": used, "shown": shown})


def view_of(
    session: Session, deadlines: Deadlines, row: Complaint, me: SignedIn, *, now: datetime, zone: ZoneInfo
) -> ComplaintView:
    escalations = deadlines.escalations_of(session, row.id, language="zh")
    people = {row.owner_id, row.first_contact_id, *(e.acknowledged_by for e in escalations)}
    names = staff.display_names(session, {person for person in people if person is not None})
    into = select(Complaint.number).where(Complaint.id == row.merged_into_id, visible_to(me))
    return ComplaintView.model_validate(
        {
            **_row_facts(row, owner=names.get(row.owner_id) if row.owner_id else None, now=now, zone=zone),
            **{name: getattr(row, name) for name in AS_STORED},
            "contact": mask_contact(row.contact),
            "merged_into": session.scalar(into) if row.merged_into_id else None,
            "first_contact": names.get(row.first_contact_id) if row.first_contact_id else None,
            "conversation_id": row.conversation_id,
            "clocks": [asdict(clock) for clock in deadlines.clocks_of(session, row.id)],
            "escalations": [
                asdict(e) | {"acknowledged_by": names.get(e.acknowledged_by) if e.acknowledged_by else None}
                for e in escalations
            ],
            "actions": actions_from(State(row.state), role=me.role),
        }
    )


def timeline_of(session: Session, row: Complaint) -> Timeline:
    """The case's history, the oldest first: it is the audit log, with the notes' words put in.

    Looks at the file are limited apart, so that many of them never push out what was done.
    """
    done = audit.history_of(session, row.subject, without=READ, limit=MOST_DEEDS)
    looks = audit.history_of(session, row.subject, only=READ, limit=MOST_LOOKS)
    entries = sorted([*done, *looks], key=lambda entry: entry.id)
    notes: dict[str, ComplaintNote] = {str(note.id): note for note in notes_of(session, row.id)}
    people = {uuid.UUID(e.actor_id) for e in entries if e.actor_kind == "staff" and e.actor_id}
    names = staff.display_names(session, people)
    items = []
    for entry in entries:
        note = notes.get(str(entry.facts.get("note", "")))
        items.append(
            Happening(
                at=entry.at,
                actor_kind=entry.actor_kind,
                actor=names.get(uuid.UUID(entry.actor_id)) if entry.actor_kind == "staff" else None,
                action=entry.action,
                facts=entry.facts,
                note=note.text if note is not None else None,
            )
        )
    return Timeline(items=items)


def _row_facts(row: Complaint, *, owner: str | None, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    return {
        "number": row.number,
        "state": row.state,
        "level": row.level,
        "overdue": is_overdue(row, now=now),
        "received_at": row.received_at,
        "due_at": row.due_at,
        "due_date": due_date(row.due_at, zone),
        "business": row.business,
        "cause": row.cause,
        "branch": row.branch,
        "tier": row.tier,
        "owner": owner,
        "summary": summary_of(row),
        "amount": MoneyView.of(row.amount),
        "version": row.version,
    }
