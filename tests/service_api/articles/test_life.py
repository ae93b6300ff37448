"""The life of an article: draft, review by somebody else, published, retired; every step leaves a trace."""

from datetime import timedelta
from typing import Any

import pytest

from tests.service_api.articles.conftest import Newsroom, a_text, entries


def started(newsroom: Newsroom, content: dict[str, Any] | None = None, *, by: str = "lead") -> None:
    status, body, _ = newsroom.call(by, "POST", "", content or a_text())
    assert status == 201, body


def test_a_new_article_is_told_once_another_person_has_published_it(newsroom: Newsroom) -> None:
    started(newsroom)
    assert newsroom.told("急急急") is None

    assert newsroom.step("lead", "card-lost", "submit")[1]["article"]["open_state"] == "review"
    assert newsroom.told("急急急") is None

    status, body, _ = newsroom.step("supervisor", "card-lost", "publish")
    assert (status, body["current"]["author"], body["current"]["reviewer"]) == (200, "Lead", "Supervisor")
    assert newsroom.told("急急急") == "先挂失。"


def test_nobody_reviews_what_they_wrote(newsroom: Newsroom) -> None:
    started(newsroom)
    newsroom.save("supervisor", "card-lost", a_text(owner="cards"))
    newsroom.step("lead", "card-lost", "submit")

    for who in ("lead", "supervisor"):  # both have written in it
        status, body, _ = newsroom.step(who, "card-lost", "publish")
        assert (status, body["type"]) == (403, "/problems/needs-four-eyes")


@pytest.mark.parametrize("who", ["agent", "auditor"])
def test_agents_and_auditors_read_and_do_not_write(newsroom: Newsroom, who: str) -> None:
    started(newsroom)

    assert newsroom.call(who, "GET", "/card-lost")[0] == 200
    assert newsroom.call(who, "GET", "")[1]["items"][0]["id"] == "card-lost"
    assert newsroom.call(who, "POST", "", a_text("other"))[0] == 403
    assert newsroom.save(who, "card-lost", a_text())[0] == 403
    assert newsroom.step(who, "card-lost", "submit")[0] == 403
    assert newsroom.call(who, "POST", "/card-lost/phrasings", {"language": "zh", "text": "卡呢"})[0] == 403


def test_customers_go_on_being_told_the_published_text_while_it_is_rewritten(newsroom: Newsroom) -> None:
    started(newsroom)
    newsroom.publish("card-lost", a_text())
    changed = a_text(zh={"question": "卡丢了", "phrasings": ["急急急"], "answer": "先冻结。"})

    newsroom.save("lead", "card-lost", changed)
    assert newsroom.told("急急急") == "先挂失。"

    newsroom.publish("card-lost", changed)
    assert newsroom.told("急急急") == "先冻结。"
    history = newsroom.call("agent", "GET", "/card-lost/versions")[1]["items"]
    assert [(one["number"], one["holds"]) for one in history] == [(2, True), (1, False)]


def test_a_reviewer_gives_it_back_with_a_remark(newsroom: Newsroom) -> None:
    started(newsroom)
    newsroom.step("lead", "card-lost", "submit")

    body = newsroom.step("supervisor", "card-lost", "give_back", remark="少了热线")[1]
    assert (body["open"]["state"], body["open"]["remark"]) == ("draft", "少了热线")
    assert newsroom.step("supervisor", "card-lost", "publish")[1]["type"] == "/problems/not-in-review"


def test_what_is_in_review_is_not_changed_under_the_reviewer(newsroom: Newsroom) -> None:
    started(newsroom)
    newsroom.step("lead", "card-lost", "submit")

    assert newsroom.save("lead", "card-lost", a_text(owner="x"))[1]["type"] == "/problems/no-draft"


def test_a_retired_article_is_told_to_nobody_and_comes_back_through_review(newsroom: Newsroom) -> None:
    started(newsroom)
    newsroom.publish("card-lost", a_text())
    assert newsroom.told("急急急")

    assert newsroom.step("supervisor", "card-lost", "retire")[1]["article"]["state"] == "retired"
    assert newsroom.told("急急急") is None
    assert newsroom.step("supervisor", "card-lost", "retire")[0] == 409

    newsroom.publish("card-lost", a_text())
    assert newsroom.told("急急急") == "先挂失。"


def test_a_thrown_away_draft_leaves_what_was_published(newsroom: Newsroom) -> None:
    started(newsroom)
    newsroom.publish("card-lost", a_text())
    newsroom.save("lead", "card-lost", a_text(owner="nobody"))

    body = newsroom.step("lead", "card-lost", "discard")[1]
    assert (body["open"], body["article"]["owner"]) == (None, "retail")


def test_a_version_for_later_leaves_the_present_one_until_its_day(newsroom: Newsroom) -> None:
    started(newsroom)
    newsroom.publish("card-lost", a_text())
    later = a_text(
        effective_from="2026-12-01", zh={"question": "卡丢了", "phrasings": ["急急急"], "answer": "新规。"}
    )
    newsroom.publish("card-lost", later)

    assert newsroom.told("急急急") == "先挂失。"
    newsroom.clock.move(timedelta(days=9))
    assert newsroom.told("急急急") == "先挂失。"
    newsroom.clock.move(timedelta(days=1))
    assert newsroom.told("急急急") == "新规。"


