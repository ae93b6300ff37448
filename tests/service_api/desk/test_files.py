"""An agent sends the customer a file: in the web chat any, into WeChat what can arrive there."""

from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.channels import files
from service_api.channels.web_models import ChatFile
from service_api.core.database import Database
from service_api.settings import Settings
from tests.service_api.desk.agents import Agent, at
from tests.service_api.desk.conftest import Scene
from tests.service_api.desk.test_complaint_page import PICTURE
from tests.service_api.visitor import Visitor
from tests.service_api.web.conftest import SignedInAs

LETTER = b"%PDF-1.4\n%%EOF\n"


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


def test_into_wechat_go_pictures_only_and_the_page_says_so(scene: Scene, lin: Agent) -> None:
    talk = scene.talk("你好", channel="wechat")
    lin.press(f"{at(talk)}/claim")
    page = lin.page(at(talk))
    assert "微信里只能发送图片" in page
    assert 'accept=".jpg,.jpeg,.png,.gif"' in page
    assert send(lin, at(talk), "年费说明.pdf", LETTER, "application/pdf") == 409
    assert send(lin, at(talk), "回单.png", PICTURE, "image/png") == 303
    page = lin.page(at(talk))
    seq = page.rpartition('id="line-')[2].partition('"')[0]
    assert lin.browser.get(f"{at(talk)}/media/{seq}").content == PICTURE


def test_with_an_address_of_ours_documents_go_too_and_the_agent_sees_what_became_of_each(
    scene: Scene, lin: Agent, house_with_search: FastAPI, settings: Settings
) -> None:
    reachable = settings.model_copy(update={"public_url": "https://desk.bank.example"})
    house_with_search.state.settings = reachable
    talk = scene.talk("你好", channel="wechat")
    lin.press(f"{at(talk)}/claim")
    assert "其他文件发送为链接" in lin.page(at(talk))
    assert send(lin, at(talk), "年费说明.pdf", LETTER, "application/pdf") == 303
    page = lin.page(at(talk))
    assert "年费说明.pdf" in page
    assert "客户已取消关注，没有送达" in page  # this one has never followed
    pulse = lin.browser.get("/desk/live", params={"open": str(talk)}).json()["talk"]
    assert set(pulse["arrivals"].values()) == {"not_following"}
