"""Who is told of an escalation, once each, and what the customer hears."""

import email
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import SYSTEM, WORKER, Actor
from service_api.complaints.handling import act, tell_customer
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint, Recusal
from service_api.conversations.models import Conversation, Message
from service_api.core.database import Database
from service_api.core.problems import NotFound
from service_api.escalation.profiles import packaged_ladder
from service_api.escalation.sweep import sweep
from service_api.notifications import mail, queries, service
from service_api.notifications.models import InboxItem
from service_api.notifications.recipients import Whom, recipients_of
from service_api.outbox import service as outbox
from service_api.outbox.models import OutboxEvent
from service_api.settings import Settings
from service_api.staff.models import StaffMember
from service_api.worker import Desk, furnish, report_years
from tests.service_api.complaints.conftest import a_complaint, a_conversation
from tests.service_api.conftest import NOON

Staff = dict[str, uuid.UUID]
DUE = datetime(2026, 12, 6, 16, 0, tzinfo=UTC)


@pytest.fixture
def desk(settings: Settings, database: Database) -> Desk:
    return furnish(settings, database)


def deliver_all(desk: Desk, now: datetime) -> None:
    while outbox.deliver(desk.database, desk.handlers, now=now) != outbox.Round():
        pass


def told(database: Database, kind: str = "escalation") -> Counter[tuple[str, int]]:
    """(username, level) of the lines of this kind."""
    with database.reading() as session:
        rows = session.execute(
            select(StaffMember.username, InboxItem.facts)
            .join(InboxItem, InboxItem.staff_id == StaffMember.id)
            .where(InboxItem.kind == kind)
        )
        return Counter((name, facts["level"]) for name, facts in rows)


def with_talk(database: Database, **facts: Any) -> tuple[uuid.UUID, uuid.UUID]:
    with database.writing() as session:
        talk = a_conversation(session)
        return a_complaint(session, conversation_id=str(talk.id), **facts).id, talk.id


def said(database: Database, talk_id: uuid.UUID) -> list[str]:
    with database.reading() as session:
        return list(
            session.scalars(
                select(Message.text).where(Message.conversation_id == talk_id).order_by(Message.seq)
            )
        )


def away_for_a_day(database: Database, member_id: uuid.UUID, *, stand_in: uuid.UUID) -> None:
    with database.writing() as session:
        service.set_stand_in(
            session,
            member_id=member_id,
            stand_in_id=stand_in,
            starts_at=NOON,
            ends_at=NOON + timedelta(days=1),
            by=SYSTEM,
            now=NOON,
        )


def test_a_new_complaint_is_given_to_an_agent_who_hears_of_it(
    desk: Desk, database: Database, staff: Staff
) -> None:
    with_talk(database)
    deliver_all(desk, NOON)
    with database.reading() as session:
        assert queries.unread_count(session, staff["lead"]) == 0
        (item,) = queries.inbox_of(session, staff["ann"])
    assert (item.kind, item.facts["number"]) == ("assigned", "C-20261121-0001")


def test_who_is_away_is_given_no_new_complaint(desk: Desk, database: Database, staff: Staff) -> None:
    away_for_a_day(database, staff["ann"], stand_in=staff["boss"])
    with_talk(database)
    deliver_all(desk, NOON)
    with database.reading() as session:
        assert session.scalars(select(Complaint.owner_id)).one() is None
        (item,) = queries.inbox_of(session, staff["lead"])
    assert item.kind == "filed"


def test_a_complaint_that_fits_no_agent_goes_to_the_team_lead(
    desk: Desk, database: Database, staff: Staff
) -> None:
    with_talk(database, complained_of_staff=["ann"])
    deliver_all(desk, NOON)
    with database.reading() as session:
        (item,) = queries.inbox_of(session, staff["lead"])
    assert (item.kind, item.facts["number"]) == ("filed", "C-20261121-0001")


