"""The FAQ search alone: against bare FAISS and the encoder, at 1 k to 1 M vectors, start-up and memory."""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from knowledge.__main__ import ARTICLES, default_index
from knowledge.article import LANGUAGES, Language, load_articles
from knowledge.build import REVIEWED, as_searched, build_index
from knowledge.embedder import Vectors, unit_rows
from knowledge.questions import read_questions
from knowledge.search import Engine
from knowledge.vectors import VectorStore, store_vectors
from tests.bench.figures import Spread, spread

SIZES = (1_000, 100_000)
LONG = 1_000_000
ASKED = 200
NEIGHBOURS = 10
NOISE = 0.6
ANSWER = "from knowledge.search import Engine; Engine.open({index!r}).search({text!r})"
STARTS = {
    "import torch alone": "import torch",
    "import torch and sentence-transformers": "import torch, sentence_transformers",
    "first answer, Chinese": ANSWER.replace("{text!r}", "'年费怎么收'"),
    "first answer, English": ANSWER.replace("{text!r}", "'annual fee'"),
}
AT_ONCE = "; import os; os._exit(0)"  # nobody waits for the model that is still being read
# The process's own peak: what getrusage tells is at least the size of whoever started it.
MEMORY = (
    "from pathlib import Path; from knowledge.search import Engine; e = Engine.open({index!r});"
    "e.wait_until_ready(); e.search('年费怎么收'); e.search('annual fee');"
    "said = dict(line.split(':') for line in Path('/proc/self/status').read_text().splitlines());"
    "print(int(said['VmHWM'].split()[0]) // 1024)"
)

Result = dict[str, Any]  # JSON: any shape


def measure_search(index: Path, sizes: Sequence[int] = SIZES) -> Result:
    """Everything that needs no running service. `index` is a built one."""
    engine = Engine.open(index)
    engine.wait_until_ready()
    result: Result = {
        "question_ms": {language: _against_bare(engine, language) for language in LANGUAGES},
        "stores": [_store_of(engine, size) for size in sizes],
        "start_seconds": {name: _seconds(code.format(index=str(index))) for name, code in STARTS.items()},
        "memory_mb": int(_run(MEMORY.format(index=str(index)))),
    }
    return result


def measure_build(folder: Path) -> dict[str, float]:
    """A whole build from nothing: seconds on the clock and of the processor."""
    began, used = time.monotonic(), time.process_time()
    build_index(load_articles(ARTICLES), folder)
    return {"clock": round(time.monotonic() - began, 1), "processor": round(time.process_time() - used, 1)}


def search_table(result: Result) -> str:
    """The figures as text."""
    lines = ["", f"One question (ms) {'':<18}     p50     p95"]
    for language, figures in result["question_ms"].items():
        lines += [f"  {language}, {name:<30} {Spread(**one)}" for name, one in figures.items()]
    lines += [
        "",
        "Vectors                    kind     build s    MB     p50     p95  recall@10 against exact",
    ]
    for one in result["stores"]:
        found = Spread(**one["ms"])
        lines.append(
            f"  {one['vectors']:>9,} x {one['dimension']}  {one['kind']:<12} {one['build_seconds']:9.2f}"
            f" {one['megabytes']:6d} {found.p50:7.2f} {found.p95:7.2f}  {one['recall']:.3f}"
        )
    lines += ["", "Start (s, a new process)"]
    lines += [f"  {name:<40} {seconds:6.2f}" for name, seconds in result["start_seconds"].items()]
    lines += ["", f"Memory with both models  {result['memory_mb']} MB"]
    if "build_seconds" in result:
        build = result["build_seconds"]
        lines += [f"Index build  {build['clock']} s, {build['processor']} s of the processor"]
    return "\n".join(lines)


