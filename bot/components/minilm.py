"""Sentence vectors of all-MiniLM-L6-v2 in numpy alone: Rasa's environment gets neither torch nor onnxruntime.

The weights are mapped from their file, so several workers share them and rare words cost no memory.
"""

import json
import unicodedata
from pathlib import Path
from typing import Any, Collection, Dict, Iterator, List, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

Vectors = NDArray[np.float32]

SIZE = 384
HEADS = 12
LAYERS = 6
EPSILON = 1e-12
LONGEST = 48
"""Word pieces read of a message; what a message wants is said early, and time grows with length."""
BATCH = 32
LONGEST_WORD = 100

_ROOT_HALF = np.float32(np.sqrt(0.5))


class WordPieces:
    """The model's vocabulary: lower case, no accents, greedy longest pieces."""

    def __init__(self, vocabulary: Path) -> None:
        """Read one piece per line; the line number is its id."""
        lines = vocabulary.read_text(encoding="utf-8").splitlines()
        self._ids: Dict[str, int] = {piece: number for number, piece in enumerate(lines)}
        self._unknown = self._ids["[UNK]"]
        self._first, self._last = self._ids["[CLS]"], self._ids["[SEP]"]

    def ids(self, text: str) -> List[int]:
        """Ids of the pieces between the marks of beginning and end, at most `LONGEST`."""
        pieces: List[int] = []
        for word in _plain_words(text):
            pieces += self._pieces(word)
            if len(pieces) >= LONGEST - 2:
                break
        return [self._first, *pieces[: LONGEST - 2], self._last]

    def words(self) -> Collection[str]:
        """What the model knows of English: pieces that begin a word are mostly whole words."""
        return self._ids.keys()

    def _pieces(self, word: str) -> List[int]:
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        found: List[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._ids.get(("##" if start else "") + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return [self._unknown]
        return found


class MiniLM:
    """The encoder: six layers of attention over word pieces, their mean, at unit length."""

    def __init__(self, folder: Path) -> None:
        """Map the weights of a sentence-transformers folder. Raises OSError or KeyError for another one."""
        self._pieces = WordPieces(folder / "vocab.txt")
        self.words = self._pieces.words()
        weights = _mapped(folder / "model.safetensors")
        self._words = weights["embeddings.word_embeddings.weight"]
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        self._places = np.asarray(weights["embeddings.position_embeddings.weight"][:LONGEST] + kind)
        self._norm = _pair(weights, "embeddings.LayerNorm")
        self._latest: Tuple[str, Vectors] = ("", np.zeros((1, SIZE), dtype=np.float32))
        self._layers = [_Layer(weights, f"encoder.layer.{number}.") for number in range(LAYERS)]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, of unit length."""
        ids = [self._pieces.ids(text) for text in texts]
        rows = np.zeros((len(ids), SIZE), dtype=np.float32)
        by_length = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        for start in range(0, len(by_length), BATCH):
            batch = by_length[start : start + BATCH]
            rows[batch] = self._encode([ids[index] for index in batch])
        return rows

    def vector(self, text: str) -> "NDArray[np.float64]":
        """One row for a text; the latest is remembered, as several components read the same message."""
        known, row = self._latest
        if known != text or not text:
            row = self.encode([text])
            self._latest = text, row
        return row.astype(np.float64)

    def _encode(self, ids: List[List[int]]) -> Vectors:
        longest = max(map(len, ids))
        padded = np.array([one + [0] * (longest - len(one)) for one in ids])
        there = np.array([[1.0] * len(one) + [0.0] * (longest - len(one)) for one in ids], dtype=np.float32)
        hidden = _normed(self._words[padded] + self._places[:longest], self._norm)
        hidden = hidden.reshape(-1, SIZE)
        absent = (there[:, None, None, :] - np.float32(1)) * np.float32(1e9)
        for layer in self._layers:
            hidden = layer(hidden, absent)
        hidden = hidden.reshape(len(ids), longest, SIZE)
        mean = (hidden * there[:, :, None]).sum(axis=1) / there.sum(axis=1, keepdims=True)
        unit: Vectors = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit


class _Layer:
    """Self-attention, then two dense layers, each added to what came in."""

    def __init__(self, weights: "Dict[str, Vectors]", name: str) -> None:
        parts = [_pair(weights, f"{name}attention.self.{part}") for part in ("query", "key", "value")]
        self._asks = np.concatenate([one[0] for one in parts]), np.concatenate([one[1] for one in parts])
        self._mixes = _pair(weights, f"{name}attention.output.dense")
        self._mixed_norm = _pair(weights, f"{name}attention.output.LayerNorm")
        self._widens = _pair(weights, f"{name}intermediate.dense")
        self._narrows = _pair(weights, f"{name}output.dense")
        self._norm = _pair(weights, f"{name}output.LayerNorm")

    def __call__(self, hidden: Vectors, absent: Vectors) -> Vectors:
        texts, longest = absent.shape[0], absent.shape[-1]
        split = _dense(hidden, self._asks).reshape(texts, longest, 3, HEADS, SIZE // HEADS)
        query, key, value = split.transpose(2, 0, 3, 1, 4)
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(SIZE // HEADS)) + absent
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        attended = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        joined = attended.transpose(0, 2, 1, 3).reshape(-1, SIZE)
        hidden = _normed(_dense(joined, self._mixes) + hidden, self._mixed_norm)
        wide = _dense(hidden, self._widens)
        wide *= np.float32(0.5) * (np.float32(1) + erf(wide * _ROOT_HALF))
        return _normed(_dense(wide, self._narrows) + hidden, self._norm)


def _plain_words(text: str) -> Iterator[str]:
    """Words and single marks in lower case without accents; Chinese characters stand alone."""
    folded = unicodedata.normalize("NFD", text.lower())
    plain = "".join(c for c in folded if unicodedata.category(c) not in ("Mn", "Cc", "Cf") or c.isspace())
    spaced = "".join(f" {c} " if _stands_alone(c) else c for c in plain)
    return iter(spaced.split())


def _stands_alone(character: str) -> bool:
    if character.isascii():
        return not character.isalnum() and not character.isspace()
    return unicodedata.category(character)[0] == "P" or "\u3400" <= character <= "\u9fff"


def _dense(rows: Vectors, weights: "tuple[Vectors, Vectors]") -> Vectors:
    made: Vectors = rows @ weights[0].T
    made += weights[1]
    return made


def _normed(rows: Vectors, weights: "tuple[Vectors, Vectors]") -> Vectors:
    rows = rows - rows.mean(axis=-1, keepdims=True)
    spread = np.sqrt((rows * rows).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
    scaled: Vectors = rows / spread * weights[0] + weights[1]
    return scaled


def _pair(weights: "Dict[str, Vectors]", name: str) -> "tuple[Vectors, Vectors]":
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _mapped(path: Path) -> "Dict[str, Vectors]":
    """The arrays of a safetensors file: eight bytes of length, a JSON header, the numbers."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header: Dict[str, Any] = json.loads(file.read(size))
    return {
        # as plain arrays: the class of mapped ones costs at every step of the arithmetic
        name: np.asarray(
            np.memmap(
                path,
                dtype="<f4",
                mode="r",
                offset=8 + size + one["data_offsets"][0],
                shape=tuple(one["shape"]),
            )
        )
        for name, one in header.items()
        if name != "__metadata__" and one["dtype"] == "F32"
    }
