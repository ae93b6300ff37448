"""Evaluation: figures from a CSV, odd files named by line, and the check of the articles."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from knowledge.__main__ import main
from knowledge.build import BuildSettings, is_up_to_date
from knowledge.check import check_articles
from knowledge.evaluate import evaluate, robustness
from knowledge.index import Manifest
from knowledge.measures import Asked, calibration_error, figures_of, separation
from knowledge.questions import BadTestSet, read_questions
from knowledge.search import Engine
from knowledge.yardstick import other_bank
from tests.knowledge.conftest import SMALL, small_article, small_articles

Built = tuple[Path, Manifest]


def asked(
    expected: str | None, rank: int | None, confidence: float, outcome: str = "answer", kind: str = "in_scope"
) -> Asked:
    return Asked("q", expected, "zh", kind, outcome, confidence, confidence, rank, ())


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.csv"
    lines = ["question,article_id,language,kind"]
    for id, (zh, en, _, _) in SMALL.items():
        lines += [f"{zh[1]},{id},zh,in_scope", f"{en[1]},{id},,"]
    lines += ["红烧肉怎么做,,zh,far", "how do I cook rice,,en,far"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_figures_are_counted_right() -> None:
    figures = figures_of(
        [
            asked("a", 1, 0.9),
            asked("a", 2, 0.8),
            asked("a", 4, 0.2, "suggestions"),
            asked("a", None, 0.1, "none"),
            asked(None, None, 0.85, "answer", "near"),
            asked(None, None, 0.05, "none", "far"),
        ]
    )
    assert figures["hit@1"].value == 0.25
    assert figures["hit@3"].value == 0.5
    assert figures["MRR"].value == pytest.approx((1 + 1 / 2 + 1 / 4) / 4)
    assert figures["precision of answers"].value == pytest.approx(1 / 3)
    assert figures["near answered"].value == 1.0
    assert figures["far answered"].value == 0.0
    assert figures["hit@1"].low <= 0.25 <= figures["hit@1"].high


def test_separation_and_calibration_at_their_ends() -> None:
    high, low = [asked("a", 1, 0.9)] * 5, [asked(None, None, 0.1)] * 5
    assert separation(high, low).value == 1.0
    assert separation(low, high).value == 0.0
    assert separation(high, high).value == 0.5
    assert calibration_error([asked("a", 1, 1.0)] * 10).value == 0.0
    assert calibration_error([asked("a", 2, 1.0)] * 10).value == 1.0


def test_an_engine_is_judged_on_a_file(built: Built, questions: Path) -> None:
    engine = Engine.open(built[0])
    read = read_questions(questions)
    found = evaluate(engine, read)
    assert found.overall["hit@1"].value == 1.0
    assert set(found.by_language) == {"en", "zh"}
    assert found.overall["far answered"].value == 0.0
    table = robustness(engine, read)
    assert table["zh"]["traditional script"].value == table["zh"]["full width"].value == 1.0
    assert table["en"]["capitals"].value == 1.0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("question;article_id\n", 1),
        ("question,article_id\n,card-loss\n", 2),
        ("question,article_id,language\nhi,card-loss,fr\n", 2),
    ],
)
def test_an_odd_test_set_is_named_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadTestSet, match=f"odd.csv:{line}"):
        read_questions(path)


def test_another_banks_questions_judge_the_engine(questions: Path) -> None:
    rows = [f"{asked},{id}" for id, (zh, _, _, _) in SMALL.items() for asked in zh]
    questions.write_text("\n".join(["question,article_id", *rows]), encoding="utf-8")
    comparison = other_bank(questions, lambda _: None)
    assert comparison.faqs == len(SMALL)
    assert set(comparison.figures) == {"BM25 alone", "embedder alone", "engine"}


def test_one_phrasing_in_two_articles_is_an_error() -> None:
    twin = small_article(
        "twin", zh=small_article("prepay").zh.model_copy(update={"question": "您好，卡不见了？"})
    )
    findings = check_articles([*small_articles(), twin])
    errors = [one for one in findings if one.severity == "error"]
    assert any(set(one.articles) >= {"card-loss", "twin"} and "卡不见了" in one.message for one in errors)


def test_a_finding_names_file_and_line(
    write_articles: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    kept = [small_article(id).model_dump(mode="json") for id in ("card-loss", "twin")]
    folder = write_articles("# two alike\n" + yaml.safe_dump(kept, allow_unicode=True))
    (folder / "_rates.yml").write_text("{}", encoding="utf-8")
    assert main(["check", "--articles", str(folder)]) == 1
    assert f"card-loss ({folder / 'topic.yml'}:2), twin (" in capsys.readouterr().out


def test_sound_articles_have_no_error() -> None:
    assert [one for one in check_articles(small_articles()) if one.severity == "error"] == []


def test_the_command_line_searches_and_evaluates(
    built: Built, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "年费怎么收", "--index", str(built[0])]) == 0
    assert "annual-fee" in capsys.readouterr().out
    assert main(["evaluate", str(questions), "--index", str(built[0]), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["evaluation"]["overall"]["hit@1"]["value"] == 1.0
    assert main(["evaluate", str(questions), "--index", str(built[0])]) == 0
    assert "precision of answers" in capsys.readouterr().out


def test_the_command_line_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "年费", "--index", str(tmp_path)]) == 1
    assert main(["evaluate"]) == 2
    assert main(["check", "--articles", str(tmp_path)]) == 1
    assert "holds no article" in capsys.readouterr().err


def test_the_articles_of_the_bank_have_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0, capsys.readouterr().out


def test_reviewed_questions_set_the_thresholds_and_ask_for_a_new_build(
    built: Built, questions: Path, settings: BuildSettings
) -> None:
    articles = small_articles()
    assert is_up_to_date(articles, built[0], settings=settings)
    assert not is_up_to_date(articles, built[0], settings=replace(settings, reviewed=questions))
