"""Judging the engine on a CSV of questions: figures, robustness, and the worst misses."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from knowledge.article import LANGUAGES, Language
from knowledge.measures import Asked, Figure, figures_of, share
from knowledge.questions import Question
from knowledge.search import Engine
from knowledge.spelling import mistyped

WORST = 10


@dataclass(frozen=True)
class Evaluation:
    """Figures over all questions and by language, and the most confident mistakes."""

    overall: dict[str, Figure]
    by_language: dict[str, dict[str, Figure]]
    worst: tuple[Asked, ...]

    def as_json(self) -> dict[str, Any]:  # JSON: any shape
        """Plain data."""
        return asdict(self)


def evaluate(engine: Engine, questions: Sequence[Question]) -> Evaluation:
    """Ask every question once."""
    asked = [ask(engine, one) for one in questions]
    wrong = [one for one in asked if one.outcome == "answer" and (not one.expected or one.rank != 1)]
    missed = [one for one in asked if one.expected and one.outcome != "answer" and (one.rank or 99) > 3]
    worst = sorted(wrong, key=lambda one: -one.confidence) + sorted(missed, key=lambda one: -one.confidence)
    languages = sorted({one.language for one in asked})
    return Evaluation(
        overall=figures_of(asked),
        by_language={name: figures_of([one for one in asked if one.language == name]) for name in languages},
        worst=tuple(worst[:WORST]),
    )


def ask(engine: Engine, question: Question) -> Asked:
    """Search one question, and rank every article for it."""
    result, ranked = engine.search_and_rank(question.text, question.language)
    rank = ranked.index(question.article_id) + 1 if question.article_id in ranked else None
    return Asked(
        question=question.text,
        expected=question.article_id,
        language=question.language,
        kind=question.kind,
        outcome=result.outcome,
        confidence=result.first,
        about=result.about,
        rank=rank,
        found=tuple(ranked[:3]),
    )


def robustness(
    engine: Engine, questions: Sequence[Question], *, seed: int = 0
) -> dict[str, dict[str, Figure]]:
    """hit@1 of the questions in scope, as they are and disturbed, by language."""
    dice = random.Random(seed)  # noqa: S311 - disturbances, not security
    table: dict[str, dict[str, Figure]] = {}
    for language in LANGUAGES:
        inside = [one for one in questions if one.article_id and one.language == language]
        if not inside:
            continue
        row = {}
        for name, disturb in _disturbances(language, [one.text for one in inside], engine).items():
            asked = [
                ask(engine, Question(disturb(one.text, dice), one.article_id, one.language, one.kind))
                for one in inside
            ]
            row[name] = share(asked, lambda one: one.rank == 1)
        table[language] = row
    return table


Disturb = Callable[[str, random.Random], str]


def _disturbances(language: Language, texts: Sequence[str], engine: Engine) -> dict[str, Disturb]:
    letters = "".join(texts)
    if language == "en":
        letters = "abcdefghijklmnopqrstuvwxyz"
    common: dict[str, Disturb] = {
        "clean": lambda text, _: text,
        "polite fillers": lambda text, dice: _polite(text, language, dice),
        "one wrong character": lambda text, dice: mistyped(text, letters, dice),
        "mixed language": lambda text, _: engine.snapshot.lexicon.mixed(text, language),
    }
    if language == "zh":
        import opencc

        converter = opencc.OpenCC("s2t")
        common["traditional script"] = lambda text, _: str(converter.convert(text))
        common["full width"] = lambda text, _: "".join(
            chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text
        )
    else:
        common["capitals"] = lambda text, _: text.upper()
    return common


def _polite(text: str, language: str, dice: random.Random) -> str:
    if language == "zh":
        return (
            dice.choice(["你好，请问", "您好，我想问一下，", "麻烦问下", "在吗？"])
            + text
            + dice.choice(["谢谢", "，麻烦了", "，急"])
        )
    before = dice.choice(["Hi, could you please tell me, ", "Hello, ", "Sorry to bother you, "])
    return before + text + dice.choice([" thanks", " please", ", thank you so much"])
