"""Embedders: the fast reading of the small model is the model, and weights are the promised ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge import embedder
from knowledge.embedder import CharacterEmbedder, SentenceTransformerEmbedder, UnusableModel, open_embedder
from knowledge.vectors import load_vectors, store_vectors


def test_reading_the_small_model_without_torch_gives_its_own_vectors(tiny_model: Path) -> None:
    texts = ["银行卡丢了", "年费", "my card is gone", "囍囍"]
    fast = CharacterEmbedder(tiny_model).encode(texts)
    slow = SentenceTransformerEmbedder(str(tiny_model)).encode([embedder.pieces(text) for text in texts])
    np.testing.assert_allclose(fast, slow, atol=1e-5)


def test_unknown_text_has_a_vector_of_zeros(tiny_model: Path) -> None:
    assert not CharacterEmbedder(tiny_model).encode(["囍囍", ""]).any()


def test_a_directory_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableModel, match="holds no static embedding"):
        CharacterEmbedder(tmp_path)


def test_the_packaged_model_has_the_published_weights() -> None:
    assert embedder.packaged_minilm().is_dir()


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedder, "MINILM_WEIGHTS", "0" * 64)
    with pytest.raises(UnusableModel, match="the weights hash to 53aa5117"):
        open_embedder(embedder.PACKAGED_MINILM)


def test_many_vectors_are_searched_by_inverted_lists_and_still_found(tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    centres = dice.normal(size=(200, 32))
    vectors = embedder.unit_rows(
        (centres[dice.integers(0, 200, 6000)] + 0.3 * dice.normal(size=(6000, 32))).astype(np.float32)
    )
    exact = store_vectors(vectors, range(6000))
    lists = store_vectors(vectors, range(6000), exact_up_to=1000)
    lists.save(tmp_path / "lists.faiss")
    again = load_vectors(tmp_path / "lists.faiss")
    shared = [
        len(set(exact.nearest(vectors[at], 10)[1]) & set(again.nearest(vectors[at], 10)[1]))
        for at in range(0, 6000, 60)
    ]
    assert np.mean(shared) / 10 >= 0.95
