"""The models that live outside the index, each loaded once."""

from __future__ import annotations

import logging
import threading

from knowledge.embedder import SELF_TRAINED, Embedder, open_embedder
from knowledge.index import DamagedIndex, Manifest
from knowledge.reranker import CrossEncoderReranker, Reranker
from knowledge.snapshot import LanguageIndex, Snapshot

log = logging.getLogger(__name__)


class Models:
    """Embedders and re-rankers of the indexes that serve, loaded in the background. Shared by threads."""

    def __init__(self) -> None:
        self._ready: dict[str, Embedder] = {}
        self._rerankers: dict[str, Reranker] = {}
        self._lock = threading.Lock()

    def prepare(self, snapshot: Snapshot) -> None:
        """Begin to load what a version needs; a question waits for its own model."""
        for index in snapshot.languages.values():
            if any(name != SELF_TRAINED for name in index.entry.embedders):
                threading.Thread(target=self._warm, args=(index,), name="model-loading", daemon=True).start()

    def get(self, index: LanguageIndex) -> tuple[Embedder, ...]:
        """The embedders of one language. Raises DamagedIndex when they are not those of its vectors."""
        entry = index.entry
        found = []
        for name, model_id in zip(entry.embedders, entry.model_ids, strict=True):
            embedder = index.own_embedder if name == SELF_TRAINED else self._opened(name)
            if embedder is None or embedder.model_id != model_id:
                raise DamagedIndex(f"the index was made with {model_id}, which is not what {name} is here")
            found.append(embedder)
        return tuple(found)

    def reranker(self, manifest: Manifest) -> Reranker | None:
        """The re-ranker that the version was built with, if any. Raises UnusableModel."""
        name = manifest.reranker
        if name is None:
            return None
        with self._lock:
            if name not in self._rerankers:
                self._rerankers[name] = CrossEncoderReranker(name)
            return self._rerankers[name]

    def _opened(self, name: str) -> Embedder:
        found = self._ready.get(name)
        if found is None:
            with self._lock:
                found = self._ready.get(name) or open_embedder(name)
                self._ready[name] = found
        return found

    def _warm(self, index: LanguageIndex) -> None:
        try:
            for embedder in self.get(index):
                embedder.encode(["hello"])
        except Exception as error:  # an edge: the search that needs the model reports it again
            log.error("model cannot be loaded", extra={"models": index.entry.embedders, "reason": str(error)})
