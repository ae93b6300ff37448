"""Numbers: percentiles of samples, CPU and memory of a group of processes."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spread:
    """Milliseconds over a number of samples."""

    count: int
    p50: float
    p95: float

    def __str__(self) -> str:
        return f"{self.p50:7.1f} {self.p95:7.1f}  (n={self.count})"


def spread(seconds: list[float]) -> Spread:
    ordered = sorted(seconds)
    return Spread(len(ordered), round(_at(ordered, 0.5) * 1000, 2), round(_at(ordered, 0.95) * 1000, 2))


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def members(group: int) -> list[int]:
    """Ids of the living processes of a process group."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            facts = _stat(int(folder.name))
            if facts and int(facts[2]) == group:
                found.append(int(folder.name))
    return found


def cpu_seconds(group: int) -> float:
    """Processor time that the group has used so far."""
    used = 0
    for pid in members(group):
        facts = _stat(pid)
        used += int(facts[11]) + int(facts[12]) if facts else 0
    return used / TICKS


def memory_mb(group: int) -> float:
    """Proportional set size of the group: shared pages are counted once among those who share them."""
    total = 0
    for pid in members(group):
        try:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except OSError:
            continue
    return round(total / 1024, 1)


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the name: [state, parent, group, …]."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def paired_cpu_ms(ours: Callable[[], None], plain: Callable[[], None], *, rounds: int) -> tuple[float, float]:
    """Medians of processor time in milliseconds: what others do on the machine does not count."""
    for _ in range(5):
        ours()
        plain()
    pairs = [(_cpu_ms(ours), _cpu_ms(plain)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def wall_ms(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _cpu_ms(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def ratio_figure(what: str, ours: float, plain: float, note: str) -> dict[str, Any]:
    return {
        "what": what,
        "ours_ms": round(ours, 2),
        "plain_ms": round(plain, 2),
        "ratio": round(ours / plain, 2),
        "note": note,
    }
