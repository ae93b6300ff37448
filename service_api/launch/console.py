"""What the terminal shows: progress with seconds, and the lines of every process behind its name."""

import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

LOG_BYTES = 20_000_000
COLOURS = {"rasa": 35, "actions": 36, "web": 32, "worker": 33}
NAME_WIDTH = 8
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[^\n]*\r(?!\n)")


class Console:
    """Progress of the launcher itself; every line carries the seconds since the start."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._coloured = sys.stdout.isatty()

    def seconds(self) -> float:
        return time.monotonic() - self._begun

    def say(self, line: str) -> None:
        self._write(f"[{self.seconds():4.0f} s] {line}")

    def relay(self, name: str, line: str) -> None:
        label = f"{name:<{NAME_WIDTH}}|"
        colour = COLOURS.get(name)
        self._write(
            f"\x1b[{colour}m{label}\x1b[0m {line}" if self._coloured and colour else f"{label} {line}"
        )

    def show(self, text: str) -> None:
        self._write(text)

    def _write(self, text: str) -> None:
        try:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
        except (BrokenPipeError, OSError, ValueError):
            return  # a terminal that has gone must not take the bank's desk with it; the log files go on


class LogFile:
    """One process's log on disk; past 20 MB it moves aside to `….1`, so the disk cannot fill."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")

    def write(self, line: bytes) -> None:
        if self._file.tell() > LOG_BYTES:
            self._file.close()
            self.path.replace(self.path.with_suffix(self.path.suffix + ".1"))
            self._file = self.path.open("ab")
        self._file.write(line)
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def newest_words(path: Path) -> str:
    """The newest line of a log, short, without colours, progress bars and Python's warnings of libraries."""
    lines = _without_warnings(_ESCAPES.sub("", last_lines(path)).splitlines())
    return lines[-1].split("  - ")[-1].strip()[:80] if lines else "…"


def _without_warnings(lines: Sequence[str]) -> list[str]:
    """Python ends a warning with an indented line of source; it begins with the line that names its kind."""
    kept: list[str] = []
    warns = False
    for line in reversed(lines):
        warns = warns or line.startswith(" ")
        if line.strip() and not warns:
            kept.append(line)
        warns = warns and "Warning: " not in line
    return kept[::-1]


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, for an error message; empty when there is none."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
