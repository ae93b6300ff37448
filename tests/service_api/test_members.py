"""The list of staff: changed by those who may, on record, and with effect at once."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.models import AuditEntry
from service_api.core.database import Database
from service_api.core.migrate import migrate
from service_api.staff.models import StaffMember
from tests.service_api.signed_in import a_member, a_session

MEMBERS = "/api/v1/staff/members"
NEW = {"username": "zhao.min", "display_name": "赵敏", "role": "agent", "email": "zm@tinglan.example"}


@pytest.fixture
def people(database: Database) -> dict[str, dict[str, str]]:
    with database.writing() as session:
        return {
            name: a_session(session, a_member(session, name, role=role))
            for name, role in (
                ("liu", "supervisor"),
                ("he", "supervisor"),
                ("lin", "agent"),
                ("zhou", "team_lead"),
            )
        }


def id_of(client: TestClient, headers: dict[str, str], username: str) -> Any:
    return next(
        one["id"] for one in client.get(MEMBERS, headers=headers).json() if one["username"] == username
    )


def test_a_new_person_signs_in_with_the_password_shown_once(
    client: TestClient, people: dict[str, dict[str, str]]
) -> None:
    added = client.post(MEMBERS, json=NEW, headers=people["liu"])

    assert added.status_code == 201
    signing_in = {"username": "zhao.min", "password": added.json()["password"]}
    assert client.post("/api/v1/staff/session", json=signing_in).status_code == 201
    assert "password" not in client.get(MEMBERS, headers=people["liu"]).text


def test_a_name_is_given_once(client: TestClient, people: dict[str, dict[str, str]]) -> None:
    client.post(MEMBERS, json=NEW, headers=people["liu"])
    again = client.post(MEMBERS, json=NEW, headers=people["liu"])
    assert (again.status_code, again.json()["type"]) == (409, "/problems/name-taken")


@pytest.mark.parametrize("who", ["lin", "zhou"])
def test_only_who_manages_settings_sees_or_changes_the_list(
    client: TestClient, people: dict[str, dict[str, str]], who: str
) -> None:
    assert client.get(MEMBERS, headers=people[who]).status_code == 403
    assert client.post(MEMBERS, json=NEW, headers=people[who]).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "Has Space"},
        {"username": "<b>"},
        {"role": "root"},
        {"email": "no address"},
        {"display_name": ""},
        {"branch": "上海"},
        {"rights": "all"},
    ],
)
def test_bad_input_is_refused(
    client: TestClient, people: dict[str, dict[str, str]], wrong: dict[str, str]
) -> None:
    answer = client.post(MEMBERS, json=NEW | wrong, headers=people["liu"])
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/malformed")


def test_a_new_role_takes_effect_at_once_and_is_on_record(
    client: TestClient, people: dict[str, dict[str, str]], database: Database
) -> None:
    staff_id = id_of(client, people["liu"], "lin")
    changed = client.patch(f"{MEMBERS}/{staff_id}", json={"role": "team_lead"}, headers=people["liu"])

    assert changed.json()["role"] == "team_lead"
    assert client.get("/api/v1/staff/session", headers=people["lin"]).status_code == 401
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "staff.changed")).one()
        assert entry.facts == {"before": {"role": "agent"}, "after": {"role": "team_lead"}}


def test_a_change_that_changes_nothing_leaves_no_trace(
    client: TestClient, people: dict[str, dict[str, str]], database: Database
) -> None:
    staff_id = id_of(client, people["liu"], "lin")
    assert (
        client.patch(f"{MEMBERS}/{staff_id}", json={"role": "agent"}, headers=people["liu"]).status_code
        == 200
    )

    assert client.get("/api/v1/staff/session", headers=people["lin"]).status_code == 200
    with database.reading() as session:
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "staff.changed")).all() == []


@pytest.mark.parametrize("change", [{"role": "agent"}, {"active": False}])
def test_nobody_changes_their_own_role_or_leaves_by_their_own_hand(
    client: TestClient, people: dict[str, dict[str, str]], change: dict[str, object]
) -> None:
    own = id_of(client, people["liu"], "liu")
    answer = client.patch(f"{MEMBERS}/{own}", json=change, headers=people["liu"])
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-yourself")
    assert client.patch(f"{MEMBERS}/{own}", json=change, headers=people["he"]).status_code == 200


def test_a_reset_password_ends_the_sessions(
    client: TestClient, people: dict[str, dict[str, str]], database: Database
) -> None:
    staff_id = id_of(client, people["liu"], "lin")
    fresh = client.post(f"{MEMBERS}/{staff_id}/password", headers=people["liu"]).json()["password"]

    assert client.get("/api/v1/staff/session", headers=people["lin"]).status_code == 401
    assert (
        client.post("/api/v1/staff/session", json={"username": "lin", "password": fresh}).status_code == 201
    )


def test_ones_own_password_is_changed_with_the_old_one(
    client: TestClient, people: dict[str, dict[str, str]], database: Database
) -> None:
    first = client.post(MEMBERS, json=NEW, headers=people["liu"]).json()["password"]
    here = client.post("/api/v1/staff/session", json={"username": "zhao.min", "password": first}).json()
    csrf = {"X-CSRF-Token": here["csrf_token"]}

    def change(current: str, new: str) -> tuple[int, str]:
        answer = client.put("/api/v1/staff/me/password", json={"current": current, "new": new}, headers=csrf)
        return answer.status_code, answer.json()["type"] if answer.content else ""

    assert change("wrong", "a long enough one") == (401, "/problems/wrong-password")
    assert change(first, "short") == (422, "/problems/weak-password")
    assert change(first, "a long enough one") == (204, "")
    assert client.get("/api/v1/staff/session").status_code == 200
    with database.reading() as session:
        assert (
            session.scalars(select(StaffMember).where(StaffMember.username == "zhao.min"))
            .one()
            .failed_sign_ins
            == 0
        )


def test_an_unknown_person_is_not_found(client: TestClient, people: dict[str, dict[str, str]]) -> None:
    unknown = f"{MEMBERS}/00000000-0000-0000-0000-000000000000"
    assert client.patch(unknown, json={}, headers=people["liu"]).status_code == 404


def test_the_first_person_of_a_new_installation_is_added_on_the_command_line(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/ting.db")
    migrate(database)
    secrets = {
        f"TING_{name}": "long enough a secret" for name in ("RASA_SECRET", "SERVICE_TOKEN", "CODE_PEPPER")
    }
    environment = os.environ | secrets | {"TING_DATA_DIR": str(tmp_path), "TING_DATABASE_URL": ""}

    def add(name: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "service_api", "staff", "add", name, "--name", "刘洋"]
        return subprocess.run(command, env=environment, check=False, capture_output=True, text=True)

    added = add("liu.yang")
    assert added.returncode == 0, added.stderr
    with database.reading() as session:
        member = session.scalars(select(StaffMember)).one()
        assert (member.username, member.display_name, member.role) == ("liu.yang", "刘洋", "supervisor")
    assert add("liu.yang").returncode == 1
    assert add("not a name").returncode == 1
    database.close()
