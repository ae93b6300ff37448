"""What becomes of the articles shown: by day, each thing once."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from service_api.articles import statistics
from service_api.articles.statistics import PassedOn
from service_api.audit.service import ASSISTANT
from service_api.conversations import handover
from service_api.conversations import queries as conversations
from service_api.conversations import service as talks
from service_api.conversations.hours import OfficeHours
from tests.service_api.articles.conftest import Newsroom, an_item
from tests.service_api.articles.test_search import SERVICE, Librarian


@pytest.fixture
def cards(newsroom: Newsroom) -> Newsroom:
    newsroom.write("cards.yml", an_item("card-lost", zh="卡丢了怎么办", en="lost card"))
    newsroom.follow()
    return newsroom


def ask(newsroom: Newsroom, question: str, talk: uuid.UUID | str) -> dict[str, Any]:
    answer = newsroom.client.get(
        "/api/v1/articles/search", params={"q": question, "conversation_id": str(talk)}, headers=SERVICE
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def counts(newsroom: Newsroom, id: str = "card-lost") -> dict[str, int]:
    total = newsroom.call("agent", "GET", f"/{id}/statistics")[1]["total"]
    return {event: times for event, times in total.items() if times}


def verdict(newsroom: Newsroom, talk: uuid.UUID | str, said: str, id: str = "card-lost") -> int:
    return newsroom.client.post(
        f"/api/v1/articles/{id}/feedback",
        json={"conversation_id": str(talk), "verdict": said},
        headers=SERVICE,
    ).status_code


def test_an_answer_shown_is_counted_by_local_day(cards: Newsroom) -> None:
    ask(cards, "卡丢了怎么办", uuid.uuid4())
    cards.clock.move(timedelta(hours=12, minutes=1))  # past midnight in Shanghai, not in UTC
    ask(cards, "卡丢了怎么办", uuid.uuid4())

    days = cards.call("agent", "GET", "/card-lost/statistics")[1]["days"]
    assert [(one["day"], one["shown"]) for one in days] == [("2026-11-22", 1), ("2026-11-21", 1)]


def test_colleagues_who_look_something_up_are_not_counted(cards: Newsroom) -> None:
    answer = cards.client.get(
        "/api/v1/articles/search", params={"q": "卡丢了怎么办"}, headers=cards.people["agent"]
    )
    assert answer.json()["outcome"] == "answer"
    assert counts(cards) == {}


def test_a_suggestion_whose_words_come_back_was_chosen_once(cards: Newsroom) -> None:
    librarian, talk = Librarian(), uuid.uuid4()
    librarian.teach("我的卡", sure=False)
    librarian.teach("card-lost 怎么办？", sure=True)
    cards.client.app.state.index._engine = librarian  # type: ignore[attr-defined]

    assert ask(cards, "我的卡", talk)["outcome"] == "suggestions"
    ask(cards, "card-lost 怎么办？", talk)
    ask(cards, "card-lost 怎么办？", talk)
    assert counts(cards) == {"suggested": 1, "clicked": 1, "shown": 2}


def test_the_customers_last_word_counts_once(cards: Newsroom) -> None:
    talk = uuid.uuid4()
    ask(cards, "卡丢了怎么办", talk)
    assert [verdict(cards, talk, said) for said in ("helpful", "helpful", "unhelpful")] == [204, 204, 204]
    assert counts(cards) == {"shown": 1, "unhelpful": 1}


def test_nobody_judges_an_answer_they_were_not_shown(cards: Newsroom) -> None:
    ask(cards, "卡丢了怎么办", uuid.uuid4())
    assert verdict(cards, uuid.uuid4(), "helpful") == 404
    assert verdict(cards, uuid.uuid4(), "great") == 422


def test_a_visitor_says_in_the_chat_whether_it_helped(cards: Newsroom) -> None:
    opened = cards.client.post("/chat/sessions", json={}).json()
    mine = {"Authorization": f"Bearer {opened['token']}"}
    path = "/chat/articles/card-lost/feedback"
    assert cards.client.post(path, json={"verdict": "helpful"}, headers=mine).status_code == 404

    ask(cards, "卡丢了怎么办", opened["conversation_id"])
    assert cards.client.post(path, json={"verdict": "helpful"}, headers=mine).status_code == 204
    forged = {"Authorization": "Bearer forged"}
    assert cards.client.post(path, json={"verdict": "helpful"}, headers=forged).status_code == 401
    assert counts(cards) == {"shown": 1, "helpful": 1}


def test_the_message_that_says_an_answer_names_its_article_until_it_is_judged(cards: Newsroom) -> None:
    opened = cards.client.post("/chat/sessions", json={}).json()
    mine, talk = {"Authorization": f"Bearer {opened['token']}"}, uuid.UUID(opened["conversation_id"])
    answer = ask(cards, "卡丢了怎么办", talk)["articles"][0]["answer"]
    with cards.database.writing() as session:
        row = talks.locked(session, talk)
        for text in (answer, "还有什么可以帮您？"):
            talks.add_message(session, row, author="assistant", text=text, now=cards.clock.now())

    def named() -> list[str | None]:
        said = cards.client.get("/chat/messages", headers=mine).json()["messages"]
        return [one["article"] for one in said if one["author"] == "assistant"]

    assert named() == ["card-lost", None]
    cards.client.post("/chat/articles/card-lost/feedback", json={"verdict": "helpful"}, headers=mine)
    assert named() == [None, None]


def settle(newsroom: Newsroom) -> int:
    """What the worker does again and again."""
    with newsroom.database.writing() as session:
        passed = conversations.hand_overs_after(session, statistics.counted_up_to(session))
        found = [PassedOn(one.id, one.conversation_id, one.asked_at) for one in passed]
        return statistics.note_hand_overs(session, found, zone=newsroom.zone)


def test_the_answer_before_a_person_was_asked_for_led_there_and_is_counted_once(cards: Newsroom) -> None:
    now = cards.clock.now()
    with cards.database.writing() as session:
        opened = talks.open_conversation(session, channel="web", language="zh", now=now, pepper="p" * 16)
        talk = opened.conversation.id
    ask(cards, "卡丢了怎么办", talk)
    ask(cards, "卡丢了怎么办呢", talk)
    with cards.database.writing() as session:
        hours = OfficeHours.parse("09:00-18:00 daily", cards.zone)
        row = talks.locked(session, talk)
        handover.hand_over(session, row, reason="requested", by=ASSISTANT, now=now, hours=hours)

    assert [settle(cards), settle(cards)] == [1, 0]
    assert counts(cards) == {"shown": 2, "led_to_person": 1}


def test_who_was_shown_what_is_forgotten_and_the_counts_stay(cards: Newsroom) -> None:
    ask(cards, "卡丢了怎么办", uuid.uuid4())
    with cards.database.writing() as session:
        assert statistics.forget_showings(session, before=cards.clock.now() + timedelta(days=1)) == 1
    assert counts(cards) == {"shown": 1}
