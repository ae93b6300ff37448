"""Waiting for health ends when all answer, and says who does not."""

import asyncio

import httpx
import pytest

from service_api.launch.console import Console
from service_api.launch.health import Probe, answers, wait_until_healthy
from service_api.launch.refusal import CannotRun


def a_probe(name: str, replies: list[str], *, within: float = 5.0) -> Probe:
    async def ask(_client: httpx.AsyncClient) -> str:
        return replies.pop(0) if len(replies) > 1 else replies[0]

    return Probe(name, ask, within)


def test_waiting_ends_when_all_are_up(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(wait_until_healthy([a_probe("web", ["not yet", ""]), a_probe("rasa", [""])], Console()))
    said = capsys.readouterr().out
    assert "web is up" in said
    assert "rasa is up" in said


def test_who_stays_down_is_named_with_what_it_said() -> None:
    with pytest.raises(CannotRun, match="rasa is not healthy after 0 s: 503 no model"):
        asyncio.run(wait_until_healthy([a_probe("rasa", ["503 no model"], within=0.0)], Console()))


def test_refused_connection_is_an_answer_not_a_crash() -> None:
    async def ask() -> str:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await answers("http://127.0.0.1:9/healthz")(client)

    assert asyncio.run(ask()) == "ConnectError"
