"""The agents' JSON API, with which a bank builds its own desk."""

import uuid
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service_api.core.database import Database
from tests.service_api.desk.conftest import ZHANG, Scene
from tests.service_api.signed_in import a_member, a_session

DESK = "/api/v1/desk"


@pytest.fixture
def api(client: TestClient, database: Database) -> Iterator[TestClient]:
    """A programme that acts for one agent."""
    with database.writing() as session:
        client.headers.update(a_session(session, a_member(session, "robin")))
    yield client


def test_an_agents_programme_takes_answers_and_gives_back(scene: Scene, api: TestClient) -> None:
    talk = scene.talk("转人工", phone=ZHANG)
    queue = api.get(f"{DESK}/queues/waiting").json()
    assert (queue["total"], queue["items"][0]["id"]) == (1, str(talk))
    assert queue["items"][0]["customer_name"] == "张*"
    assert api.post(f"{DESK}/next").json() == {"id": str(talk)}
    said = api.post(f"{DESK}/conversations/{talk}/messages", json={"text": "您好"})
    assert said.status_code == 201
    seen = api.get(f"{DESK}/conversations/{talk}").json()
    assert [m["text"] for m in seen["messages"] if m["author"] == "agent"] == ["您好"]
    assert seen["passings"][0]["packet"]["tier"] == "platinum"
    body = {"settled": "已解释", "resume": False}
    assert api.post(f"{DESK}/conversations/{talk}/hand-back", json=body).status_code == 204
    assert api.get(f"{DESK}/conversations/{talk}").json()["answering"] == "assistant"
    assert api.post(f"{DESK}/next").status_code == 404


def test_it_passes_on_notes_tags_and_closes(scene: Scene, api: TestClient) -> None:
    talk = scene.talk("转人工")
    at = f"{DESK}/conversations/{talk}"
    assert api.post(f"{at}/messages", json={"text": "您好"}).status_code == 409
    assert api.post(f"{at}/claim").status_code == 204
    assert api.post(f"{at}/notes", json={"text": "@agent 请看"}).status_code == 201
    assert api.post(f"{at}/tags", json={"tag": "年费"}).status_code == 204
    assert api.post(f"{at}/transfer", json={"team": "cards", "note": "卡类"}).status_code == 204
    assert api.get(f"{DESK}/queues/waiting").json()["items"][0]["team"] == "cards"
    assert api.post(f"{at}/claim").status_code == 204
    assert api.post(f"{at}/close").status_code == 204
    seen = api.get(at).json()
    assert seen["tags"] == ["年费"]
    assert [note["text"] for note in seen["notes"]] == ["@agent 请看", "卡类"]


def test_offline_gives_everything_back(scene: Scene, api: TestClient) -> None:
    talk = scene.talk("转人工")
    api.post(f"{DESK}/conversations/{talk}/claim")
    assert api.put(f"{DESK}/presence", json={"status": "offline"}).status_code == 204
    assert api.get(f"{DESK}/queues/waiting").json()["items"][0]["reason"] == "agent_left"
    me = next(one for one in api.get(f"{DESK}/colleagues").json() if one["username"] == "robin")
    assert (me["status"], me["load"]) == ("offline", 0)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/queues/nothing", None),
        ("PUT", "/presence", {"status": "asleep"}),
        ("PUT", "/presence", {"status": "online", "capacity": 51}),
        ("POST", "/conversations/{talk}/messages", {"text": "x" * 5000}),
        ("POST", "/conversations/{talk}/transfer", {"to": "a", "team": "cards"}),
        ("POST", "/conversations/{talk}/tags", {"tag": " "}),
        ("POST", "/conversations/not-an-id/claim", None),
    ],
)
def test_what_makes_no_sense_is_refused(
    scene: Scene, api: TestClient, method: str, path: str, body: dict[str, object] | None
) -> None:
    talk = scene.talk("转人工")
    api.post(f"{DESK}/conversations/{talk}/claim")
    answer = api.request(method, DESK + path.format(talk=talk), json=body)
    assert answer.status_code == 422, answer.text


def test_only_people_who_answer_customers_may(scene: Scene, client: TestClient, database: Database) -> None:
    assert client.get(f"{DESK}/queues/waiting").status_code == 401
    with database.writing() as session:
        client.headers.update(a_session(session, a_member(session, "eye", role="auditor")))
    assert client.get(f"{DESK}/queues/waiting").status_code == 403
    assert client.post(f"{DESK}/conversations/{uuid.uuid4()}/claim").status_code == 403
