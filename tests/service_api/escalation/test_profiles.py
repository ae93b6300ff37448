"""Profiles and ladder: data that is checked when read, in force from a day on, and able to say other laws."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from service_api.escalation.calendar import OFFICIAL, Shift, WorkingCalendar
from service_api.escalation.clock import apply, begin
from service_api.escalation.policy import steps_of_facts
from service_api.escalation.profiles import Ladder, Profiles, packaged_ladder, packaged_profiles

PROFILES, LADDER = packaged_profiles(), packaged_ladder()


def due(profile_id: str, kind: str, start: datetime) -> datetime:
    (profile,) = [p for p in PROFILES.profiles if p.id == profile_id]
    (clock,) = [c for c in profile.clocks if c.kind == kind]
    place = PROFILES.calendars[profile.calendar]
    calendar = WorkingCalendar(
        ZoneInfo(place.zone), tuple(map(Shift.parse, place.shifts)), OFFICIAL[place.official]
    )
    event = begin(clock.terms(tier="ordinary", complex_case=False), at=start, calendar=calendar)
    return apply(None, event).due_at


@pytest.mark.parametrize(
    ("profile", "kind", "start", "end"),
    [
        ("cbirc", "decision", "2026-11-21T04:00", "2026-12-06T16:00"),
        ("pboc", "forwarded_answer", "2026-11-21T04:00", "2026-12-06T16:00"),
        ("fca", "summary_resolution", "2026-11-20T15:00", "2026-11-26T00:00"),  # Wednesday's end in London
        ("fca", "decision", "2026-09-01T10:00", "2026-10-28T00:00"),  # 8 weeks, summer time between
        ("cfpb", "response", "2026-10-25T12:00", "2026-11-10T05:00"),  # 24:00 in New York, after the change
        ("internal", "acknowledge", "2026-11-20T01:30", "2026-11-20T02:30"),  # one working hour
        ("internal", "first_contact", "2026-11-20T01:30", "2026-11-20T03:30"),  # two, as banks promise
    ],
)
def test_other_laws_can_be_said(profile: str, kind: str, start: str, end: str) -> None:
    moment = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert due(profile, kind, moment) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_a_profile_holds_from_its_day_on_and_the_newest_wins() -> None:
    data = PROFILES.model_dump()
    newer = dict(data["profiles"][0], effective_from=date(2027, 1, 1))
    newer["clocks"] = [dict(newer["clocks"][0], length=10)]
    both = Profiles.model_validate(data | {"profiles": [*data["profiles"], newer]})
    for day, length in ((date(2026, 12, 31), 15), (date(2027, 1, 1), 10)):
        assert both.in_force(day, source="customer")[0].clocks[0].length == length
        clock = both.clock("cbirc", "decision", on=day)
        assert clock is not None
        assert clock.length == length
    assert "cbirc" not in [p.id for p in both.in_force(date(2019, 1, 1), source="customer")]


@pytest.mark.parametrize("kind", ["acknowledge", "first_contact"])
def test_a_higher_tier_has_stricter_targets(kind: str) -> None:
    clock = PROFILES.clock("internal", kind, on=date(2026, 11, 21))
    assert clock is not None
    lengths = [clock.terms(tier=t, complex_case=False).length for t in ("platinum", "quality", "ordinary")]
    assert lengths == sorted(lengths)
    assert len(set(lengths)) == 3


def test_every_kind_of_clock_has_its_place_on_the_ladder() -> None:
    assert {c.kind for p in PROFILES.profiles for c in p.clocks} == set(LADDER.clocks)


@pytest.mark.parametrize(
    "changes",
    [
        {"clocks": {"decision": {50: 1, 80: 1}}},
        {"clocks": {"decision": {101: 1}}},
        {"clocks": {"decision": {50: 9}}},
        {"facts": [{"fact": "weather", "level": 1}]},
        {"facts": [{"fact": "media", "level": 8}]},
        {"levels": []},
        {"surprise": 1},
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Ladder.model_validate(LADDER.model_dump() | changes)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("length", 0),
        ("unit", "fortnights"),
        ("starts_on", ["birthday"]),
        ("pauses_for", ["lunch"]),
        ("by_tier", {"royal": 1}),
    ],
)
def test_a_clock_that_makes_no_sense_is_refused(field: str, value: object) -> None:
    data = PROFILES.model_dump()
    data["profiles"][0]["clocks"][0][field] = value
    with pytest.raises(ValidationError):
        Profiles.model_validate(data)


@pytest.mark.parametrize(
    ("field", "value"),
    [("in_use", ["unknown"]), ("calendars", {}), ("calendars", {"cn": {"zone": "Mars/X"}})],
)
def test_profiles_that_do_not_fit_together_are_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Profiles.model_validate(PROFILES.model_dump() | {field: value})


def test_of_many_facts_the_gravest_fires_once() -> None:
    facts = {"media": 1, "strong_emotion": 1, "repeat_count": 3}
    (step,) = steps_of_facts(facts, ladder=LADDER, now=datetime(2026, 11, 21, tzinfo=UTC))
    assert (step.level, step.reason) == (3, "media")
