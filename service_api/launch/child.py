"""One child process in a process group of its own, so that it can be stopped with all it has started."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

GRACE_SECONDS = 10.0  # Rasa finishes a running request before it goes: up to 5.5 s measured
PR_SET_PDEATHSIG = 1


async def spawn(
    command: list[str], *, environment: Mapping[str, str], cwd: Path, output: int
) -> asyncio.subprocess.Process:
    """Start it with its output going to the given descriptor and nothing to read.

    A session of its own keeps the terminal's Ctrl-C from reaching it before the launcher has decided.
    """
    return await asyncio.create_subprocess_exec(
        *command,
        env=dict(environment),
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


async def stop(process: asyncio.subprocess.Process, *, grace: float = GRACE_SECONDS) -> None:
    """Ask the whole group to end, then make it. Returns at once when it has already ended."""
    _signal_group(process.pid, signal.SIGTERM)
    if process.returncode is None:
        try:
            await asyncio.wait_for(process.wait(), grace)
        except TimeoutError:
            _signal_group(process.pid, signal.SIGKILL)
            await process.wait()
    _signal_group(process.pid, signal.SIGKILL)  # whatever it left behind in its group


def _signal_group(group: int, number: signal.Signals) -> None:
    # The group keeps the number of its first process until its last one has ended; then the number is free
    # and the call fails. It is only ever called for groups that this launcher has made.
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def _die_with_parent() -> None:
    # If the launcher is killed outright, the kernel ends its children: no orphan keeps a port.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