def test_each_level_tells_its_own_people(desk: Desk, database: Database, staff: Staff) -> None:
    with_talk(database, branch="west")
    whole = DUE - NOON
    for part in (0.5, 0.8, 1):
        sweep(database, desk.desk, now=NOON + whole * part)
        deliver_all(desk, NOON + whole * part)
    lines = told(database)
    assert lines["lead", 1] >= 1
    assert lines["lead", 2] == lines["west", 2] == 1
    assert not any(name == "east" for name, _ in lines)


def test_an_event_delivered_twice_tells_once(desk: Desk, database: Database, staff: Staff) -> None:
    with_talk(database, media=True)
    deliver_all(desk, NOON)
    before = told(database)
    with database.writing() as session:
        for event in session.scalars(select(OutboxEvent)):
            event.state, event.ended_at, event.attempts = "pending", None, 0
    deliver_all(desk, NOON)
    assert told(database) == before == Counter({("boss", 3): 1})


def test_catching_up_makes_one_line_per_person(desk: Desk, database: Database, staff: Staff) -> None:
    with database.writing() as session:
        for _ in range(service.MOST_NUMBERS + 1):
            a_complaint(session)
    now = DUE + timedelta(days=1)
    sweep(database, desk.desk, now=now)
    deliver_all(desk, now)
    assert told(database) == Counter()
    with database.reading() as session:
        digests = session.scalars(select(InboxItem).where(InboxItem.kind == "digest")).all()
        people = Counter(item.staff_id for item in digests)
    assert set(people.values()) == {1}
    (lead,) = [item for item in digests if item.staff_id == staff["lead"]]
    assert lead.facts["level"] == 2
    assert len(lead.facts["numbers"]) == service.MOST_NUMBERS


def test_the_customer_hears_of_the_branch_level_in_the_language_of_the_talk(
    desk: Desk, database: Database, staff: Staff
) -> None:
    _, zh = with_talk(database)
    _, en = with_talk(database)
    with database.writing() as session:
        session.get_one(Conversation, en).language = "en"
    sweep(database, desk.desk, now=DUE)
    deliver_all(desk, DUE)
    assert said(database, zh) == ["您的投诉 C-20261121-0001 已升级至分行处理，我们会尽快给您答复。"]
    assert said(database, en)[0].startswith("Your complaint C-20261121-0002 has been raised to Branch")


@pytest.mark.parametrize(("role", "asked"), [("worker", True), ("customer", False)])
def test_a_settled_case_asks_for_stars_unless_the_customer_settled_it_in_the_chat(
    desk: Desk, database: Database, staff: Staff, role: str, asked: bool
) -> None:
    complaint_id, talk = with_talk(database)
    steps = ("acknowledge", "investigate", "propose_decision", "approve_decision", "send_answer")
    with database.writing() as session:
        complaint = session.get_one(Complaint, complaint_id)
        for step in steps:
            act(session, desk.desk, complaint, Action(step), by=WORKER, role="supervisor", now=NOON)
        last = Action.CLOSE if role == "worker" else Action.ACCEPT
        act(session, desk.desk, complaint, last, by=WORKER, role=role, now=NOON)
    deliver_all(desk, NOON)
    assert any("评价" in text for text in said(database, talk)) is asked


def test_who_has_no_conversation_is_written_to_by_the_owner(
    desk: Desk, database: Database, staff: Staff
) -> None:
    with database.writing() as session:
        complaint = a_complaint(session, by=Actor("staff", str(staff["ann"])))
        tell_customer(session, complaint, "complaint_extended", key="x", now=NOON, reason="r", due_date="d")
    deliver_all(desk, NOON)
    with database.reading() as session:
        kinds = {item.kind for item in queries.inbox_of(session, staff["ann"])}
    assert "letter" in kinds


def rules(level: int) -> Any:
    return [Whom.model_validate(rule.model_dump()) for rule in packaged_ladder().level(level).notify]


