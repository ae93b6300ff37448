"""Make the two environments of Ting from the lock files: `.venv` for the desk, `.venv-rasa` for Rasa.

Runs on any Python from 3.8 on, with nothing installed. A second run compares one hash and ends.
`--dev` adds what the checks need; `--lock` re-makes the lock files from the wishes in *.in.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

import interpreters
import sources

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SCRATCH = ROOT / "var"
BEGUN = time.monotonic()
HEARTBEAT_SECONDS = 10
CUDA_ONLY = re.compile(r"(nvidia-|cuda-|triton==)")

REASONS = (  # what uv says → what the person should do
    (r"No space left|os error 28", "the disk is full: free some space and run it again"),
    (
        r"No matching distribution|not found in the package registry|no versions? of|No solution found",
        "a pinned package cannot be had from the package indexes set here: check pip's index settings",
    ),
    (
        r"error sending request|dns error|Connect|timed out|Failed to (fetch|download)",
        "no package index answers: check the network, or point pip at a mirror (global.index-url)",
    ),
    (r"Permission denied", "this folder cannot be written: check who owns it"),
)


class Environment:
    """One environment: where it goes, what goes in, which Pythons will do."""

    def __init__(
        self, name: str, folder: str, locks: list[str], pythons: list[str], gigabytes: float
    ) -> None:
        self.name, self.pythons, self.gigabytes = name, pythons, gigabytes
        self.folder = ROOT / folder
        self.locks = [HERE / lock for lock in locks]
        self.python = self.folder / "bin" / "python"
        self.log = SCRATCH / "log" / f"install-{name}.log"

    def wanted(self) -> str:
        """The hash that its stamp must hold."""
        digest = hashlib.sha256(sys.platform.encode())
        for lock in self.locks:
            digest.update(lock.read_bytes())
        return digest.hexdigest()

    def is_current(self) -> bool:
        stamp = self.folder / ".installed"
        return self.python.exists() and stamp.exists() and stamp.read_text().split() in self._enough()

    def _enough(self) -> list[list[str]]:
        # An environment with the checks' packages also serves to run the product.
        with_dev = Environment(self.name, self.folder.name, [*(p.name for p in self.locks), "dev.txt"], [], 0)
        return [[self.wanted()], [with_dev.wanted()]]

    def note_installed(self) -> None:
        (self.folder / ".installed").write_text(self.wanted() + "\n")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dev", action="store_true", help="also install what the checks need")
    asked.add_argument("--lock", action="store_true", help="re-make the lock files and stop")
    options = asked.parse_args()
    desk_locks = ["root.txt", "dev.txt"] if options.dev else ["root.txt"]
    desk = Environment("desk", ".venv", desk_locks, ["3.11", "3.12", "3.13", "3.14"], 2.5)
    rasa = Environment("rasa", ".venv-rasa", ["rasa.txt"], ["3.10"], 3.5)
    missing = [made for made in (desk, rasa) if not made.is_current()]
    if not missing and not options.lock:
        return
    uv, environment = get_uv()
    if options.lock:
        lock(uv, environment)
        return
    check_space(missing)
    say("setting up Ting; the first time this takes a few minutes")
    for made in missing:
        make_folder(made, uv, environment)
    install_side_by_side(missing, uv, environment)
    say("environments are ready")


def get_uv() -> tuple[str, dict[str, str]]:
    """uv, and the environment in which it finds the same packages as pip would."""
    private = SCRATCH / "uv"
    uv, pip_python = interpreters.find_uv(private), interpreters.find_pip()
    if uv is None and pip_python is None:
        fail("neither uv nor pip is here: install one of them (Debian: apt-get install python3-pip)")
    if uv is None:
        say("getting uv with pip")
        uv = interpreters.fetch_uv(private, pip_python=str(pip_python))
    if uv is None:
        fail("pip could not fetch uv: check the network, or install uv yourself, and run it again")
    options = sources.pip_configuration(pip_python or sys.executable, dict(os.environ))
    return uv, sources.uv_environment(options, dict(os.environ))


def check_space(missing: list[Environment]) -> None:
    needed = sum(made.gigabytes for made in missing if not made.python.exists())
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < needed:
        fail(
            f"set-up needs {needed:.1f} GB and the disk of {ROOT} has {free:.1f} GB free: "
            "free some space and run it again"
        )


def make_folder(made: Environment, uv: str, environment: dict[str, str]) -> None:
    """Make the empty environment, unless one of a suitable Python is there."""
    if made.python.exists():
        answer = subprocess.run([made.python, "-V"], capture_output=True, text=True, check=False)
        if any(answer.stdout.startswith(f"Python {version}.") for version in made.pythons):
            return
    python = interpreters.find_python(made.pythons, uv=uv, environment=environment)
    if python is None:
        say(f"no Python {made.pythons[0]} on this machine; asking uv to download one")
        python = interpreters.fetch_python(made.pythons[0], uv=uv, environment=environment)
    if python is None:
        fail(
            f"Python {made.pythons[0]} is missing and cannot be downloaded: install it "
            f"(pyenv install {made.pythons[0]}, or your system's packages) and run it again"
        )
    say(f"{made.name}: Python at {python}")
    command = [uv, "venv", "--quiet", "--clear", "--no-project", "--python", str(python), str(made.folder)]
    answer = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if answer.returncode != 0:
        fail(f"{made.name}: {reason_in(answer.stderr)}")


def install_side_by_side(missing: list[Environment], uv: str, environment: dict[str, str]) -> None:
    """Install all environments at once, with a sign of life every few seconds."""
    failures: list[str] = []
    threads = {
        made.name: threading.Thread(target=install, args=(made, uv, environment, failures), daemon=True)
        for made in missing
    }
    for thread in threads.values():
        thread.start()
    said = time.monotonic()
    while any(thread.is_alive() for thread in threads.values()) and not failures:
        time.sleep(0.1)
        if time.monotonic() - said > HEARTBEAT_SECONDS:
            said = time.monotonic()
            busy = [made for made in missing if threads[made.name].is_alive()]
            say("; ".join(f"{made.name}: {last_line(made.log) or 'resolving'} …" for made in busy))
    if failures:
        fail(failures[0])


def install(made: Environment, uv: str, environment: dict[str, str], failures: list[str]) -> None:
    count = sum(len(lock.read_text().splitlines()) for lock in made.locks)
    say(f"{made.name}: installing {count} packages")
    command = [uv, "pip", "install", "--exact", "--python", str(made.python)]
    for lock_file in made.locks:
        command += ["-r", str(lock_file)]
    if made.name == "desk":
        command += torch_options(made, uv, environment)
    made.log.parent.mkdir(parents=True, exist_ok=True)
    with made.log.open("w") as log:
        code = subprocess.run(command, stdout=log, stderr=log, env=environment, check=False).returncode
    if code != 0:
        failures.append(f"{made.name}: {reason_in(made.log.read_text())} (log: {made.log})")
        return
    made.note_installed()
    say(f"{made.name}: done")


def torch_options(made: Environment, uv: str, environment: dict[str, str]) -> list[str]:
    """Options for a torch without CUDA: from the indexes set here, else from PyTorch's own."""
    if sys.platform != "linux":
        return []
    wish = next(line for line in (HERE / "root.txt").read_text().splitlines() if line.startswith("torch=="))
    trial = [
        uv,
        "pip",
        "install",
        "--dry-run",
        "--reinstall",
        "--no-deps",
        "--python",
        str(made.python),
        wish,
    ]
    if "+cpu" in _said(trial, environment):
        return []
    if "+cpu" in _said([*trial, "--torch-backend", "cpu"], environment):
        return ["--torch-backend", "cpu"]
    say("no CPU build of torch can be had here; taking the ordinary one, several GB larger")
    return []


