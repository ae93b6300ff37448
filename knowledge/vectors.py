"""The vectors of all phrasings in FAISS, exact while that is fast, approximate above."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from knowledge.embedder import Vectors

EXACT_UP_TO = 100_000
"""Phrasings up to which every vector is compared: 7 ms a question at this size."""


class VectorStore:
    """Nearest phrasings by inner product; each has a number of its own."""

    def __init__(self, index: Any) -> None:  # faiss: untyped
        self._index = index

    @property
    def count(self) -> int:
        return int(self._index.ntotal)

    @property
    def kind(self) -> Literal["exact", "inverted lists"]:
        """Whether every vector is compared, or those of the nearest lists."""
        import faiss

        whole = isinstance(faiss.downcast_index(self._index.index), faiss.IndexFlat)
        return "exact" if whole else "inverted lists"

    def nearest(self, query: Vectors, k: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Similarities and phrasing numbers of the k nearest to one vector, best first."""
        similarities, numbers = self._index.search(query.reshape(1, -1), min(k, max(self.count, 1)))
        found = numbers[0] >= 0
        return similarities[0][found], numbers[0][found]

    def replace(self, *, removed: Sequence[int], vectors: Vectors, numbers: Sequence[int]) -> None:
        """Take phrasings out and put others in; only before the store is shared."""
        if removed:
            self._index.remove_ids(np.asarray(removed, dtype=np.int64))
        if len(numbers):
            self._index.add_with_ids(vectors, np.asarray(numbers, dtype=np.int64))

    def save(self, path: Path) -> None:
        import faiss

        faiss.write_index(self._index, str(path))


def store_vectors(vectors: Vectors, numbers: Sequence[int], *, exact_up_to: int = EXACT_UP_TO) -> VectorStore:
    """Exact search up to `exact_up_to` vectors, inverted lists (IVF) above."""
    import faiss

    faiss.omp_set_num_threads(1)
    dimension = vectors.shape[1]
    if len(vectors) <= exact_up_to:
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    else:
        lists = int(4 * np.sqrt(len(vectors)))
        inverted = faiss.IndexIVFFlat(
            faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT
        )
        inverted.train(vectors[np.random.default_rng(0).permutation(len(vectors))[: lists * 64]])
        inverted.nprobe = max(16, lists // 32)
        index = faiss.IndexIDMap2(inverted)
    index.add_with_ids(vectors, np.asarray(numbers, dtype=np.int64))
    return VectorStore(index)


def load_vectors(path: Path) -> VectorStore:
    """Read a saved store; raises RuntimeError (from FAISS) when it is not one."""
    import faiss

    faiss.omp_set_num_threads(1)
    return VectorStore(faiss.read_index(str(path)))
