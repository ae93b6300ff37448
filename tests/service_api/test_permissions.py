"""Every door with every kind of caller, against the table of who may pass (permissions.yml)."""

import dataclasses
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from argon2 import PasswordHasher
from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.testclient import TestClient
from sqlalchemy import update

from service_api.app import furnish, rooms
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.staff.api import COOKIE
from service_api.staff.models import StaffMember
from tests.service_api.conftest import NOON, SERVICE_TOKEN, settings_in
from tests.service_api.permission_walk import CALLERS, ROLES, Untouched, World, a_world, doors_of
from tests.service_api.stand_in import StandIn
from tests.service_api.visitor import Visitor

UNREADABLE = 400  # what this walk's app answers to a request that no endpoint would read
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclasses.dataclass(frozen=True, slots=True)
class Door:
    """A row of the table; `call` is what makes the request a sensible one."""

    method: str
    path: str
    may: frozenset[str]
    call: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@cache
def table() -> dict[str, Door]:
    written = yaml.safe_load(Path(__file__).with_name("permissions.yml").read_text(encoding="utf-8"))
    groups = {name: frozenset(members) for name, members in written["groups"].items()}
    found = {}
    for name, row in written["doors"].items():
        method, _, path = name.partition(" ")
        call = dict(row) if isinstance(row, dict) else {"may": row}
        found[name] = Door(method, path, groups[call.pop("may")], call)
    return found


@pytest.fixture(scope="module")
def world(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[TestClient, World]]:
    """An app of its own, in which whatever a call changes is undone at its end."""
    folder = tmp_path_factory.mktemp("permissions")
    (folder / "ting.db").write_bytes(migrated_file.read_bytes())
    settings = settings_in(folder)
    database = Database(f"sqlite:///{folder / 'ting.db'}")
    app = rooms(demo=True)
    app.add_exception_handler(
        RequestValidationError, lambda _request, _error: Response(status_code=UNREADABLE)
    )
    furnish(app, settings, database, FrozenClock(NOON), assistant=StandIn().transport)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        visitor = Visitor(client)
        with database.writing() as session:
            made = a_world(session, conversation_id=visitor.conversation_id)
            quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("right")
            session.execute(update(StaffMember).values(password_hash=quick))
        made.headers["nobody"] = {}
        made.headers["visitor"] = visitor.headers
        made.headers["service"] = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
        app.state.database = Untouched(str(database.engine.url))
        yield client, made
        app.state.database.close()
    database.close()


def test_the_table_names_every_door_and_no_other(house: FastAPI) -> None:
    assert doors_of(house) == set(table())


@pytest.mark.parametrize("caller", CALLERS)
def test_a_caller_passes_the_doors_of_the_table_and_no_other(
    world: tuple[TestClient, World], caller: str
) -> None:
    client, made = world
    wrong = {}
    for door in table().values():
        if door.method == "WS":
            continue
        answer = knock(client, made, door, {**made.headers[caller], "X-CSRF-Token": "csrf"})
        if is_shut(answer) != (caller not in door.may) or answer.status_code in {UNREADABLE, 405, 500}:
            wrong[door.name] = answer.status_code
    assert not wrong


@pytest.mark.parametrize("caller", CALLERS)
def test_the_line_of_the_chat_is_the_visitors(world: tuple[TestClient, World], caller: str) -> None:
    client, made = world
    token = made.headers[caller].get("Authorization", "").removeprefix("Bearer ")
    with client.websocket_connect("/chat/ws") as line:
        line.send_json({"type": "hello", "token": token, "after": 0})
        let_in = line.receive_json()["type"] == "messages"
    assert let_in == (caller in table()["WS /chat/ws"].may)


def test_no_change_rides_on_the_cookie_without_the_forms_token(world: tuple[TestClient, World]) -> None:
    client, made = world
    wrong = {}
    for door in table().values():
        roles = [role for role in reversed(ROLES) if role in door.may]
        if door.method not in CHANGING or not roles or "nobody" in door.may:
            continue
        token = made.headers[roles[-1]]["Authorization"].removeprefix("Bearer ")
        for given in ({}, {"X-CSRF-Token": "of another session"}):
            answer = knock(client, made, door, {"Cookie": f"{COOKIE}={token}", **given})
            if answer.status_code != 403:
                wrong[door.name] = answer.status_code
    assert not wrong


def knock(
    client: TestClient, world: World, door: Door, headers: dict[str, str]
) -> Any:  # the test client's own class of answers
    """Call a door with the example of its row."""
    call = world.filled(door.call)
    places = world.things | call.pop("path", {})
    path = door.path.replace("*", places.pop("*", "")).format_map(places)
    version = '"v1"' if "/articles" in path else f'"v{world.things["version"]}"'
    sent: dict[str, Any] = {"json": call.get("json"), "params": call.get("query"), "data": call.get("form")}
    if "file" in call:
        sent["files"] = {"file": ("a.txt", call["file"], "text/plain")}
    client.cookies.clear()
    return client.request(
        door.method,
        path,
        content=call.get("content"),
        headers={"If-Match": version, **headers, **call.get("headers", {})},
        **{name: value for name, value in sent.items() if value is not None},
    )


def is_shut(answer: Any) -> bool:
    """Refused, or shown the way to the sign-in page."""
    to_sign_in = answer.headers.get("location", "").startswith("/login?next=")
    return answer.status_code in {401, 403} or to_sign_in
