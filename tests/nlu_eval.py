"""Measure how the assistant understands messages that were labelled by hand.

python -m tests.nlu_eval FILE.yml…                      the newest of var/models (trained if none)
python -m tests.nlu_eval --train DIR_OR_FILE FILE.yml…  the pipeline of config.yml, trained on these examples
python -m tests.nlu_eval --banking77 DIR                the same on BANKING77: train.csv and test.csv in DIR
"""

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.nlu_figures import Judged, Span, figures

ROOT = Path(__file__).resolve().parents[1]
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
MODELS = ROOT / "var" / "models"
HELDOUT = ROOT / "tests" / "bot" / "heldout"
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"}
NOT_VALUES = frozenset({"lang", "also", "emotion"})  # said about the whole message, not found in it

_ANNOTATED = re.compile(r"\[(?P<text>[^\]]+)\](?:\((?P<kind>[^):]+)(?::[^)]*)?\)|(?P<json>\{[^}]+\}))")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Labelled:
    """A message as a file labels it."""

    text: str
    intent: str
    spans: frozenset[Span] | None

    @property
    def language(self) -> str:
        """By script, as everywhere in the tests; bare figures and marks belong to neither language."""
        if _HAN.search(self.text):
            return "zh"
        return "en" if _LATIN.search(self.text) else "neither"


def read_file(path: Path) -> list[Labelled]:
    """The messages of a Rasa NLU file. A file with any annotation counts as annotated throughout."""
    blocks = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).get("nlu") or []
    messages = [
        (block["intent"], *without_annotations(_text_of(example)))
        for block in blocks
        if "intent" in block
        for example in _examples_of(block["examples"])
    ]
    annotated = any(spans for _, _, spans in messages)
    return [
        Labelled(text, intent, frozenset(spans) if annotated else None) for intent, text, spans in messages
    ]


def _examples_of(examples: Any) -> Iterable[Any]:
    """Rasa's two ways to write examples: a block of lines with dashes, or a list."""
    if isinstance(examples, str):
        return [line.strip().removeprefix("- ") for line in examples.splitlines() if line.strip()]
    return list(examples)


def _text_of(example: Any) -> str:
    return str(example["text"]).strip() if isinstance(example, Mapping) else str(example)


def without_annotations(line: str) -> tuple[str, set[Span]]:
    """The plain text of an example, and its entities with their places in it."""
    text, spans, end = "", set(), 0
    for match in _ANNOTATED.finditer(line):
        text += line[end : match.start()]
        kind = match["kind"] or str(json.loads(match["json"])["entity"])
        spans.add((kind, len(text), len(text) + len(match["text"])))
        text += match["text"]
        end = match.end()
    return text + line[end:], spans


