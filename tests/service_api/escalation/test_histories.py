"""Whatever happens to a complaint, what is stored of each clock is what its events add up to."""

import uuid
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import SYSTEM, WORKER, Actor
from service_api.complaints.handling import act
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint
from service_api.core.database import Database
from service_api.core.problems import Problem
from service_api.escalation import calendars
from service_api.escalation.clock import Change, fold
from service_api.escalation.clocks import event_of, events_of, state_of
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.service import DeskClocks
from service_api.escalation.sweep import advance
from tests.service_api.complaints.conftest import a_complaint, a_customer
from tests.service_api.conftest import NOON

DESK = DeskClocks()
LEAD = Actor("staff", str(uuid.uuid4()))
DEEDS = st.one_of(
    st.sampled_from([a for a in Action if a is not Action.MERGE]),
    st.sampled_from([Change.PAUSE, Change.RESUME, Change.EXTEND, Change.LENGTHEN]),
    st.sampled_from(["sweep", "holiday", "new facts"]),
)
HISTORIES = st.lists(st.tuples(DEEDS, st.integers(1, 9000), st.integers(0, 5)), min_size=1, max_size=10)


def do(session: Session, complaint: Complaint, deed: Action | Change | str, pick: int, minutes: int) -> None:
    """One deed; what is not allowed now is refused and leaves nothing."""
    now = NOON + timedelta(minutes=minutes)
    if isinstance(deed, Action):
        act(session, DESK, complaint, deed, by=WORKER, role="supervisor", now=now)
    elif isinstance(deed, Change):
        clocks = session.scalars(
            select(ComplaintClock)
            .where(ComplaintClock.complaint_id == complaint.id)
            .order_by(ComplaintClock.id)
        ).all()
        chosen = clocks[pick % len(clocks)]
        DESK.change(session, chosen, deed, by=LEAD, now=now, reason="appraisal", amount=pick + 1)
        DESK.refresh(session, complaint)
    elif deed == "sweep":
        advance(session, DESK, [complaint.id], now=now)
    elif deed == "holiday":
        day = (now + timedelta(days=pick)).date()
        calendars.set_day(session, "cn", day, working=pick % 2 == 0, label="", by=SYSTEM, now=now)
        calendars.recount(session, DESK, "cn", by=SYSTEM, now=now)
    else:
        DESK.restarted(session, complaint, reason="new facts", by=SYSTEM, now=now)


@given(HISTORIES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_adds_up_to_what_is_stored_and_fires_each_level_once(
    database: Database, history: list[tuple[Action | Change | str, int, int]]
) -> None:
    with database._write() as session:
        complaint = a_complaint(session)
        minutes = 0
        for deed, later, pick in history:
            minutes += later
            try:
                with session.begin_nested():
                    do(session, complaint, deed, pick, minutes)
            except Problem:
                session.expire_all()
        session.flush()
        rows = session.scalars(
            select(ComplaintClock)
            .where(ComplaintClock.complaint_id == complaint.id)
            .order_by(ComplaintClock.id)
        ).all()
        for row in rows:
            session.refresh(row)
            assert fold(map(event_of, events_of(session, row))) == state_of(row)
            assert (row.next_look_at is None) or row.status == "running"
        fired = [
            (e.clock, e.level)
            for e in session.scalars(select(Escalation).where(Escalation.complaint_id == complaint.id))
        ]
        assert len(fired) == len(set(fired))
        reached = max((level for _, level in fired), default=0)
        session.refresh(complaint)
        assert complaint.level == reached
        session.rollback()


@pytest.mark.parametrize(("tier", "levels"), [("platinum", [1]), ("quality", []), ("ordinary", [])])
def test_a_vip_begins_with_the_team_lead(session: Session, tier: str, levels: list[int]) -> None:
    who = a_customer(session, tier=tier)
    complaint = a_complaint(session)
    complaint.customer_id, complaint.tier = who.id, who.tier
    DESK.facts_changed(session, complaint, by=WORKER, now=NOON)
    assert found(session, complaint.id) == levels


def found(session: Session, complaint_id: uuid.UUID) -> list[int]:
    query = select(Escalation.level).where(
        Escalation.complaint_id == complaint_id, Escalation.clock == "facts"
    )
    return list(session.scalars(query.order_by(Escalation.level)))
