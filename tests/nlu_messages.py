"""Messages that were labelled by hand: Rasa's files of examples, and the two files of BANKING77."""

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.nlu_figures import Span

_ANNOTATED = re.compile(r"\[(?P<text>[^\]]+)\](?:\((?P<kind>[^):]+)(?::[^)]*)?\)|(?P<json>\{[^}]+\}))")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Labelled:
    """A message as a file labels it."""

    text: str
    intent: str
    spans: frozenset[Span] | None
    kinds: frozenset[str] | None = None

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
    kinds = frozenset(span[0] for _, _, spans in messages for span in spans)
    return [
        Labelled(text, intent, frozenset(spans), kinds) if kinds else Labelled(text, intent, None)
        for intent, text, spans in messages
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
