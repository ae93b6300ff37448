"""Every job may run twice; the worker says that it lives and outlives a failing job."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from service_api.audit.service import WORKER
from service_api.complaints.handling import act
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint, FilingKey
from service_api.core import heartbeat
from service_api.core.clock import FrozenClock, SystemClock
from service_api.core.database import Database
from service_api.escalation.models import Escalation
from service_api.outbox.models import OutboxEvent
from service_api.settings import Settings
from service_api.worker import (
    JOBS,
    Desk,
    Job,
    check_audit,
    close_lapsed,
    furnish,
    run_job,
    say_alive,
    schedule,
    tidy,
)
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.conftest import NOON

LATER = NOON + timedelta(days=16)


@pytest.fixture
def desk(settings: Settings, database: Database) -> Desk:
    return furnish(settings, database)


def test_every_job_may_run_twice(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        a_complaint(session)
    for _ in range(2):
        for job in JOBS:
            job.run(desk, LATER)
    with database.reading() as session:
        assert len(session.scalars(select(Escalation)).all()) == 7
        assert set(session.scalars(select(OutboxEvent.state))) == {"done"}


def test_every_job_is_scheduled_and_the_demo_looks_more_often(desk: Desk) -> None:
    clock = FrozenClock(NOON)
    every = {job.id: job.trigger.interval for job in schedule(desk, clock, demo=True).get_jobs()}
    assert every.keys() == {job.name for job in JOBS}
    assert every["escalation"] == timedelta(seconds=2)


def test_a_failing_job_does_not_end_the_worker(desk: Desk) -> None:
    def fail(_desk: Desk, _now: datetime) -> None:
        raise OSError

    run_job(Job("bad", timedelta(1), timedelta(1), fail), desk, FrozenClock(NOON))


def test_the_heartbeat_is_in_machine_time(desk: Desk, database: Database) -> None:
    for _ in range(2):
        say_alive(desk, LATER)
    with database.reading() as session:
        beat = heartbeat.last_beat(session, process=heartbeat.WORKER)
    assert beat is not None
    assert abs(SystemClock().now() - beat) < timedelta(seconds=30)


def test_an_answer_nobody_contests_is_closed_after_thirty_days(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        complaint = a_complaint(session)
        steps = ("acknowledge", "investigate", "propose_decision", "approve_decision", "send_answer")
        for step in steps:
            act(session, desk.desk, complaint, Action(step), by=WORKER, role="supervisor", now=NOON)
    close_lapsed(desk, NOON + timedelta(days=29))
    with database.reading() as session:
        assert session.scalars(select(Complaint.state)).one() == "answered"
    for _ in range(2):
        close_lapsed(desk, NOON + timedelta(days=31))
    with database.reading() as session:
        closed = session.scalars(select(Complaint)).one()
    assert closed.state == "closed"
    assert closed.keep_until is not None
    assert closed.keep_until.year == 2031


def test_old_keys_and_delivered_events_are_forgotten(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        a_complaint(session)
    tidy(desk, NOON + timedelta(days=29))
    with database.reading() as session:
        assert session.scalar(select(FilingKey.key)) is not None
    tidy(desk, NOON + timedelta(days=31))
    with database.reading() as session:
        assert session.scalar(select(FilingKey.key)) is None


def test_the_audit_check_finds_a_whole_chain(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        a_complaint(session)
    assert check_audit(desk, NOON) is None
