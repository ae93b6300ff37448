"""Questions asked in vain: together by matter, and made into an article or a way to ask one."""

from typing import Any

import numpy as np
import pytest

from service_api.articles.groups import put_together
from tests.service_api.articles.conftest import Newsroom, a_text, an_item
from tests.service_api.articles.test_search import SERVICE


@pytest.fixture
def gaps(newsroom: Newsroom) -> Newsroom:
    newsroom.write("cards.yml", an_item("card-lost", zh="卡丢了怎么办", en="lost card"))
    newsroom.follow()
    for question in ("数字钱包怎么注销", "数字钱包怎样注销", "数字钱包怎么注销", "今天天气好吗"):
        ask(newsroom, question)
    ask(newsroom, "close my digital wallet", language="en")
    return newsroom


def ask(newsroom: Newsroom, question: str, *, language: str = "zh") -> str:
    answer = newsroom.client.get(
        "/api/v1/articles/search", params={"q": question, "language": language}, headers=SERVICE
    )
    outcome: str = answer.json()["outcome"]
    return outcome


def groups(newsroom: Newsroom, **query: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    status, body, _ = newsroom.call("lead", "GET", f"/unanswered?{asked}")
    assert status == 200, body
    found: list[dict[str, Any]] = body["items"]
    return found


def ids(group: dict[str, Any]) -> list[int]:
    return [one["id"] for one in group["questions"]]


def test_questions_that_mean_alike_are_one_matter_the_most_asked_first(gaps: Newsroom) -> None:
    found = groups(gaps)
    assert [(one["language"], one["times_asked"], len(one["questions"])) for one in found] == [
        ("zh", 3, 2),
        ("zh", 1, 1),
        ("en", 1, 1),
    ]
    assert found[0]["questions"][0]["question"] == "数字钱包怎么注销"
    assert found[0]["nearest"] == ["card-lost"]
    assert [one["language"] for one in groups(gaps, language="en")] == ["en"]


def test_a_matter_becomes_a_draft_that_is_reviewed_published_and_found(gaps: Newsroom) -> None:
    body = {"questions": ids(groups(gaps)[0]), "near": "card-lost"}
    status, made, _ = gaps.call("lead", "POST", "/unanswered/draft", body)
    assert (status, made["article"]) == (201, "cards-desk-1")

    draft = gaps.call("lead", "GET", f"/{made['article']}")[1]["open"]["content"]
    assert (draft["topic"], draft["owner"], draft["effective_from"]) == ("cards", "retail", "2026-11-21")
    assert draft["zh"]["question"] == "数字钱包怎么注销"
    assert draft["zh"]["phrasings"] == ["数字钱包怎样注销"]
    assert len(groups(gaps)) == 2

    draft["zh"]["answer"] = "在手机银行注销。"
    draft["en"] = {
        "question": "Close the wallet?",
        "phrasings": ["close my digital wallet"],
        "answer": "In the app.",
    }
    gaps.publish(made["article"], draft)
    assert gaps.told("数字钱包怎样注销") == "在手机银行注销。"
    assert ask(gaps, "数字钱包怎样注销") == "answer"


def test_one_press_makes_questions_ways_to_ask_an_article(gaps: Newsroom) -> None:
    matter = groups(gaps)[0]
    body = {"questions": ids(matter), "article": "card-lost"}
    assert gaps.call("lead", "POST", "/unanswered/phrasings", body)[0] == 200
    assert gaps.told("数字钱包怎样注销") == "请拨打 400-000-9000。"
    assert matter["id"] not in [one["id"] for one in groups(gaps)]


def test_what_is_dismissed_does_not_come_back(gaps: Newsroom) -> None:
    weather = groups(gaps)[1]
    assert gaps.call("lead", "POST", "/unanswered/dismiss", {"questions": ids(weather)})[0] == 204
    ask(gaps, "今天天气好吗")
    assert weather["id"] not in [one["id"] for one in groups(gaps)]


def test_a_settled_question_that_is_asked_in_vain_again_is_open_again(gaps: Newsroom) -> None:
    body = {"questions": ids(groups(gaps)[0]), "article": "card-lost"}
    gaps.call("lead", "POST", "/unanswered/phrasings", body)
    gaps.follow()
    gaps.step("supervisor", "card-lost", "retire")
    gaps.follow()

    assert ask(gaps, "数字钱包怎么注销") == "none"
    assert groups(gaps)[0]["questions"][0]["question"] == "数字钱包怎么注销"


def test_a_question_waits_for_its_draft_however_often_it_is_asked(gaps: Newsroom) -> None:
    gaps.call("lead", "POST", "/unanswered/draft", {"questions": ids(groups(gaps)[0])})
    ask(gaps, "数字钱包怎么注销")
    assert len(groups(gaps)) == 2


def test_agents_settle_nothing_and_unknown_questions_are_not_found(gaps: Newsroom) -> None:
    chosen = {"questions": ids(groups(gaps)[0])}
    assert gaps.call("agent", "GET", "/unanswered")[0] == 403
    assert gaps.call("agent", "POST", "/unanswered/dismiss", chosen)[0] == 403
    assert gaps.call("auditor", "POST", "/unanswered/draft", chosen)[0] == 403
    assert gaps.call("lead", "POST", "/unanswered/dismiss", {"questions": [999_999]})[0] == 404
    assert gaps.call("lead", "POST", "/unanswered/dismiss", {"questions": []})[0] == 422


def test_without_an_index_every_question_stands_alone(gaps: Newsroom) -> None:
    gaps.client.app.state.index._engine = None  # type: ignore[attr-defined]
    assert len(groups(gaps)) == 4


def test_a_row_of_nothing_is_a_group_of_its_own() -> None:
    rows = np.array([[1, 0], [0, 0], [0.99, 0.01]], dtype=np.float32)
    first, empty, second = put_together(rows, up_to=0.5)
    assert first == second != empty
    assert put_together(rows[:1], up_to=0.5) == [0]


def test_a_new_article_cannot_take_the_name_of_an_address(newsroom: Newsroom) -> None:
    for name in ("search", "unanswered"):
        assert newsroom.call("lead", "POST", "", a_text(name))[0] == 422
