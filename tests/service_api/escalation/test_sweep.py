"""Each level fires exactly once: two workers, a killed worker, a jump of the clock, a day of downtime."""

import sys
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.audit.models import AuditEntry
from service_api.audit.proof import first_flaw
from service_api.audit.service import ASSISTANT, WORKER
from service_api.complaints.handling import act
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint
from service_api.core.database import Database
from service_api.escalation import clocks, firing, service
from service_api.escalation import sweep as sweeping
from service_api.escalation.clock import fold
from service_api.escalation.clocks import event_of, events_of, state_of
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.service import DeskClocks
from service_api.escalation.sweep import Swept, advance, sweep
from service_api.outbox.models import OutboxEvent
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.conftest import NOON

DESK = DeskClocks()
DUE = datetime(2026, 12, 6, 16, 0, tzinfo=UTC)
EACH = 7  # levels by then: decision 0, 1, 2; first contact 0, 1; acknowledge 1; plan 1
OWN_CODE = {str(module.__file__) for module in (clocks, firing, service, sweeping)}


def filed(database: Database, **facts: object) -> uuid.UUID:
    with database.writing() as session:
        return a_complaint(session, **facts).id


def fired(database: Database) -> list[tuple[str, int]]:
    """(clock, level) in the order of firing."""
    with database.reading() as session:
        rows = session.scalars(select(Escalation).order_by(Escalation.due_at, Escalation.level))
        return [(row.clock, row.level) for row in rows]


def legal(database: Database) -> list[int]:
    return [level for clock, level in fired(database) if clock == "cbirc.decision#1"]


def take(database: Database, complaint_id: uuid.UUID, *actions: Action, now: datetime = NOON) -> None:
    with database.writing() as session:
        for action in actions:
            complaint = session.get_one(Complaint, complaint_id)
            act(session, DESK, complaint, action, by=WORKER, role="supervisor", now=now)


def test_levels_fire_at_half_at_eighty_percent_and_at_the_end(database: Database) -> None:
    filed(database)
    whole = DUE - NOON
    for part, levels in ((0.49, []), (0.5, [0]), (0.79, [0]), (0.8, [0, 1]), (0.999, [0, 1]), (1, [0, 1, 2])):
        sweep(database, DESK, now=NOON + whole * part)
        assert legal(database) == levels


def test_a_sweep_run_twice_does_nothing_more(database: Database) -> None:
    filed(database)
    assert sweep(database, DESK, now=DUE).fired > 0
    before = fired(database)
    assert sweep(database, DESK, now=DUE) == Swept()
    assert fired(database) == before


def test_a_jump_over_the_whole_period_fires_every_level_once_and_marks_them_late(database: Database) -> None:
    complaint_id = filed(database)
    sweep(database, DESK, now=DUE + timedelta(days=1))
    assert legal(database) == [0, 1, 2]
    with database.reading() as session:
        late = session.scalars(select(Escalation.late).order_by(Escalation.id)).all()
        complaint = session.get_one(Complaint, complaint_id)
        breached = session.scalars(
            select(ComplaintClock.breached_at).where(ComplaintClock.kind == "decision")
        ).one()
    assert all(late)
    assert complaint.level == 2
    assert breached is not None


def test_an_unacknowledged_level_calls_the_next_until_the_top(database: Database) -> None:
    complaint_id = filed(database)
    now = DUE
    for _ in range(12):
        sweep(database, DESK, now=now)
        now += timedelta(days=2)
    assert [level for clock, level in fired(database) if clock == "silence"] == [3, 4]
    with database.reading() as session:
        assert session.get_one(Complaint, complaint_id).level == 4


def test_an_acknowledged_level_does_not_call_the_next(database: Database) -> None:
    filed(database)
    sweep(database, DESK, now=DUE)
    with database.writing() as session:
        for row in session.scalars(select(Escalation)):
            row.acknowledge_by = None
    assert sweep(database, DESK, now=DUE + timedelta(days=30)).fired == 0


