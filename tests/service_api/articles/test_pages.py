"""The pages of the articles, as a browser gets them and as people use them."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, expect

from service_api.core.security import token_hash
from service_api.staff.api import COOKIE
from service_api.staff.models import StaffSession
from tests.service_api.articles.conftest import Newsroom, an_item
from tests.service_api.articles.test_search import SERVICE
from tests.service_api.conftest import NOON
from tests.service_api.signed_in import PEPPER


@pytest.fixture
def cards(newsroom: Newsroom) -> Newsroom:
    newsroom.write(
        "cards.yml",
        an_item("card-lost", zh="卡丢了怎么办", en="lost card"),
        an_item("fee", zh="年费多少", en="annual fee"),
    )
    newsroom.follow()
    for question in ("数字钱包怎么注销", "数字钱包怎样注销"):
        newsroom.client.get("/api/v1/articles/search", params={"q": question}, headers=SERVICE)
    return newsroom


def cookie_of(newsroom: Newsroom, who: str) -> str:
    token = f"cookie-of-{who}"
    with newsroom.database.writing() as session:
        row = StaffSession(
            token_hash=token_hash(token, pepper=PEPPER),
            staff_id=newsroom.me[who].staff_id,
            csrf_token=f"csrf-of-{who}",
            created_at=NOON,
            expires_at=NOON.replace(year=2028),
        )
        session.add(row)
    return token


def at_pages(newsroom: Newsroom, who: str) -> TestClient:
    client = TestClient(newsroom.client.app, raise_server_exceptions=False)
    client.cookies.set(COOKIE, cookie_of(newsroom, who))
    return client


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the editor's form."""
    return dict(re.findall(r'name="(csrf_token|revision)" value="([^"]*)"', page))


def typed(page: str, **changes: str) -> dict[str, Any]:
    wording = {
        "zh.question": "卡丢了怎么办",
        "zh.answer": "先挂失。",
        "zh.phrasings": "卡没了\n卡没了\n\n卡不见了",
    }
    wording |= {"en.question": "lost card", "en.answer": "Block it.", "en.phrasings": ""}
    about = {"topic": "cards", "owner": "retail", "source": "desk", "review_by": "2027-01-01"}
    dates = {"effective_from": "2026-01-01", "effective_to": ""}
    condition = {"condition.when": "tier=platinum", "condition.zh": "专线", "condition.en": "your own line"}
    return fields(page) | wording | about | dates | condition | changes


def test_the_editor_keeps_what_was_typed_and_says_what_is_wrong(cards: Newsroom) -> None:
    lead = at_pages(cards, "lead")
    page = lead.get("/console/articles/card-lost").text

    wrong = lead.post("/console/articles/card-lost/save", data=typed(page, effective_from="someday"))
    assert wrong.status_code == 422
    assert "先挂失。" in wrong.text
    assert "生效日" in wrong.text

    saved = lead.post("/console/articles/card-lost/save", data=typed(page), follow_redirects=False)
    assert saved.status_code == 303
    content = cards.call("lead", "GET", "/card-lost")[1]["open"]["content"]
    assert content["zh"]["phrasings"] == ["卡没了", "卡不见了"]
    assert content["conditions"] == [{"when": {"tier": "platinum"}, "zh": "专线", "en": "your own line"}]


def test_a_colleagues_change_is_not_overwritten_and_nothing_typed_is_lost(cards: Newsroom) -> None:
    lead, supervisor = at_pages(cards, "lead"), at_pages(cards, "supervisor")
    page = lead.get("/console/articles/card-lost").text
    other = supervisor.get("/console/articles/card-lost").text
    supervisor.post("/console/articles/card-lost/save", data=typed(other))

    late = lead.post("/console/articles/card-lost/save", data=typed(page, **{"zh.answer": "我的修改"}))
    assert late.status_code == 412
    assert "我的修改" in late.text


def test_a_refused_submission_leaves_the_draft_as_it_was(cards: Newsroom) -> None:
    lead = at_pages(cards, "lead")
    page = lead.get("/console/articles/card-lost").text
    refused = lead.post("/console/articles/card-lost/submit", data=typed(page, **{"en.answer": ""}))
    assert refused.status_code == 422
    assert cards.call("lead", "GET", "/card-lost")[1]["open"] is None


