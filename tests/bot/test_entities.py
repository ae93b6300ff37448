"""How well values are found in messages that a reader marked: the rules alone, without Rasa."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.components.values import find_values
from tests.nlu_figures import Judged, entity_f1
from tests.nlu_messages import read_file

HELDOUT = Path(__file__).parent / "heldout"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def read() -> list[Judged]:
    return [
        Judged(
            text=one.text,
            language=one.language,
            meant=one.intent,
            understood=one.intent,
            confidence=1.0,
            spans=one.spans,
            found=frozenset((v.entity, v.start, v.end) for v in find_values(one.text, NOW)),
            kinds=one.kinds,
        )
        for path in sorted(HELDOUT.glob("entities_*.yml"))
        for one in read_file(path)
    ]


def test_enough_messages_are_marked_in_both_languages(read: list[Judged]) -> None:
    languages = [one.language for one in read]
    assert len(read) >= 300
    assert min(languages.count("zh"), languages.count("en")) >= 120


@pytest.mark.parametrize("language", ["zh", "en"])
def test_values_are_found_where_a_reader_sees_them(language: str, read: list[Judged]) -> None:
    table = entity_f1([one for one in read if one.language == language])
    assert table["all"]["f1"] >= 0.9, table


def test_what_a_form_takes_at_its_word_is_surest(read: list[Judged]) -> None:
    table = entity_f1(read)
    for kind in ("amount", "phone", "card_tail", "code", "complaint_number"):
        assert table[kind]["precision"] >= 0.93, kind
