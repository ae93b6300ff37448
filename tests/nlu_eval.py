"""Measure how the assistant understands messages that were labelled by hand.

python -m tests.nlu_eval                                everything held out, by the newest of var/models
python -m tests.nlu_eval FILE.yml…                      any Rasa NLU file (trains a model if there is none)
python -m tests.nlu_eval --train DIR_OR_FILE FILE.yml…  the pipeline of config.yml, trained on these examples
python -m tests.nlu_eval --banking77 DIR                the same on BANKING77: train.csv and test.csv in DIR
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.components.feelings import STRONG, Feelings, measured
from bot.components.labelled import read_examples
from tests.nlu_figures import Judged, entity_f1, figures, harm_of_nonsense
from tests.nlu_messages import Labelled, read_banking77, read_file, write_examples

ROOT = Path(__file__).resolve().parents[1]
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
MODELS = ROOT / "var" / "models"
HELDOUT = ROOT / "tests" / "bot" / "heldout"
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"}
OTHER_GROUPS = ("entities", "nonsense", "emotion")
REFUSED_BELOW = 0.4  # as the fallback of config.yml
NOT_VALUES = frozenset({"lang", "also", "emotion"})  # said about the whole message, not found in it


def understand(
    messages: Sequence[Labelled],
    folder: Path,
    *,
    model: Path | None,
    train: Sequence[str] = (),
    attention: str = "",
) -> dict[str, Any]:
    """Ask Rasa's environment: readings of the messages by a model, or by one trained on `train` first.

    A model trained here stays in `folder`. `attention` is what the channel tells with each message while an
    answer to a complaint waits: "told" when the customer has just read it, "open" when not.
    """
    order = {
        "model": str(model),
        "train": _training_files(train, folder),
        "config": str(ROOT / "config.yml"),
        "domain": str(ROOT / "domain.yml"),
        "models": str(folder),
        "name": "measured",
        "attention": attention,
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
        text=one.text,
        language=one.language,
        meant=one.intent,
        understood=str(best["name"]),
        confidence=float(best["confidence"]),
        spans=one.spans,
        found=found,
        kinds=one.kinds,
    )


def cost_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What understanding cost."""
    took = sorted(answer["milliseconds"])
    return {
        "p50_milliseconds": took[len(took) // 2],
        "p95_milliseconds": took[len(took) * 95 // 100],
        "megabytes": answer["megabytes"],
        "training_seconds": answer.get("training_seconds"),
    }


def by_language(messages: Sequence[Judged]) -> dict[str, Any]:
    """Figures for all messages and for those of each language."""
    parts: dict[str, Any] = {"all": figures(messages)}
    for language in sorted({one.language for one in messages}):
        parts[language] = figures([one for one in messages if one.language == language])
    return parts


def report(
    messages: Sequence[Labelled], answer: Mapping[str, Any], groups: Sequence[str] = ()
) -> dict[str, Any]:
    """Figures of the messages, and what understanding cost.

    `groups` names, for each message, what it measures: "" the intents, else one of `OTHER_GROUPS`.
    """
    readings = [judged(one, r) for one, r in zip(messages, answer["readings"], strict=True)]
    kinds = list(groups) or [""] * len(readings)
    result: dict[str, Any] = {"model": Path(answer["model"]).name, "cost": cost_of(answer)}
    result |= by_language([one for one, kind in zip(readings, kinds, strict=True) if not kind])
    of = {name: [one for one, k in zip(readings, kinds, strict=True) if k == name] for name in OTHER_GROUPS}
    if of["entities"]:
        zh, en = ([one for one in of["entities"] if one.language == lang] for lang in ("zh", "en"))
        result["entities"] = {"all": entity_f1(of["entities"]), "zh": entity_f1(zh), "en": entity_f1(en)}
        result["entities"]["messages"] = len(of["entities"])
    if of["nonsense"]:
        result["nonsense"] = harm_of_nonsense(of["nonsense"], threshold=REFUSED_BELOW)
    if of["emotion"]:
        felt = [
            (
                one.language,
                one.intent == STRONG,
                any(e["entity"] == "emotion" for e in r.get("entities") or []),
            )
            for one, r, kind in zip(messages, answer["readings"], kinds, strict=True)
            if kind == "emotion"
        ]
        result["emotion"] = {
            lang: measured((meant, found) for language, meant, found in felt if language == lang)
            for lang in ("zh", "en")
        }
    return result


def held_out() -> tuple[list[Labelled], list[str]]:
    """Every held-out message, and for each what it measures."""
    messages: list[Labelled] = []
    groups: list[str] = []
    for pattern, group in (("nlu_*", ""), ("entities_*", "entities"), ("nonsense", "nonsense")):
        for file in sorted(HELDOUT.glob(f"{pattern}.yml")):
            found = read_file(file)
            messages += found
            groups += [group] * len(found)
    for label, text in read_examples(sorted(HELDOUT.glob("emotion_*.yml"))):
        assert label in Feelings.LABELS
        messages.append(Labelled(text, label, None))
        groups.append("emotion")
    return messages, groups


def show(result: Mapping[str, Any]) -> None:
    """The report as a page of text."""
    cost = result["cost"]
    trained = cost["training_seconds"]
    print(f"model {result['model']}" + (f", trained in {trained:.0f} s of processor time" if trained else ""))
    p50, p95, size = cost["p50_milliseconds"], cost["p95_milliseconds"], cost["megabytes"]
    print(f"a message takes {p50:.1f} ms (p95 {p95:.1f}) of processor time; the process holds {size:.0f} MB")
    for name in ("all", "zh", "en", "neither"):
        if name in result:
            _show_part(name, result[name])
    if "entities" in result:
        print(f"\nentities in {result['entities']['messages']} messages")
        for language in ("zh", "en"):
            every = result["entities"][language].get("all", {})
            print(
                f"  {language}: "
                + "  ".join(f"{name} {every[name]:.3f}" for name in ("precision", "recall", "f1"))
            )
        _show_entities(result["entities"]["all"])
    if "nonsense" in result:
        part = result["nonsense"]
        taken = ", ".join(f"{text!r} → {intent} {sure}" for text, intent, sure in part["taken_for_a_wish"])
        print(
            f"\nnonsense: {part['messages']}, refused {part['refused']}; taken for a wish: {taken or 'none'}"
        )
    for language, row in result.get("emotion", {}).items():
        print(f"strong emotion, {language}: precision {row['precision']:.2f}, recall {row['recall']:.2f}")


def _show_part(name: str, part: Mapping[str, Any]) -> None:
    print(
        f"\n{name}: {part['messages']} messages, accuracy {part['accuracy']:.3f}, "
        f"macro-F1 {part['macro_f1']:.3f}, calibration error {part['calibration_error']:.3f}"
    )
    curve = [f"{p['threshold']:.1f}: {p['answered']:.2f}/{p['right']:.2f}" for p in part["refusal"]]
    print("  confidence from, answered/right: " + "  ".join(curve))
    for pair in part["worst"]:
        print(f"  {pair['times']:3} × {pair['meant']} → {pair['understood']}   {str(pair['such_as'])[:60]}")
    _show_entities(part["entities"])


def _show_entities(table: Mapping[str, Mapping[str, float]]) -> None:
    for kind, row in table.items():
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
    parser.add_argument("files", nargs="*", type=Path, help="labelled messages; default: tests/bot/heldout")
    parser.add_argument("--model", type=Path, help="a trained model; default: the newest of var/models")
    parser.add_argument(
        "--train", action="append", default=[], help="train config.yml on this file or folder"
    )
    parser.add_argument("--banking77", type=Path, help="folder of train.csv and test.csv")
    parser.add_argument(
        "--attention", choices=("told", "open"), default="", help="as while an answer to a complaint waits"
    )
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train: list[str] = list(wanted.train)
        groups: list[str] = []
        if wanted.banking77:
            examples = folder / "banking77.yml"
            write_examples(read_banking77(wanted.banking77 / "train.csv"), examples)
            train, messages = [str(examples)], read_banking77(wanted.banking77 / "test.csv")
        elif wanted.files:
            messages = [one for file in wanted.files for one in read_file(file)]
        else:
            messages, groups = held_out()
        model = None if train else wanted.model or newest_model()
        if model is None and not train:
            train = [str(ROOT / "bot")]
        result = report(
            messages,
            understand(messages, folder, model=model, train=train, attention=wanted.attention),
            groups,
        )
    show(result)
    if wanted.json:
        wanted.json.write_text(json.dumps(result, ensure_ascii=False, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
