"""Events are delivered at least once, effects exactly once, and nothing is lost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.core.database import Database
from service_api.outbox import queries, service
from service_api.outbox.models import OutboxEvent
from service_api.outbox.service import Event, Handlers, Round
from tests.service_api.conftest import NOON

NOBODY = Handlers(effects={}, sendings={})


def an_event(database: Database, *, key: str = "k", topic: str = "t") -> bool:
    with database.writing() as session:
        return service.write(session, topic=topic, key=key, payload={"n": 1}, now=NOON)


def the_event(database: Database) -> OutboxEvent:
    with database.reading() as session:
        return session.scalars(select(OutboxEvent)).one()


def sending(into: list[str]) -> Handlers:
    return Handlers(effects={}, sendings={"t": lambda event, _now: into.append(event.key)})


def failing(*_: Any) -> None:
    raise ConnectionError


def test_the_same_key_is_written_once(database: Database) -> None:
    assert an_event(database)
    assert not an_event(database)
    assert the_event(database).payload == {"n": 1}


def test_an_event_of_a_rolled_back_deed_does_not_exist(database: Database) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        service.write(session, topic="t", key="k", payload={}, now=NOON)
        raise RuntimeError
    assert service.deliver(database, sending([]), now=NOON) == Round()


def test_a_delivered_event_is_not_delivered_again(database: Database) -> None:
    an_event(database)
    sent: list[str] = []
    assert service.deliver(database, sending(sent), now=NOON) == Round(done=1)
    assert service.deliver(database, sending(sent), now=NOON + timedelta(days=1)) == Round()
    assert sent == ["k"]


def test_events_are_delivered_oldest_first(database: Database) -> None:
    for key in ("a", "b", "c"):
        an_event(database, key=key)
    sent: list[str] = []
    service.deliver(database, sending(sent), now=NOON)
    assert sent == ["a", "b", "c"]


def test_a_failing_event_waits_longer_each_time_and_holds_up_no_other(database: Database) -> None:
    an_event(database, key="bad", topic="bad")
    an_event(database, key="good")
    sent: list[str] = []
    handlers = Handlers(
        effects={}, sendings={"t": lambda event, _now: sent.append(event.key), "bad": failing}
    )
    assert service.deliver(database, handlers, now=NOON) == Round(done=1, failed=1)
    assert service.deliver(database, handlers, now=NOON + timedelta(seconds=4)) == Round()
    assert service.deliver(database, handlers, now=NOON + timedelta(seconds=5)) == Round(failed=1)
    assert service.deliver(database, handlers, now=NOON + timedelta(seconds=14)) == Round()
    assert sent == ["good"]


def test_after_ten_failures_an_event_is_a_dead_letter_that_can_be_replayed(database: Database) -> None:
    an_event(database)
    now = NOON
    bad = Handlers(effects={"t": failing}, sendings={})
    for _ in range(service.MOST_ATTEMPTS):
        service.deliver(database, bad, now=now)
        now += service.LONGEST_WAIT
    with database.writing() as session:
        (letter,) = queries.dead_letters(session)
        assert letter.last_error == "ConnectionError"
        assert service.replay(session, event_id=letter.id, now=now)
        assert not service.replay(session, event_id=letter.id, now=now)
    sent: list[str] = []
    assert service.deliver(database, sending(sent), now=now) == Round(done=1)


def test_a_worker_that_died_leaves_its_event_to_the_next(database: Database) -> None:
    an_event(database)
    service._take(database, now=NOON, limit=1)  # taken up, then killed
    sent: list[str] = []
    assert service.deliver(database, sending(sent), now=NOON + timedelta(seconds=59)) == Round()
    assert service.deliver(database, sending(sent), now=NOON + service.LEASE) == Round(done=1)


def test_a_slow_worker_whose_lease_ran_out_does_not_apply_an_effect_twice(database: Database) -> None:
    an_event(database)
    applied: list[int] = []
    handlers = Handlers(effects={"t": lambda _s, event, _now: applied.append(event.attempt)}, sendings={})
    (slow,) = service._take(database, now=NOON, limit=1)
    service.deliver(database, handlers, now=NOON + service.LEASE)
    assert service._handle(database, handlers, slow, now=NOON + service.LEASE) is None
    assert applied == [2]


def test_an_effect_that_fails_leaves_nothing_behind(database: Database) -> None:
    an_event(database)

    def half(session: Session, event: Event, now: datetime) -> None:
        service.write(session, topic="t", key="second", payload={}, now=now)
        raise ValueError

    service.deliver(database, Handlers(effects={"t": half}, sendings={}), now=NOON)
    assert the_event(database).state == "pending"


def test_an_event_without_a_handler_is_kept_and_says_so(database: Database) -> None:
    an_event(database)
    assert service.deliver(database, NOBODY, now=NOON) == Round(failed=1)
    assert the_event(database).last_error == "no handler"


def test_a_topic_has_one_handler() -> None:
    with pytest.raises(ValueError, match="two handlers"):
        Handlers(effects={"t": failing}, sendings={"t": failing})


def test_waits_double_up_to_six_hours() -> None:
    assert [service.wait_before(n).total_seconds() for n in (1, 2, 3)] == [5, 10, 20]
    assert service.wait_before(30) == timedelta(hours=6)


def test_delivered_events_are_forgotten_dead_ones_kept(database: Database) -> None:
    an_event(database)
    service.deliver(database, sending([]), now=NOON)
    with database.writing() as session:
        assert service.forget_done(session, before=NOON) == 0
        assert service.forget_done(session, before=NOON + timedelta(seconds=1)) == 1