def test_an_article_whose_last_day_has_passed_is_not_told(newsroom: Newsroom) -> None:
    started(newsroom)
    newsroom.publish("card-lost", a_text(effective_to="2026-11-30"))

    newsroom.clock.move(timedelta(days=9))
    assert newsroom.told("急急急") == "先挂失。"
    newsroom.clock.move(timedelta(days=1))
    assert newsroom.told("急急急") is None


def test_a_change_needs_the_revision_it_was_made_on(newsroom: Newsroom) -> None:
    started(newsroom)
    seen = newsroom.etag("card-lost")

    assert newsroom.call("lead", "PUT", "/card-lost/draft", a_text())[0] == 428
    assert newsroom.call("lead", "PUT", "/card-lost/draft", a_text(), seen='"7"')[0] == 422
    assert newsroom.call("lead", "PUT", "/card-lost/draft", a_text(owner="a"), seen=seen)[0] == 200
    status, body, _ = newsroom.call("supervisor", "PUT", "/card-lost/draft", a_text(owner="b"), seen=seen)
    assert (status, body["type"]) == (412, "/problems/stale-version")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"actions": ["dance"]}, "actions.0"),
        ({"effective_from": "soon"}, "effective_from"),
        ({"effective_to": "2025-01-01"}, "effective_to"),
        ({"id": "Not A Slug"}, "id"),
        ({"zh": {"question": "费用", "phrasings": [], "answer": "收 {rate.moon} 元"}}, "zh"),
        ({"zh": {"question": "费用", "phrasings": "费", "answer": "收"}}, "zh.phrasings"),
        (
            {"conditions": [{"when": {"moon": "full"}, "zh": "月", "en": "moon"}]},
            "conditions.0.when.moon.[key]",
        ),
        ({"topic": ""}, "topic"),
    ],
)
def test_a_mistake_is_named_by_its_field(newsroom: Newsroom, changes: dict[str, Any], field: str) -> None:
    status, body, _ = newsroom.call("lead", "POST", "", a_text(**changes))
    assert (status, body["type"]) == (422, "/problems/invalid-article")
    assert field in [one["field"] for one in body["errors"]]


def test_a_draft_may_lack_sentences_and_is_not_reviewed_so(newsroom: Newsroom) -> None:
    half = a_text(en={"question": "", "phrasings": [], "answer": ""})
    status, body, _ = newsroom.call("lead", "POST", "", half)
    assert status == 201
    assert [one["field"] for one in body["missing"]] == ["en.question", "en.answer"]

    status, body, _ = newsroom.step("lead", "card-lost", "submit")
    assert (status, [one["field"] for one in body["errors"]]) == (422, ["en.question", "en.answer"])


def test_the_words_of_another_article_are_refused_and_a_likeness_is_warned_about(newsroom: Newsroom) -> None:
    started(newsroom)
    newsroom.publish("card-lost", a_text())
    twin = a_text("card-gone", zh={"question": "急急急！", "phrasings": [], "answer": "先挂失。"})
    assert newsroom.call("lead", "POST", "", twin)[0] == 201

    body = newsroom.call("lead", "GET", "/card-gone")[1]
    assert sorted({one["severity"] for one in body["warnings"]}) == ["error", "warning"]
    status, body, _ = newsroom.step("lead", "card-gone", "submit")
    assert status == 422
    assert body["errors"][0]["field"] == "zh.phrasings"
    assert "card-lost" in body["errors"][0]["message"]


def test_an_id_is_taken_once(newsroom: Newsroom) -> None:
    started(newsroom)
    assert newsroom.call("lead", "POST", "", a_text())[1]["type"] == "/problems/article-exists"


def test_every_step_is_in_the_audit_log(newsroom: Newsroom) -> None:
    started(newsroom)
    newsroom.publish("card-lost", a_text(owner="cards"))
    newsroom.step("supervisor", "card-lost", "retire")

    with newsroom.database.reading() as session:
        assert entries(session) == [
            "article.drafted",
            "article.saved",
            "article.submitted",
            "article.published",
            "article.retired",
        ]


def test_html_and_script_are_text_like_any_other(newsroom: Newsroom) -> None:
    wording = {
        "question": "<script>alert(1)</script>",
        "phrasings": ["'; DROP TABLE articles; --"],
        "answer": "&",
    }
    started(newsroom, a_text(zh=wording))
    assert newsroom.call("agent", "GET", "/card-lost")[1]["open"]["content"]["zh"] == wording


def test_an_unknown_article_is_not_found(newsroom: Newsroom) -> None:
    for method, path in (("GET", "/nothing"), ("GET", "/nothing/versions"), ("GET", "/nothing/statistics")):
        assert newsroom.call("agent", method, path)[0] == 404
