"""Keep processes running: relay their output, restart the one that dies, stop all together.

honcho's manager was weighed and left: it ends all processes when one ends, knows no readiness and no restart.
"""

import asyncio
import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service_api.launch.child import spawn, stop
from service_api.launch.console import Console, LogFile

BACK_OFF_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
STEADY_SECONDS = 300.0  # a process that ran this long starts again with the first back-off
LINE_BYTES = 1_000_000
RELAY_GRACE_SECONDS = 2.0


@dataclass(frozen=True)
class Service:
    """A process that is to run until it is told to stop."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    back_off: tuple[float, ...] = BACK_OFF_SECONDS
    noise: re.Pattern[str] | None = None  # lines for the log file only


class Supervisor:
    """Runs services; `failed` is set to a reason when one of them could not be kept alive."""

    def __init__(self, console: Console, *, root: Path) -> None:
        self._console = console
        self._root = root
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def start(self, service: Service) -> None:
        """Begin to run the service; returns at once."""
        self._keepers.append(asyncio.create_task(self._keep(service), name=service.name))

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of what runs now, by name."""
        return {name: process.pid for name, process in self._running.items()}

    async def stop(self) -> None:
        """Stop every service at the same time, with all that they started."""
        self._stopping.set()
        await asyncio.gather(*(stop(process) for process in list(self._running.values())))
        await asyncio.gather(*self._keepers)

    async def _keep(self, service: Service) -> None:
        log = LogFile(service.log)
        loop = asyncio.get_running_loop()
        deaths = 0
        try:
            while not self._stopping.is_set():
                began = loop.time()
                code = await self._run_once(service, log)
                if self._stopping.is_set():
                    return
                deaths = 1 if loop.time() - began > STEADY_SECONDS else deaths + 1
                if deaths > len(service.back_off):
                    self._give_up(f"{service.name} died {deaths} times; its log: {service.log}")
                    return
                wait = service.back_off[deaths - 1]
                self._console.say(f"{service.name} has died (exit {code}); starting it again in {wait:g} s")
                await self._pause(wait)
        except OSError as error:
            self._give_up(f"{service.name} cannot be started: {error}")
        finally:
            log.close()

    def _give_up(self, reason: str) -> None:
        if not self.failed.done():
            self.failed.set_result(reason)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _run_once(self, service: Service, log: LogFile) -> int:
        read_end, write_end = os.pipe()
        try:
            process = await spawn(
                service.command, environment=service.environment, cwd=self._root, output=write_end
            )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        self._running[service.name] = process
        relay = asyncio.create_task(self._relay(service, read_end, log))
        try:
            if self._stopping.is_set():  # asked to stop while it was being born
                await stop(process)
            return await process.wait()
        finally:
            await stop(process)
            self._running.pop(service.name, None)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(relay, RELAY_GRACE_SECONDS)

    async def _relay(self, service: Service, descriptor: int, log: LogFile) -> None:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb")
        )
        rest = b""
        try:
            while chunk := await reader.read(65_536):
                *lines, rest = (rest + chunk).split(b"\n")
                if len(rest) > LINE_BYTES:
                    lines, rest = [*lines, rest], b""
                for line in lines:
                    self._show(service, line, log)
            if rest:
                self._show(service, rest, log)
        finally:
            transport.close()

    def _show(self, service: Service, line: bytes, log: LogFile) -> None:
        log.write(line + b"\n")
        words = line.decode(errors="replace").rstrip()
        if service.noise is None or not service.noise.search(words):
            self._console.relay(service.name, words)
