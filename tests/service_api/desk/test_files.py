"""An agent sends the customer a file in the web chat; WeChat says honestly that it cannot be."""

from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.channels import files
from service_api.channels.web_models import ChatFile
from service_api.core.database import Database
from tests.service_api.desk.conftest import Scene
from tests.service_api.desk.test_complaint_page import PICTURE
from tests.service_api.desk.test_desk import Agent, at
from tests.service_api.visitor import Visitor
from tests.service_api.web.conftest import SignedInAs

LETTER = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def lin(as_: SignedInAs) -> Agent:
    return Agent(as_("agent"))


@pytest.fixture
def visitor(client: TestClient) -> Visitor:
    return Visitor(client)


def send(agent: Agent, address: str, name: str, content: bytes, kind: str, *, token: str = "") -> int:
    answer = agent.browser.post(
        f"{address}/files",
        data={"csrf_token": token or agent.token},
        files={"file": (name, content, kind)},
        follow_redirects=False,
    )
    return answer.status_code


def test_the_customer_gets_it_and_nobody_else(lin: Agent, visitor: Visitor, client: TestClient) -> None:
    address = at(visitor.conversation_id)
    lin.press(f"{address}/step-in")
    assert send(lin, address, "年费说明.pdf", LETTER, "application/pdf") == 303
    assert send(lin, address, "回单.png", PICTURE, "image/png") == 303
    letter, picture = (m for m in visitor.messages if m["author"] == "agent")
    assert (letter["file"]["name"], letter["agent_name"]) == ("年费说明.pdf", "林悦")
    path = f"/chat/files/{picture['file']['id']}"
    assert client.get(path, headers=visitor.headers).content == PICTURE
    assert client.get(path, headers=Visitor(client).headers).status_code == 404
    page = unescape(lin.page(address))
    assert f'src="{address}/media/{picture["seq"]}"' in page
    assert "年费说明.pdf" in page


def test_only_who_answers_sends_and_only_what_it_says_it_is(
    lin: Agent, visitor: Visitor, database: Database, as_: SignedInAs
) -> None:
    address = at(visitor.conversation_id)
    assert send(lin, address, "a.png", PICTURE, "image/png") == 409
    lin.press(f"{address}/step-in")
    assert send(Agent(as_("agent2")), address, "a.png", PICTURE, "image/png") == 409
    assert send(lin, address, "a.pdf", PICTURE, "application/pdf") == 422
    assert send(lin, address, "a.exe", b"MZ\x00\x01", "application/octet-stream") == 415
    assert send(lin, address, "a.png", PICTURE, "image/png", token="forged") == 403
    with database.reading() as session:
        assert session.scalars(select(ChatFile)).all() == []


def test_what_the_agent_sent_does_not_count_against_the_customer(
    lin: Agent, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_A_DAY", 1)
    address = at(visitor.conversation_id)
    lin.press(f"{address}/step-in")
    assert send(lin, address, "a.png", PICTURE, "image/png") == 303
    assert send(lin, address, "b.png", PICTURE, "image/png") == 429
    headers = visitor.headers | {
        "X-Client-Id": "6f9c0f4e-0000-4000-8000-000000000001",
        "X-File-Name": "c.png",
    }
    answer = visitor.client.post(
        "/chat/files", content=PICTURE, headers=headers | {"Content-Type": "image/png"}
    )
    assert answer.status_code == 202


def test_a_wechat_talk_says_that_files_cannot_be_sent(scene: Scene, lin: Agent) -> None:
    talk = scene.talk("你好", channel="wechat")
    lin.press(f"{at(talk)}/claim")
    assert "微信会话目前不能发送文件" in lin.page(at(talk))
    assert send(lin, at(talk), "a.png", PICTURE, "image/png") == 409
