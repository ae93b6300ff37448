"""A customer's words become a way to ask an article: at once, in every text that holds or will hold."""

from datetime import timedelta

import pytest

from tests.service_api.articles.conftest import Newsroom, a_text, an_item


@pytest.fixture
def cards(newsroom: Newsroom) -> Newsroom:
    newsroom.write(
        "cards.yml",
        an_item("card-lost", zh="卡丢了怎么办", en="lost card"),
        an_item("fee", zh="年费多少", en="annual fee"),
    )
    return newsroom


def add(
    newsroom: Newsroom, text: str, *, to: str = "card-lost", language: str = "zh"
) -> tuple[int, dict[str, str]]:
    status, body, _ = newsroom.call("lead", "POST", f"/{to}/phrasings", {"language": language, "text": text})
    return status, body


def test_it_is_found_at_once_and_only_its_article_is_published(cards: Newsroom) -> None:
    assert cards.told("卡飞了") is None
    assert add(cards, "卡飞了") == (200, {"article": "card-lost", "added": True})
    assert cards.told("卡飞了") == "请拨打 400-000-9000。"
    assert cards.shelves.published[-1] == ["card-lost"]


def test_the_same_words_are_added_once(cards: Newsroom) -> None:
    add(cards, "卡飞了")
    assert add(cards, " 卡飞了！")[1]["added"] is False
    assert add(cards, "卡丢了怎么办？")[1]["added"] is False


def test_words_of_another_article_are_refused_and_it_is_named(cards: Newsroom) -> None:
    status, body = add(cards, "年费多少？")
    assert (status, body["type"], body["article"]) == (409, "/problems/phrasing-taken", "fee")


@pytest.mark.parametrize("text", ["", "？！", "\u200b", "长" * 501])
def test_words_that_cannot_be_asked_are_refused(cards: Newsroom, text: str) -> None:
    assert add(cards, text)[0] == 422


def test_it_is_in_the_text_for_later_and_in_the_draft_as_well(cards: Newsroom) -> None:
    later = a_text(effective_from="2026-12-01")
    cards.publish("card-lost", later)
    cards.save("lead", "card-lost", a_text(owner="new"))
    add(cards, "卡飞了")

    assert cards.told("卡飞了") == "请拨打 400-000-9000。"
    cards.clock.move(timedelta(days=10))
    assert cards.told("卡飞了") == "先挂失。"
    assert "卡飞了" in cards.call("lead", "GET", "/card-lost")[1]["open"]["content"]["zh"]["phrasings"]


def test_a_retired_article_takes_none(cards: Newsroom) -> None:
    cards.step("supervisor", "card-lost", "retire")
    assert add(cards, "卡飞了")[1]["type"] == "/problems/nothing-published"
