"""Passing a conversation to people: who is next, who may answer, and what they are told."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.models import AuditEntry
from service_api.audit.service import ASSISTANT
from service_api.conversations import handover, queries, service
from service_api.conversations.hours import OfficeHours
from service_api.conversations.models import Conversation, HandOver, Message
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.customers.models import Customer
from service_api.customers.service import add_customer
from service_api.settings import Settings
from service_api.staff.models import StaffMember
from tests.service_api.conftest import SERVICE_TOKEN

ALWAYS = "00:00-24:00 daily"
PEPPER = "code-pepper-of-the-tests"


class Desk:
    """One writing session, a clock, and short ways to what the tests need."""

    def __init__(self, session: Session, clock: FrozenClock, settings: Settings) -> None:
        self.session = session
        self.clock = clock
        self.settings = settings

    def talk(self, *, tier: str | None = None) -> Conversation:
        opened = service.open_conversation(
            self.session, channel="web", language="zh", now=self.clock.now(), pepper=PEPPER
        ).conversation
        if tier is not None:
            who = self.customer(tier)
            opened.customer_id, opened.verified_at = who.id, self.clock.now()
        return opened

    def customer(self, tier: str) -> Customer:
        number = f"138{uuid.uuid4().int % 10**8:08d}"
        return add_customer(
            self.session,
            name="李雷",
            certificate=number,
            phone=number,
            tier=tier,
            now=self.clock.now(),
            pepper=PEPPER,
        )

    def ask(self, talk: Conversation, reason: str = "requested", *, hours: str = ALWAYS) -> int | None:
        return handover.hand_over(
            self.session,
            talk,
            reason=reason,
            by=ASSISTANT,
            now=self.clock.now(),
            hours=OfficeHours.parse(hours, self.settings.zone),
        ).position

    def agent(self, username: str) -> uuid.UUID:
        member = StaffMember(
            username=username,
            display_name=username.title(),
            role="agent",
            password_hash="signs in nowhere",
            created_at=self.clock.now(),
        )
        self.session.add(member)
        self.session.flush()
        return member.id

    def write(self, talk: Conversation, text: str) -> Message:
        return service.receive(
            self.session,
            conversation_id=talk.id,
            external_id=str(uuid.uuid4()),
            text=text,
            now=self.clock.now(),
        )

    def texts(self, talk: Conversation) -> list[str]:
        return [m.text for m in queries.messages_after(self.session, talk.id, after=0)]


@pytest.fixture
def desk(database: Database, clock: FrozenClock, settings: Settings) -> Iterator[Desk]:
    with database.writing() as session:
        yield Desk(session, clock, settings)


def test_the_queue_goes_by_tier_and_then_by_waiting_time(desk: Desk) -> None:
    talks = {}
    for name, tier in (
        ("stranger", None),
        ("ordinary", "ordinary"),
        ("quality", "quality"),
        ("platinum", "platinum"),
    ):
        talks[name] = desk.talk(tier=tier)
        desk.ask(talks[name])
        desk.clock.move(timedelta(minutes=1))

    waiting = [entry.id for entry in queries.waiting_for_a_person(desk.session)]
    assert waiting == [talks[name].id for name in ("platinum", "quality", "stranger", "ordinary")]
    places = [
        queries.queue_position(desk.session, talks[name]) for name in ("platinum", "stranger", "ordinary")
    ]
    assert places == [1, 3, 4]


@pytest.mark.parametrize("reason", ["distress", "loss_or_fraud"])
def test_distress_and_fraud_go_before_every_tier(desk: Desk, reason: str) -> None:
    desk.ask(desk.talk(tier="platinum"))

    assert desk.ask(desk.talk(), reason) == 1


def test_asking_again_changes_nothing_but_tells_the_place(desk: Desk) -> None:
    first, second = desk.talk(), desk.talk()
    desk.ask(first)
    desk.clock.move(timedelta(minutes=1))

    assert [desk.ask(second), desk.ask(second), desk.ask(first)] == [2, 2, 1]
    assert len(desk.session.scalars(select(HandOver)).all()) == 2


def test_out_of_hours_the_assistant_goes_on_and_the_wish_is_kept(desk: Desk) -> None:
    talk = desk.talk()
    assert desk.ask(talk, hours="09:00-18:00") is None

    assert talk.answering == "assistant"
    assert [entry.id for entry in queries.waiting_for_a_person(desk.session)] == [talk.id]
    desk.write(talk, "还有人吗")
    assert desk.session.scalars(select(Message.handled_at)).all() == [None]


def test_a_person_is_told_what_the_assistant_knew(desk: Desk) -> None:
    talk = desk.talk(tier="quality")
    talk.assistant_state = {
        "intent": "file_complaint",
        "confidence": 0.93,
        "active_loop": "complaint_form",
        "slots": {"complaint_amount": {"amount": "300.00", "currency": "CNY"}},
    }
    desk.ask(talk)

    packet = queries.hand_overs_of(desk.session, talk.id)[0].packet
    assert packet["slots"] == {"complaint_amount": {"amount": "300.00", "currency": "CNY"}}
    assert (packet["intent"], packet["verified"], packet["tier"]) == ("file_complaint", True, "quality")


def test_one_conversation_has_one_agent(desk: Desk) -> None:
    talk, lin, wang = desk.talk(), desk.agent("lin"), desk.agent("wang")
    desk.ask(talk)
    handover.claim(desk.session, talk, staff_id=lin, name="Lin", now=desk.clock.now())
    handover.claim(desk.session, talk, staff_id=lin, name="Lin", now=desk.clock.now())

    with pytest.raises(handover.TakenByColleague):
        handover.claim(desk.session, talk, staff_id=wang, name="Wang", now=desk.clock.now())
    assert queries.waiting_for_a_person(desk.session) == []
    assert desk.texts(talk) == ["客服 Lin 已接入，为您服务。"]


def test_only_the_agent_of_a_conversation_may_answer_give_it_back_or_close_it(desk: Desk) -> None:
    talk, wang, now = desk.talk(), desk.agent("wang"), desk.clock.now()

    with pytest.raises(handover.NotYours):
        handover.answer(desk.session, talk, staff_id=wang, text="您好", now=now)
    with pytest.raises(handover.NotYours):
        handover.hand_back(desk.session, talk, staff_id=wang, now=now)
    with pytest.raises(handover.NotYours):
        handover.close(desk.session, talk, staff_id=wang, now=now)


@pytest.mark.parametrize(
    ("text", "problem"), [(" \x00", service.EmptyMessage), ("长" * 2001, service.MessageTooLong)]
)
def test_an_agents_answer_has_the_same_limits(desk: Desk, text: str, problem: type[Exception]) -> None:
    talk, lin = desk.talk(), desk.agent("lin")
    handover.claim(desk.session, talk, staff_id=lin, name="Lin", now=desk.clock.now())

    with pytest.raises(problem):
        handover.answer(desk.session, talk, staff_id=lin, text=text, now=desk.clock.now())


def test_a_conversation_given_back_is_the_assistants_in_a_new_session(desk: Desk) -> None:
    talk, lin = desk.talk(), desk.agent("lin")
    desk.ask(talk)
    handover.claim(desk.session, talk, staff_id=lin, name="Lin", now=desk.clock.now())
    handover.hand_back(desk.session, talk, staff_id=lin, now=desk.clock.now())

    assert (talk.answering, talk.agent_id, talk.queued_at, talk.session_number) == (
        "assistant",
        None,
        None,
        2,
    )
    assert queries.hand_overs_of(desk.session, talk.id)[0].ended_at is not None
    assert desk.ask(talk) == 1


def test_a_closed_conversation_opens_when_the_customer_writes_again(desk: Desk) -> None:
    talk, lin = desk.talk(), desk.agent("lin")
    handover.claim(desk.session, talk, staff_id=lin, name="Lin", now=desk.clock.now())
    handover.close(desk.session, talk, staff_id=lin, now=desk.clock.now())
    assert talk.closed_at is not None

    assert desk.write(talk, "再问一句").handled_at is None
    assert (talk.closed_at, talk.answering, talk.session_number) == (None, "assistant", 2)


def test_each_step_is_audited_by_fact(desk: Desk) -> None:
    talk, lin = desk.talk(), desk.agent("lin")
    desk.ask(talk)
    handover.claim(desk.session, talk, staff_id=lin, name="Lin", now=desk.clock.now())
    handover.close(desk.session, talk, staff_id=lin, now=desk.clock.now())

    deeds = desk.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert deeds == ["conversation.handed_over", "conversation.claimed", "conversation.closed"]


@pytest.mark.parametrize(
    ("written", "when", "is_open"),
    [
        ("09:00-18:00", timedelta(), False),  # Saturday noon
        ("09:00-18:00", timedelta(days=2), True),
        ("09:00-18:00", timedelta(days=2, hours=6), False),  # Monday 18:00
        ("09:00-18:00 daily", timedelta(), True),
        ("00:00-24:00 daily", timedelta(hours=11, minutes=59), True),
    ],
)
def test_office_hours(
    clock: FrozenClock, settings: Settings, written: str, when: timedelta, is_open: bool
) -> None:
    clock.move(when)

    assert OfficeHours.parse(written, settings.zone).is_open(clock.now()) is is_open


@pytest.mark.parametrize("written", ["", "9-18", "18:00-09:00", "09:00-18:00 weekly", "09:00"])
def test_office_hours_that_make_no_sense_are_refused(settings: Settings, written: str) -> None:
    with pytest.raises(ValueError, match=r"office hours|isoformat|must be in"):
        OfficeHours.parse(written, settings.zone)


def test_the_actions_hand_over_by_the_api(client: TestClient) -> None:
    conversation_id = client.post("/chat/sessions", json={}).json()["conversation_id"]
    address = f"/api/v1/conversations/{conversation_id}/handover"
    headers = {"Authorization": f"Bearer {SERVICE_TOKEN}"}

    answer = client.post(address, json={"reason": "requested", "note": "要人工"}, headers=headers)
    assert (answer.status_code, answer.json()) == (
        200,
        {"open": False, "position": None, "hours": "09:00–18:00"},
    )
    assert client.post(address, json={"reason": "because"}, headers=headers).status_code == 422
