"""A cross-encoder by setting: it orders the first ten anew, and what it overrules is not answered."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge import models
from knowledge.build import BuildSettings, build_index, is_up_to_date
from knowledge.embedder import UnusableModel
from knowledge.index import Manifest
from knowledge.reranker import CrossEncoderReranker, reordered
from knowledge.search import Engine
from tests.knowledge.conftest import small_article, small_articles

Built = tuple[Path, Manifest]


@pytest.fixture(scope="module")
def tiny_cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of a few kilobytes that was never trained."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("cross-encoder")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *string.ascii_lowercase]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=64,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    return folder


class LikesLast:
    """Puts what came last in front."""

    def __init__(self, _name: str) -> None:
        pass

    def scores(self, _question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.arange(len(texts), dtype=np.float32)


def test_only_the_candidates_that_were_read_change_places() -> None:
    assert reordered([4, 2, 7, 1], np.array([0.1, 0.9, 0.5], np.float32)) == [2, 7, 4, 1]


def test_a_local_cross_encoder_serves_by_setting(
    tiny_cross_encoder: Path, tmp_path: Path, settings: BuildSettings
) -> None:
    chosen = replace(settings, reranker=str(tiny_cross_encoder))
    manifest = build_index(small_articles(), tmp_path, settings=chosen)
    assert manifest.reranker == str(tiny_cross_encoder)
    assert is_up_to_date(small_articles(), tmp_path, settings=chosen)
    assert not is_up_to_date(small_articles(), tmp_path, settings=settings)
    engine = Engine.open(tmp_path)
    _, ranked = engine.search_and_rank("my yearly card fee")
    assert sorted(ranked) == sorted(article.id for article in small_articles())
    engine.publish([small_article("prepay", owner="other")])
    assert engine.snapshot.manifest.reranker == str(tiny_cross_encoder)


def test_what_it_overrules_is_suggested_not_answered(
    tmp_path: Path, settings: BuildSettings, monkeypatch: pytest.MonkeyPatch, tiny_cross_encoder: Path
) -> None:
    build_index(small_articles(), tmp_path, settings=replace(settings, reranker=str(tiny_cross_encoder)))
    monkeypatch.setattr(models, "CrossEncoderReranker", LikesLast)
    engine = Engine.open(tmp_path)
    before = Engine.open(tmp_path).search_and_rank("年费怎么收")[1]
    result, ranked = engine.search_and_rank("信用卡的年费怎么收呢一年")
    assert before[0] == "annual-fee"
    assert ranked[-1] == "annual-fee"
    assert result.outcome != "answer"


def test_a_model_that_is_none_is_refused_before_anything_is_built(
    tmp_path: Path, settings: BuildSettings
) -> None:
    with pytest.raises(UnusableModel, match="cross-encoder"):
        build_index(small_articles(), tmp_path / "index", settings=replace(settings, reranker=str(tmp_path)))
    with pytest.raises(UnusableModel, match="cross-encoder"):
        CrossEncoderReranker(str(tmp_path))