def read_banking77(path: Path) -> list[Labelled]:
    """One of the two files of the set: columns `text` and `category`."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Labelled(" ".join(r["text"].split()), r["category"], None) for r in csv.DictReader(file)]


def write_examples(messages: Iterable[Labelled], path: Path) -> None:
    """The messages as a Rasa NLU file, to train on."""
    by_intent: dict[str, list[str]] = {}
    for one in messages:
        by_intent.setdefault(one.intent, []).append(one.text)
    blocks = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in by_intent.items()
    ]
    content = {"version": "3.1", "nlu": blocks}
    path.write_text(yaml.safe_dump(content, allow_unicode=True, width=10_000), encoding="utf-8")


def understand(
    messages: Sequence[Labelled], folder: Path, *, model: Path | None, train: Sequence[str] = ()
) -> dict[str, Any]:
    """Ask Rasa's environment: readings of the messages by a model, or by one trained on `train` first.

    A model trained here stays in `folder`.
    """
    order = {
        "model": str(model),
        "train": _training_files(train, folder),
        "config": str(ROOT / "config.yml"),
        "domain": str(ROOT / "domain.yml"),
        "models": str(folder),
        "name": "measured",
        "messages": [{"text": one.text, "language": one.language} for one in messages],
    }
    asked, answered = folder / "order.json", folder / "answer.json"
    asked.write_text(json.dumps(order, ensure_ascii=False), encoding="utf-8")
    command = [str(RASA_PYTHON), "-W", "ignore", "-m", "tests.bot.rasa_env.understand"]
    done = subprocess.run(
        [*command, str(asked), str(answered)],
        cwd=ROOT,
        env={**QUIET, **os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"Rasa could not do it:\n{done.stderr[-3000:]}")
    answer: dict[str, Any] = json.loads(answered.read_text(encoding="utf-8"))
    return answer


def _training_files(train: Sequence[str], folder: Path) -> str:
    """One folder with all the files to train on, as Rasa takes one path; empty for none."""
    if not train:
        return ""
    together = folder / "examples"
    together.mkdir()
    files = [file for name in train for file in _yaml_files(Path(name))]
    for number, file in enumerate(files):
        (together / f"{number}.yml").write_bytes(file.read_bytes())
    return str(together)


def _yaml_files(path: Path) -> list[Path]:
    files = sorted(path.rglob("*.yml")) if path.is_dir() else [path]
    return [file for file in files if re.search(r"^nlu:", file.read_text(encoding="utf-8"), re.M)]


def judged(one: Labelled, reading: Mapping[str, Any]) -> Judged:
    """What the model itself thought: its best intent also where it was too unsure to act on it."""
    ranking = [r for r in reading.get("intent_ranking") or [] if r["name"] != "nlu_fallback"]
    best: Mapping[str, Any] = ranking[0] if ranking else {"name": "none", "confidence": 0.0}
    found = frozenset(
        (e["entity"], e["start"], e["end"])
        for e in reading.get("entities") or []
        if e["entity"] not in NOT_VALUES
    )
    return Judged(
        one.text, one.language, one.intent, str(best["name"]), float(best["confidence"]), one.spans, found
    )


def report(messages: Sequence[Labelled], answer: Mapping[str, Any]) -> dict[str, Any]:
    """Figures for all messages and by language, and what understanding cost."""
    all_judged = [judged(one, r) for one, r in zip(messages, answer["readings"], strict=True)]
    took = sorted(answer["milliseconds"])
    cost = {
        "p50_milliseconds": took[len(took) // 2],
        "p95_milliseconds": took[len(took) * 95 // 100],
        "megabytes": answer["megabytes"],
        "training_seconds": answer.get("training_seconds"),
    }
    languages = sorted({one.language for one in all_judged})
    by_language = {lang: figures([one for one in all_judged if one.language == lang]) for lang in languages}
    return {"model": Path(answer["model"]).name, "cost": cost, "all": figures(all_judged), **by_language}


def show(result: Mapping[str, Any]) -> None:
    """The report as a page of text."""
    cost = result["cost"]
    trained = cost["training_seconds"]
    print(f"model {result['model']}" + (f", trained in {trained:.0f} s of processor time" if trained else ""))
    p50, p95, size = cost["p50_milliseconds"], cost["p95_milliseconds"], cost["megabytes"]
    print(f"a message takes {p50:.1f} ms (p95 {p95:.1f}) of processor time; the process holds {size:.0f} MB")
    for name, part in result.items():
        if name not in ("model", "cost"):
            _show_part(name, part)


def _show_part(name: str, part: Mapping[str, Any]) -> None:
    print(
        f"\n{name}: {part['messages']} messages, accuracy {part['accuracy']:.3f}, "
        f"macro-F1 {part['macro_f1']:.3f}, calibration error {part['calibration_error']:.3f}"
    )
    curve = [f"{p['threshold']:.1f}: {p['answered']:.2f}/{p['right']:.2f}" for p in part["refusal"]]
    print("  confidence from, answered/right: " + "  ".join(curve))
    for pair in part["worst"]:
        print(f"  {pair['times']:3} × {pair['meant']} → {pair['understood']}   {str(pair['such_as'])[:60]}")
    for kind, row in part["entities"].items():
        print(
            f"  {kind}: precision {row['precision']:.3f}, recall {row['recall']:.3f}, F1 {row['f1']:.3f} "
            f"({row['annotated']})"
        )


def newest_model() -> Path | None:
    """The model that the product trained last, or none."""
    return max(MODELS.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, default=None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write JSON when asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.nlu_eval", description=__doc__)
    parser.add_argument(
        "files", nargs="*", type=Path, help="labelled messages; default: tests/bot/heldout/nlu_*"
    )
    parser.add_argument("--model", type=Path, help="a trained model; default: the newest of var/models")
    parser.add_argument(
        "--train", action="append", default=[], help="train config.yml on this file or folder"
    )
    parser.add_argument("--banking77", type=Path, help="folder of train.csv and test.csv")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train: list[str] = list(wanted.train)
        if wanted.banking77:
            examples = folder / "banking77.yml"
            write_examples(read_banking77(wanted.banking77 / "train.csv"), examples)
            train, messages = [str(examples)], read_banking77(wanted.banking77 / "test.csv")
        else:
            files = wanted.files or sorted(HELDOUT.glob("nlu_*.yml"))
            messages = [one for file in files for one in read_file(file)]
        model = None if train else wanted.model or newest_model()
        if model is None and not train:
            train = [str(ROOT / "bot")]
        result = report(messages, understand(messages, folder, model=model, train=train))
    show(result)
    if wanted.json:
        wanted.json.write_text(json.dumps(result, ensure_ascii=False, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
