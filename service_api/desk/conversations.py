"""The agents' pages of conversations: lists, the talk with its packet, and the customer beside it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from service_api.channels.wechat.arrivals import ARRIVALS
from service_api.complaints import queries as complaints
from service_api.complaints.teams import teams
from service_api.conversations import callback_changes, callbacks, notes, presence, queries, service
from service_api.conversations.models import Conversation
from service_api.conversations.presence import Colleague
from service_api.core.edge import LARGEST_ID, MachineNow, Now, ReadSession, TheSettings, WriteSession
from service_api.customers import queries as customers
from service_api.customers.phone import shown_phone
from service_api.desk.marks import head_mark
from service_api.desk.queues import TABS, queues_for
from service_api.desk.views import lines_of, packet_view, talk_view
from service_api.staff.api import Agent, CurrentStaff
from service_api.staff.roles import Permission
from service_api.web.rendering import Facts, language_of, page, words

router = APIRouter(prefix="/desk", include_in_schema=False)
Tab = Annotated[str, Query(max_length=16)]
Skip = Annotated[int, Query(ge=0, le=100_000)]
NAMES_SHOWN = 4
CHANGES_SHOWN = 5
FILE_PROBLEMS = (
    "attachment-too-large",
    "body-too-large",
    "attachment-type",
    "attachment-name",
    "attachment-declared-type",
    "too-many-files",
    "only-pictures-in-wechat",
)


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team as it is offered: a few names, how many there are, and how many are online now."""

    slug: str
    names: tuple[str, ...]
    size: int
    online: int


@router.get("")
def desk(
    request: Request,
    me: CurrentStaff,
    session: WriteSession,
    now: Now,
    machine_now: MachineNow,
    tab: Tab = "todo",
    skip: Skip = 0,
) -> Response:
    """The desk with no conversation open. Whoever opens it is at the desk."""
    if not me.may(Permission.ANSWER_CUSTOMERS):
        return RedirectResponse("/console", status_code=303)
    presence.seen(session, me.staff_id, machine_now=machine_now)
    lists = queues_for(session, me, tab=tab, skip=skip, now=now, machine_now=machine_now)
    return page(request, "desk.html", me=me, tabs=TABS, queues=lists, talk=None, open_id=None)


@router.get("/queues")
def queues(
    request: Request,
    me: Agent,
    session: ReadSession,
    now: Now,
    machine_now: MachineNow,
    open: uuid.UUID | None = None,
    tab: Tab = "todo",
    skip: Skip = 0,
) -> HTMLResponse:
    """The left pane by itself."""
    lists = queues_for(session, me, tab=tab, skip=skip, now=now, machine_now=machine_now)
    return page(request, "queues.html", me=me, tabs=TABS, queues=lists, open_id=open)


@router.get("/conversations/{conversation_id}")
def conversation(
    request: Request,
    conversation_id: uuid.UUID,
    me: Agent,
    session: WriteSession,
    now: Now,
    machine_now: MachineNow,
    settings: TheSettings,
    tab: Tab = "todo",
) -> HTMLResponse:
    """One conversation between the lists and the customer; reading it is audited."""
    talk = queries.conversation(session, conversation_id)
    service.note_reading(session, talk, by=me.actor, now=now)
    presence.seen(session, me.staff_id, machine_now=machine_now)
    presence.look(
        session, talk.id, me.staff_id, read_seq=talk.last_seq, typing=False, machine_now=machine_now
    )
    session.flush()
    at_desk = presence.colleagues(session, machine_now=machine_now)
    return page(
        request,
        "desk.html",
        me=me,
        tabs=TABS,
        queues=queues_for(session, me, tab=tab, now=now, machine_now=machine_now),
        open_id=conversation_id,
        talk=talk_view(session, talk, me, now=now),
        key=uuid.uuid4().hex,
        head=head_mark(session, talk, me.staff_id, machine_now=machine_now),
        lines=lines_of(session, talk),
        onlookers=presence.onlookers(session, talk.id, but=me.staff_id, machine_now=machine_now),
        colleagues=[one for one in at_desk if one.id != me.staff_id],
        teams=_teams(session, at_desk),
        problems=_file_problems(request),
        arrival_words={name: words(language_of(request))[f"arrival.{name}"] for name in ARRIVALS},
        by_link=bool(settings.public_url),
        **packet_facts(session, talk, now=now),
        **customer_facts(session, talk, now=now),
        **complaint_facts(session, talk, now=now, settings=settings),
    )


