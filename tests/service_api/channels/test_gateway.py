"""The way to the assistant: in order, once, silent while a person answers, honest when it fails."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from service_api.app import create_app
from service_api.conversations import drafts, handover, queries, service
from service_api.conversations.models import Conversation, HandOver, Message
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.settings import Settings
from service_api.staff.service import add_member
from tests.service_api.stand_in import Answer, StandIn, answer
from tests.service_api.visitor import Visitor

DOWN = "抱歉，智能助手暂时没有响应"
PERSON = "已为您转接人工客服"
CLOSED = "人工客服目前不在服务时间"


@pytest.fixture
def open_all_day(settings: Settings) -> Settings:
    return settings.model_copy(update={"office_hours": "00:00-24:00 daily"})


def waiting_messages(database: Database) -> int:
    with database.reading() as session:
        found = session.scalars(
            select(Message).where(Message.handled_at.is_(None), Message.author == "customer")
        )
        return len(found.all())


@pytest.mark.parametrize(
    "bad",
    [500, 401, b"", b"not json", b"[]", b'{"messages": "none"}', b'{"messages": []}', b'{"messages": [{}]}'],
)
def test_nonsense_of_the_assistant_becomes_an_honest_sentence(
    visitor: Visitor, assistant: StandIn, database: Database, bad: int | bytes
) -> None:
    assistant.always(bad)

    assert visitor.say("我的卡丢了")[0].startswith(DOWN)
    assert visitor.texts("customer") == ["我的卡丢了"]
    assert waiting_messages(database) == 1


def test_a_long_message_full_of_values_is_answered(visitor: Visitor, assistant: StandIn) -> None:
    found = {"entity": "business", "value": "credit-card", "start": 0, "end": 3}
    assistant.always(answer("好的", entities=[found] * 1000))

    assert visitor.say("信用卡" * 600) == ["好的"]


def test_a_slow_assistant_is_waited_for_no_longer_than_the_limit(
    settings: Settings, database: Database, clock: FrozenClock, assistant: StandIn
) -> None:
    hasty = settings.model_copy(update={"rasa_timeout_seconds": 0.05})
    app = create_app(hasty, database=database, clock=clock, assistant=assistant.transport)
    with TestClient(app) as client, assistant.held():
        assert (
            Visitor(client, language="en").say("my card is lost")[0].startswith("Sorry, the assistant is not")
        )


def test_two_failures_bring_a_person_and_nothing_is_asked_again(
    open_all_day: Settings, database: Database, clock: FrozenClock, assistant: StandIn
) -> None:
    app = create_app(open_all_day, database=database, clock=clock, assistant=assistant.transport)
    with TestClient(app) as client:
        visitor = Visitor(client)
        assistant.down = True
        assert visitor.say("第一句")[0].startswith(DOWN)
        assert PERSON in visitor.say("第二句")[0]

        assert visitor.look()["state"]["answering"] == "queue"
        assert visitor.look()["state"]["queue_position"] == 1
        assert visitor.texts("customer") == ["第一句", "第二句"]
        assert waiting_messages(database) == 0
        with database.reading() as session:
            assert session.scalars(select(HandOver.reason)).all() == ["assistant_down"]


def test_out_of_hours_the_messages_wait_and_are_answered_in_order_when_it_is_back(
    visitor: Visitor, assistant: StandIn
) -> None:
    assistant.down = True
    assert visitor.say("第一句")[0].startswith(DOWN)
    assert CLOSED in visitor.say("第二句")[0]
    assert CLOSED in visitor.say("第三句")[0]

    assistant.down = False
    visitor.write("第四句")
    answers = visitor.wait_for_answers(7)

    assert answers[3:] == ["回复：第一句", "回复：第二句", "回复：第三句", "回复：第四句"]
    assert assistant.texts == ["第一句", "第二句", "第三句", "第四句"]


def test_trying_again_does_not_repeat_the_apology(visitor: Visitor, app: FastAPI, assistant: StandIn) -> None:
    assistant.down = True
    visitor.say("喂")
    visitor.say("喂喂")
    before = visitor.texts("assistant")
    assert visitor.client.portal is not None

    visitor.client.portal.call(app.state.gateway.wake, visitor.conversation_id)
    visitor.wait_until(lambda _page: app.state.gateway.working == 0)

    assert visitor.texts("assistant") == before


def test_a_message_whose_turn_was_lost_is_taken_up_at_the_next_start(
    visitor: Visitor, settings: Settings, database: Database, clock: FrozenClock, assistant: StandIn
) -> None:
    with database.writing() as session:
        service.receive(
            session,
            conversation_id=visitor.conversation_id,
            external_id="from a process that died",
            text="还没人理我",
            now=clock.now(),
        )

    second = create_app(settings, database=database, clock=clock, assistant=assistant.transport)
    with TestClient(second):
        assert visitor.wait_for_answers(1) == ["回复：还没人理我"]


def test_two_processes_do_not_answer_the_same_message_twice(
    visitor: Visitor, settings: Settings, database: Database, clock: FrozenClock, assistant: StandIn
) -> None:
    second = create_app(settings, database=database, clock=clock, assistant=assistant.transport)
    with TestClient(second) as client:
        assert client.portal is not None
        for number in range(5):
            with assistant.held():
                visitor.write(f"第{number}条")
                client.portal.call(second.state.gateway.wake, visitor.conversation_id)
            visitor.wait_for_answers(number + 1)

    assert assistant.texts == [f"第{number}条" for number in range(5)]


def test_stopping_gives_the_turn_back_to_the_next_process(
    settings: Settings,
    database: Database,
    clock: FrozenClock,
    assistant: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service_api.channels.gateway.GRACE_SECONDS", 0.05)
    first = create_app(settings, database=database, clock=clock, assistant=assistant.transport)
    with assistant.held(), TestClient(first) as client:
        visitor = Visitor(client)
        visitor.write("你好")
        visitor.wait_until(lambda page: bool(page["state"]["typing"]))

    second = create_app(settings, database=database, clock=clock, assistant=assistant.transport)
    with TestClient(second) as client:
        visitor.client = client
        assert visitor.wait_for_answers(1) == ["回复：你好"]


def test_an_answer_that_comes_after_the_lease_is_dropped(
    visitor: Visitor, app: FastAPI, database: Database, assistant: StandIn
) -> None:
    with assistant.held():
        visitor.write("你好")
        visitor.wait_until(lambda page: bool(page["state"]["typing"]))
        with database.writing() as session:
            session.execute(update(Conversation).values(turn_token="another process"))
    visitor.wait_until(lambda _page: app.state.gateway.working == 0)
    assert visitor.texts("assistant") == []


def test_the_assistant_is_silent_while_a_person_answers(
    visitor: Visitor, database: Database, clock: FrozenClock, assistant: StandIn
) -> None:
    with database.writing() as session:
        agent = add_member(
            session,
            username="lin",
            display_name="林悦",
            role="agent",
            branch="head-office",
            password="a-password",
            now=clock.now(),
        )
        talk = service.locked(session, visitor.conversation_id)
        handover.claim(session, talk, staff_id=agent.id, name="林悦", now=clock.now())
    visitor.write("你是真人吗")
    with database.writing() as session:
        talk = service.locked(session, visitor.conversation_id)
        handover.answer(session, talk, staff_id=agent.id, text="是的，我是林悦", now=clock.now())

    assert visitor.texts() == ["客服 林悦 已接入，为您服务。", "你是真人吗", "是的，我是林悦"]
    assert visitor.messages[2]["agent_name"] == "林悦"
    assert assistant.heard == []

    with database.writing() as session:
        talk = service.locked(session, visitor.conversation_id)
        handover.hand_back(session, talk, staff_id=agent.id, now=clock.now())
    assert visitor.say("谢谢") == ["回复：谢谢"]
    assert assistant.heard[0]["sender"].endswith(".2")


def test_what_the_assistant_says_of_a_hand_over_is_shown(
    open_all_day: Settings, database: Database, clock: FrozenClock, assistant: StandIn
) -> None:
    app = create_app(open_all_day, database=database, clock=clock, assistant=assistant.transport)
    with TestClient(app) as client:
        visitor = Visitor(client)

        def passes_on(turn: dict[str, object]) -> Answer:
            with database.writing() as session:
                talk = service.locked(session, visitor.conversation_id)
                handover.hand_over(
                    session,
                    talk,
                    reason="requested",
                    by=service.Actor("assistant"),
                    now=clock.now(),
                    hours=app.state.office_hours,
                )
            return answer("这就为您转人工")

        assistant.on_turn = passes_on
        assert visitor.say("转人工") == ["这就为您转人工"]
        assert visitor.look()["state"]["answering"] == "queue"
        visitor.write("在吗")
        assert waiting_messages(database) == 0
        assert len(assistant.heard) == 1


def sessions_of(assistant: StandIn) -> list[str]:
    return [turn["sender"].rpartition(".")[2] for turn in assistant.heard]


def test_a_session_of_the_assistant_ends_after_thirty_turns(
    visitor: Visitor, database: Database, assistant: StandIn
) -> None:
    visitor.say("一")
    with database.writing() as session:
        session.execute(update(Conversation).values(turn_count=29))
    visitor.say("三十")
    visitor.say("三十一")

    assert sessions_of(assistant) == ["1", "1", "2"]


def test_a_session_of_the_assistant_ends_after_half_an_hour_of_silence(
    visitor: Visitor, clock: FrozenClock, assistant: StandIn
) -> None:
    visitor.say("一")
    clock.move(timedelta(minutes=29))
    visitor.say("二")
    clock.move(timedelta(minutes=31))
    visitor.say("三")

    assert sessions_of(assistant) == ["1", "1", "2"]


def test_a_form_in_progress_keeps_its_session_and_its_draft(
    visitor: Visitor, database: Database, clock: FrozenClock, assistant: StandIn
) -> None:
    assistant.always(
        answer(
            "哪一类业务？",
            active_loop="complaint_form",
            requested_slot="complaint_business",
            slots={"complaint_description": "年费多扣"},
        )
    )
    visitor.say("我要投诉")
    clock.move(timedelta(hours=11))
    visitor.say("信用卡")

    assert sessions_of(assistant) == ["1", "1"]
    with database.reading() as session:
        state = queries.conversation(session, visitor.conversation_id).assistant_state
    assert state["slots"] == {"complaint_description": "年费多扣"}
    assert state["active_loop"] == "complaint_form"


def test_a_form_left_for_half_a_day_ends_with_its_session_and_the_assistant_is_told(
    visitor: Visitor, database: Database, clock: FrozenClock, assistant: StandIn
) -> None:
    menu = (("跳过", "跳过"),)
    in_form = {
        "active_loop": "complaint_form",
        "requested_slot": "complaint_amount",
        "slots": {"elderly": "on"},
    }
    assistant.always(answer("多少钱？", buttons=menu, **in_form))
    visitor.say("我要投诉")
    with database.writing() as session:
        talk = service.locked(session, visitor.conversation_id)
        drafts.keep(session, talk, key="d1", fields={"description": "年费"}, now=clock.now())
    assistant.always(answer("您好"))
    clock.move(timedelta(hours=13))
    visitor.say("1")
    visitor.say("你好")

    assert sessions_of(assistant) == ["1", "2", "2"]
    returning, later = (turn["metadata"] for turn in assistant.heard[1:])
    assert (returning["ended_form"], returning["draft"], returning["elderly"]) == (
        "complaint_form",
        True,
        True,
    )
    assert assistant.heard[1]["text"] == "跳过", "a number is a button again, no sum"
    assert "ended_form" not in later
    assert "draft" not in later
    assert later["elderly"] is True
