"""Is it up? Each process is asked over the address on which it will be used."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import httpx

from service_api.launch.console import Console
from service_api.launch.refusal import CannotRun

ASK_EVERY_SECONDS = 0.25
SAY_EVERY_SECONDS = 5.0


@dataclass(frozen=True)
class Probe:
    """A question to one process; the answer is what it still lacks, empty when nothing."""

    name: str
    ask: Callable[[httpx.AsyncClient], Awaitable[str]]
    within_seconds: float


def answers(
    address: str, *, headers: Mapping[str, str] | None = None
) -> Callable[[httpx.AsyncClient], Awaitable[str]]:
    """A question that is answered when the address says 200."""

    async def ask(client: httpx.AsyncClient) -> str:
        try:
            response = await client.get(address, headers=headers)
        except httpx.TransportError as error:
            return type(error).__name__
        return "" if response.status_code == 200 else f"{response.status_code} {response.text[:300]}"

    return ask


async def wait_until_healthy(probes: list[Probe], console: Console) -> None:
    """Return when all are up. Raises `CannotRun` naming the first that is not in its time."""
    waiting = {probe.name for probe in probes}

    async def wait_for(probe: Probe, client: httpx.AsyncClient) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + probe.within_seconds
        while lack := await probe.ask(client):
            if loop.time() > end:
                raise CannotRun(f"{probe.name} is not healthy after {probe.within_seconds:.0f} s: {lack}")
            await asyncio.sleep(ASK_EVERY_SECONDS)
        waiting.discard(probe.name)
        console.say(f"{probe.name} is up")

    async def say_who_is_missing() -> None:
        while True:
            await asyncio.sleep(SAY_EVERY_SECONDS)
            console.say(f"waiting for {', '.join(sorted(waiting))} …")

    async with httpx.AsyncClient(trust_env=False, timeout=3.0) as client:
        voice = asyncio.create_task(say_who_is_missing())
        tasks = [asyncio.create_task(wait_for(probe, client)) for probe in probes]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in (voice, *tasks):
                task.cancel()
