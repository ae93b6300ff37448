"""Unanswered questions that mean alike, put together, so that a supervisor sees what to write next."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from knowledge.article import Language
from knowledge.results import Result
from service_api.articles import queries
from service_api.articles.models import UnansweredQuestion

Rows = NDArray[np.float32]
ALIKE: Mapping[Language, float] = {"zh": 0.5, "en": 0.6}
"""Cosine distance up to which questions count as one matter (average linkage): few wrong joins."""
LOOKED_AT = 300
LOOKED_BACK = timedelta(days=90)
SUGGESTED = 3
REMEMBERED = 4000


@runtime_checkable
class Reading(Protocol):
    """An engine that tells where questions lie and which articles come near."""

    @property
    def version(self) -> str: ...

    def vectors(self, texts: Sequence[str], language: Language) -> Rows: ...

    def search_and_rank(self, text: str, language: Language | None = None) -> tuple[Result, list[str]]: ...


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions of one matter in one language, the most asked first; `nearest` are articles it may belong to.

    `id` is that of the most asked question. `answered_now` when the search has learnt to answer it meanwhile.
    """

    id: int
    language: Language
    questions: tuple[UnansweredQuestion, ...]
    nearest: tuple[str, ...]
    answered_now: bool = False

    @property
    def times_asked(self) -> int:
        return sum(one.times_asked for one in self.questions)

    @property
    def last_asked_at(self) -> datetime:
        return max(one.last_asked_at for one in self.questions)


class Places:
    """The places of questions, kept while the index stays the same: a question costs up to 10 ms."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, str, str], Rows] = OrderedDict()

    def of(self, engine: Reading, texts: Sequence[str], language: Language) -> Rows:
        """One row per text."""
        version = engine.version
        keys = [(version, language, text) for text in texts]
        with self._lock:
            missing = [text for key, text in zip(keys, texts, strict=True) if key not in self._known]
        fresh = engine.vectors(missing, language) if missing else ()
        with self._lock:
            for text, row in zip(missing, fresh, strict=True):
                self._known[version, language, text] = row
            rows = np.array([self._known[key] for key in keys], dtype=np.float32)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return rows


def groups_of(
    session: Session, engine: object, places: Places, *, now: datetime, language: str | None = None
) -> list[QuestionGroup]:
    """The matters asked about most in the last 90 days and not settled, the most asked first.

    Without an index every question is a group of its own.
    """
    found: list[QuestionGroup] = []
    languages: tuple[Language, ...] = ("zh", "en")
    for one in languages:
        if language in (None, "", one):
            questions = queries.open_questions(
                session, language=one, since=now - LOOKED_BACK, limit=LOOKED_AT
            )
            found += _grouped(engine, places, questions, one)
    return sorted(found, key=lambda group: (-group.times_asked, -group.last_asked_at.timestamp(), group.id))


def with_nearest(engine: object, group: QuestionGroup) -> QuestionGroup:
    """The same group with the three articles that its most asked question comes nearest to."""
    if not isinstance(engine, Reading):
        return group
    result, ranked = engine.search_and_rank(group.questions[0].question, group.language)
    return QuestionGroup(
        group.id, group.language, group.questions, tuple(ranked[:SUGGESTED]), result.outcome == "answer"
    )


def put_together(rows: Rows, *, up_to: float) -> list[int]:
    """The number of the group of each row: average linkage over cosine distances."""
    if len(rows) < 2:
        return [0] * len(rows)
    from scipy.cluster.hierarchy import fcluster, linkage

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units = rows / np.where(lengths == 0, 1, lengths)
    distances = np.clip(1 - units @ units.T, 0, 2)
    condensed = distances[np.triu_indices(len(rows), 1)]
    return [int(one) for one in fcluster(linkage(condensed, "average"), up_to, criterion="distance")]


def _grouped(
    engine: object, places: Places, questions: Sequence[UnansweredQuestion], language: Language
) -> list[QuestionGroup]:
    if not questions:
        return []
    if isinstance(engine, Reading):
        rows = places.of(engine, [one.question for one in questions], language)
        numbers = put_together(rows, up_to=ALIKE[language])
    else:
        numbers = list(range(len(questions)))
    together: dict[int, list[UnansweredQuestion]] = {}
    for question, number in zip(questions, numbers, strict=True):
        together.setdefault(number, []).append(question)
    return [QuestionGroup(members[0].id, language, tuple(members), ()) for members in together.values()]
