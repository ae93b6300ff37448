"""Sign-in of the bank's people: by password, within limits, ended on the server."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.staff import service
from service_api.staff.models import ROLES, StaffMember, StaffSession
from service_api.staff.roles import PERMISSIONS, Permission

SESSION = "/api/v1/staff/session"
PASSWORD = "correct horse battery"


@pytest.fixture
def lin(database: Database, clock: FrozenClock) -> Iterator[None]:
    with database.writing() as session:
        service.add_member(
            session,
            username="lin",
            display_name="林悦",
            role="agent",
            branch="head-office",
            password=PASSWORD,
            now=clock.now(),
        )
    yield


def sign_in(client: TestClient, password: str = PASSWORD, username: str = "lin") -> Any:
    return client.post(SESSION, json={"username": username, "password": password})


def test_the_right_password_opens_a_session(lin: None, client: TestClient) -> None:
    opened = sign_in(client)

    assert opened.status_code == 201
    assert (opened.json()["role"], opened.json()["display_name"]) == ("agent", "林悦")
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert client.get(SESSION).json()["username"] == "lin"


def test_a_wrong_password_and_an_unknown_name_look_the_same(lin: None, client: TestClient) -> None:
    wrong, unknown = sign_in(client, "wrong"), sign_in(client, username="nobody")

    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.json()["type"] == "/problems/wrong-password"


def test_five_wrong_passwords_lock_the_name_for_a_quarter_of_an_hour(
    lin: None, client: TestClient, clock: FrozenClock
) -> None:
    for _ in range(5):
        assert sign_in(client, "wrong").status_code == 401
    assert sign_in(client).status_code == 429

    clock.move(timedelta(minutes=15))
    assert sign_in(client).status_code == 201


def test_a_session_ends_with_its_hours_and_by_signing_out(
    lin: None, client: TestClient, clock: FrozenClock
) -> None:
    csrf = sign_in(client).json()["csrf_token"]
    assert client.delete(SESSION, headers={"X-CSRF-Token": csrf}).status_code == 204
    assert client.get(SESSION).status_code == 401

    sign_in(client)
    clock.move(timedelta(hours=10))
    assert client.get(SESSION).status_code == 401


@pytest.mark.parametrize("token", ["", "forged"])
def test_a_change_by_cookie_needs_the_token_of_our_own_page(
    lin: None, client: TestClient, token: str
) -> None:
    sign_in(client)

    assert client.delete(SESSION, headers={"X-CSRF-Token": token}).status_code == 403
    assert client.get(SESSION).status_code == 200


def test_who_has_left_is_out_at_once(lin: None, client: TestClient, database: Database) -> None:
    sign_in(client)
    with database.writing() as session:
        session.scalars(select(StaffMember)).one().active = False

    assert client.get(SESSION).status_code == 401
    assert sign_in(client).status_code == 401


def test_only_the_hash_of_a_session_is_stored(lin: None, client: TestClient, database: Database) -> None:
    sign_in(client)
    token = client.cookies["ting_staff"]

    with database.reading() as session:
        assert token not in session.scalars(select(StaffSession.token_hash)).one()


def test_every_role_has_its_rights_and_an_auditor_changes_nothing() -> None:
    assert PERMISSIONS.keys() == set(ROLES)
    changing = {
        Permission.ANSWER_CUSTOMERS,
        Permission.HANDLE_COMPLAINTS,
        Permission.APPROVE,
        Permission.ORGANISE,
        Permission.MANAGE_ARTICLES,
        Permission.MANAGE_SETTINGS,
    }
    assert not PERMISSIONS["auditor"] & changing
