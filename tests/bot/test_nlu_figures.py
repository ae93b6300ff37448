"""The figures of language understanding, on messages where they can be worked out by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.nlu_figures import (
    Judged,
    Span,
    accuracy,
    calibration_error,
    entity_f1,
    harm_of_nonsense,
    macro_f1,
    refusal_curve,
    worst_pairs,
)
from tests.nlu_messages import read_banking77, read_file, without_annotations, write_examples


def a_message(
    meant: str,
    understood: str,
    confidence: float = 1.0,
    spans: set[Span] | None = None,
    found: set[Span] | None = None,
) -> Judged:
    kept = None if spans is None else frozenset(spans)
    return Judged("text", "en", meant, understood, confidence, kept, frozenset(found or ()))


FOUR = [
    a_message("greet", "greet", 0.95),
    a_message("greet", "thanks", 0.55),
    a_message("thanks", "thanks", 0.95),
    a_message("cancel", "thanks", 0.15),
]


def test_accuracy_is_the_share_that_is_right() -> None:
    assert accuracy(FOUR) == 0.5
    assert accuracy([]) == 0.0


def test_macro_f1_counts_every_meant_intent_alike() -> None:
    assert macro_f1(FOUR) == pytest.approx((2 / 3 + 2 / 4 + 0) / 3)


def test_calibration_error_weighs_bins_by_their_size() -> None:
    assert calibration_error(FOUR) == pytest.approx((0.05 * 2 + 0.55 + 0.15) / 4)


def test_a_higher_threshold_answers_less_and_better() -> None:
    curve = {point["threshold"]: (point["answered"], point["right"]) for point in refusal_curve(FOUR)}
    assert curve[0.0] == (1.0, 0.5)
    assert curve[0.5] == pytest.approx((0.75, 2 / 3))
    assert curve[0.9] == (0.5, 1.0)


def test_the_commonest_mistake_comes_first() -> None:
    pairs = worst_pairs([*FOUR, a_message("cancel", "thanks")])
    assert [(pair["meant"], pair["times"]) for pair in pairs] == [("cancel", 2), ("greet", 1)]


def test_entities_count_where_they_are_annotated() -> None:
    amount, phone, date = ("amount", 0, 4), ("phone", 5, 16), ("date", 0, 2)
    messages = [
        a_message("inform", "inform", spans={amount, phone}, found={amount, date}),
        a_message("inform", "inform", spans=set(), found={("phone", 1, 2)}),
        a_message("inform", "inform", found={phone}),
    ]
    table = entity_f1(messages)
    assert set(table) == {"amount", "phone", "all"}
    assert table["amount"]["f1"] == 1.0
    assert (table["phone"]["precision"], table["phone"]["recall"]) == (0.0, 0.0)
    assert table["all"]["precision"] == pytest.approx(1 / 2)
    assert entity_f1(FOUR) == {}


def test_a_kind_that_a_file_does_not_annotate_is_not_counted_against_it() -> None:
    amount, phone = ("amount", 0, 4), ("phone", 5, 16)
    one = a_message("inform", "inform", spans={amount}, found={amount, phone})
    other = a_message("inform", "inform", spans={phone}, found={phone})
    narrow = [replace(one, kinds=frozenset({"amount"})), replace(other, kinds=frozenset({"phone"}))]
    assert entity_f1([one, other])["phone"]["precision"] == 0.5
    assert entity_f1(narrow)["phone"]["precision"] == 1.0


def test_nonsense_does_harm_when_it_is_taken_for_a_wish() -> None:
    messages = [
        a_message("out_of_scope", "abuse", 0.7),
        a_message("out_of_scope", "abuse", 0.3),
        a_message("out_of_scope", "chitchat", 0.9),
        a_message("out_of_scope", "out_of_scope", 0.9),
    ]
    harm = harm_of_nonsense(messages, threshold=0.4)
    assert (harm["refused"], harm["taken_for_a_wish"]) == (1, [["text", "abuse", 0.7]])


def test_annotations_give_places_in_the_plain_text() -> None:
    line = '扣了[350元](amount)，手机[13800138000]{"entity": "phone"}，[卡](business:debit-card)'
    text, spans = without_annotations(line)
    assert text == "扣了350元，手机13800138000，卡"
    assert {(kind, text[start:end]) for kind, start, end in spans} == {
        ("amount", "350元"),
        ("phone", "13800138000"),
        ("business", "卡"),
    }


def test_files_are_read_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text('text,category\n"Hi, you",greet\nThanks: a lot,thanks\n')
    messages = read_banking77(tmp_path / "train.csv")
    write_examples(messages, tmp_path / "examples.yml")
    assert read_file(tmp_path / "examples.yml") == messages
    assert [one.language for one in messages] == ["en", "en"]


def test_a_list_of_examples_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "list.yml"
    file.write_text(
        "nlu:\n- intent: greet\n  examples:\n  - text: |\n      你好\n  - hello\n"
        "- synonym: a\n  examples: x\n"
    )
    assert [(one.text, one.language) for one in read_file(file)] == [("你好", "zh"), ("hello", "en")]
