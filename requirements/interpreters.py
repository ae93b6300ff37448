"""Find the Pythons of this machine by running them: a shim on PATH may exist and still not work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

# ruff: noqa: S603, UP035 - the commands are our own; this runs on Python 3.8.

ASK = "import sys; print('%d.%d' % sys.version_info[:2], sys.prefix == sys.base_prefix, sys.executable)"


def version_of(python: str) -> tuple[str, str] | None:
    """(minor version, real path) of a working interpreter that is not itself an environment, else None."""
    try:
        answer = subprocess.run([python, "-c", ASK], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = answer.stdout.split(maxsplit=2)
    if answer.returncode != 0 or len(words) != 3 or words[1] != "True":
        return None
    return words[0], words[2].strip()


def find_python(wanted: list[str], *, uv: str, environment: dict[str, str]) -> str | None:
    """The first interpreter of the wanted versions, in that order: PATH, pyenv, what uv manages."""
    for version in wanted:
        for candidate in _candidates(version, environment):
            found = version_of(candidate)
            if found and found[0] == version:
                return found[1]
    for version in wanted:
        managed = _ask_uv([uv, "python", "find", "--no-project", "--managed-python", version], environment)
        if managed:
            return managed
    return None


def fetch_python(version: str, *, uv: str, environment: dict[str, str]) -> str | None:
    """Let uv download an interpreter; None when it cannot."""
    _ask_uv([uv, "python", "install", version], environment)
    return _ask_uv([uv, "python", "find", "--no-project", "--managed-python", version], environment)


def find_pip() -> str | None:
    """An interpreter that has pip: this one first."""
    for candidate in [sys.executable, *filter(None, (shutil.which("python3"), shutil.which("python")))]:
        answer = subprocess.run([candidate, "-m", "pip", "--version"], capture_output=True, check=False)
        if answer.returncode == 0:
            return candidate
    return None


def find_uv(private: Path) -> str | None:
    """A uv that runs: on PATH, or fetched earlier into the private folder."""
    for candidate in (shutil.which("uv"), str(private / "bin" / "uv"), str(Path.home() / ".local/bin/uv")):
        if candidate and _ask_uv([candidate, "--version"], dict(os.environ)):
            return candidate
    return None


def fetch_uv(private: Path, *, pip_python: str) -> str | None:
    """Get uv with pip into a folder of our own; None when pip cannot."""
    command = [pip_python, "-m", "pip", "install", "--quiet", "--upgrade", "--target", str(private), "uv"]
    subprocess.run(command, stderr=subprocess.DEVNULL, check=False)
    return find_uv(private)


def _candidates(version: str, environment: dict[str, str]) -> Iterator[str]:
    if f"{sys.version_info[0]}.{sys.version_info[1]}" == version:
        yield sys.executable
    for folder in environment.get("PATH", "").split(os.pathsep):
        path = Path(folder or ".") / f"python{version}"
        if path.exists():
            yield str(path)
    pyenv = Path(environment.get("PYENV_ROOT", str(Path.home() / ".pyenv")))
    for path in sorted(pyenv.glob(f"versions/{version}*/bin/python{version}"), reverse=True):
        yield str(path)


def _ask_uv(command: list[str], environment: dict[str, str]) -> str | None:
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=600, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 and answer.stdout.strip() else None
