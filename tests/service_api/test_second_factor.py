"""The code of an authenticator app: asked for after the password, good once, counted like a password."""

from datetime import timedelta

import pyotp
import pytest
from fastapi.testclient import TestClient

from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.staff import second_factor
from service_api.staff.models import StaffSecondFactor
from service_api.staff.service import add_member
from tests.service_api.signed_in import PEPPER
from tests.service_api.test_staff import PASSWORD, SESSION, lin, sign_in

__all__ = ["lin"]
FACTOR = "/api/v1/staff/me/second-factor"


def app_of(client: TestClient, clock: FrozenClock) -> pyotp.TOTP:
    """Sign in, set up the authenticator app and sign out; the app."""
    csrf = {"X-CSRF-Token": sign_in(client).json()["csrf_token"]}
    app = pyotp.parse_uri(client.post(FACTOR, headers=csrf).json()["address"])
    assert isinstance(app, pyotp.TOTP)
    assert client.put(FACTOR, json={"code": app.at(clock.now())}, headers=csrf).status_code == 204
    client.delete(SESSION, headers=csrf)
    clock.move(timedelta(seconds=30))
    return app


def with_code(client: TestClient, code: str) -> tuple[int, str]:
    answer = client.post(SESSION, json={"username": "lin", "password": PASSWORD, "code": code})
    return answer.status_code, answer.json().get("type", "")


def test_after_the_password_the_code_is_asked_for(lin: None, client: TestClient, clock: FrozenClock) -> None:
    app = app_of(client, clock)

    assert with_code(client, "") == (401, "/problems/second-factor-needed")
    assert with_code(client, app.at(clock.now())) == (201, "")


def test_a_code_is_good_once(lin: None, client: TestClient, clock: FrozenClock) -> None:
    app = app_of(client, clock)
    code = app.at(clock.now())

    assert with_code(client, code)[0] == 201
    assert with_code(client, code) == (401, "/problems/wrong-second-factor")


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_clock_half_a_minute_off_is_forgiven(
    lin: None, client: TestClient, clock: FrozenClock, seconds: int
) -> None:
    app = app_of(client, clock)
    clock.move(timedelta(minutes=5))

    assert with_code(client, app.at(clock.now() + timedelta(seconds=seconds)))[0] == 201


@pytest.mark.parametrize("seconds", [-90, 90])
def test_an_old_code_is_wrong(lin: None, client: TestClient, clock: FrozenClock, seconds: int) -> None:
    app = app_of(client, clock)
    clock.move(timedelta(minutes=5))

    assert with_code(client, app.at(clock.now() + timedelta(seconds=seconds)))[0] == 401


def test_five_wrong_codes_lock_the_name(lin: None, client: TestClient, clock: FrozenClock) -> None:
    app = app_of(client, clock)
    for _ in range(5):
        assert with_code(client, "x")[0] == 401

    assert with_code(client, app.at(clock.now())) == (429, "/problems/locked-out")


def test_a_code_without_the_password_opens_nothing(lin: None, client: TestClient, clock: FrozenClock) -> None:
    code = app_of(client, clock).at(clock.now())

    answer = client.post(SESSION, json={"username": "lin", "password": "wrong", "code": code})
    assert answer.json()["type"] == "/problems/wrong-password"


def test_it_counts_only_once_confirmed(lin: None, client: TestClient) -> None:
    csrf = {"X-CSRF-Token": sign_in(client).json()["csrf_token"]}
    client.post(FACTOR, headers=csrf)
    assert client.put(FACTOR, json={"code": "000000"}, headers=csrf).status_code == 401

    assert sign_in(client).status_code == 201


def test_an_open_session_cannot_replace_the_app(lin: None, client: TestClient, clock: FrozenClock) -> None:
    app = app_of(client, clock)
    opened = client.post(
        SESSION, json={"username": "lin", "password": PASSWORD, "code": app.at(clock.now())}
    ).json()

    answer = client.post(FACTOR, headers={"X-CSRF-Token": opened["csrf_token"]})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/second-factor-enrolled")


def test_the_page_asks_in_a_second_step(lin: None, client: TestClient, clock: FrozenClock) -> None:
    app = app_of(client, clock)

    asked = client.post("/login", data={"username": "lin", "password": PASSWORD, "next": "/desk/complaints"})
    assert "/login/code" in asked.text
    assert "ting_staff" not in client.cookies
    assert client.post("/login/code", data={"code": "123"}).status_code == 401
    let_in = client.post("/login/code", data={"code": app.at(clock.now())}, follow_redirects=False)
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/desk/complaints")


def test_the_second_step_needs_the_first(lin: None, client: TestClient, clock: FrozenClock) -> None:
    code = app_of(client, clock).at(clock.now())
    client.cookies.clear()

    assert client.post("/login/code", data={"code": code}).status_code == 401
    assert "ting_staff" not in client.cookies


def test_the_secret_is_stored_sealed_and_lost_with_the_pepper(database: Database, clock: FrozenClock) -> None:
    with database.writing() as session:
        member = add_member(
            session,
            username="lin",
            display_name="林悦",
            role="agent",
            branch="head-office",
            password=PASSWORD,
            now=clock.now(),
        )
        app = pyotp.parse_uri(second_factor.enrol(session, member, pepper=PEPPER))
        assert isinstance(app, pyotp.TOTP)
        factor = session.get_one(StaffSecondFactor, member.id)
        assert app.secret not in factor.sealed
        code = app.at(clock.now())
        assert not second_factor.confirm(session, member, code=code, now=clock.now(), pepper="another pepper")
        assert second_factor.confirm(session, member, code=code, now=clock.now(), pepper=PEPPER)
