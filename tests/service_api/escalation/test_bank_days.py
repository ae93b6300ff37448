"""The bank's opening days follow the table that a supervisor edits."""

import uuid
from datetime import date, datetime

import pytest
from fastapi.testclient import TestClient

from service_api.audit.service import SYSTEM
from service_api.core.database import Database
from service_api.escalation import calendars
from service_api.escalation.bank_days import FRESH_SECONDS, BankDays
from service_api.escalation.profiles import packaged_profiles
from service_api.settings import Settings
from service_api.worker import furnish
from tests.service_api.complaints.conftest import SERVICE
from tests.service_api.conftest import NOON

Headers = dict[str, str]
SATURDAY, MONDAY = date(2026, 11, 21), date(2026, 11, 23)


class Ticks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def lay_down(database: Database, day: date, *, working: bool, now: datetime = NOON) -> None:
    with database.writing() as session:
        calendars.set_day(session, "cn", day, working=working, label="", by=SYSTEM, now=now)


def test_what_is_officially_known_holds_where_the_bank_says_nothing(database: Database) -> None:
    days = BankDays(database, packaged_profiles())
    assert [days(day) for day in (SATURDAY, MONDAY, date(2026, 10, 1), date(2026, 10, 10))] == [
        False,
        True,
        False,
        True,  # a Saturday worked for the National Day week
    ]


def test_another_process_sees_a_change_within_half_a_minute(database: Database) -> None:
    ticks = Ticks()
    days = BankDays(database, packaged_profiles(), seconds=ticks)
    assert not days(SATURDAY)
    lay_down(database, SATURDAY, working=True)
    assert not days(SATURDAY)
    ticks.now += FRESH_SECONDS
    assert days(SATURDAY)


def test_the_process_that_changed_it_sees_it_at_once(database: Database) -> None:
    days = BankDays(database, packaged_profiles())
    database.after_write(days.after_write)
    assert not days(SATURDAY)
    lay_down(database, SATURDAY, working=True)
    assert days(SATURDAY)
    with database.writing() as session:
        calendars.unset_day(session, "cn", SATURDAY, by=SYSTEM, now=NOON)
    assert not days(SATURDAY)


def test_a_day_far_away_is_looked_up_too(database: Database) -> None:
    days = BankDays(database, packaged_profiles())
    assert days(MONDAY)
    far = date(2029, 5, 2)
    lay_down(database, far, working=False)
    assert not days(far)


@pytest.mark.parametrize(("working", "is_open"), [(True, True), (None, False)])
def test_people_are_at_the_desk_on_a_saturday_the_supervisor_calls_worked(
    client: TestClient, staff: dict[str, Headers], talk_id: uuid.UUID, working: bool | None, is_open: bool
) -> None:
    if working is not None:
        day = {"day": SATURDAY.isoformat(), "working": working, "name": "加班"}
        assert client.put("/api/v1/calendars/cn/days", json=day, headers=staff["boss"]).status_code == 204
    url = f"/api/v1/conversations/{talk_id}/handover"
    answer = client.post(url, json={"reason": "requested"}, headers=SERVICE)
    assert (answer.status_code, answer.json()["open"]) == (200, is_open), answer.text


def test_the_worker_follows_the_same_table(settings: Settings, database: Database) -> None:
    lay_down(database, MONDAY, working=False)
    assert not furnish(settings, database).working_day(MONDAY)
