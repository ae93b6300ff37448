"""Run every measurement and print one table. JSON goes to var/bench/bench.json."""

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from service_api.demo.people import Customer
from tests.bench import channels, complaints, desk, search
from tests.bench.figures import Spread, cpu_seconds, memory_mb, spread
from tests.bench.paths import FREE, StockRasa, WholePath, own_channel_turn, search_alone
from tests.running import ROOT, RunningTing, free_ports, start_ting

FOLDER = ROOT / "var" / "bench"
FAQ = "银行卡丢了怎么挂失"
SCRIPT = (
    ("plain", "你好"),
    ("FAQ", FAQ),
    ("plain", "谢谢"),
    ("", "我要投诉"),
    ("form step", "我的信用卡被多扣了年费，打了三次电话都没人处理"),
    ("form step", "信用卡"),
    ("form step", "300元"),
    ("form step", "昨天"),
    ("form step", "13800138000"),
    ("filing", "确认"),
)
KINDS = ("plain", "FAQ", "form step", "filing")
Samples = dict[str, list[float]]


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--rounds", type=int, default=24, help="talks on each side (default 24)")
    asked.add_argument("--no-clone", action="store_true", help="skip the start from a fresh clone")
    asked.add_argument("--million", action="store_true", help="also search 1 000 000 vectors: minutes, 4 GB")
    asked.add_argument(
        "--full", action="store_true", help="complaints at full size: 1 000 000 stored, minutes"
    )
    asked.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    options = asked.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / "bench.json"
    kept = json.loads(file.read_text()) if file.exists() and options.only != list(PARTS) else {}
    result: dict[str, Any] = kept | {"at": time.strftime("%Y-%m-%d %H:%M"), "cores": os.cpu_count()}
    for name in options.only:
        PARTS[name](options, result)
        file.write_text(
            json.dumps(result, indent=2, ensure_ascii=False) + "\n"
        )  # a later failure loses nothing
    print(table(result))
    return 0


def measure_talks(options: argparse.Namespace, result: dict[str, Any]) -> None:
    """Starts, turns beside stock Rasa, the long conversation, memory."""
    if not options.no_clone:
        progress("cold start from a fresh clone: environments, training, index, everything")
        result["cold_clone_seconds"] = start_from_clone()
    data = FOLDER / "data"
    shutil.rmtree(data, ignore_errors=True)
    progress("cold start with the environments at hand")
    result["cold_seconds"] = timed_start(data)[0]
    progress("warm start")
    result["warm_seconds"], ting = timed_start(data, keep=True)
    assert ting is not None
    try:
        asyncio.run(measure(ting, options.rounds, result))
    finally:
        ting.stop()


def measure_search(options: argparse.Namespace, result: dict[str, Any]) -> None:
    progress("the FAQ search by itself")
    sizes = (*search.SIZES, search.LONG) if options.million else search.SIZES
    result["faq_search"] = search.measure_search(FOLDER / "data" / "index", sizes)


def measure_lines(_options: argparse.Namespace, result: dict[str, Any]) -> None:
    progress("the chat's line: round trips, and many lines for a minute")
    result["chat_line"] = channels.measure()


def measure_complaints(options: argparse.Namespace, result: dict[str, Any]) -> None:
    progress("complaints: filing, list, sweep, two workers")
    result["complaints"] = complaints.measure(**(complaints.FULL if options.full else complaints.SMALL))


def measure_desk(_options: argparse.Namespace, result: dict[str, Any]) -> None:
    progress("the desk's queue page at 5 000 open conversations")
    with tempfile.TemporaryDirectory() as folder:
        result["desk"] = desk.measure(Path(folder))


PARTS: dict[str, Callable[[argparse.Namespace, dict[str, Any]], None]] = {
    "talks": measure_talks,
    "search": measure_search,
    "lines": measure_lines,
    "complaints": measure_complaints,
    "desk": measure_desk,
}


def timed_start(data: Path, *, keep: bool = False) -> tuple[float, RunningTing | None]:
    """Seconds from the command to the first answered message."""
    began = time.monotonic()
    ting = start_ting(data, settings=FREE)
    ting.wait_until_ready()
    greet(ting.web)
    took = round(time.monotonic() - began, 1)
    if keep:
        return took, ting
    ting.stop()
    return took, None


def greet(address: str) -> None:
    customer = Customer(address)
    customer.say("你好")
    customer.leave()


def start_from_clone() -> float:
    """`make run` in a fresh clone of what is committed, until a customer has an answer."""
    clone = FOLDER / "clone"
    shutil.rmtree(clone, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    web, rasa, actions = free_ports(3)
    settings = {
        "TING_WEB_PORT": str(web),
        "TING_RASA_URL": f"http://127.0.0.1:{rasa}",
        "TING_ACTIONS_PORT": str(actions),
    }
    bare = {k: v for k, v in os.environ.items() if not k.startswith("TING_")}
    began = time.monotonic()
    with (FOLDER / "clone.txt").open("wb") as console:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env={**bare, **settings},
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
        )
    try:
        note = clone / "var" / "run.json"
        while not note.exists():
            if process.poll() is not None or time.monotonic() - began > 900:
                raise SystemExit(f"the clone did not start; see {FOLDER / 'clone.txt'}")
            time.sleep(0.1)
        greet(json.loads(note.read_text())["web"])
        return round(time.monotonic() - began, 1)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)
        shutil.rmtree(clone, ignore_errors=True)