@pytest.mark.parametrize("workers", [2, 4])
def test_workers_at_the_same_time_fire_each_level_once(database: Database, workers: int) -> None:
    for _ in range(8):
        filed(database)
    with ThreadPoolExecutor(workers) as pool:
        swept = list(pool.map(lambda _: sweep(database, DESK, now=DUE), range(workers)))
    assert sum(s.fired for s in swept) == len(fired(database)) == 8 * EACH
    with database.reading() as session:
        events = session.scalars(
            select(OutboxEvent.key).where(OutboxEvent.topic == "complaint.escalated")
        ).all()
        entries = session.scalars(
            select(AuditEntry.id).where(AuditEntry.action == "complaint.escalated")
        ).all()
    assert len(events) == len(entries) == 8 * EACH


class Killed(BaseException):
    """Stands for the end of the process: nothing of the worker may catch it."""


def killed_at(number: int, work: Callable[[], object]) -> bool:
    """Run until the given line of this room's code is reached, then die; False when the work ended before."""
    count = 0

    def line(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        if frame.f_code.co_filename not in OWN_CODE:
            return None
        if event == "line":
            count += 1
            if count == number:
                raise Killed
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        work()
    except Killed:
        return True
    finally:
        sys.settrace(before)
    return False


def test_a_worker_killed_at_any_line_leaves_all_to_the_next(database: Database) -> None:
    filed(database)
    deaths, line = 0, 1
    while killed_at(line, lambda: sweep(database, DESK, now=DUE)):
        if (after := fired(database)) != []:
            break  # it had committed before it died
        deaths, line = deaths + 1, line + 3
    else:
        after = fired(database)
    assert deaths > 50
    sweep(database, DESK, now=DUE)
    assert legal(database) == [0, 1, 2]
    assert fired(database) == after


def test_one_bad_case_does_not_hide_the_others(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = filed(database), filed(database)
    real: Callable[..., int] = advance

    def fussy(session: Session, desk: DeskClocks, ids: Sequence[uuid.UUID], *, now: datetime) -> int:
        fired = real(session, desk, ids, now=now)
        if bad in ids:
            raise ValueError
        return fired

    monkeypatch.setattr(sweeping, "advance", fussy)
    swept = sweep(database, DESK, now=DUE)
    assert (swept.looked_at, swept.failed) == (1, 1)
    with database.reading() as session:
        assert set(session.scalars(select(Escalation.complaint_id))) == {good}


def test_a_case_that_somebody_is_changing_is_left_for_the_next_sweep(database: Database) -> None:
    if database.is_sqlite:
        return  # one writer at a time: the sweep waits its turn instead
    held, free = filed(database), filed(database)
    with database.writing() as session:
        session.get_one(Complaint, held, with_for_update=True)
        sweep(database, DESK, now=DUE)
        with database.reading() as other:
            assert set(other.scalars(select(Escalation.complaint_id))) == {free}
    sweep(database, DESK, now=DUE)
    with database.reading() as session:
        assert set(session.scalars(select(Escalation.complaint_id))) == {held, free}


def test_the_audit_chain_is_whole_after_workers_at_the_same_time(database: Database) -> None:
    for _ in range(30):
        filed(database)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: sweep(database, DESK, now=DUE), range(3)))
    with database.reading() as session:
        assert first_flaw(session) is None
        assert session.scalar(select(func.count()).select_from(Escalation)) == 30 * EACH


def test_a_closed_complaint_is_not_escalated(database: Database) -> None:
    complaint_id = filed(database)
    take(database, complaint_id, Action.WITHDRAW)
    assert sweep(database, DESK, now=DUE + timedelta(days=100)) == Swept()


def test_waiting_for_the_customer_stops_internal_clocks_but_not_the_legal_one(database: Database) -> None:
    complaint_id = filed(database)
    take(database, complaint_id, Action.ACKNOWLEDGE, Action.INVESTIGATE, Action.ASK_CUSTOMER)
    with database.reading() as session:
        status = dict(session.execute(select(ComplaintClock.kind, ComplaintClock.status)).all())
    assert status == {
        "decision": "running",
        "acknowledge": "stopped",
        "first_contact": "stopped",
        "plan": "stopped",
        "next_response": "paused",
    }


