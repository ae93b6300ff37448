"""Has an input changed? A hash over names and contents answers; times of files do not."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

PASSED_OVER = {"__pycache__"}


def fingerprint(root: Path, inputs: Iterable[str], *, but_not: Iterable[str] = ()) -> str:
    """Hash of all files under the inputs (files or folders, relative to root), as 16 hexadecimal digits.

    A missing input counts as absent, so its arrival changes the hash.
    """
    excluded = [root / name for name in but_not]
    digest = hashlib.sha256()
    for path in _files(root, inputs):
        if any(path == out or out in path.parents for out in excluded):
            continue
        digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _files(root: Path, inputs: Iterable[str]) -> list[Path]:
    found: set[Path] = set()
    for name in inputs:
        path = root / name
        if path.is_file():
            found.add(path)
        elif path.is_dir():
            found.update(p for p in path.rglob("*") if p.is_file() and not PASSED_OVER & set(p.parts))
    return sorted(found)