def lock(uv: str, environment: dict[str, str]) -> None:
    """Re-make *.txt from *.in: exact newest versions, no address, nothing that only torch with CUDA needs."""
    for name, python in (("root", "3.11"), ("dev", "3.11"), ("rasa", "3.10")):
        command = [
            uv,
            "pip",
            "compile",
            "--quiet",
            "--no-header",
            "--no-annotate",
            "--python-version",
            python,
        ]
        command += ["--no-emit-index-url", "--no-emit-find-links", str(HERE / f"{name}.in")]
        if name == "dev":
            command += ["--constraint", str(HERE / "root.txt")]
        answer = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if answer.returncode != 0:
            fail(f"{name}: {reason_in(answer.stderr)}\n{answer.stderr}")
        lines = [line.replace("+cpu", "") for line in answer.stdout.splitlines()]
        kept = [line for line in lines if line and not CUDA_ONLY.match(line)]
        (HERE / f"{name}.txt").write_text("".join(f"{line}\n" for line in kept))
        say(f"{name}.txt: {len(kept)} packages")


def _said(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False).stderr


def reason_in(log: str) -> str:
    """What a person can do about it, from what uv said."""
    for pattern, advice in REASONS:
        if re.search(pattern, log):
            return advice
    return (log.strip().splitlines() or ["uv failed without a word"])[-1]


def last_line(log: Path) -> str:
    lines = log.read_text().strip().splitlines() if log.exists() else []
    return lines[-1].strip()[:100] if lines else ""


def say(line: str) -> None:
    sys.stdout.write(f"[{time.monotonic() - BEGUN:4.0f} s] {line}\n")
    sys.stdout.flush()


def fail(line: str) -> NoReturn:
    sys.stderr.write(f"Ting cannot be set up: {line}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