def names(session: Session, complaint: Complaint, level: int, now: datetime = NOON) -> list[str]:
    return [member.username for member in recipients_of(session, complaint, rules(level), now=now)]


def test_the_recused_are_not_told(database: Database, staff: Staff) -> None:
    with database.writing() as session:
        complaint = a_complaint(session, branch="west")
        assert names(session, complaint, 2) == ["lead", "west"]
        session.add(
            Recusal(complaint_id=complaint.id, branch="west", reason="complained about", created_at=NOON)
        )
        session.flush()
        assert names(session, complaint, 2) == ["lead"]


def test_a_stand_in_hears_in_place_of_the_absent_also_along_a_chain(database: Database, staff: Staff) -> None:
    away = {"starts_at": NOON, "ends_at": NOON + timedelta(days=7), "by": SYSTEM, "now": NOON}
    with database.writing() as session:
        complaint = a_complaint(session)
        service.set_stand_in(session, member_id=staff["lead"], stand_in_id=staff["ann"], **away)
        assert names(session, complaint, 1) == ["ann"]
        service.set_stand_in(session, member_id=staff["ann"], stand_in_id=staff["east"], **away)
        assert names(session, complaint, 1) == ["east"]
        assert names(session, complaint, 1, now=NOON + timedelta(days=8)) == ["lead"]


def test_a_circle_of_stand_ins_ends_with_the_supervisor(database: Database, staff: Staff) -> None:
    away = {"starts_at": NOON, "ends_at": NOON + timedelta(days=7), "by": SYSTEM, "now": NOON}
    with database.writing() as session:
        complaint = a_complaint(session)
        service.set_stand_in(session, member_id=staff["lead"], stand_in_id=staff["ann"], **away)
        service.set_stand_in(session, member_id=staff["ann"], stand_in_id=staff["lead"], **away)
        assert names(session, complaint, 1) == ["boss"]


def test_an_absence_that_makes_no_sense_is_refused(database: Database, staff: Staff) -> None:
    with database.writing() as session, pytest.raises(service.BadAbsence):
        service.set_stand_in(
            session,
            member_id=staff["lead"],
            stand_in_id=staff["lead"],
            starts_at=NOON,
            ends_at=NOON + timedelta(days=1),
            by=SYSTEM,
            now=NOON,
        )


def test_reading_another_persons_line_is_not_found(desk: Desk, database: Database, staff: Staff) -> None:
    with_talk(database)
    deliver_all(desk, NOON)
    with database.writing() as session:
        (item,) = queries.inbox_of(session, staff["ann"])
        with pytest.raises(NotFound):
            service.mark_read(session, staff_id=staff["lead"], item_id=item.id, now=NOON)
        for _ in range(2):
            service.mark_read(session, staff_id=staff["ann"], item_id=item.id, now=NOON)
        assert queries.unread_count(session, staff["ann"]) == 0


def test_a_person_gets_one_letter_a_round(
    desk: Desk, database: Database, staff: Staff, settings: Settings
) -> None:
    for _ in range(3):
        with_talk(database, media=True)
    deliver_all(desk, NOON)
    for _ in range(2):
        with database.writing() as session:
            mail.write_round(session, now=NOON)
        deliver_all(desk, NOON)
    (letter,) = Path(settings.data_dir / "mail").glob("*.eml")
    message = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)
    assert message["To"] == "boss@tinglan.example"
    assert len(message.get_content().splitlines()) == 3


def test_the_supervisors_hear_once_of_a_year_nobody_has_confirmed(
    desk: Desk, database: Database, staff: Staff
) -> None:
    for _ in range(2):
        report_years(desk, NOON)
        deliver_all(desk, NOON)
    with database.reading() as session:
        items = session.scalars(select(InboxItem).where(InboxItem.kind == "calendar")).all()
    assert [(item.staff_id, item.facts) for item in items] == [
        (staff["boss"], {"calendar": "cn", "year": 2027})
    ]
