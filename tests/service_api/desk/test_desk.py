"""One conversation as the agent's browser gets it: packet, answers, notes, macros, filing, what is masked."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.audit.models import AuditEntry
from service_api.conversations import service, turns
from service_api.conversations.desk_models import ConversationTag
from service_api.conversations.models import Conversation, Message
from service_api.core.clock import SystemClock
from service_api.core.database import Database
from service_api.settings import Settings
from tests.service_api.desk.agents import Agent, at, deliver_due, inbox, said, state
from tests.service_api.desk.conftest import WANG, ZHANG, Scene
from tests.service_api.web.conftest import SignedInAs

TOLD = {
    "complaint_business": "credit-card",
    "complaint_description": "没激活也扣了年费",
    "complaint_amount": {"amount": "300.00", "currency": "CNY"},
    "complaint_date": "2026-11-11",
}


def test_the_packet_stands_on_top_so_that_the_customer_repeats_nothing(scene: Scene, lin: Agent) -> None:
    talk = scene.talk("年费为什么扣了", "转人工", phone=ZHANG, slots=TOLD)
    page = lin.page(at(talk))
    packet = page[page.index('class="packet"') : page.index('id="lines"')]
    for fact in (
        "客户要求人工",
        "96%",
        "已验证",
        "白金",
        "信用卡",
        "没激活也扣了年费",
        "300.00 CNY",
        "2026-11-11",
    ):
        assert fact in packet


def test_answers_the_assistant_gave_are_in_the_packet(scene: Scene, lin: Agent, database: Database) -> None:
    talk = scene.talk("年费怎么收", reason=None)
    with database.writing() as session:
        question = session.scalars(select(Message).where(Message.conversation_id == talk)).one()
        question.intent = "ask_faq"
        row = session.get_one(Conversation, talk, with_for_update=True)
        service.add_message(session, row, author="assistant", text="刷满六次免年费", now=scene.clock.now())
        scene.ask(session, row, "failures")
    page = lin.page(at(talk))
    packet = page[page.index('class="packet"') : page.index('id="lines"')]
    assert "年费怎么收" in packet
    assert "刷满六次免年费" in packet


def test_handing_back_tells_customer_and_assistant_what_was_settled(
    scene: Scene, lin: Agent, database: Database, client: TestClient
) -> None:
    talk = scene.talk("转人工")
    lin.press(f"{at(talk)}/claim")
    before = state(database, talk).session_number
    lin.press(f"{at(talk)}/hand-back", settled="年费已退")
    after = state(database, talk)
    assert (after.answering, after.session_number) == ("assistant", before + 1)
    assert "年费已退" in said(database, talk)[-1]
    scene.hear(talk, "谢谢")
    with database.writing() as session:
        turn = turns.next_turn(
            session,
            service.locked(session, talk),
            now=scene.clock.now(),
            machine_now=SystemClock().now(),
            lease_for=timedelta(seconds=30),
        )
    assert turn is not None
    assert turn.settled == "年费已退"


def test_the_assistant_may_go_on_with_its_form(scene: Scene, lin: Agent, database: Database) -> None:
    talk = scene.talk("转人工")
    lin.press(f"{at(talk)}/claim")
    before = state(database, talk).session_number
    lin.press(f"{at(talk)}/hand-back", resume="yes")
    assert state(database, talk).session_number == before


def test_a_note_is_for_colleagues_and_tells_whom_it_names(
    scene: Scene, lin: Agent, database: Database, settings: Settings
) -> None:
    talk = scene.talk("你好")
    page = lin.press(f"{at(talk)}/messages", mode="note", text="请看一下 @lead")
    assert "请看一下 @lead" in page
    assert said(database, talk) == ["你好"]
    assert "mention" in inbox(database, settings, "lead")


def test_canned_replies_come_filled_in_for_the_customer_and_the_language(scene: Scene, lin: Agent) -> None:
    zh, en = scene.talk("你好", phone=ZHANG), scene.talk("hello", language="en")
    texts = {one["shortcut"]: one["text"] for one in lin.browser.get(f"{at(zh)}/ready").json()}
    assert texts["hello"].startswith("张先生/女士，您好，我是林悦")
    assert "____" in texts["filed"], "an unknown number is a gap one sees"
    english = {one["shortcut"]: one["text"] for one in lin.browser.get(f"{at(en)}/ready").json()}
    assert english["hello"].startswith("Hello there, this is")


def test_a_macro_replies_notes_tags_and_ends(scene: Scene, lin: Agent, database: Database) -> None:
    talk = scene.talk("好了")
    lin.press(f"{at(talk)}/claim")
    macro = next(one for one in lin.browser.get(f"{at(talk)}/ready").json() if one["shortcut"] == "solved")
    page = lin.press(f"{at(talk)}/macros/{macro['id']}")
    assert "已经处理好了" in page
    assert "客户无其他问题" in page
    assert state(database, talk).closed_at is not None
    with database.reading() as session:
        assert session.scalars(select(ConversationTag.tag)).all() == ["已解决"]


def test_only_supervisors_change_replies_and_every_version_stays(as_: SignedInAs, lin: Agent) -> None:
    fields = {"kind": "reply", "shortcut": "fee", "zh": "{customer}，年费已退", "en": "Refunded"}
    lin.press("/desk/replies", status=403, **fields)
    boss = Agent(as_("supervisor"))
    page = boss.press("/desk/replies", **fields)
    address = re.search(r'action="(/desk/replies/[0-9a-f-]+)"', page)
    assert address
    changed = fields | {"zh": "年费退回原卡", "version": "1", "active": "yes"}
    del changed["kind"]
    page = boss.press(address[1], **changed)
    assert "年费退回原卡" in page
    assert "{customer}，年费已退" in page
    late = boss.press(address[1], status=409, **(changed | {"zh": "年费周五退"}))
    assert "年费周五退</textarea>" in late, "what was typed is still there"
    assert "年费退回原卡" in late and 'name="version" value="2"' in late
    wrong = boss.press(address[1], status=422, **(changed | {"version": "2", "zh": "{unknown}"}))
    assert "{unknown}</textarea>" in wrong and "有不认识的变量" in wrong
    twice = boss.press("/desk/replies", status=409, **(fields | {"zh": "又一条"}))
    assert "又一条</textarea>" in twice and '<details class="card step" open>' in twice


def test_articles_are_suggested_for_the_last_question(scene: Scene, lin: Agent) -> None:
    page = lin.page(f"{at(scene.talk('我的信用卡年费怎么收'))}/suggestions")
    assert "年费" in page
    assert "data-insert=" in page


def test_a_complaint_is_filed_with_what_the_assistant_was_told(
    scene: Scene, lin: Agent, database: Database, settings: Settings
) -> None:
    talk = scene.talk("转人工", phone=ZHANG, slots=TOLD)
    form = lin.page(f"{at(talk)}/complaint")
    assert "没激活也扣了年费" in form
    assert 'value="300.00"' in form
    assert "13800138000" not in form, "the bank's own number of the customer is shown masked"
    key = re.search(r'name="key" value="(\w+)"', form)
    assert key
    fields = {"key": key[1], "business": "credit-card", "description": "没激活也扣了年费", "amount": "300"}
    for _ in range(2):
        page = lin.press(f"{at(talk)}/complaint", **fields)
    assert len(set(re.findall(r"C-\d{8}-\d{4}", page))) == 1
    deliver_due(database, settings)
    told = [text for text in said(database, talk) if "您的投诉已受理" in text]
    assert len(told) == 1, "by the worker, and by nobody else"


def test_what_is_wrong_with_a_filing_is_said_and_nothing_lost(scene: Scene, lin: Agent) -> None:
    talk = scene.talk("转人工")
    page = lin.press(
        f"{at(talk)}/complaint", status=422, key="k", business="", description="很长的经过", amount="三百"
    )
    assert "很长的经过" in page
    assert 'role="alert"' in page


def test_a_masked_field_is_shown_for_a_reason_that_is_audited(
    scene: Scene, lin: Agent, database: Database
) -> None:
    talk = scene.talk("你好", phone=WANG)
    assert "13900139000" not in lin.page(at(talk))
    lin.press(f"{at(talk)}/reveal", field="phone", reason=" ", status=422)
    assert "13900139000" in lin.press(f"{at(talk)}/reveal", field="phone", reason="给客户回电")
    with database.reading() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "customer.field_revealed")
        ).one()
    assert entry.facts == {"field": "phone", "reason": "给客户回电"}


def test_the_palette_finds_customers_and_only_complaints_one_may_see(
    scene: Scene, lin: Agent, as_: SignedInAs
) -> None:
    talk = scene.talk("你好", phone=ZHANG)
    assert [hit["address"] for hit in lin.browser.get("/desk/find?q=张").json()] == [at(talk)]
    assert as_("auditor").get("/desk/find", params={"q": "张"}).json() == []


def test_what_the_palette_showed_is_in_the_audit_log_and_what_was_typed_is_not(
    scene: Scene, database: Database, lin: Agent
) -> None:
    talk = scene.talk("你好", phone=ZHANG)
    lin.browser.get("/desk/find", params={"q": "张"})
    lin.browser.get("/desk/find", params={"q": "没有这个人"})
    with database.reading() as session:
        entries = session.scalars(
            select(AuditEntry.facts).where(AuditEntry.action == "desk.searched").order_by(AuditEntry.id)
        ).all()
    assert entries == [{"complaints": [], "conversations": [str(talk)]}]


@pytest.mark.parametrize("step", ["claim", "messages", "hand-back", "transfer", "close", "tags", "reveal"])
def test_a_form_without_its_token_does_nothing(scene: Scene, lin: Agent, step: str) -> None:
    answer = lin.browser.post(f"{at(scene.talk('你好'))}/{step}", data={"text": "x", "reason": "x"})
    assert answer.status_code == 403


def test_markup_of_a_customer_is_shown_as_text(scene: Scene, lin: Agent) -> None:
    page = lin.page(at(scene.talk("<img src=x onerror=alert(1)>")))
    assert "<img src=x" not in page
