"""Articles: what is accepted, and how a mistake is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge.article import article_from, articles_hash, load_articles
from knowledge.rates import Rate
from knowledge.yaml_source import ArticleError
from tests.knowledge.conftest import small_article, small_articles

GOOD = """\
- id: card-loss
  topic: loss
  owner: retail
  source: "internal: handbook"
  effective_from: 2026-01-01
  effective_to: null
  review_by: 2027-01-01
  actions: [report_loss]
  conditions:
    - when: {tier: platinum}
      zh: "白金客户免费。"
      en: "Free for platinum customers."
  zh:
    question: "卡丢了怎么办？"
    phrasings: ["卡不见了", "卡不见了"]
    answer: "请拨打 {rate.hotline}。"
  en:
    question: "I lost my card"
    phrasings: ["card gone"]
    answer: "Call {rate.hotline}."
"""
RATES = 'hotline: {value: "1", unit: phone, zh: "一号", en: "number one"}\n'

Write = Callable[..., Path]


def test_rates_are_filled_in_by_language(write_articles: Write) -> None:
    write_articles(RATES, "_rates.yml")
    (article,) = load_articles(write_articles(GOOD))
    assert article.zh.answer == "请拨打 一号。"
    assert article.en.answer == "Call number one."


def test_a_condition_is_added_only_for_whom_it_holds(write_articles: Write) -> None:
    write_articles(RATES, "_rates.yml")
    (article,) = load_articles(write_articles(GOOD))
    assert "Free for platinum" in article.answer("en", tier="platinum")
    assert "Free for platinum" not in article.answer("en", tier="ordinary")
    assert "Free for platinum" not in article.answer("en")


def test_numbered_steps_stand_on_lines_of_their_own(write_articles: Write) -> None:
    write_articles(RATES, "_rates.yml")
    steps = GOOD.replace(
        "请拨打 {rate.hotline}。", "任选一种：① 手机银行 → 挂失；② 打 {rate.hotline}。 ③ 到网点，见①。"
    )
    (article,) = load_articles(write_articles(steps))
    assert article.answer("zh") == "任选一种：\n① 手机银行 → 挂失；\n② 打 一号。\n③ 到网点，见①。"
    (other,) = load_articles(write_articles(GOOD.replace("请拨打 {rate.hotline}", "① 打电话；② 到网点")))
    assert other.answer("zh") == "① 打电话；\n② 到网点。"


def test_repeated_phrasings_count_once(write_articles: Write) -> None:
    write_articles(RATES, "_rates.yml")
    (article,) = load_articles(write_articles(GOOD))
    assert article.zh.questions == ("卡丢了怎么办？", "卡不见了")


@pytest.mark.parametrize(
    ("wrong", "line", "said"),
    [
        (GOOD.replace("owner: retail", "ownr: retail"), 3, "unknown key 'ownr'"),
        (GOOD.replace('    phrasings: ["card gone"]', '    phrasing: ["card gone"]'), 19, "unknown key"),
        (GOOD.replace("2026-01-01", "soon"), 5, "effective_from"),
        (GOOD.replace("report_loss", "report_losss"), 8, "actions"),
        (GOOD.replace("rate.hotline}。", "rate.hotlin}。"), 16, "no rate is named 'hotlin'"),
        (GOOD.replace('"I lost my card"', '"I lost my card'), 19, "not valid YAML"),
        (GOOD.replace("  topic: loss\n", "  topic: loss\n  topic: loss\n"), 3, "stands twice"),
        (GOOD + GOOD, 21, "already used"),
        ("id: card-loss\n", 1, "is a list"),
        ("", 1, "empty"),
        ("- just text\n", 1, "mapping"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    write_articles: Write, wrong: str, line: int, said: str
) -> None:
    write_articles(RATES, "_rates.yml")
    folder = write_articles(wrong)
    with pytest.raises(ArticleError, match=said) as caught:
        load_articles(folder)
    assert f"topic.yml:{line}" in str(caught.value)


def test_a_rate_in_two_tables_is_refused(write_articles: Write) -> None:
    write_articles(RATES, "_rates.yml")
    write_articles(RATES, "_rates_more.yml")
    with pytest.raises(ArticleError, match="already stands in"):
        load_articles(write_articles(GOOD))


def test_a_missing_or_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="no such folder"):
        load_articles(tmp_path / "nowhere")
    with pytest.raises(ArticleError, match="holds no article"):
        load_articles(tmp_path)


def test_plain_data_becomes_an_article_or_names_its_field() -> None:
    data = small_article().model_dump(mode="json")
    rates = {"hotline": Rate(value="1", unit="phone", zh="一", en="one")}
    assert article_from(data, rates) == small_article()
    with pytest.raises(ArticleError, match="unknown key 'colour'"):
        article_from(data | {"colour": "red"}, rates)
    with pytest.raises(ArticleError, match="no rate is named 'fee'"):
        article_from(data | {"zh": data["zh"] | {"answer": "{rate.fee}"}}, rates)


def test_an_article_is_in_force_from_its_first_to_its_last_day() -> None:
    article = small_article(effective_to=date(2026, 6, 30))
    assert [article.in_force(day) for day in (date(2025, 12, 31), date(2026, 1, 1))] == [False, True]
    assert [article.in_force(day) for day in (date(2026, 6, 30), date(2026, 7, 1))] == [True, False]


def test_the_content_hash_ignores_order_and_sees_every_change() -> None:
    articles = small_articles()
    assert articles_hash(articles) == articles_hash(articles[::-1])
    assert articles_hash(articles) != articles_hash([small_article(owner="other"), *articles[1:]])
