"""Beside a complaint's steps on its page: attachments, the letter as it will read, the contact in full."""

import pytest
from sqlalchemy import select

from service_api.audit.models import AuditEntry
from service_api.core.database import Database
from tests.service_api.desk.agents import Agent
from tests.service_api.web.conftest import FileComplaint, SignedInAs
from tests.service_api.web.test_pages import stamped

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def lead(as_: SignedInAs) -> Agent:
    return Agent(as_("lead"))


def test_a_picture_is_kept_and_shown_and_what_lies_is_refused(
    lead: Agent, file_complaint: FileComplaint
) -> None:
    address = f"/desk/complaints/{file_complaint()}"
    form = {"csrf_token": lead.token}

    def send(name: str, content: bytes, kind: str) -> int:
        answer = lead.browser.post(
            f"{address}/attachments", data=form, files={"file": (name, content, kind)}, follow_redirects=False
        )
        return answer.status_code

    assert send("回单.png", PICTURE, "image/png") == 303
    assert send("回单.pdf", PICTURE, "application/pdf") == 422
    assert send("page.html", b"<script>\x00", "text/html") in {415, 422}
    page = lead.page(address)
    shown = page[page.index('id="attachments"') :]
    link = shown.split('href="')[1].split('"')[0]
    answer = lead.browser.get(link)
    assert (answer.content, answer.headers["content-type"]) == (PICTURE, "image/png")
    assert "sandbox" in answer.headers["content-security-policy"]
    form["csrf_token"] = "forged"
    assert send("回单.png", PICTURE, "image/png") == 403


def test_the_letter_reads_as_the_customer_will_read_it(lead: Agent, file_complaint: FileComplaint) -> None:
    address = f"/desk/complaints/{file_complaint()}"
    lead.press(f"{address}/preview", status=422, findings="太早")
    for step in ("acknowledge", "investigate"):
        lead.browser.post(f"{address}/{step}", data=stamped(lead.page(address)))
    letter = lead.press(f"{address}/preview", findings="多收<b>年费</b>", remedies="退还 300 元")
    assert "退还 300 元" in letter
    assert "仲裁" in letter
    assert "<b>年费" not in letter


def test_a_contact_is_shown_in_full_for_a_reason(
    lead: Agent, file_complaint: FileComplaint, database: Database
) -> None:
    address = f"/desk/complaints/{file_complaint(contact='13800138000')}"
    assert "13800138000" not in lead.page(address)
    lead.press(f"{address}/reveal", status=422)
    assert "13800138000" in lead.press(f"{address}/reveal", reason="给客户回电")
    with database.reading() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "complaint.contact_revealed")
        ).one()
    assert entry.facts == {"reason": "给客户回电"}


def test_a_lead_gives_a_complaint_to_somebody_and_an_agent_does_not(
    lead: Agent, as_: SignedInAs, file_complaint: FileComplaint
) -> None:
    address = f"/desk/complaints/{file_complaint()}"
    agent = Agent(as_("agent"))
    refused = agent.browser.post(
        f"{address}/assign", data=stamped(agent.page(address)) | {"username": "agent"}
    )
    assert refused.status_code == 403
    page = lead.browser.post(
        f"{address}/assign", data=stamped(lead.page(address)) | {"username": "agent2"}
    ).text
    assert "Daniel Wu" in page


def test_the_page_notes_that_the_customer_was_spoken_with_and_how(
    lead: Agent, file_complaint: FileComplaint
) -> None:
    address = f"/desk/complaints/{file_complaint()}"
    assert "首次联系" in lead.page(address)
    form = stamped(lead.page(address))
    assert lead.browser.post(f"{address}/contact_customer", data=form | {"how": "梦里"}).status_code == 422
    page = lead.browser.post(f"{address}/contact_customer", data=form | {"how": "phone"}).text
    assert "已联系客户</strong> · 电话" in page
    assert 'class="tag">已受理' in page, "the state stays"


def test_what_is_learnt_later_is_set_on_the_page_and_the_case_goes_up_at_once(
    lead: Agent, as_: SignedInAs, file_complaint: FileComplaint
) -> None:
    address = f"/desk/complaints/{file_complaint(cause=None)}"
    facts = {"business": "loan", "cause": "disclosure", "group_size": "25", "media": "yes"}
    page = lead.browser.post(f"{address}/classify", data=stamped(lead.page(address)) | facts).text
    assert "信息披露" in page
    assert "媒体关注" in page
    assert "三级·总行消保" in page
    agent = Agent(as_("agent"))
    fewer = stamped(agent.page(address)) | facts | {"group_size": "2"}
    assert agent.browser.post(f"{address}/classify", data=fewer).status_code == 403
    wrong = stamped(lead.page(address)) | facts | {"group_size": "0"}
    assert lead.browser.post(f"{address}/classify", data=wrong).status_code == 422
