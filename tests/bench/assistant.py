"""How many turns one and two workers of the assistant answer, with 1, 8 and 16 customers at once.

python -m tests.bench.assistant [--workers 1 2] [--conversations 1 8 16] [--talks 2] [--json FILE]

Every talk files a complaint through the assistant's own channel, so every turn goes to Rasa, the actions, the
desk and its database. Needs PostgreSQL's and Redis's programs; both are started for the measurement alone.
"""

import argparse
import asyncio
import json
import os
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.bench.figures import cpu_seconds, memory_mb, spread
from tests.bench.paths import FREE
from tests.running import RunningTing, start_ting
from tests.several import stores_of

TALK = (
    "你好",
    "我要投诉",
    "我的信用卡被多扣了年费，打了三次电话都没人处理，也没有人回电",
    "信用卡",
    "300元",
    "昨天",
    "13800138000",
    "确认",
    "谢谢",
    "再见",
)


class Customers:
    """Customers who talk to the assistant's channel, as the gateway does for them."""

    def __init__(self, ting: RunningTing) -> None:
        self._ting = ting
        self._client = httpx.AsyncClient(
            timeout=120, trust_env=False, limits=httpx.Limits(max_connections=100)
        )
        self._headers = {"X-Ting-Secret": ting.secret("TING_RASA_SECRET")}

    async def talks(self, count: int) -> tuple[list[float], int]:
        """Seconds of every turn of the talks of one customer, and how many talks filed their complaint."""
        took: list[float] = []
        filed = 0
        for _ in range(count):
            opened = await self._client.post(f"{self._ting.web}/chat/sessions", json={})
            opened.raise_for_status()
            sender = f"{opened.json()['conversation_id']}.1"
            said = []
            for text in TALK:
                seconds, answer = await self._turn(sender, text)
                took.append(seconds)
                said.append(answer)
            filed += "C-" in "".join(said[-3:])
        return took, filed

    async def _turn(self, sender: str, text: str) -> tuple[float, str]:
        metadata = {"language": "zh", "channel": "web", "verified": False}
        body = {
            "sender": sender,
            "text": text,
            "message_id": str(uuid.uuid4()),
            "metadata": {**metadata, "sent_at": datetime.now(UTC).isoformat()},
        }
        began = time.perf_counter()
        answer = await self._client.post(
            f"{self._ting.rasa}/webhooks/ting/turn", json=body, headers=self._headers
        )
        seconds = time.perf_counter() - began
        answer.raise_for_status()
        return seconds, "".join(str(one["text"]) for one in answer.json()["messages"])

    async def leave(self) -> None:
        await self._client.aclose()


async def at_once(ting: RunningTing, conversations: int, talks: int) -> dict[str, Any]:
    """So many customers talk at the same time, each one talk after the other."""
    customers = Customers(ting)
    await customers.talks(1)  # not counted: what is loaded at the first use
    cpu, began = cpu_seconds(ting.pids["rasa"]), time.perf_counter()
    each = await asyncio.gather(*(customers.talks(talks) for _ in range(conversations)))
    wall, used = time.perf_counter() - began, cpu_seconds(ting.pids["rasa"]) - cpu
    await customers.leave()
    took = [seconds for some, _ in each for seconds in some]
    figures = spread(took)
    return {
        "conversations": conversations,
        "turns": len(took),
        "turns_per_second": round(len(took) / wall, 1),
        "p50_ms": figures.p50,
        "p95_ms": figures.p95,
        "rasa_cpu_ms_per_turn": round(1000 * used / len(took), 1),
        "filed": sum(filed for _, filed in each),
        "talks": conversations * talks,
    }


def measure(data: Path, workers: int, conversations: Sequence[int], talks: int) -> dict[str, Any]:
    """Start everything with so many workers, on PostgreSQL and Redis, and let customers talk."""
    with stores_of(workers) as stores:
        ting = start_ting(data, settings={**FREE, **stores, "TING_DEMO": "1"})
        try:
            ting.wait_until_ready()
            rows = [asyncio.run(at_once(ting, many, talks)) for many in conversations]
            memory = memory_mb(ting.pids["rasa"])
        finally:
            ting.stop()
    return {"workers": workers, "rasa_megabytes": memory, "rows": rows}


def show(result: dict[str, Any]) -> None:
    """One line for each measurement."""
    print(f"load of the machine before: {result['load']:.1f} on {result['cores']} cores")
    for part in result["measured"]:
        print(f"{part['workers']} worker(s), {part['rasa_megabytes']:.0f} MB")
        for row in part["rows"]:
            print(
                f"  {row['conversations']:3} at once: {row['turns_per_second']:6.1f} turns/s, "
                f"p50 {row['p50_ms']:.0f} ms, p95 {row['p95_ms']:.0f} ms, "
                f"Rasa {row['rasa_cpu_ms_per_turn']:.0f} ms CPU a turn, filed {row['filed']}/{row['talks']}"
            )


def main() -> int:
    """Measure, print, and write JSON when asked."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.assistant", description=__doc__)
    asked.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked.add_argument("--conversations", type=int, nargs="+", default=[1, 8, 16])
    asked.add_argument("--talks", type=int, default=2, help="of each customer")
    asked.add_argument("--data", type=Path, default=Path("var/bench/assistant"))
    asked.add_argument("--json", type=Path)
    options = asked.parse_args()
    result: dict[str, Any] = {"load": os.getloadavg()[0], "cores": os.cpu_count(), "measured": []}
    for workers in options.workers:
        result["measured"].append(
            measure(options.data.absolute(), workers, options.conversations, options.talks)
        )
    show(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
