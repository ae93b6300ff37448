"""Searching: the engine that a server opens once and asks from any thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Article, Language
from knowledge.calibration import features_of
from knowledge.embedder import Embedder, Vectors
from knowledge.index import DamagedIndex, IndexUnavailable, Stamp, current_version, stamp, versions
from knowledge.keywords import Scores
from knowledge.language import detect, plain
from knowledge.models import Models
from knowledge.reranker import READ, reordered
from knowledge.results import Answer, Match, NoAnswer, Result, Suggestions
from knowledge.snapshot import LanguageIndex, Snapshot, exact_key, load_snapshot

log = logging.getLogger(__name__)

SUGGESTED = 3
ABOVE_ALL = 5.0
EXACT = 0.99
"""Confidence of a question that is, word for word, one approved phrasing of one article."""


@dataclass(frozen=True)
class _Looked:
    snapshot: Snapshot
    index: LanguageIndex
    total: Scores
    features: NDArray[np.float64]
    language: Language
    exact: int | None
    careful: bool
    asked: str


def today_in_china() -> date:
    """The day that decides which articles are in force."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


class Engine:
    """Answers questions from the current index and goes over to a new one by itself.

    A search never waits for a new version: it is read in a thread of its own and swapped in whole. A damaged
    one is refused and the last good one serves on.
    """

    def __init__(self, root: Path, snapshot: Snapshot, seen: Stamp | None, today: Callable[[], date]) -> None:
        self._root = root
        self._snapshot = snapshot
        self._seen = seen
        self._today = today
        self._standing: tuple[Snapshot, date, NDArray[np.bool_]] | None = None
        self._loading = threading.Lock()
        self._models = Models()

    @classmethod
    def open(cls, directory: Path | str, *, today: Callable[[], date] = today_in_china) -> Engine:
        """Open the current version, or the newest whole one. Raises IndexUnavailable when there is none."""
        root = Path(directory)
        seen = stamp(root)
        engine = cls(root, _first_good(root), seen, today)
        engine._models.prepare(engine._snapshot)
        return engine

    @property
    def version(self) -> str:
        """The name of the version that serves."""
        return self._snapshot.manifest.version

    @property
    def snapshot(self) -> Snapshot:
        """The version that serves, whole."""
        return self._snapshot

    def wait_until_ready(self) -> None:
        """Block until every model is loaded. Not needed for searching: a question waits for its own model."""
        for index in self._snapshot.languages.values():
            self._models.get(index)

    def embedders(self, language: Language) -> tuple[Embedder, ...]:
        """The models that turn questions of one language into vectors."""
        return self._models.get(self._snapshot.languages[language])

    def refresh(self) -> bool:
        """Read a newer version now. True when one now serves; a damaged one is logged and left."""
        with self._loading:
            return self._load_newer()

    def publish(self, changed: Sequence[Article], *, removed: Collection[str] = ()) -> str:
        """Add or replace articles and take others out, in seconds; returns the version, which serves at once.

        Models and chances stay; the next full build trains on the new phrasings too.
        """
        from knowledge.publish import publish_articles

        self.refresh()
        manifest = publish_articles(
            self._root, self._snapshot, changed, removed=removed, embedders_of=self._models.get
        )
        self.refresh()
        return manifest.version

    def search(self, text: str, language: Language | None = None) -> Result:
        """Find what answers a message. Never raises for any text.

        `language` is that of the talk; a message plainly in the other language is searched in that one.
        """
        self._follow()
        looked = self._look(self._snapshot, text, language)
        return looked if isinstance(looked, NoAnswer) else self._decide(looked, self._order(looked))

    def search_and_rank(self, text: str, language: Language | None = None) -> tuple[Result, list[str]]:
        """The result, and the ids of all articles in force, best first; none for what cannot be searched."""
        looked = self._look(self._snapshot, text, language)
        if isinstance(looked, NoAnswer):
            return looked, []
        order = self._order(looked)
        return self._decide(looked, order), [looked.snapshot.articles[place].id for place in order]

    def vectors(self, texts: Sequence[str], language: Language) -> Vectors:
        """Where questions lie in the space of the search, a row of length one each: near ones mean alike."""
        snapshot = self._snapshot
        index = snapshot.languages[language]
        asked = [snapshot.lexicon.one_language(plain(text, language), language) for text in texts]
        view, embedder = index.scorer.views[0], self._models.get(index)[0]
        return view.metric.apply(embedder.encode(asked))

    def _look(self, snapshot: Snapshot, text: str, language: Language | None) -> _Looked | NoAnswer:
        found = detect(text, expected=language)
        if found == "none":
            return NoAnswer("empty" if not text.strip() else "no-words", 0.0, language)
        if found == "other":
            return NoAnswer("unknown-language", 0.0, None)
        asked = snapshot.lexicon.one_language(plain(text, found), found)
        index = snapshot.languages.get(found)
        if index is None or not asked:
            return NoAnswer("no-words", 0.0, found)
        exact = index.exact.get(exact_key(asked))
        if exact is None:
            asked = index.spelling.corrected(asked)
            exact = index.exact.get(exact_key(asked))
        scored = index.scorer.score(asked, [one.encode([asked])[0] for one in self._models.get(index)])
        total = index.scorer.mixture.total(scored.parts)
        features = features_of(scored, total)
        if exact is not None:
            total[exact] = total.max() + ABOVE_ALL
        careful = snapshot.lexicon.needs_care(asked, found)
        return _Looked(snapshot, index, total, features, found, exact=exact, careful=careful, asked=asked)

    def _order(self, looked: _Looked) -> list[int]:
        articles = looked.snapshot.articles
        order = np.argsort(-looked.total, kind="stable")
        standing: list[int] = order[self._in_force(looked.snapshot)[order]].tolist()
        reranker = self._models.reranker(looked.snapshot.manifest)
        if reranker is None or looked.exact is not None:
            return standing
        texts = [articles[place].wording(looked.language).question for place in standing[:READ]]
        return reordered(standing, reranker.scores(looked.asked, texts)) if texts else standing

    def _in_force(self, snapshot: Snapshot) -> NDArray[np.bool_]:
        """Of every article, whether it is in force today; worked out once a day and version."""
        today, known = self._today(), self._standing
        if known is None or known[0] is not snapshot or known[1] != today:
            known = (snapshot, today, np.array([one.in_force(today) for one in snapshot.articles]))
            self._standing = known
        return known[2]

    def _decide(self, looked: _Looked, order: Sequence[int]) -> Result:
        """A first place that a re-ranker or the calendar gave is suggested, never answered."""
        if not order:
            return NoAnswer("nothing-fits", 0.0, looked.language)
        limits = looked.index.calibration
        about, first, three = limits.judge(looked.features)
        if looked.exact == order[0]:
            return Answer(Match(looked.snapshot.articles[order[0]], EXACT), EXACT, looked.language, about=1.0)
        if about < limits.about or three < limits.suggest:
            return NoAnswer("nothing-fits", first, looked.language, about=about)
        matches = _matches(looked, order[:SUGGESTED], first)
        overruled = order[0] != int(np.argmax(looked.total))
        if not overruled and first >= (limits.careful if looked.careful else limits.answer):
            return Answer(matches[0], first, looked.language, about=about)
        return Suggestions(matches, max(three, first), looked.language, about=about, careful=looked.careful)

    def _follow(self) -> None:
        if stamp(self._root) == self._seen or not self._loading.acquire(blocking=False):
            return
        self._loading.release()
        threading.Thread(target=self.refresh, name="index-refresh", daemon=True).start()

    def _load_newer(self) -> bool:
        now = stamp(self._root)
        if now is None or now == self._seen:
            return False
        self._seen = now
        try:
            directory = current_version(self._root)
            if directory.name == self.version:
                return False
            fresh = load_snapshot(directory)
            for index in fresh.languages.values():
                self._models.get(index)
        except Exception as error:  # an edge: whatever is wrong with the new version, the old one serves on
            log.error(
                "index refused, the last good one serves",
                extra={"reason": str(error), "serving": self.version},
            )
            return False
        self._snapshot = fresh
        log.info("index swapped", extra={"version": self.version})
        return True


def _first_good(root: Path) -> Snapshot:
    reasons: list[str] = []
    try:
        return load_snapshot(current_version(root))
    except DamagedIndex as error:
        reasons.append(str(error))
    for directory in versions(root):
        try:
            snapshot = load_snapshot(directory)
        except DamagedIndex as error:
            reasons.append(str(error))
            continue
        log.error(
            "current index refused, an older one serves",
            extra={"reason": reasons[0], "serving": directory.name},
        )
        return snapshot
    raise IndexUnavailable("; ".join(dict.fromkeys(reasons)))


def _matches(looked: _Looked, order: Sequence[int], first: float) -> tuple[Match, ...]:
    best = float(looked.total[order[0]])
    return tuple(
        Match(looked.snapshot.articles[place], first * float(np.exp(looked.total[place] - best)))
        for place in order
    )
