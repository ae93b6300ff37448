"""The left pane: lists of conversations with their counts, call-backs, and the person's own state."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service_api.complaints.teams import teams_with
from service_api.conversations import callback_changes, callbacks, desk_queries, presence
from service_api.conversations.callback_changes import Changed
from service_api.conversations.callback_models import CallbackRequest
from service_api.conversations.callbacks import OpenCallback
from service_api.conversations.desk_models import USUAL_CAPACITY
from service_api.conversations.desk_queries import LISTS, PAGE, Counts, DeskEntry, List
from service_api.customers.phone import shown_phone
from service_api.desk.marks import queues_mark
from service_api.desk.views import short
from service_api.staff.service import SignedIn

SHORT = 12  # of one's own conversations on top of the queue; more are behind the tab
CALLBACKS = "callbacks"
TABS = ("todo", *LISTS[2:], CALLBACKS)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. `waiting_minutes` only for those who wait for a person; `for_us` when it was passed
    to a team of this person's."""

    entry: DeskEntry
    waiting_minutes: int | None
    for_me: bool
    for_us: bool

    @property
    def short_id(self) -> str:
        return short(self.entry.id)


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    rows: list[Row]
    total: int | None


@dataclass(frozen=True, slots=True)
class Callback:
    """A call to make, or one that the customer took back; the phone is masked until it is revealed in the
    conversation. `changed` is what the customer did with it last."""

    asked: OpenCallback | CallbackRequest
    phone: str
    changed: Changed | None = None

    @property
    def short_id(self) -> str:
        return short(self.asked.conversation_id)


@dataclass(frozen=True, slots=True)
class Queues:
    """What the left pane shows; its number of queries does not depend on how many conversations there are."""

    tab: str
    mark: str
    counts: Counts
    callback_count: int
    sections: list[Section]
    callbacks: list[Callback]
    taken_back: list[Callback]
    status: str
    capacity: int
    next_skip: int | None

    def count(self, tab: str) -> int | None:
        if tab == CALLBACKS:
            return self.callback_count
        return self.counts.waiting + self.counts.mine if tab == "todo" else self.counts.of(tab)


def queues_for(
    session: Session, me: SignedIn, *, tab: str = "todo", skip: int = 0, now: datetime, machine_now: datetime
) -> Queues:
    """The lists of one tab. `todo` is one's own conversations above the queue."""
    shown = tab if tab in TABS else "todo"
    counts = desk_queries.counts(session, me.staff_id)
    calls = callbacks.list_open(session)
    own = presence.presence_or_none(session, me.staff_id)
    names: tuple[List, ...] = ()
    if shown == "todo":
        names = ("waiting",) if skip else ("mine", "waiting")
    elif shown != CALLBACKS:
        names = tuple(name for name in LISTS if name == shown)
    sections = [_section(session, me, name, counts, skip=skip, now=now) for name in names]
    full = any(len(section.rows) == PAGE for section in sections)
    return Queues(
        tab=shown,
        mark=queues_mark(session, me.staff_id, counts),
        counts=counts,
        callback_count=len(calls),
        sections=sections,
        callbacks=_calls(session, calls) if shown == CALLBACKS else [],
        taken_back=_calls(session, callback_changes.taken_back_lately(session, now=now))
        if shown == CALLBACKS
        else [],
        status=presence.status_now(own.status, own.seen_at, machine_now=machine_now) if own else "online",
        capacity=own.capacity if own else USUAL_CAPACITY,
        next_skip=skip + PAGE if full else None,
    )


def _calls(session: Session, asked: Sequence[OpenCallback] | Sequence[CallbackRequest]) -> list[Callback]:
    changes = callback_changes.changes_of(session, {one.conversation_id for one in asked})
    return [Callback(one, shown_phone(one.phone), _last(changes, one)) for one in asked]


def _last(
    changes: Mapping[uuid.UUID, Sequence[Changed]], asked: OpenCallback | CallbackRequest
) -> Changed | None:
    of_this = (one for one in changes.get(asked.conversation_id, ()) if one.callback_id == asked.id)
    return next(of_this, None)


def _section(
    session: Session, me: SignedIn, name: List, counts: Counts, *, skip: int, now: datetime
) -> Section:
    found = desk_queries.entries(session, name, me.staff_id, skip=skip)
    ours = teams_with(session, me.staff_id) if any(entry.team for entry in found) else frozenset()
    return Section(name, [_row(entry, me.staff_id, ours, now=now) for entry in found], counts.of(name))


def _row(entry: DeskEntry, staff_id: uuid.UUID, ours: frozenset[str], *, now: datetime) -> Row:
    waits = entry.queued_at is not None and entry.answering != "agent"
    waited = int((now - entry.queued_at).total_seconds() // 60) if waits and entry.queued_at else None
    return Row(entry, waited, for_me=entry.meant_for_id == staff_id, for_us=entry.team in ours)
