"""The pages as a browser gets them."""

import html
import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from service_api.core.clock import FrozenClock
from service_api.seed import SIGN_INS
from service_api.staff import service
from tests.service_api.web.conftest import FileComplaint, SignedInAs


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def stamped(page: str) -> dict[str, str]:
    """The hidden fields that every form of a complaint carries."""
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    return {"csrf_token": csrf(page), "version": version[1]}


def test_home_and_chat_need_no_sign_in(client: TestClient) -> None:
    assert "13800138000" in client.get("/").text
    assert "ting-chat" in client.get("/chat").text


def test_pages_forbid_inline_script(client: TestClient) -> None:
    policy = client.get("/chat").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy


def test_a_stranger_is_sent_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/console", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/console"


@pytest.mark.parametrize("failure", [OperationalError("SELECT", {}, Exception("locked")), NoConnectionFree()])
def test_a_database_that_does_not_answer_is_told_and_may_be_tried_again(
    as_: SignedInAs, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def away(*_: object, **__: object) -> None:
        raise failure

    agent = as_("agent")
    monkeypatch.setattr(service, "signed_in", away)
    page = agent.get("/desk")
    assert (page.status_code, "服务暂不可用" in page.text) == (503, True)
    assert agent.get("/api/v1/staff/session").headers["retry-after"] == "5"


def test_signing_in_never_leads_to_another_site(client: TestClient) -> None:
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = client.post(
            "/login",
            data={"username": "agent", "password": "agent-demo", "next": elsewhere},
            follow_redirects=False,
        )
        assert answer.headers["location"] == "/desk"


def test_a_wrong_password_is_said_and_the_name_kept(client: TestClient) -> None:
    answer = client.post("/login", data={"username": "agent", "password": "wrong"})
    assert answer.status_code == 401
    assert 'value="agent"' in answer.text
    assert 'role="alert"' in answer.text


def test_five_wrong_passwords_lock_the_name_out(client: TestClient) -> None:
    for _ in range(5):
        client.post("/login", data={"username": "agent", "password": "wrong"})
    answer = client.post("/login", data={"username": "agent", "password": "agent-demo"})
    assert answer.status_code == 429


def test_the_log_shows_the_overdue_first_and_how_late(
    as_: SignedInAs, file_complaint: FileComplaint, clock: FrozenClock
) -> None:
    early = file_complaint(description="先来的投诉")
    clock.move(timedelta(days=10))
    late = file_complaint(description="后来的投诉")
    clock.move(timedelta(days=8))
    page = as_("supervisor").get("/console").text
    assert page.index(early) < page.index(late)
    assert "超期 3 天" in page  # received 21 November, due 6 December, now 9 December
    assert "还剩" in page


def test_the_log_can_be_narrowed_to_the_overdue(
    as_: SignedInAs, file_complaint: FileComplaint, clock: FrozenClock
) -> None:
    early = file_complaint(description="先来的投诉")
    clock.move(timedelta(days=17))
    fresh = file_complaint(description="后来的投诉")
    page = as_("supervisor").get("/console", params={"overdue": "true"}).text
    assert early in page
    assert fresh not in page


def test_an_agent_may_not_see_the_log(as_: SignedInAs) -> None:
    answer = as_("agent").get("/console")
    assert answer.status_code == 403
    assert "<html" in answer.text


def test_customers_markup_is_shown_as_text(as_: SignedInAs, file_complaint: FileComplaint) -> None:
    number = file_complaint(description="<script>alert(1)</script> & 等")
    page = as_("supervisor").get(f"/desk/complaints/{number}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_step_of_the_lifecycle_moves_the_complaint(as_: SignedInAs, file_complaint: FileComplaint) -> None:
    number = file_complaint()
    browser = as_("lead")
    page = browser.get(f"/desk/complaints/{number}").text
    form = stamped(page)
    page = browser.post(f"/desk/complaints/{number}/acknowledge", data=form).text
    assert "已确认" in page
    stale = browser.post(f"/desk/complaints/{number}/investigate", data=form).text
    assert "刚被别人改过" in stale


def test_a_form_without_its_token_is_refused(as_: SignedInAs, file_complaint: FileComplaint) -> None:
    number = file_complaint()
    answer = as_("lead").post(f"/desk/complaints/{number}/acknowledge", data={"version": "1"})
    assert answer.status_code == 403


def test_a_recused_or_unknown_number_is_not_found(as_: SignedInAs) -> None:
    assert as_("lead").get("/desk/complaints/C-20200101-0001").status_code == 404


def test_who_changes_the_language_stays_where_they_are(
    as_: SignedInAs, file_complaint: FileComplaint
) -> None:
    lead = as_("lead")
    address = f"/desk/complaints/{file_complaint()}"
    form = stamped(lead.get(address).text)
    refused = lead.post(f"{address}/note", data=form | {"text": ""})
    assert refused.status_code == 422
    bulk = lead.post("/console/acknowledge?business=loan", data={"csrf_token": csrf(refused.text)})
    for page, back in (
        (lead.get("/console?business=loan&text=%E5%8D%A1"), "/console?business=loan&text=%E5%8D%A1"),
        (refused, address),
        (bulk, "/console"),
    ):
        given = set(re.findall(r'name="back" value="([^"]+)"', html.unescape(page.text)))
        assert given == {back}
        moved = lead.post("/language", data={"language": "en", "back": back})
        assert (moved.status_code, moved.url.path) == (200, back.partition("?")[0])


def test_pages_are_in_english_when_asked(as_: SignedInAs) -> None:
    browser = as_("supervisor")
    page = browser.get("/console").text
    assert "投诉台账" in page
    browser.post("/language", data={"language": "en", "back": "/console"})
    page = browser.get("/console").text
    assert "Complaint log" in page
    own_names = {person.display_name for person in SIGN_INS}
    assert set(re.findall(r"[\u4e00-\u9fff]+", page.split("<main")[1])) <= own_names


def test_an_agent_takes_a_conversation_answers_and_gives_it_back(as_: SignedInAs, client: TestClient) -> None:
    token = client.post("/chat/sessions", json={}).json()
    customer = {"Authorization": f"Bearer {token['token']}"}
    client.post("/chat/messages", json={"client_id": "a" * 32, "text": "有人吗"}, headers=customer)
    browser = as_("agent")
    address = f"/desk/conversations/{token['conversation_id']}"
    page = browser.get(address).text
    assert "有人吗" in page
    form = {"csrf_token": csrf(page)}
    page = browser.post(f"{address}/step-in", data=form).text
    assert "textarea" in page
    browser.post(f"{address}/messages", data=form | {"text": "您好，我是林悦"})
    said = client.get("/chat/messages", headers=customer).json()
    assert said["messages"][-1]["text"] == "您好，我是林悦"
    assert said["messages"][-1]["agent_name"] == "林悦"
    assert said["state"]["answering"] == "agent"
    browser.post(f"{address}/hand-back", data=form)
    assert client.get("/chat/messages", headers=customer).json()["state"]["answering"] == "assistant"


def test_two_agents_do_not_take_the_same_conversation(as_: SignedInAs, client: TestClient) -> None:
    token = client.post("/chat/sessions", json={}).json()
    client.post(
        "/chat/messages",
        json={"client_id": "b" * 32, "text": "转人工"},
        headers={"Authorization": f"Bearer {token['token']}"},
    )
    address = f"/desk/conversations/{token['conversation_id']}"
    for name, status in (("agent", 200), ("agent2", 409)):
        browser = as_(name)
        form = {"csrf_token": csrf(browser.get(address).text)}
        assert browser.post(f"{address}/claim", data=form).status_code == status


def test_a_complaint_is_taken_decided_approved_and_answered(
    as_: SignedInAs, file_complaint: FileComplaint
) -> None:
    number = file_complaint()
    address = f"/desk/complaints/{number}"
    agent = as_("agent")

    def press(step: str, **fields: str) -> str:
        form = stamped(agent.get(address).text) | fields
        answer = agent.post(f"{address}/{step}", data=form)
        assert answer.status_code == 200, answer.text
        return answer.text

    press("take")
    press("acknowledge")
    press("investigate")
    assert "拟定决定" in press(
        "propose_decision",
        findings="多收了年费",
        basis="合同第三条",
        reasons="系统差错",
        remedies="退还 300 元",
    )
    press("approve_decision")
    answered = press("send_answer")
    assert "已答复" in answered
    assert "退还 300 元" in answered
    assert "仲裁" in answered, "the notice names the ways to review, mediation, arbitration and court"


def test_an_empty_note_is_refused_and_nothing_is_written(
    as_: SignedInAs, file_complaint: FileComplaint
) -> None:
    address = f"/desk/complaints/{file_complaint()}"
    browser = as_("lead")
    form = stamped(browser.get(address).text) | {"text": "  \u200b "}
    assert browser.post(f"{address}/note", data=form).status_code == 422
    assert "备注</strong>" not in browser.get(address).text


def test_the_documentation_of_the_api_comes_from_this_host_alone(client: TestClient) -> None:
    page = client.get("/docs")
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sources
    for source in sources:
        assert client.get(source).status_code == 200
    assert "/api/v1/complaints" in client.get("/openapi.json").json()["paths"]
