"""An index on disk: a directory per version, a manifest of checksums, a pointer to the one that serves."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.calibration import Calibration
from knowledge.embedder import file_hash
from knowledge.scoring import Mixture

log = logging.getLogger(__name__)

FORMAT = 3
CURRENT = "CURRENT"
KEEP = 3
LIBRARIES = ("sentence-transformers", "faiss-cpu", "bm25s", "tokenizers", "numpy", "opencc")

Stamp = tuple[int, int, int]


class IndexUnavailable(Exception):
    """No index can be read: none was built, or every version is damaged. The message says which."""


class DamagedIndex(Exception):
    """One version is incomplete, altered, or not an index of this program."""


class LanguageEntry(BaseModel):
    """What the manifest says of one language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    embedders: tuple[str, ...]
    model_ids: tuple[str, ...]
    phrasings: int
    mixture: Mixture
    calibration: Calibration
    evaluation: dict[str, float]


class Manifest(BaseModel):
    """What an index version is made of. `files` maps each relative path to its sha256."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    version: str
    created_at: datetime
    content_hash: str
    recipe_hash: str
    articles: int
    languages: dict[str, LanguageEntry]
    libraries: dict[str, str]
    files: dict[str, str]
    reranker: str | None = None


@dataclass(frozen=True)
class Draft:
    """What the maker of a version reports once its files are written."""

    content_hash: str
    recipe_hash: str
    articles: int
    languages: Mapping[str, LanguageEntry]
    reranker: str | None = None


def write_version(root: Path, fill: Callable[[Path], Draft], *, keep: int = KEEP) -> Manifest:
    """Let `fill` write a new version, check it, make it the current one, and drop the oldest.

    Readers never see a version before it is whole; an error in `fill` leaves the current one as it was.
    """
    with alone(root, "writing"):
        now = datetime.now(UTC)
        _drop_unfinished(root)
        draft_directory = root / f"{now:%Y%m%dT%H%M%S%f}.tmp"
        draft_directory.mkdir()
        try:
            draft = fill(draft_directory)
            name = f"{now:%Y%m%dT%H%M%S%f}-{draft.content_hash[:8]}"
            manifest = Manifest(
                format=FORMAT,
                version=name,
                created_at=now,
                content_hash=draft.content_hash,
                recipe_hash=draft.recipe_hash,
                articles=draft.articles,
                languages=dict(draft.languages),
                reranker=draft.reranker,
                libraries=library_versions(),
                files={
                    str(path.relative_to(draft_directory)): file_hash(path)
                    for path in sorted(draft_directory.rglob("*"))
                    if path.is_file()
                },
            )
            _write_durably(draft_directory / "manifest.json", manifest.model_dump_json(indent=1))
            verify(draft_directory)
            draft_directory.rename(root / name)
        except BaseException:
            shutil.rmtree(draft_directory, ignore_errors=True)
            raise
        point_to(root, name)
        _prune(root, keep=keep, current=name)
    return manifest


@contextmanager
def alone(root: Path, doing: str) -> Iterator[None]:
    """No two processes, nor two threads, do this with one index at a time: the second waits for the first."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / f".{doing}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def point_to(root: Path, name: str) -> None:
    """Make a version the current one, in one step. Also the way back to an older one."""
    seal = file_hash(root / name / "manifest.json")
    temporary = root / f".{CURRENT}.{os.getpid()}"
    _write_durably(temporary, json.dumps({"version": name, "manifest": seal}) + "\n")
    temporary.replace(root / CURRENT)


def stamp(root: Path) -> Stamp | None:
    """Changes whenever the pointer does; None when there is no pointer. Costs one system call."""
    try:
        found = (root / CURRENT).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def current_version(root: Path) -> Path:
    """The directory that the pointer names, if its manifest fits the pointer's seal. Raises DamagedIndex."""
    try:
        pointer = json.loads((root / CURRENT).read_text(encoding="utf-8"))
        name, seal = str(pointer["version"]), str(pointer["manifest"])
    except FileNotFoundError as error:
        raise DamagedIndex(
            f"{root}: there is no {CURRENT} pointer; `python -m knowledge build` makes an index"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedIndex(f"{root / CURRENT}: not a pointer to an index version") from error
    directory = root / name
    if directory.parent != root or not directory.is_dir():
        raise DamagedIndex(f"{root / CURRENT}: names {name!r}, which is not there")
    try:
        found = file_hash(directory / "manifest.json")
    except OSError as error:
        raise DamagedIndex(f"{directory}: has no manifest") from error
    if found != seal:
        raise DamagedIndex(f"{directory}: the manifest is not the one that was published")
    return directory


def versions(root: Path) -> list[Path]:
    """All finished versions, newest first."""
    if not root.is_dir():
        return []
    found = (path for path in root.iterdir() if path.is_dir() and (path / "manifest.json").is_file())
    return sorted(
        (path for path in found if not path.name.endswith(".tmp")), key=lambda path: path.name, reverse=True
    )


def verify(directory: Path) -> Manifest:
    """Check every file against the manifest. Raises DamagedIndex naming the first that does not fit."""
    try:
        manifest = Manifest.model_validate_json((directory / "manifest.json").read_bytes())
    except OSError as error:
        raise DamagedIndex(f"{directory}: has no manifest") from error
    except ValidationError as error:
        raise DamagedIndex(f"{directory}: the manifest is not one of this program") from error
    if manifest.format != FORMAT:
        raise DamagedIndex(f"{directory}: format {manifest.format}, this program reads {FORMAT}")
    for name, expected in manifest.files.items():
        path = directory / name
        if not path.resolve().is_relative_to(directory.resolve()):
            raise DamagedIndex(f"{directory}: names a file outside itself")
        try:
            found = file_hash(path)
        except OSError as error:
            raise DamagedIndex(f"{directory}: {name} is missing") from error
        if found != expected:
            raise DamagedIndex(f"{directory}: {name} is not as it was written")
    return manifest


def recipe_hash() -> str:
    """sha256 of the code and word lists that make an index; a change of them asks for a new build."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    names = (
        "calibration",
        "embedder",
        "fitting",
        "head",
        "keywords",
        "language",
        "lexicon",
        "scoring",
        "spelling",
        "training",
        "vectors",
    )
    for path in [*(here / f"{name}.py" for name in names), here / "lexicon.yml", here / "far.yml"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def library_versions() -> dict[str, str]:
    """The installed versions of what an index depends on."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _drop_unfinished(root: Path) -> None:
    for path in root.glob("*.tmp"):
        shutil.rmtree(path, ignore_errors=True)


def _prune(root: Path, *, keep: int, current: str) -> None:
    for path in versions(root)[keep:]:
        if path.name != current:
            shutil.rmtree(path, ignore_errors=True)
