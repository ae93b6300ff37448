"""What becomes known after a complaint was filed: facts, repeats, more money, a second look."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.models import AuditEntry
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from tests.service_api.complaints.calls import URL, Headers, filed
from tests.service_api.conftest import NOON

DRAFT = {"findings": "误收", "basis": "资费标准", "reasons": "卡片未激活", "remedies": "退还"}
STRAIGHT = ("acknowledge", "investigate")


def seen(client: TestClient, who: Headers, number: str) -> dict[str, Any]:
    view: dict[str, Any] = client.get(f"{URL}/{number}", headers=who).json()
    return view


def change(
    client: TestClient, who: Headers, number: str, path: str, method: str = "post", **body: Any
) -> Any:
    headers = {**who, "If-Match": f'"v{seen(client, who, number)["version"]}"'}
    return client.request(method, f"{URL}/{number}{path}", json=body, headers=headers)


def step(client: TestClient, who: Headers, number: str, *actions: str) -> Any:
    for action in actions:
        answer = change(client, who, number, "/actions", action=action)
    return answer


def decided(client: TestClient, who: Headers, number: str, *steps: str, language: str = "zh") -> Any:
    answer = change(client, who, number, "/decisions", **DRAFT, language=language)
    for one in steps:
        answer = change(client, who, number, f"/decisions/{one}")
    return answer


def running(view: dict[str, Any]) -> set[str]:
    return {clock["kind"] for clock in view["clocks"] if clock["state"] == "running"}


# --- the notice ---


@pytest.mark.parametrize(
    ("language", "ways"),
    [
        ("zh", ("30 日内", "核查", "调解", "仲裁", "诉讼")),
        ("en", ("within 30 days", "review", "mediation", "arbitration", "court")),
    ],
)
def test_the_notice_names_every_way_to_go_on_in_its_language(
    client: TestClient, database: Database, staff: dict[str, Headers], language: str, ways: tuple[str, ...]
) -> None:
    number = filed(database)
    step(client, staff["ann"], number, *STRAIGHT)
    notice = decided(client, staff["ann"], number, language=language).json()
    assert [way for way in ways if way not in notice["ways"]] == []


def test_a_decision_approved_alone_is_not_sent_once_more_was_promised_than_one_may_decide(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database)
    step(client, staff["ann"], number, *STRAIGHT)
    assert decided(client, staff["ann"], number, "approve").status_code == 200
    promise = {"kind": "refund", "money": {"amount": "10000.00"}, "reason": "误收"}
    assert change(client, staff["boss"], number, "/redress", **promise).status_code == 201
    refused = change(client, staff["ann"], number, "/decisions/send")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/second-person-needed")
    change(client, staff["lead"], number, "/decisions/return")
    decided(client, staff["ann"], number)
    change(client, staff["lead"], number, "/decisions/approve")
    assert change(client, staff["ann"], number, "/decisions/send").json()["state"] == "answered"


def test_a_review_is_decided_by_a_second_person(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database)
    step(client, staff["ann"], number, *STRAIGHT)
    decided(client, staff["ann"], number, "approve", "send")
    assert step(client, staff["ann"], number, "reject").json()["state"] == "review"
    assert decided(client, staff["ann"], number, "approve").status_code == 403
    assert change(client, staff["lead"], number, "/decisions/approve").status_code == 200


# --- the same matter ---


def test_new_facts_start_the_periods_anew_and_no_target_that_lies_behind(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    first, again = filed(database), filed(database)
    step(client, staff["ann"], first, *STRAIGHT)
    assert change(client, staff["lead"], again, "/merge", into=first, new_facts=True).status_code == 204
    view = seen(client, staff["lead"], first)
    assert (view["state"], view["repeat_count"]) == ("investigating", 1)
    assert running(view) == {"decision", "plan", "next_response", "first_contact"}


def test_new_facts_about_what_was_answered_are_no_merger(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    first, again = filed(database), filed(database)
    step(client, staff["ann"], first, *STRAIGHT)
    decided(client, staff["ann"], first, "approve", "send")
    refused = change(client, staff["lead"], again, "/merge", into=first, new_facts=True)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/cannot-merge")
    assert running(seen(client, staff["lead"], first)) == set()
    assert change(client, staff["lead"], again, "/merge", into=first).status_code == 204


def test_a_merger_is_taken_back_by_opening_the_case_again(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    first, again = filed(database), filed(database)
    change(client, staff["lead"], again, "/merge", into=first)
    assert seen(client, staff["boss"], first)["repeat_count"] == 1
    view = step(client, staff["lead"], again, "reopen").json()
    assert (view["state"], view["merged_into"]) == ("investigating", None)
    assert "decision" in running(view)
    assert seen(client, staff["boss"], first)["repeat_count"] == 0
    lines = client.get(f"{URL}/{again}/timeline", headers=staff["boss"]).json()["items"]
    (opened,) = [line for line in lines if line["action"] == "complaint.reopen"]
    assert opened["facts"]["parted_from"] == first


def test_a_case_opened_again_is_not_called_answered(
    client: TestClient, database: Database, staff: dict[str, Headers], clock: FrozenClock
) -> None:
    number = filed(database)
    step(client, staff["ann"], number, *STRAIGHT)
    decided(client, staff["ann"], number, "approve", "send")
    step(client, staff["ann"], number, "accept")
    view = step(client, staff["lead"], number, "reopen").json()
    assert (view["answered_at"], view["closed_at"]) == (None, None)
    notices = client.get(f"{URL}/{number}/decisions", headers=staff["lead"]).json()
    assert notices[0]["sent_at"] is not None


# --- facts ---


@pytest.mark.parametrize(
    ("facts", "level", "reason"),
    [
        ({"media": True}, 3, "media"),
        ({"regulatory": True}, 3, "regulatory"),
        ({"group_size": 20}, 3, "group_size"),
        ({"strong_emotion": True}, 1, "strong_emotion"),
        ({"cause": "disclosure"}, 0, None),
        ({"group_size": 19}, 0, None),
    ],
)
def test_the_ladder_follows_what_is_learnt_later(
    client: TestClient,
    database: Database,
    staff: dict[str, Headers],
    facts: dict[str, Any],
    level: int,
    reason: str | None,
) -> None:
    number = filed(database)
    for _ in range(2):
        view = change(client, staff["ann"], number, "", "patch", **facts).json()
    assert view["level"] == level
    assert [one["reason"] for one in view["escalations"]] == ([reason] if reason else [])
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "complaint.classified")).one()
    assert entry.facts["after"] == facts


def test_a_case_flagged_later_needs_a_second_person_too(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database)
    step(client, staff["ann"], number, *STRAIGHT)
    change(client, staff["ann"], number, "", "patch", legal=True)
    refused = decided(client, staff["ann"], number, "approve")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/second-person-needed")


@pytest.mark.parametrize("facts", [{"legal": False}, {"group_size": 1}])
def test_only_who_approves_makes_a_case_weigh_less(
    client: TestClient, database: Database, staff: dict[str, Headers], facts: dict[str, Any]
) -> None:
    number = filed(database, legal=True, group_size=5)
    assert change(client, staff["ann"], number, "", "patch", **facts).status_code == 403
    assert change(client, staff["lead"], number, "", "patch", **facts).status_code == 200


def test_another_business_takes_a_product_away_that_it_does_not_have(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database, business="loan", product="home-loan")
    view = change(client, staff["ann"], number, "", "patch", business="credit-card").json()
    assert (view["business"], view["product"]) == ("credit-card", "")


@pytest.mark.parametrize(
    "facts",
    [
        {"business": "crypto"},
        {"cause": "bad-luck"},
        {"product": "moon-loan"},
        {"product": "home-loan"},
        {"branch": "../etc"},
        {"group_size": 0},
        {"media": "perhaps"},
        {"state": "closed"},
    ],
)
def test_facts_that_make_no_sense_are_refused(
    client: TestClient, database: Database, staff: dict[str, Headers], facts: dict[str, Any]
) -> None:
    number = filed(database)
    answer = change(client, staff["boss"], number, "", "patch", **facts)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/malformed")


def test_facts_are_learnt_on_the_version_that_was_seen(
    client: TestClient, database: Database, staff: dict[str, Headers]
) -> None:
    number = filed(database, now=NOON)
    stale = {**staff["ann"], "If-Match": '"v1"'}
    assert client.patch(f"{URL}/{number}", json={"media": True}, headers=stale).status_code == 412
    assert client.patch(f"{URL}/{number}", json={"media": True}, headers=staff["ann"]).status_code == 428
    assert seen(client, staff["boss"], number)["level"] == 0
