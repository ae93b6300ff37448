"""Search of the articles: an answer, suggestions, or an honest nothing, and the count of gaps."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from knowledge.article import Article, Language, Wording
from knowledge.index import IndexUnavailable
from knowledge.results import Answer, Match, NoAnswer, Result, Suggestions
from service_api.app import furnish
from service_api.articles import queries
from service_api.articles.index import Engine, LiveIndex, engine_in
from service_api.articles.service import masked
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.settings import Settings
from tests.service_api.conftest import SERVICE_TOKEN

SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}


def an_article(slug: str) -> Article:
    return Article(
        id=slug,
        topic="report-loss",
        owner="retail-cards",
        source="internal",
        effective_from=date(2026, 1, 1),
        review_by=date(2027, 1, 1),
        actions=("report_loss",),
        zh=Wording(question=f"{slug} 怎么办？", answer="先挂失。"),
        en=Wording(question=f"{slug}: what now?", answer="Block it first."),
    )


class Librarian:
    """Knows what it was taught; stands at the border of the search engine."""

    def __init__(self) -> None:
        self.known: dict[str, Result] = {}

    def search(self, text: str, language: Language | None = None) -> Result:
        return self.known.get(text, NoAnswer("nothing-fits", 0.1, language))

    def teach(self, question: str, *, sure: bool, language: Language = "zh") -> None:
        slugs = ("card-lost", "card-stolen", "pin-locked")
        matches = tuple(Match(an_article(slug), 0.9) for slug in slugs)
        answer = Answer(matches[0], 0.93, language, about=0.99)
        self.known[question] = answer if sure else Suggestions(matches, 0.6, language, about=0.9)


@pytest.fixture
def librarian() -> Librarian:
    return Librarian()


@pytest.fixture
def desk(
    app: FastAPI, settings: Settings, database: Database, clock: FrozenClock, librarian: Librarian
) -> Iterator[TestClient]:
    def open_at_once() -> Engine:
        return librarian

    furnish(app, settings, database, clock, engine=open_at_once)
    app.state.index.try_to_open()
    with TestClient(app) as client:
        yield client


def search(client: TestClient, question: str, **query: str) -> dict[str, Any]:
    answer = client.get("/api/v1/articles/search", params={"q": question, **query}, headers=SERVICE)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_sure_answer_comes_with_its_article_and_actions(desk: TestClient, librarian: Librarian) -> None:
    librarian.teach("卡丢了", sure=True)

    assert search(desk, "卡丢了", language="zh") == {
        "outcome": "answer",
        "confidence": 0.93,
        "language": "zh",
        "articles": [
            {
                "id": "card-lost",
                "question": "card-lost 怎么办？",
                "answer": "先挂失。",
                "actions": ["report_loss"],
            }
        ],
    }


def test_suggestions_show_questions_and_no_answers(desk: TestClient, librarian: Librarian) -> None:
    librarian.teach("my card", sure=False, language="en")

    found = search(desk, "my card", language="en")
    assert (found["outcome"], found["language"]) == ("suggestions", "en")
    assert len(found["articles"]) == 3
    assert (found["articles"][0]["question"], found["articles"][0]["answer"]) == ("card-lost: what now?", "")


def test_unanswered_questions_are_masked_and_counted(desk: TestClient, database: Database) -> None:
    for question in ("我的手机13800138000换了", "我的手机13800138000换了！", "怎么 炒股"):
        assert search(desk, question)["outcome"] == "none"

    with database.reading() as session:
        noted = [(q.question, q.times_asked) for q in queries.unanswered_questions(session)]
    assert noted == [("我的手机####换了", 2), ("怎么 炒股", 1)]


def test_answered_questions_and_blank_ones_are_not_counted(
    desk: TestClient, database: Database, librarian: Librarian
) -> None:
    librarian.teach("卡丢了", sure=True)
    search(desk, "卡丢了")
    search(desk, " \u200b ")

    with database.reading() as session:
        assert queries.unanswered_questions(session) == []


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("卡号6225 8801 2345 6688被盗刷", "卡号####被盗刷"),
        ("身份证11010519900101123X过期", "身份证####过期"),
        ("写信到 wei.zhang@example.com", "写信到 …@…"),
        ("年费300元", "年费300元"),
        ("电话１３８００１３８０００", "电话####"),
    ],
)
def test_numbers_and_addresses_of_people_are_masked(question: str, shown: str) -> None:
    assert masked(question) == shown


@pytest.mark.parametrize("question", ["投" * 3000, "😀", "<b>", "'; DROP TABLE articles; --", "\x00"])
def test_any_text_can_be_searched(desk: TestClient, question: str) -> None:
    assert search(desk, question)["outcome"] == "none"


def test_only_our_processes_and_staff_may_search(desk: TestClient) -> None:
    assert desk.get("/api/v1/articles/search", params={"q": "x"}).status_code == 401
    wrong = {"Authorization": "Bearer wrong"}
    assert desk.get("/api/v1/articles/search", params={"q": "x"}, headers=wrong).status_code == 401


def test_without_an_index_the_service_answers_and_says_what_is_missing(client: TestClient) -> None:
    refused = client.get("/api/v1/articles/search", params={"q": "卡丢了"}, headers=SERVICE)

    assert refused.status_code == 503
    assert refused.json()["type"] == "/problems/search-unavailable"
    assert "search" in client.get("/readyz").json()["missing"]


def test_an_index_that_appears_later_is_opened(tmp_path: Path, librarian: Librarian) -> None:
    there = False

    def open_engine() -> Engine:
        if not there:
            raise IndexUnavailable("none yet")
        return librarian

    index = LiveIndex(open_engine)
    assert not index.try_to_open()
    there = True
    assert index.try_to_open()
    assert index.problem is None


def test_a_broken_index_is_a_named_problem_and_no_crash() -> None:
    def broken() -> Engine:
        raise RuntimeError("torn")

    index = LiveIndex(broken)
    assert not index.try_to_open()
    assert index.problem == "the index cannot be opened: RuntimeError"


def test_a_folder_without_an_index_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable):
        engine_in(tmp_path, today=date.today)()


def test_an_index_is_brought_up_to_date_before_anybody_is_answered_from_it(librarian: Librarian) -> None:
    served_meanwhile = []

    def keep_up(_engine: Engine) -> None:
        served_meanwhile.append(index.problem is None)

    index = LiveIndex(lambda: librarian, keep_up)
    assert index.try_to_open()
    assert served_meanwhile == [False]


def test_an_index_that_cannot_be_brought_up_to_date_serves_as_it_is(librarian: Librarian) -> None:
    def keep_up(_engine: Engine) -> None:
        raise OSError("disk full")

    index = LiveIndex(lambda: librarian, keep_up)
    assert index.try_to_open()
    assert index.problem is None
