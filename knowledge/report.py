"""Evaluations as text for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from knowledge.evaluate import Evaluation
from knowledge.measures import Figure
from knowledge.yardstick import Comparison


def as_json(found: Mapping[str, object]) -> str:
    """Everything that was measured."""
    return json.dumps(found, default=_plain, ensure_ascii=False, indent=1)


def as_text(found: Mapping[str, object]) -> str:
    """Tables, one after the other."""
    lines: list[str] = []
    for part in found.values():
        if isinstance(part, Evaluation):
            lines += _evaluation(part)
        elif isinstance(part, list):
            for comparison in part:
                lines += _comparison(comparison)
        elif isinstance(part, dict):
            lines += _robustness(part)
    return "\n".join(lines)


def _evaluation(evaluation: Evaluation) -> list[str]:
    lines = []
    for title, figures in {"all": evaluation.overall, **evaluation.by_language}.items():
        lines += ["", title, *_rows(figures)]
    lines += ["", "worst"]
    for one in evaluation.worst:
        lines.append(f"  {one.outcome} {one.confidence:.2f}  {one.question}")
        lines.append(f"      right: {one.expected or 'nothing'}  found: {', '.join(one.found)}")
    return lines


def _comparison(comparison: Comparison) -> list[str]:
    head = (
        f"{comparison.title}: {comparison.faqs} FAQs, {comparison.indexed} indexed, {comparison.asked} asked"
    )
    lines = ["", head]
    for name, figures in comparison.figures.items():
        lines.append(f"  {name:<16} " + "  ".join(f"{label} {figure}" for label, figure in figures.items()))
    return lines


def _robustness(table: Mapping[str, Mapping[str, Figure]]) -> list[str]:
    lines = []
    for language, row in table.items():
        clean = row["clean"].value
        lines += ["", f"robustness, {language}: hit@1"]
        lines += [f"  {name:<22} {figure}  {figure.value - clean:+.3f}" for name, figure in row.items()]
    return lines


def _rows(figures: Mapping[str, Figure]) -> list[str]:
    return [f"  {name:<22} {figure}  n={figure.count}" for name, figure in figures.items()]


def _plain(value: object) -> Any:  # JSON: any shape
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value))