@router.get("/conversations/{conversation_id}/lines")
def lines(
    request: Request,
    conversation_id: uuid.UUID,
    me: Agent,
    session: ReadSession,
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
    note: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
) -> HTMLResponse:
    """The lines that came since, as list items."""
    talk = queries.conversation(session, conversation_id)
    new = lines_of(session, talk, after=after, after_note=note)
    return page(request, "lines.html", me=me, lines=new)


@router.get("/conversations/{conversation_id}/head")
def head(
    request: Request,
    conversation_id: uuid.UUID,
    me: Agent,
    session: ReadSession,
    now: Now,
    machine_now: MachineNow,
) -> HTMLResponse:
    """Who answers now, and what may be done, as it changes when colleagues act."""
    talk = queries.conversation(session, conversation_id)
    return page(
        request,
        "talk_head.html",
        me=me,
        talk=talk_view(session, talk, me, now=now),
        onlookers=presence.onlookers(session, talk.id, but=me.staff_id, machine_now=machine_now),
    )


@router.get("/conversations/{conversation_id}/customer")
def customer(
    request: Request,
    conversation_id: uuid.UUID,
    me: Agent,
    session: ReadSession,
    now: Now,
    settings: TheSettings,
) -> HTMLResponse:
    """The right pane by itself."""
    talk = queries.conversation(session, conversation_id)
    return page(
        request,
        "customer.html",
        me=me,
        talk=talk_view(session, talk, me, now=now),
        **customer_facts(session, talk, now=now),
        **complaint_facts(session, talk, now=now, settings=settings),
    )


def _file_problems(request: Request) -> dict[str, str]:
    """What can be wrong with a file, in the reader's language, by the problem's type."""
    spoken = words(language_of(request))
    return {name: spoken[f"problem.{name}"] for name in FILE_PROBLEMS}


def _teams(session: Session, at_desk: Sequence[Colleague]) -> list[TeamView]:
    online = {one.id for one in at_desk if one.status == "online"}
    return [
        TeamView(
            team,
            tuple(one.display_name for one in members[:NAMES_SHOWN]),
            len(members),
            sum(one.id in online for one in members),
        )
        for team, members in teams(session).items()
    ]


def packet_facts(session: Session, talk: Conversation, *, now: datetime) -> Facts:
    passings = queries.hand_overs_of(session, talk.id)
    return {"packet": packet_view(session, talk, passings, now=now), "passings": passings}


def customer_facts(session: Session, talk: Conversation, *, now: datetime) -> Facts:
    """Who it is, tags, the call-back and what the customer did with it; `revealed` holds fields in full once
    they were asked for."""
    customer_id = service.verified_customer_id(talk, now=now)
    call = callbacks.open_of(session, talk.id)
    return {
        "profile": customers.profile(session, customer_id) if customer_id else None,
        "labels": notes.tags_of(session, talk.id),
        "call": call,
        "call_changes": callback_changes.changes_of(session, [talk.id]).get(talk.id, ())[:CHANGES_SHOWN],
        "call_phone": shown_phone(call.phone) if call else "",
        "revealed": {},
    }


def complaint_facts(session: Session, talk: Conversation, *, now: datetime, settings: TheSettings) -> Facts:
    """The customer's complaints, as they stand now."""
    customer_id = service.verified_customer_id(talk, now=now)
    found = complaints.complaints_of_conversation(
        session, talk.id, customer_id=customer_id, zone=settings.zone
    )
    return {"complaints": found}
