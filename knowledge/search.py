"""Searching: the engine that a server opens once and asks from any thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from knowledge.article import Language
from knowledge.calibration import features_of
from knowledge.embedder import Embedder, open_embedder
from knowledge.index import DamagedIndex, IndexUnavailable, Stamp, current_version, stamp, versions
from knowledge.language import detect, plain
from knowledge.results import Answer, Match, NoAnswer, Result, Suggestions
from knowledge.scoring import Scored
from knowledge.snapshot import LanguageIndex, Snapshot, load_snapshot

log = logging.getLogger(__name__)

SUGGESTED = 3


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
        self._loading = threading.Lock()
        self._models = _Models()

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
        for entry in self._snapshot.languages.values():
            self._models.get(entry)

    def refresh(self) -> bool:
        """Read a newer version now. True when one now serves; a damaged one is logged and left."""
        with self._loading:
            return self._load_newer()

    def search(self, text: str, language: Language | None = None) -> Result:
        """Find what answers a message. Never raises for any text.

        `language` is that of the talk; a message plainly in the other language is searched in that one.
        """
        self._follow()
        found = detect(text, expected=language)
        if found == "none":
            return NoAnswer("empty" if not text.strip() else "no-words", 0.0, language)
        if found == "other":
            return NoAnswer("unknown-language", 0.0, None)
        snapshot = self._snapshot
        asked = snapshot.lexicon.one_language(plain(text, found), found)
        index = snapshot.languages.get(found)
        if index is None or not asked:
            return NoAnswer("no-words", 0.0, found)
        vector = self._models.get(index).encode([asked])[0]
        scored = index.scorer.score(asked, vector)
        careful = snapshot.lexicon.needs_care(asked, found)
        return self._decide(snapshot, index, scored, found, careful=careful)

    def _decide(
        self, snapshot: Snapshot, index: LanguageIndex, scored: Scored, language: Language, *, careful: bool
    ) -> Result:
        today = self._today()
        order = [
            int(place)
            for place in np.argsort(-scored.total, kind="stable")[: SUGGESTED * 4]
            if snapshot.articles[place].in_force(today)
        ][:SUGGESTED]
        features = features_of(scored)
        first, three = (
            index.calibration.first.chance(features),
            index.calibration.among_three.chance(features),
        )
        if not order or three < index.calibration.suggest:
            return NoAnswer("nothing-fits", first, language)
        matches = _matches(snapshot, scored, order, first)
        overruled = order[0] != int(np.argmax(scored.total))
        if not overruled and first >= (index.calibration.careful if careful else index.calibration.answer):
            return Answer(matches[0], first, language)
        return Suggestions(matches, max(three, first), language, careful=careful)

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


class _Models:
    """The embedders that live outside the index, each loaded once, in the background."""

    def __init__(self) -> None:
        self._ready: dict[str, Embedder] = {}
        self._lock = threading.Lock()

    def prepare(self, snapshot: Snapshot) -> None:
        for index in snapshot.languages.values():
            if index.own_embedder is None:
                threading.Thread(target=self._warm, args=(index,), name="model-loading", daemon=True).start()

    def get(self, index: LanguageIndex) -> Embedder:
        if index.own_embedder is not None:
            return index.own_embedder
        key = index.entry.embedder
        found = self._ready.get(key)
        if found is None:
            with self._lock:
                found = self._ready.get(key)
                if found is None:
                    found = open_embedder(key)
                    self._ready[key] = found
        if found.model_id != index.entry.model_id:
            raise DamagedIndex(
                f"the index was made with {index.entry.model_id}, this machine has {found.model_id}"
            )
        return found

    def _warm(self, index: LanguageIndex) -> None:
        try:
            self.get(index).encode(["hello"])
        except Exception as error:  # an edge: the search that needs the model reports it again
            log.error("model cannot be loaded", extra={"model": index.entry.embedder, "reason": str(error)})


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


def _matches(snapshot: Snapshot, scored: Scored, order: list[int], first: float) -> tuple[Match, ...]:
    best = float(scored.total[order[0]])
    falling = [first * float(np.exp(scored.total[place] - best)) for place in order]
    return tuple(
        Match(snapshot.articles[place], float(scored.total[place]), confidence)
        for place, confidence in zip(order, falling, strict=True)
    )


Outcome = Literal["answer", "suggestions", "none"]
