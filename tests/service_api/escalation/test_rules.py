"""A supervisor changes the ladder and the targets: from a day on, with a reason, and nobody's clock jumps."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.models import AuditEntry
from service_api.complaints.models import Complaint
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.escalation.clock import fold
from service_api.escalation.clocks import event_of, events_of, state_of
from service_api.escalation.following import follow_new_rules
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.profiles import packaged_ladder, packaged_profiles
from service_api.escalation.service import DeskClocks
from service_api.escalation.sweep import sweep
from service_api.outbox.models import OutboxEvent
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.conftest import NOON

Headers = dict[str, str]
Content = dict[str, Any]
URL = "/api/v1/rules"
DUE = datetime(2026, 12, 6, 16, 0, tzinfo=UTC)
LADDER: Content = packaged_ladder().model_dump(mode="json")
TARGETS: Content = packaged_profiles().targets.model_dump(mode="json")
DAY = timedelta(days=1)


def a_ladder(**changes: Any) -> Content:
    return copy.deepcopy(LADDER) | changes


def targets(**lengths: int) -> Content:
    """The targets of the files with other lengths for everybody."""
    content = copy.deepcopy(TARGETS)
    for clock in content["clocks"]:
        if clock["kind"] in lengths:
            clock |= {"length": lengths[clock["kind"]], "by_tier": {}}
    return content


def make(
    client: TestClient, who: Headers, kind: str, content: Content, *, based_on: int = 0, **more: Any
) -> Any:
    body = {"content": content, "reason": "年度复核", "based_on": based_on, **more}
    return client.post(f"{URL}/{kind}", json=body, headers=who)


def filed(database: Database, now: datetime = NOON, **facts: Any) -> str:
    with database.writing() as session:
        return a_complaint(session, now=now, **facts).number


def due(database: Database, number: str) -> dict[str, datetime]:
    with database.reading() as session:
        rows = session.execute(
            select(ComplaintClock.kind, ComplaintClock.due_at)
            .join(Complaint, Complaint.id == ComplaintClock.complaint_id)
            .where(Complaint.number == number, ComplaintClock.status == "running")
        )
        return {row.kind: row.due_at for row in rows}


def levels(database: Database, number: str, clock: str = "cbirc.decision#1") -> list[int]:
    with database.reading() as session:
        return sorted(
            session.scalars(
                select(Escalation.level)
                .join(Complaint, Complaint.id == Escalation.complaint_id)
                .where(Complaint.number == number, Escalation.clock == clock)
            )
        )


def test_the_file_is_the_first_version_and_nobody_made_it(
    client: TestClient, staff: dict[str, Headers]
) -> None:
    (only,) = client.get(f"{URL}/ladder", headers=staff["boss"]).json()
    assert (only["number"], only["in_force"], only["made_by"]) == (0, True, "")
    assert client.get(f"{URL}/ladder/0", headers=staff["boss"]).json()["content"] == LADDER


def test_a_change_says_who_when_and_why(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    answer = make(client, staff["boss"], "targets", targets(plan=600))
    assert answer.status_code == 201, answer.text
    newest, first = client.get(f"{URL}/targets", headers=staff["audit"]).json()
    assert (newest["number"], newest["made_by"], newest["reason"]) == (1, "Boss", "年度复核")
    assert datetime.fromisoformat(newest["made_at"]) == NOON
    assert (newest["in_force"], first["in_force"]) == (True, False)
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "rules.changed")).one()
    assert (entry.subject_id, entry.facts["number"]) == ("targets", 1)


def test_a_new_target_holds_for_complaints_filed_from_its_day_on(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    before = filed(database)
    start = (NOON + DAY).isoformat()
    assert make(client, staff["boss"], "targets", targets(plan=600), effective_from=start).status_code == 201
    same_day, after = filed(database, NOON + DAY / 2), filed(database, NOON + DAY)
    follow_new_rules(database, DeskClocks(), now=NOON + DAY)
    assert due(database, before)["plan"] == NOON + timedelta(minutes=1440)
    assert due(database, same_day)["plan"] == NOON + DAY / 2 + timedelta(minutes=1440)
    assert due(database, after)["plan"] == NOON + DAY + timedelta(minutes=600)


def test_legal_periods_are_no_targets_and_stay_as_they_are(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    content = targets(plan=600)
    content["clocks"].append({**content["clocks"][0], "kind": "decision", "statutory": True})
    refused = make(client, staff["boss"], "targets", content)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/bad-rules")
    make(client, staff["boss"], "targets", targets(plan=600), applies_to_open=True)
    assert due(database, filed(database))["decision"] == DUE


def test_open_complaints_follow_only_when_the_change_says_so_and_their_events_add_up(
    client: TestClient, database: Database, staff: dict[str, Headers], clock: FrozenClock
) -> None:
    number = filed(database)
    clock.move(timedelta(hours=1))
    changed = targets(plan=600, acknowledge=45)
    make(client, staff["boss"], "targets", changed, applies_to_open=True)
    later = NOON + timedelta(hours=1)
    assert due(database, number)["plan"] == NOON + timedelta(minutes=1440)
    assert follow_new_rules(database, DeskClocks(), now=later) == 1
    assert follow_new_rules(database, DeskClocks(), now=later) == 0
    found = due(database, number)
    assert found["plan"] == NOON + timedelta(minutes=600)
    assert found["acknowledge"] == datetime(2026, 11, 23, 1, 45, tzinfo=UTC)  # Monday 9:45
    with database.reading() as session:
        for row in session.scalars(select(ComplaintClock)):
            assert fold(map(event_of, events_of(session, row))) == state_of(row)
    (newest, _) = client.get(f"{URL}/targets", headers=staff["boss"]).json()
    assert newest["applied_at"] is not None


def test_a_target_that_is_dropped_stops_in_open_complaints_that_follow(
    client: TestClient, database: Database, staff: dict[str, Headers], clock: FrozenClock
) -> None:
    number = filed(database)
    clock.move(timedelta(minutes=1))
    content = targets()
    content["clocks"] = [c for c in content["clocks"] if c["kind"] != "plan"]
    make(client, staff["boss"], "targets", content, applies_to_open=True)
    follow_new_rules(database, DeskClocks(), now=NOON + timedelta(minutes=1))
    assert set(due(database, number)) == {"decision", "acknowledge", "first_contact"}


def test_a_running_clock_keeps_the_ladder_it_started_under(
    client: TestClient, database: Database, staff: dict[str, Headers], clock: FrozenClock
) -> None:
    before = filed(database)
    clock.move(timedelta(minutes=1))
    only_the_end = {**LADDER["clocks"], "decision": {100: 3}}
    make(client, staff["boss"], "ladder", a_ladder(clocks=only_the_end))
    after = filed(database, NOON + timedelta(minutes=1))
    sweep(database, DeskClocks(), now=DUE)
    assert levels(database, before) == [0, 1, 2]
    assert levels(database, after) == [3]


def test_open_complaints_go_over_to_a_ladder_without_firing_anything_twice(
    client: TestClient, database: Database, staff: dict[str, Headers], clock: FrozenClock
) -> None:
    number = filed(database)
    half = NOON + (DUE - NOON) / 2
    sweep(database, DeskClocks(), now=half)
    assert levels(database, number) == [0]
    clock.move(half - NOON)
    steeper = {**LADDER["clocks"], "decision": {40: 0, 45: 1, 90: 3}}
    make(client, staff["boss"], "ladder", a_ladder(clocks=steeper), applies_to_open=True)
    for _ in range(2):
        follow_new_rules(database, DeskClocks(), now=half)
        sweep(database, DeskClocks(), now=half)
    assert levels(database, number) == [0, 1]
    sweep(database, DeskClocks(), now=DUE)
    assert levels(database, number) == [0, 1, 3]


def test_a_level_keeps_its_name_after_the_ladder_has_changed(
    client: TestClient, database: Database, staff: dict[str, Headers], clock: FrozenClock
) -> None:
    number = filed(database)
    sweep(database, DeskClocks(), now=DUE)
    clock.move(DUE - NOON)
    short = a_ladder(levels=LADDER["levels"][:2], clocks={"decision": {100: 1}}, facts=[])
    assert make(client, staff["boss"], "ladder", short).status_code == 201
    shown = client.get(f"/api/v1/complaints/{number}", headers=staff["boss"]).json()["escalations"]
    assert {e["name"] for e in shown if e["level"] == 2} == {"分行"}


def test_facts_are_looked_at_again_when_open_complaints_follow_a_ladder(
    client: TestClient, database: Database, staff: dict[str, Headers], clock: FrozenClock
) -> None:
    number = filed(database, group_size=7)
    clock.move(timedelta(minutes=1))
    facts = [{"fact": "group_size", "at_least": 5, "level": 3}]
    make(client, staff["boss"], "ladder", a_ladder(facts=facts), applies_to_open=True)
    for _ in range(2):
        follow_new_rules(database, DeskClocks(), now=NOON + timedelta(minutes=1))
    assert levels(database, number, "facts") == [3]


def test_a_ladder_says_whom_a_level_tells_by_what_and_whether_the_customer_hears(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    told = copy.deepcopy(LADDER["levels"])
    told[3] |= {"notify": [{"role": "branch_manager", "at": "own"}], "by": ["webhook"], "tell_customer": True}
    make(client, staff["boss"], "ladder", a_ladder(levels=told))
    filed(database, media=True)
    with database.reading() as session:
        query = select(OutboxEvent.payload).where(OutboxEvent.topic == "complaint.escalated")
        payload = session.scalars(query).one()
    assert (payload["by"], payload["tell_customer"]) == (["webhook"], True)
    assert payload["notify"][0]["role"] == "branch_manager"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"levels": "many"},
        {"clocks": {"decision": {0: 1}}},
        {"clocks": {"lunch": {50: 1}}},
        {"levels": [], "clocks": {}},
        {"facts": [{"fact": "weather", "level": 1}]},
        {"levels": LADDER["levels"][1:]},
        {"levels": [{**LADDER["levels"][0], "zh": "长" * 40_000}]},
        {"surprise": 1},
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused_with_its_faults(
    client: TestClient, database: Database, staff: dict[str, Headers], content: Content
) -> None:
    answer = make(client, staff["boss"], "ladder", {} if content == {} else a_ladder(**content))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/bad-rules")
    assert len(client.get(f"{URL}/ladder", headers=staff["boss"]).json()) == 1


@pytest.mark.parametrize(
    ("more", "status", "problem"),
    [
        ({"effective_from": (NOON - DAY).isoformat()}, 422, "bad-rules"),
        ({"effective_from": "2026-12-01T00:00:00"}, 422, "malformed"),
        ({"reason": ""}, 422, "malformed"),
        ({"reason": "   "}, 422, "bad-rules"),
        ({"based_on": 7}, 409, "rules-changed-meanwhile"),
    ],
)
def test_a_change_needs_a_day_to_come_a_reason_and_the_newest_version(
    client: TestClient, staff: dict[str, Headers], more: Content, status: int, problem: str
) -> None:
    answer = make(client, staff["boss"], "targets", targets(), **more)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")


@pytest.mark.parametrize(("who", "reads", "changes"), [("ann", 403, 403), ("lead", 200, 403)])
def test_only_a_supervisor_changes_rules(
    client: TestClient, staff: dict[str, Headers], who: str, reads: int, changes: int
) -> None:
    assert client.get(f"{URL}/ladder", headers=staff[who]).status_code == reads
    assert make(client, staff[who], "ladder", a_ladder()).status_code == changes
    tried = client.post(f"{URL}/ladder/preview", json={"content": a_ladder()}, headers=staff[who])
    assert tried.status_code == 403
    assert client.get(f"{URL}/weather", headers=staff["boss"]).status_code == 422
    assert client.get(f"{URL}/ladder/9", headers=staff["boss"]).status_code == 404


def test_a_preview_says_what_would_happen_and_changes_nothing(
    client: TestClient, database: Database, staff: dict[str, Headers], clock: FrozenClock
) -> None:
    number = filed(database)
    filed(database, group_size=7)
    half = (DUE - NOON) / 2
    sweep(database, DeskClocks(), now=NOON + half)
    clock.move(half)
    steeper = a_ladder(
        clocks={**LADDER["clocks"], "decision": {50: 0, 48: 1, 90: 2}},
        facts=[{"fact": "group_size", "at_least": 5, "level": 3}],
    )
    shown = client.post(f"{URL}/ladder/preview", json={"content": steeper}, headers=staff["boss"]).json()
    assert shown["counts"] == {"fires": 3}
    assert {
        (e["number"], e["clock"], tuple(e["levels"])) for e in shown["shown"] if e["number"] == number
    } == {(number, "decision", (1,))}
    shown = client.post(
        f"{URL}/targets/preview", json={"content": targets(plan=600)}, headers=staff["boss"]
    ).json()
    assert shown["counts"] == {"earlier": 2}  # both were overdue before and would be so earlier
    assert levels(database, number) == [0]


def test_of_two_versions_with_the_same_day_the_later_one_holds(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    start = (NOON + DAY).isoformat()
    make(client, staff["boss"], "targets", targets(plan=600), effective_from=start)
    make(client, staff["boss"], "targets", targets(plan=700), effective_from=start, based_on=1)
    number = filed(database, NOON + DAY)
    assert due(database, number)["plan"] == NOON + DAY + timedelta(minutes=700)
