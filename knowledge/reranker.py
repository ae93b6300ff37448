"""An optional second opinion: a cross-encoder that reads the question together with each candidate."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.embedder import UnusableModel

READ = 10
"""Candidates that it reads; it takes a model's full time for each."""


class Reranker(Protocol):
    """Anything that says how well each text answers a question."""

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """One value per text, higher is better; only their order counts."""


class CrossEncoderReranker:
    """Any sentence-transformers cross-encoder, from a directory or the hub."""

    def __init__(self, name: str) -> None:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from sentence_transformers import CrossEncoder

        torch.set_num_threads(1)
        try:
            self._model = CrossEncoder(name, device="cpu", local_files_only=Path(name).is_dir())
        except Exception as error:  # the library raises whatever its readers raise
            raise UnusableModel(f"{name}: cannot be loaded as a cross-encoder ({error})") from error
        if self._model.num_labels != 1:
            raise UnusableModel(
                f"{name}: gives {self._model.num_labels} values a pair, a re-ranker gives one"
            )

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        found: Any = self._model.predict(  # untyped library
            [(question, text) for text in texts], show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(found, dtype=np.float32)


def reordered(order: Sequence[int], values: NDArray[np.float32]) -> list[int]:
    """The candidates that were read, best value first; the rest keep their places behind them."""
    read = [order[place] for place in np.argsort(-values, kind="stable").tolist()]
    return [*read, *order[len(values) :]]
