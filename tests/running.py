"""Start the whole product through its launcher, on free ports and data of its own, and stop it again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN_SECONDS = 800.0
STOP_WITHIN_SECONDS = 30.0


@dataclass
class RunningTing:
    """One launcher and the processes under it."""

    data_dir: Path
    process: subprocess.Popen[bytes]
    console: Path
    web: str = ""
    rasa: str = ""
    pids: dict[str, int] = field(default_factory=dict)
    ready_seconds: float = 0.0

    def secret(self, name: str) -> str:
        """A value of the data folder's secrets.env."""
        for line in (self.data_dir / "secrets.env").read_text().splitlines():
            key, _, value = line.partition("=")
            if key == name:
                return value
        raise KeyError(name)

    def wait_until_ready(self) -> None:
        """Raises `AssertionError` with the console's end when the launcher gives up or takes too long."""
        began = time.monotonic()
        note = self.data_dir / "run.json"
        while not note.exists():
            in_time = time.monotonic() - began < READY_WITHIN_SECONDS
            if self.process.poll() is not None or not in_time:
                self.stop()
                raise AssertionError(f"Ting did not start:\n{self.said()[-6000:]}")
            time.sleep(0.05)
        facts = json.loads(note.read_text())
        self.web, self.rasa, self.pids = facts["web"], facts["rasa"], facts["pids"]
        self.ready_seconds = time.monotonic() - began

    def said(self) -> str:
        """What the launcher has written to its terminal."""
        return self.console.read_text(errors="replace")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask the launcher to end; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(STOP_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()


def start_ting(data_dir: Path, *, settings: dict[str, str] | None = None) -> RunningTing:
    """Begin to start it; `wait_until_ready` on the result."""
    data_dir.mkdir(parents=True, exist_ok=True)
    web, rasa, actions = free_ports(3)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TING_")}
    environment |= {
        "TING_DATA_DIR": str(data_dir),
        "TING_WEB_PORT": str(web),
        "TING_RASA_URL": f"http://127.0.0.1:{rasa}",
        "TING_ACTIONS_PORT": str(actions),
        **(settings or {}),
    }
    (data_dir / "run.json").unlink(missing_ok=True)
    console = data_dir / "console.txt"
    with console.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service_api", "run"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return RunningTing(data_dir, process, console)


def free_ports(count: int) -> list[int]:
    """Numbers that were free a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
