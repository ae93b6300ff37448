"""The encoder in numpy is the published model, read without torch."""

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from bot.components import sentence
from bot.components.minilm import LONGEST, MiniLM, WordPieces
from bot.components.sentence import is_english, open_encoder
from knowledge.embedder import MINILM_WEIGHTS, packaged_minilm
from knowledge.embedder import open_embedder as open_torch_embedder

TEXTS = [
    "what is my balance",
    "I've been charged TWICE (¥3,500.00) for the same café!",
    "naïve résumé — don’t panic… e-mail a.b@c.com",
    "ok",
    "asdkjhqwe 1q2w3e4r5t",
    "我要投诉 my card",
    "",
]


@pytest.fixture(scope="module")
def folder() -> Path:
    return packaged_minilm()


def test_words_are_cut_as_the_model_was_taught(folder: Path) -> None:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    pieces = WordPieces(folder / "vocab.txt")
    for text in TEXTS:
        assert pieces.ids(text) == tokenizer.encode(text).ids, text


def test_vectors_are_those_of_the_published_model(folder: Path) -> None:
    found = MiniLM(folder).encode(TEXTS)
    np.testing.assert_allclose(found, open_torch_embedder("packaged-minilm").encode(TEXTS), atol=1e-4)


def test_a_text_alone_and_among_others_has_the_same_vector(folder: Path) -> None:
    encoder = MiniLM(folder)
    np.testing.assert_allclose(encoder.encode(TEXTS[:1])[0], encoder.encode(TEXTS)[0], atol=1e-5)


def test_only_the_beginning_of_a_long_text_is_read(folder: Path) -> None:
    encoder = MiniLM(folder)
    long, longer = encoder.encode(["card " * LONGEST, "card " * 400])
    np.testing.assert_allclose(long, longer, atol=1e-5)


def test_search_and_assistant_mean_the_same_weights() -> None:
    assert sentence.WEIGHTS == MINILM_WEIGHTS


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other")
    monkeypatch.setenv(sentence.SETTING, str(tmp_path))
    assert open_encoder() is None


def test_the_encoder_is_for_english_only() -> None:
    assert [is_english(text) for text in ("my card", "我的卡", "my 卡", "3500", "？！")] == [
        True,
        False,
        False,
        False,
        False,
    ]
