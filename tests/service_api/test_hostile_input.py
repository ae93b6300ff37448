"""No door answers a strange value with an error of our own, and the API says what is wrong as a problem."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service_api.app import furnish, rooms
from service_api.articles.index import LiveIndex
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.core.problems import MEDIA_TYPE
from service_api.desk.case_steps import CASE_STEPS
from service_api.desk.complaint_steps import STEPS
from tests.service_api.conftest import NOON, SERVICE_TOKEN, settings_in
from tests.service_api.desk.conftest import Shelf
from tests.service_api.hostile import TEXTS, Try, routes_of, sendable, tries_of
from tests.service_api.permission_walk import CALLERS, Untouched, World, a_world
from tests.service_api.postgresql import Cluster
from tests.service_api.stand_in import StandIn
from tests.service_api.test_permissions import Door, table
from tests.service_api.visitor import Visitor

SPOKEN_TO_BY_PROGRAMS = ("/api/", "/chat/")
CASE_FIELDS = (
    *("text", "reason", "username", "how", "amount", "currency", "kind", "whom", "into", "other"),
    *("clock", "line", "escalation", "business", "cause", "group_size"),
    *("findings", "basis", "reasons", "remedies"),
)
House = tuple[FastAPI, TestClient, World]


@pytest.fixture(scope="module")
def house_of_all(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[House]:
    """An app of its own, in which whatever a call changes is undone at its end."""
    folder = tmp_path_factory.mktemp("hostile")
    with ExitStack() as stack:
        if os.environ.get("TING_TESTS_ON") == "postgresql":
            cluster: Cluster = request.getfixturevalue("cluster")
            database = stack.enter_context(cluster.database())
        else:
            (folder / "ting.db").write_bytes(migrated_file.read_bytes())
            database = Database(f"sqlite:///{folder / 'ting.db'}")
            stack.callback(database.close)
        app = rooms(demo=True)
        furnish(app, settings_in(folder), database, FrozenClock(NOON), assistant=StandIn().transport)
        app.state.index = LiveIndex(Shelf)
        app.state.index.try_to_open()
        client = stack.enter_context(TestClient(app, raise_server_exceptions=False, follow_redirects=False))
        visitor = Visitor(client)
        with database.writing() as session:
            made = a_world(session, conversation_id=visitor.conversation_id)
        made.headers["nobody"] = {}
        made.headers["visitor"] = visitor.headers
        made.headers["service"] = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
        app.state.database = Untouched(database.engine.url.render_as_string(hide_password=False))
        stack.callback(app.state.database.close)
        yield app, client, made


@pytest.mark.parametrize("half", ["pages", "programs"])
def test_no_door_breaks_on_a_strange_value(house_of_all: House, half: str) -> None:
    app, client, world = house_of_all
    routes = routes_of(app)
    wrong = []
    for door in table().values():
        by_programs = door.path.startswith(SPOKEN_TO_BY_PROGRAMS)
        if door.name not in routes or by_programs is not (half == "programs"):
            continue
        sensible = _sensible(world, door)
        for one in tries_of(routes[door.name], sensible):
            answer = _knock(client, world, door, sensible, one)
            if _is_wrong(answer, by_programs=by_programs):
                wrong.append((door.name, one.place, str(one.value)[:40], answer.status_code))
    assert not wrong, wrong


@pytest.mark.parametrize("text", TEXTS)
def test_no_step_of_a_case_breaks_on_a_strange_value(house_of_all: House, text: str) -> None:
    _, client, world = house_of_all
    door = table()["POST /desk/complaints/{number}/{step}"]
    strange = {"version": world.things["version"], **dict.fromkeys(CASE_FIELDS, sendable(text))}
    answers = {
        step: _knock(client, world, door, {}, Try("form", text, {"step": step}, {"data": strange}))
        for step in (*STEPS, *CASE_STEPS)
    }
    assert {step: answer.status_code for step, answer in answers.items() if answer.status_code >= 500} == {}


def _sensible(world: World, door: Door) -> dict[str, Any]:
    """The call of the door's row, as the client takes it."""
    written = world.filled(door.call)
    called = {"json": "json", "form": "data", "query": "params", "headers": "headers"}
    return {name: written[row] for row, name in called.items() if row in written}


def _knock(client: TestClient, world: World, door: Door, sensible: dict[str, Any], one: Try) -> Any:
    caller = next(each for each in (*reversed(CALLERS[:-1]), "auditor") if each in door.may or not door.may)
    places = world.things | world.filled(door.call.get("path", {})) | one.path
    path = door.path.replace("*", "staff.css").format_map(places)
    version = '"v1"' if "/articles" in path else f'"v{world.things["version"]}"'
    call = {name: value for name, value in {**sensible, **one.call}.items() if value is not None}
    headers = {"If-Match": version, "X-CSRF-Token": "csrf", **world.headers[caller]}
    headers |= sensible.get("headers", {}) | one.call.get("headers", {})
    client.cookies.clear()
    return client.request(door.method, path, **{**call, "headers": headers})


def _is_wrong(answer: Any, *, by_programs: bool) -> bool:
    if by_programs and answer.status_code >= 400:
        return bool(answer.status_code >= 500 or answer.headers["content-type"] != MEDIA_TYPE)
    return bool(answer.status_code >= 500)
