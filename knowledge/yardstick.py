"""The same engine on other people's questions: BANKING77, or any CSV of questions with their FAQ."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Language
from knowledge.build import DEFAULT_EMBEDDERS, as_searched, open_embedders
from knowledge.embedder import Embedder
from knowledge.fitting import cross_validate, embed, fit_scorer, make_embedders
from knowledge.group import Group
from knowledge.language import detect
from knowledge.lexicon import load_lexicon
from knowledge.measures import Figure, mean
from knowledge.questions import BadTestSet, read_questions
from knowledge.spelling import spelling_of

Row = tuple[str, str]
"""A question and the name of its FAQ or intent."""


@dataclass(frozen=True)
class Comparison:
    """hit@1, MRR and hit@3 of the engine and of its parts alone, on one split."""

    title: str
    faqs: int
    indexed: int
    asked: int
    figures: dict[str, dict[str, Figure]]


def banking77(directory: Path, progress: Callable[[str], None]) -> list[Comparison]:
    """BANKING77 as published (train.csv, test.csv): 10 examples per intent, and all of them."""
    train, test = (_read_pairs(directory / name, "text", "category") for name in ("train.csv", "test.csv"))
    opened = open_embedders(DEFAULT_EMBEDDERS["en"], progress)
    ten = _some_of_each(train, 10)
    return [
        compare("BANKING77, 10 per intent", ten, test, "en", opened=opened, progress=progress),
        compare("BANKING77, all examples", train, test, "en", opened=opened, progress=progress),
    ]


def other_bank(path: Path, progress: Callable[[str], None], *, held_out: float = 0.3) -> Comparison:
    """Any CSV of question, article_id: a share of each FAQ's questions is held out and asked."""
    rows = [(one.text, one.article_id) for one in read_questions(path) if one.article_id]
    if len({name for _, name in rows}) < 3:
        raise BadTestSet(f"{path}: needs at least three FAQs")
    commonest = Counter(detect(text) for text, _ in rows).most_common(1)[0][0]
    language: Language = "zh" if commonest == "zh" else "en"
    indexed, asked = _split(rows, held_out)
    opened = open_embedders(DEFAULT_EMBEDDERS[language], progress)
    return compare(str(path.name), indexed, asked, language, opened=opened, progress=progress)


def compare(
    title: str,
    indexed: Sequence[Row],
    asked: Sequence[Row],
    language: Language,
    *,
    opened: tuple[tuple[str, ...], dict[str, Embedder]],
    progress: Callable[[str], None],
) -> Comparison:
    """Index some rows, ask the others: BM25 alone, embedder alone, the engine."""
    lexicon = load_lexicon()
    settings, models = opened
    by_faq: dict[str, list[str]] = defaultdict(list)
    for text, name in indexed:
        by_faq[name].append(as_searched(text, language, lexicon))
    names = sorted(by_faq)
    groups = [Group(tuple(dict.fromkeys(filter(None, by_faq[name])))) for name in names]
    fitting = cross_validate(
        groups, [], settings, lexicon, language, opened=models, precision=0.95, progress=progress
    )
    questions = [
        (as_searched(text, language, lexicon), names.index(name)) for text, name in asked if name in by_faq
    ]
    progress(f"{title}: asking {len(questions)} questions")
    with TemporaryDirectory(prefix="ting-yardstick-") as folder:
        embedders = make_embedders(settings, groups, Path(folder), models)
    scorer = fit_scorer(groups, embedders, lexicon, language, mixture=fitting.mixture)
    spelling = spelling_of(groups, language, known=[word for one in embedders for word in one.words()])
    corrected = [spelling.corrected(text) for text, _ in questions]
    vectors = embed(embedders, [text for text, _ in questions])
    better = embed(embedders, corrected)
    flat = [(text, number) for number, group in enumerate(groups) for text in group.phrasings]
    indexed_vectors, owner = (
        embedders[0].encode([text for text, _ in flat]),
        np.array([number for _, number in flat]),
    )
    ranks: dict[str, list[int]] = defaultdict(list)
    for (text, right), vector, spelt, spelt_vector in zip(questions, vectors, corrected, better, strict=True):
        scored = scorer.score(spelt, spelt_vector)
        nearest = np.full(len(groups), -1.0)
        np.maximum.at(nearest, owner, indexed_vectors @ vector[0])
        ranks["BM25 alone"].append(_rank(scorer.keywords.scores(text), right))
        ranks["embedder alone"].append(_rank(nearest, right))
        ranks["engine"].append(_rank(fitting.mixture.total(scored.parts), right))
    return Comparison(
        title=title,
        faqs=len(names),
        indexed=len(flat),
        asked=len(questions),
        figures={name: _figures(found) for name, found in ranks.items()},
    )


def _figures(ranks: Sequence[int]) -> dict[str, Figure]:
    return {
        "hit@1": mean([float(rank == 1) for rank in ranks]),
        "MRR": mean([1 / rank for rank in ranks]),
        "hit@3": mean([float(rank <= 3) for rank in ranks]),
    }


def _rank(scores: NDArray[np.float32] | NDArray[np.float64], right: int) -> int:
    return int((scores > scores[right]).sum()) + 1


def _read_pairs(path: Path, question: str, name: str) -> list[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return [(row[question], row[name]) for row in csv.DictReader(stream)]
    except KeyError as error:
        raise BadTestSet(f"{path}:1: needs the columns {question} and {name}") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadTestSet(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error


def _some_of_each(rows: Sequence[Row], count: int) -> list[Row]:
    by_name: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_name[row[1]].append(row)
    dice = np.random.default_rng(0)
    return [
        members[at]
        for name, members in sorted(by_name.items())
        for at in dice.permutation(len(members))[:count]
    ]


def _split(rows: Sequence[Row], held_out: float) -> tuple[list[Row], list[Row]]:
    by_name: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_name[row[1]].append(row)
    dice = np.random.default_rng(0)
    indexed: list[Row] = []
    asked: list[Row] = []
    for _, members in sorted(by_name.items()):
        order = [members[at] for at in dice.permutation(len(members))]
        cut = max(1, round(len(order) * (1 - held_out)))
        indexed += order[:cut]
        asked += order[cut:]
    return indexed, asked