async def measure(ting: RunningTing, rounds: int, result: dict[str, Any]) -> None:
    progress("starting stock Rasa beside it")
    async with StockRasa(ting, FOLDER / "stock") as stock:
        whole = WholePath(ting)
        await whole.open()
        ours: Samples = {kind: [] for kind in KINDS}
        theirs: Samples = {kind: [] for kind in KINDS}
        cpu = dict.fromkeys((*ting.pids, "stock Rasa"), 0.0)
        turns = 0
        await talk_to_stock(stock, whole.conversation_id, {kind: [] for kind in KINDS}, 0)
        await talk(whole, {kind: [] for kind in KINDS})
        for number in range(1, rounds + 1):
            before = {name: cpu_seconds(pid) for name, pid in ting.pids.items()}
            await talk(whole, ours)
            turns += len(SCRIPT)
            for name, pid in ting.pids.items():
                cpu[name] += cpu_seconds(pid) - before[name]
            stock_before = cpu_seconds(stock.process.pid)
            await talk_to_stock(stock, whole.conversation_id, theirs, number)
            cpu["stock Rasa"] += cpu_seconds(stock.process.pid) - stock_before
            if number % 6 == 0:
                progress(f"{number} of {rounds} talks on each side")
            await whole.open()
        result["turn_ms"] = {
            kind: {"whole path": asdict(spread(ours[kind])), "stock Rasa": asdict(spread(theirs[kind]))}
            for kind in KINDS
        }
        result["cpu_ms_per_turn"] = {name: round(used / turns * 1000, 1) for name, used in cpu.items()}
        progress("where the time of an FAQ turn goes")
        result["faq_parts_ms"] = await parts(ting, whole)
        progress("a conversation of 200 turns")
        result["long_conversation_ms"] = await long_conversation(whole)
        result["memory_mb"] = {name: memory_mb(pid) for name, pid in ting.pids.items()}
        result["memory_mb"]["stock Rasa"] = memory_mb(stock.process.pid)
        await whole.close()


async def talk(whole: WholePath, samples: Samples) -> None:
    answer = ""
    for kind, text in SCRIPT:
        seconds, answer = await whole.turn(text)
        if kind:
            samples[kind].append(seconds)
    assert "C-2" in answer, f"the complaint was not filed: {answer}"


async def talk_to_stock(stock: StockRasa, conversation: str, samples: Samples, number: int) -> None:
    answer = ""
    for kind, text in SCRIPT:
        seconds, answer = await stock.turn(f"{conversation}.{900 + number}", text)
        if kind:
            samples[kind].append(seconds)
    assert "C-2" in answer, f"stock Rasa did not file: {answer}"


async def parts(ting: RunningTing, whole: WholePath) -> dict[str, dict[str, float]]:
    """The FAQ turn as a whole, from our Rasa alone, and its search alone; the differences are the rest."""
    await whole.open()
    samples: Samples = {"whole path": [], "Rasa, actions, search": [], "search": []}
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        for number in range(30):
            samples["whole path"].append((await whole.turn(FAQ))[0])
            sender = f"{whole.conversation_id}.{800 + number // 15}"
            samples["Rasa, actions, search"].append(await own_channel_turn(client, ting, sender, FAQ))
            samples["search"].append(await search_alone(client, ting, FAQ))
    return {name: asdict(spread(seconds)) for name, seconds in samples.items()}


async def long_conversation(whole: WholePath) -> dict[str, dict[str, float]]:
    await whole.open()
    taken = [(await whole.turn(FAQ if number % 2 else "你好"))[0] for number in range(206)]
    return {"turn 10": asdict(spread(taken[4:16])), "turn 200": asdict(spread(taken[194:206]))}


def table(result: dict[str, Any]) -> str:
    lines = ["", "Start, until a customer has the first answer (s)"]
    for key, name in (
        ("cold_clone_seconds", "fresh clone, `make run`"),
        ("cold_seconds", "fresh data"),
        ("warm_seconds", "warm"),
    ):
        if key in result:
            lines.append(f"  {name:<34} {result[key]:7.1f}")
    if "turn_ms" in result:
        lines += talk_lines(result)
    if "faq_search" in result:
        lines += [search.search_table(result["faq_search"])]
    if "chat_line" in result:
        lines += ["", channels.table(result["chat_line"])]
    if "complaints" in result:
        lines += ["", f"Complaints {'':<47}    ours   plain   ratio (ms)"]
        lines += [
            f"  {one['what']:<56} {one['ours_ms']:8.2f}{one['plain_ms']:8.2f}{one['ratio']:8.2f}"
            for one in result["complaints"]
        ]
    if "desk" in result:
        lines += ["", f"Desk, {result['desk']['conversations']} open conversations"]
        lines += [
            f"  {name:<34} {figures}" for name, figures in result["desk"].items() if name != "conversations"
        ]
    return "\n".join([*lines, "", f"JSON: {FOLDER / 'bench.json'}"])


def talk_lines(result: dict[str, Any]) -> list[str]:
    lines = ["", f"One turn (ms) {'':<22}     p50     p95"]
    for kind, both in result["turn_ms"].items():
        for name, figures in both.items():
            lines.append(f"  {kind + ', ' + name:<34} {Spread(**figures)}")
    lines += ["", "Where the time of an FAQ turn goes (ms)"]
    lines += [f"  {name:<34} {Spread(**figures)}" for name, figures in result["faq_parts_ms"].items()]
    lines += ["", "A long conversation (ms)"]
    lines += [f"  {name:<34} {Spread(**figures)}" for name, figures in result["long_conversation_ms"].items()]
    lines += ["", "Processor time per turn (ms)"]
    lines += [f"  {name:<34} {ms:7.1f}" for name, ms in result["cpu_ms_per_turn"].items()]
    lines += ["", "Memory (MB, proportional)"]
    lines += [f"  {name:<34} {mb:7.1f}" for name, mb in result["memory_mb"].items()]
    return lines


def progress(line: str) -> None:
    print(f"· {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