def _against_bare(engine: Engine, language: Language) -> dict[str, dict[str, float]]:
    """The same questions by turns: encode alone, encode and bare FAISS, the whole engine."""
    index = engine.snapshot.languages[language]
    (embedder, *_), raw = engine.embedders(language), np.ascontiguousarray(index.scorer.views[0].raw)
    bare = store_vectors(raw, range(len(raw)))
    texts = [one.text for one in read_questions(REVIEWED) if one.language == language and one.article_id]
    seconds: dict[str, list[float]] = {"encode alone": [], "encode and bare FAISS": [], "engine": []}
    for number, text in enumerate(texts[: ASKED + 10]):
        asked = as_searched(text, language, engine.snapshot.lexicon)

        def encode(asked: str = asked) -> Vectors:
            return embedder.encode([asked])

        def bare_search(encode: Callable[[], Vectors] = encode) -> object:
            return bare.nearest(encode()[0], NEIGHBOURS)

        def whole(text: str = text) -> object:
            return engine.search(text, language)

        steps: tuple[Callable[[], object], ...] = (encode, bare_search, whole)
        for name, step in zip(seconds, steps, strict=True):
            took = _timed(step)
            if number >= 10:
                seconds[name].append(took)
    return {name: asdict(spread(taken)) for name, taken in seconds.items()}


def _store_of(engine: Engine, size: int) -> Result:
    """The engine's own store over `size` vectors that lie as phrasings do: copies of ours, disturbed."""
    ours = engine.snapshot.languages["zh"].scorer.views[0]
    vectors = _like(ours.metric.apply(np.asarray(ours.raw)), size)
    before = _resident()
    began = time.monotonic()
    store = store_vectors(vectors, range(size))
    built = time.monotonic() - began
    megabytes = _resident() - before
    dice = np.random.default_rng(1)
    asked = _like(vectors[dice.integers(0, size, ASKED)], ASKED)
    taken = [_timed(partial(store.nearest, one, NEIGHBOURS)) for one in asked]
    return {
        "vectors": size,
        "dimension": int(vectors.shape[1]),
        "kind": store.kind,
        "build_seconds": round(built, 2),
        "megabytes": megabytes,
        "ms": asdict(spread(taken)),
        "recall": round(_recall(store, vectors, asked), 3),
    }


def _like(vectors: Vectors, size: int) -> Vectors:
    dice = np.random.default_rng(0)
    found = vectors[dice.integers(0, len(vectors), size)]
    for start in range(0, size, 100_000):
        part = found[start : start + 100_000]
        part += (NOISE / np.sqrt(part.shape[1])) * dice.standard_normal(part.shape, dtype=np.float32)
    return unit_rows(found)


def _recall(store: VectorStore, vectors: Vectors, asked: Vectors) -> float:
    near = asked @ vectors.T if len(vectors) <= 100_000 else np.stack([vectors @ one for one in asked])
    truth = np.argpartition(-near, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    found = [store.nearest(one, NEIGHBOURS)[1] for one in asked]
    shared = [len(set(one) & set(right)) for one, right in zip(found, truth.tolist(), strict=True)]
    return float(np.mean(shared)) / NEIGHBOURS


def _timed(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024**2


def _seconds(code: str) -> float:
    taken = []
    for _ in range(3):
        began = time.monotonic()
        _run(code + AT_ONCE)
        taken.append(time.monotonic() - began)
    return round(min(taken), 2)


def _run(code: str) -> str:
    command = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() or "0"


def main() -> int:
    """Print the table; JSON by option."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.search", description=__doc__)
    parser.add_argument("--index", type=Path, default=None, help="default: var/index")
    parser.add_argument("--million", action="store_true", help="also 1 000 000 vectors: minutes, and 4 GB")
    parser.add_argument("--build", type=Path, metavar="DIR", help="also time a whole build into this folder")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args()
    sizes = (*SIZES, LONG) if chosen.million else SIZES
    result = measure_search(chosen.index or default_index(), sizes)
    if chosen.build:
        result["build_seconds"] = measure_build(chosen.build)
    print(json.dumps(result, indent=1) if chosen.json else search_table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