def test_a_refused_submission_keeps_the_older_draft(
    cards: Newsroom,
) -> None:
    lead = at_pages(cards, "lead")
    lead.post("/console/articles/card-lost/save", data=typed(lead.get("/console/articles/card-lost").text))
    page = lead.get("/console/articles/card-lost").text
    refused = lead.post("/console/articles/card-lost/submit", data=typed(page, **{"zh.question": "年费多少"}))
    assert refused.status_code == 422
    body = cards.call("lead", "GET", "/card-lost")[1]
    assert (body["open"]["content"]["zh"]["question"], body["open"]["state"]) == ("卡丢了怎么办", "draft")


def test_a_form_of_another_site_changes_nothing(cards: Newsroom) -> None:
    lead = at_pages(cards, "lead")
    page = lead.get("/console/articles/card-lost").text
    for path in ("card-lost/save", "card-lost/retire", "card-lost/phrasing"):
        answer = lead.post(f"/console/articles/{path}", data=typed(page, csrf_token="forged"))
        assert answer.status_code == 403
    assert lead.post("/console/unanswered/dismiss", data={"questions": "1"}).status_code == 403


def test_an_agent_reads_and_finds_no_button(cards: Newsroom) -> None:
    agent = at_pages(cards, "agent")
    assert "卡丢了怎么办" in agent.get("/console/articles?text=卡丢").text
    assert "年费多少" not in agent.get("/console/articles?text=卡丢").text
    page = agent.get("/console/articles/card-lost").text
    assert "/card-lost/retire" not in page
    assert "disabled" in page
    assert agent.get("/console/unanswered").status_code == 403


def test_the_preview_fills_in_rates_and_names_what_is_missing(cards: Newsroom) -> None:
    lead = at_pages(cards, "lead")
    page = lead.get("/console/articles/card-lost").text
    data = typed(page, **{"zh.answer": "请拨 {rate.hotline}", "en.question": ""})
    shown = lead.post("/console/articles/card-lost/preview", data=data).text
    assert "请拨 400-000-9000" in shown
    assert "英文问题" in shown


def test_markup_in_an_article_is_shown_as_text(cards: Newsroom) -> None:
    lead = at_pages(cards, "lead")
    page = lead.get("/console/articles/card-lost").text
    lead.post(
        "/console/articles/card-lost/save", data=typed(page, **{"zh.answer": "<script>alert(1)</script>"})
    )
    assert "<script>alert" not in lead.get("/console/articles/card-lost").text


@contextmanager
def served(newsroom: Newsroom) -> Iterator[str]:
    """The same app behind a real port; the index follows as it does in the product."""
    server = uvicorn.Server(
        uvicorn.Config(newsroom.client.app, port=0, log_config=None, lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def sit_down(chromium: Browser, newsroom: Newsroom, address: str, who: str) -> Page:
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1280, "height": 720})
    context.add_cookies([{"name": COOKIE, "value": cookie_of(newsroom, who), "url": address}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    return page


@pytest.mark.browser
def test_from_questions_asked_in_vain_to_an_answer_that_customers_get(
    chromium: Browser, cards: Newsroom
) -> None:
    with served(cards) as address:
        lead = sit_down(chromium, cards, address, "lead")
        lead.goto(f"{address}/console/unanswered")
        expect(lead.locator(".matter")).to_have_count(1)
        lead.get_by_role("button", name="撰写新文章").click()

        lead.locator("[name='zh.answer']").fill("请拨 {rate.hotline} 注销。")
        expect(lead.locator("#preview .said").first).to_have_text("请拨 400-000-9000 注销。")
        lead.locator("[name='en.question']").fill("How do I close my wallet?")
        lead.locator("[name='en.answer']").fill("Call {rate.hotline}.")
        lead.get_by_role("button", name="保存并送审").click()
        expect(lead.get_by_text("您参与了撰写")).to_be_visible()
        assert lead.get_by_role("button", name="审核通过并发布").count() == 0

        supervisor = sit_down(chromium, cards, address, "supervisor")
        supervisor.goto(f"{address}/console/articles?state=review")
        supervisor.locator("tbody a").first.click()
        supervisor.get_by_role("button", name="审核通过并发布").click()
        expect(supervisor.locator(".versions .tag.good")).to_have_text("现行")
        assert cards.told("数字钱包怎样注销") == "请拨 400-000-9000 注销。"

        cards.client.get("/api/v1/articles/search", params={"q": "钱包不要了"}, headers=SERVICE)
        lead.goto(f"{address}/console/unanswered")
        lead.locator(".to-article").last.click()
        expect(lead.get_by_role("status")).to_be_visible()
        assert cards.told("钱包不要了") == "请拨 400-000-9000 注销。"
        lead.context.close()
        supervisor.context.close()
