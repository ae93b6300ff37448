"""A child that dies comes back, one that keeps dying ends the run, and nobody is left behind."""

import asyncio
import dataclasses
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service_api.launch.child import spawn, stop
from service_api.launch.console import Console
from service_api.launch.supervisor import Service, Supervisor

SLEEPS = "import time; time.sleep(60)"


def a_service(folder: Path, code: str, *, back_off: tuple[float, ...] = (0.01, 0.01)) -> Service:
    return Service("child", [sys.executable, "-c", code], os.environ, folder / "child.log", back_off)


async def until(true: Callable[[], bool], *, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_dead_child_is_started_again(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    code = (
        f"import os, time; marks = open({str(marks)!r}, 'a+');"
        "marks.write('x'); marks.flush(); marks.seek(0);"
        "os._exit(3) if len(marks.read()) < 3 else time.sleep(60)"
    )

    async def story() -> None:
        supervisor = Supervisor(Console(), root=tmp_path)
        supervisor.start(a_service(tmp_path, code))
        await until(lambda: marks.exists() and len(marks.read_text()) == 3)
        assert not supervisor.failed.done()
        await supervisor.stop()

    asyncio.run(story())


def test_child_that_keeps_dying_is_given_up_with_the_name_of_its_log(tmp_path: Path) -> None:
    async def story() -> str:
        supervisor = Supervisor(Console(), root=tmp_path)
        supervisor.start(a_service(tmp_path, "raise SystemExit(7)"))
        reason = await asyncio.wait_for(supervisor.failed, 20)
        await supervisor.stop()
        return reason

    reason = asyncio.run(story())
    assert reason == f"child died 3 times; its log: {tmp_path / 'child.log'}"


def test_command_that_does_not_exist_is_said(tmp_path: Path) -> None:
    async def story() -> str:
        supervisor = Supervisor(Console(), root=tmp_path)
        supervisor.start(Service("child", ["/no/such/program"], os.environ, tmp_path / "child.log"))
        reason = await asyncio.wait_for(supervisor.failed, 20)
        await supervisor.stop()
        return reason

    assert asyncio.run(story()).startswith("child cannot be started")


def test_stop_ends_grandchildren_too(tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    code = (
        "import subprocess, sys, time;"
        f"p = subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]);"
        f"open({str(note)!r}, 'w').write(str(p.pid)); time.sleep(60)"
    )

    async def story() -> None:
        supervisor = Supervisor(Console(), root=tmp_path)
        supervisor.start(a_service(tmp_path, code))
        await until(lambda: note.exists() and note.read_text() != "")
        await supervisor.stop()
        await until(lambda: not alive(int(note.read_text())))

    asyncio.run(story())


def test_child_deaf_to_sigterm_is_killed_after_the_grace(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(ready)!r}, 'w').close(); time.sleep(60)"
    )

    async def story() -> int | None:
        process = await spawn(
            [sys.executable, "-c", code],
            environment=os.environ,
            cwd=tmp_path,
            output=os.open(os.devnull, os.O_WRONLY),
        )
        await until(ready.exists)
        await stop(process, grace=0.2)
        return process.returncode

    assert asyncio.run(story()) == -9


def test_stop_during_back_off_does_not_wait_for_its_end(tmp_path: Path) -> None:
    async def story() -> float:
        supervisor = Supervisor(Console(), root=tmp_path)
        supervisor.start(a_service(tmp_path, "raise SystemExit(1)", back_off=(60.0,)))
        await until(lambda: (tmp_path / "child.log").exists())
        await asyncio.sleep(0.5)
        began = time.monotonic()
        await supervisor.stop()
        return time.monotonic() - began

    assert asyncio.run(story()) < 5


def test_output_reaches_terminal_behind_the_name_and_log_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "print('一行'); print('x' * 3_000_000, end=''); import time; time.sleep(60)"

    async def story() -> None:
        supervisor = Supervisor(Console(), root=tmp_path)
        supervisor.start(a_service(tmp_path, code))
        log = tmp_path / "child.log"
        await until(lambda: log.exists() and log.stat().st_size > 2_000_000)
        await supervisor.stop()

    asyncio.run(story())
    assert "child   | 一行" in capsys.readouterr().out
    assert (tmp_path / "child.log").read_text().startswith("一行\nxxx")


def test_children_end_when_the_launcher_is_killed_outright(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    launcher = (
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from service_api.launch.child import spawn\n"
        "async def main():\n"
        f"    code = {SLEEPS!r}\n"
        "    here = Path('.')\n"
        "    p = await spawn([sys.executable, '-c', code], environment=os.environ, cwd=here, output=1)\n"
        f"    Path({str(note)!r}).write_text(str(p.pid))\n"
        "    await asyncio.sleep(0.3)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )

    async def story() -> None:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", launcher)
        await process.wait()
        await until(lambda: not alive(int(note.read_text())))

    asyncio.run(story())


def test_noise_stays_in_the_log_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = (
        "print('DeprecationWarning: old', 'Error: new', sep='\\n', flush=True); import time; time.sleep(60)"
    )
    log = tmp_path / "child.log"
    service = dataclasses.replace(a_service(tmp_path, code), noise=re.compile("DeprecationWarning"))

    async def story() -> None:
        supervisor = Supervisor(Console(), root=tmp_path)
        supervisor.start(service)
        await until(lambda: log.exists() and "Error" in log.read_text())
        await supervisor.stop()

    asyncio.run(story())
    assert log.read_text() == "DeprecationWarning: old\nError: new\n"
    assert capsys.readouterr().out == "child   | Error: new\n"
