"""The reviewed files and the desk's own texts: neither is lost, neither overrules the other in silence."""

from datetime import timedelta
from typing import Any

import yaml

from service_api.articles.export import export
from tests.service_api.articles.conftest import Newsroom, a_text, an_item


def the_file(newsroom: Newsroom, answer: str = "请拨打 {rate.hotline}。") -> None:
    newsroom.write("cards.yml", an_item("card-lost", zh="卡丢了怎么办", en="lost card", answer=answer))


def own_text(answer: str) -> dict[str, Any]:
    wording = {"question": "卡丢了怎么办", "phrasings": ["卡丢了怎么办呢"], "answer": answer}
    return a_text(zh=wording)


def test_articles_of_the_files_are_told_with_their_rates_filled_in(newsroom: Newsroom) -> None:
    the_file(newsroom)
    assert newsroom.told("卡丢了怎么办") == "请拨打 400-000-9000。"
    assert newsroom.told("lost card", "en") == "Call 400-000-9000: card-lost."


def test_files_that_have_not_changed_are_read_once(newsroom: Newsroom) -> None:
    the_file(newsroom)
    newsroom.follow()
    before = len(newsroom.shelves.published)

    assert not newsroom.read()
    newsroom.follow()
    assert len(newsroom.shelves.published) == before


def test_a_newer_file_replaces_a_text_that_the_desk_has_not_touched(newsroom: Newsroom) -> None:
    the_file(newsroom)
    newsroom.clock.move(timedelta(days=3))
    the_file(newsroom, "新办法。")
    assert newsroom.told("卡丢了怎么办") == "新办法。"


def test_the_desks_text_stays_and_a_newer_file_is_offered_to_it(newsroom: Newsroom) -> None:
    the_file(newsroom)
    newsroom.publish("card-lost", own_text("服务台的答案。"))
    the_file(newsroom, "文件的新答案。")

    assert newsroom.told("卡丢了怎么办") == "服务台的答案。"
    body = newsroom.call("lead", "GET", "/card-lost")[1]
    assert body["article"]["file_offers_newer"]
    assert body["offered"]["content"]["zh"]["answer"] == "文件的新答案。"

    newsroom.step("lead", "card-lost", "take_offer")
    newsroom.step("lead", "card-lost", "submit")
    newsroom.step("supervisor", "card-lost", "publish")
    assert newsroom.told("卡丢了怎么办") == "文件的新答案。"


def test_a_refused_offer_is_not_made_again_until_the_file_changes(newsroom: Newsroom) -> None:
    the_file(newsroom)
    newsroom.publish("card-lost", own_text("服务台的答案。"))
    the_file(newsroom, "文件的新答案。")
    newsroom.step("lead", "card-lost", "refuse_offer")

    newsroom.write("more.yml", an_item("pin", zh="密码锁了", en="pin locked"))
    assert not newsroom.call("lead", "GET", "/card-lost")[1]["article"]["file_offers_newer"]
    the_file(newsroom, "又一个答案。")
    assert newsroom.call("lead", "GET", "/card-lost")[1]["article"]["file_offers_newer"]


def test_an_article_that_a_person_retired_does_not_come_back_with_a_newer_file(newsroom: Newsroom) -> None:
    the_file(newsroom)
    newsroom.step("supervisor", "card-lost", "retire")
    the_file(newsroom, "新办法。")
    assert newsroom.told("卡丢了怎么办") is None


def test_an_article_that_left_the_files_is_retired_and_comes_back_with_them(newsroom: Newsroom) -> None:
    the_file(newsroom)
    assert newsroom.told("卡丢了怎么办")
    newsroom.write("cards.yml", an_item("pin", zh="密码锁了", en="pin locked"))
    assert newsroom.told("卡丢了怎么办") is None
    the_file(newsroom)
    assert newsroom.told("卡丢了怎么办") == "请拨打 400-000-9000。"


def test_a_broken_file_keeps_nothing_back_that_the_desk_has_published(newsroom: Newsroom) -> None:
    the_file(newsroom)
    (newsroom.handbook.folder / "cards.yml").write_text("- id: [", encoding="utf-8")
    newsroom.publish("card-lost", own_text("服务台的答案。"))
    assert newsroom.told("卡丢了怎么办") == "服务台的答案。"


def test_an_index_built_anew_from_the_files_is_brought_up_at_once(newsroom: Newsroom) -> None:
    the_file(newsroom)
    newsroom.publish("card-lost", own_text("服务台的答案。"))
    assert newsroom.told("卡丢了怎么办") == "服务台的答案。"

    newsroom.shelves.articles = ()
    newsroom.shelves.published.append(["a full build"])
    assert newsroom.told("卡丢了怎么办") == "服务台的答案。"


def test_what_the_desk_published_goes_back_into_the_files_and_nothing_else_changes(
    newsroom: Newsroom,
) -> None:
    newsroom.write(
        "cards.yml",
        "# kept by hand\n",
        an_item("pin", zh="密码锁了", en="pin locked"),
        an_item("card-lost", zh="卡丢了怎么办", en="lost card"),
        an_item("fee", zh="年费多少", en="annual fee"),
    )
    before = (newsroom.handbook.folder / "cards.yml").read_text(encoding="utf-8")
    newsroom.publish("card-lost", own_text("打 {rate.hotline}，“先”挂失：快。"))
    newsroom.call("lead", "POST", "", a_text("brand-new", topic="fresh"))
    newsroom.publish("brand-new", a_text("brand-new", topic="fresh"))

    with newsroom.database.reading() as session:
        written = export(session, newsroom.handbook)

    assert written == ["brand-new", "card-lost"]
    after = (newsroom.handbook.folder / "cards.yml").read_text(encoding="utf-8")
    start, end = before.index("- id: card-lost"), before.index("- id: fee")
    assert after.startswith(before[:start])
    assert after.endswith(before[end:])
    assert yaml.safe_load(after)[1]["zh"]["answer"] == "打 {rate.hotline}，“先”挂失：快。"
    assert (newsroom.handbook.folder / "fresh.yml").exists()

    assert newsroom.read()  # the files have changed, the articles have not
    assert not newsroom.call("lead", "GET", "/card-lost")[1]["article"]["file_offers_newer"]
    with newsroom.database.reading() as session:
        assert export(session, newsroom.handbook) == []
