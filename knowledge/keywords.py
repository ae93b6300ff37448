"""Keyword search (BM25): one document per FAQ, made of all its phrasings."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from knowledge.lexicon import Lexicon

Scores = NDArray[np.float32]

_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z]+|[0-9]+")
_ENGLISH_GRAM = 4


class Keywords:
    """Word overlap of a question with each FAQ. Immutable; made by `index_keywords` or `load_keywords`."""

    def __init__(
        self, retriever: Any, lexicon: Lexicon, language: Literal["zh", "en"]
    ) -> None:  # bm25s: untyped
        self._retriever = retriever
        self._lexicon = lexicon
        self._language: Literal["zh", "en"] = language
        self._known: dict[str, int] = retriever.vocab_dict
        self.size: int = int(retriever.scores["num_docs"])

    def scores(self, text: str) -> Scores:
        """One score per FAQ, zero where nothing overlaps. `text` is plain (see `language.plain`)."""
        terms = [term for term in self._terms(text) if term in self._known]
        if not terms:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._retriever.get_scores(terms), dtype=np.float32)

    def known_share(self, text: str) -> float:
        """Share of the question's terms that any FAQ has; low for talk of other things."""
        terms = self._terms(text)
        return sum(term in self._known for term in terms) / len(terms) if terms else 0.0

    def save(self, directory: Path) -> None:
        """Write what `load_keywords` reads."""
        self._retriever.save(str(directory), show_progress=False)

    def _terms(self, text: str) -> list[str]:
        return terms_of(self._lexicon.canonical(text, self._language), self._language)


def terms_of(text: str, language: Literal["zh", "en"]) -> list[str]:
    """Chinese: characters and pairs. English: runs of four letters, so that endings and typos cost little."""
    if language == "en":
        joined = f" {' '.join(_RUN.findall(text))} "
        return [joined[at : at + _ENGLISH_GRAM] for at in range(len(joined) - _ENGLISH_GRAM + 1)]
    terms: list[str] = []
    for run in _RUN.findall(text):
        if _CJK.match(run):
            terms += run
            terms += [run[at : at + 2] for at in range(len(run) - 1)]
        else:
            terms.append(run)
    return terms


def index_keywords(
    documents: Sequence[Sequence[str]], lexicon: Lexicon, language: Literal["zh", "en"]
) -> Keywords:
    """Index one document per FAQ; each is the plain texts of its phrasings."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    retriever = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    terms = [
        [term for text in texts for term in terms_of(lexicon.canonical(text, language), language)] or [""]
        for texts in documents
    ]
    retriever.index(terms, show_progress=False)
    return Keywords(retriever, lexicon, language)


def load_keywords(directory: Path, lexicon: Lexicon, language: Literal["zh", "en"]) -> Keywords:
    """Read a saved keyword index; raises OSError or ValueError when it is not one."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    json.loads((directory / "params.index.json").read_text(encoding="utf-8"))
    return Keywords(bm25s.BM25.load(str(directory), show_progress=False), lexicon, language)