def test_a_reopened_complaint_gets_new_clocks_and_keeps_the_old(database: Database) -> None:
    complaint_id = filed(database)
    later = NOON + timedelta(days=40)
    take(database, complaint_id, Action.WITHDRAW)
    take(database, complaint_id, Action.REOPEN, now=later)
    with database.reading() as session:
        rounds = session.scalars(
            select(ComplaintClock.round)
            .where(ComplaintClock.kind == "decision")
            .order_by(ComplaintClock.round)
        ).all()
        complaint = session.get_one(Complaint, complaint_id)
    assert rounds == [1, 2]
    assert complaint.due_at == datetime(2027, 1, 15, 16, 0, tzinfo=UTC)
    assert (complaint.is_over, complaint.desk_order, complaint.closed_at) == (False, 0, None)


@pytest.mark.parametrize(
    ("facts", "level", "reason"),
    [
        ({"group_size": 20}, 3, "group_size"),
        ({"group_size": 19}, 0, None),
        ({"media": True}, 3, "media"),
        ({"source": "media"}, 3, "media"),
        ({"source": "12378"}, 3, "regulatory"),
        ({"source": "pboc"}, 3, "regulatory"),
        ({"strong_emotion": True}, 1, "strong_emotion"),
        ({"strong_emotion": True, "media": True}, 3, "media"),
        ({}, 0, None),
    ],
)
def test_some_facts_escalate_at_once(
    database: Database, facts: dict[str, object], level: int, reason: str | None
) -> None:
    complaint_id = filed(database, **facts)
    with database.reading() as session:
        assert session.get_one(Complaint, complaint_id).level == level
        reasons = session.scalars(select(Escalation.reason)).all()
    assert list(reasons) == ([reason] if reason else [])


def test_a_complaint_forwarded_by_the_pboc_has_its_clock_too(database: Database) -> None:
    filed(database, source="pboc")
    with database.reading() as session:
        kinds = set(session.scalars(select(ComplaintClock.kind)))
    assert "forwarded_answer" in kinds


def test_what_is_stored_of_a_clock_equals_its_events(database: Database) -> None:
    complaint_id = filed(database)
    take(database, complaint_id, Action.ACKNOWLEDGE, Action.INVESTIGATE, Action.ASK_CUSTOMER)
    take(database, complaint_id, Action.CUSTOMER_REPLIED, now=NOON + timedelta(days=2))
    sweep(database, DESK, now=DUE)
    take(database, complaint_id, Action.WITHDRAW, now=DUE + timedelta(days=1))
    with database.reading() as session:
        for row in session.scalars(select(ComplaintClock)):
            assert fold(map(event_of, events_of(session, row))) == state_of(row)


def test_the_sweep_looks_only_at_what_is_due(database: Database) -> None:
    for _ in range(5):
        filed(database)
    filed(database, now=NOON - timedelta(days=10))
    assert sweep(database, DESK, now=NOON + timedelta(hours=1)).looked_at == 1


def test_deadlines_over_an_unconfirmed_year_are_marked(database: Database) -> None:
    filed(database, now=datetime(2026, 12, 31, 9, 30, tzinfo=UTC))
    with database.reading() as session:
        estimated = dict(session.execute(select(ComplaintClock.kind, ComplaintClock.estimated)).all())
    assert estimated == {"decision": False, "acknowledge": True, "first_contact": True, "plan": False}


def test_the_assistant_may_not_take_a_step_of_the_staff(database: Database) -> None:
    complaint_id = filed(database)
    with pytest.raises(Exception, match="not for the role"), database.writing() as session:
        complaint = session.get_one(Complaint, complaint_id)
        act(session, DESK, complaint, Action.ACKNOWLEDGE, by=ASSISTANT, role="customer", now=NOON)
