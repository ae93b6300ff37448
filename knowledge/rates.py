"""The bank's table of figures. Articles name them as {rate.NAME}, so that a change is made in one place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.yaml_source import ArticleError, parse_yaml, where


class Rate(BaseModel):
    """One figure and how each language writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: str | int | float | None
    unit: str
    zh: str
    en: str
    note: str | None = None

    def text(self, language: Literal["zh", "en"]) -> str:
        """The figure as a customer reads it."""
        return self.zh if language == "zh" else self.en


Rates = Mapping[str, Rate]


def load_rates(directory: Path) -> Rates:
    """Read every `_rates*.yml` of a folder of articles; none is an empty table.

    Raises ArticleError naming file and line, also for a name that stands in two files.
    """
    rates: dict[str, Rate] = {}
    origin: dict[str, Path] = {}
    for path in sorted(directory.glob("_rates*.yml")):
        for name, rate in _read_table(path).items():
            if name in rates:
                raise ArticleError(f"{path}: rate {name!r} already stands in {origin[name]}")
            rates[name], origin[name] = rate, path
    return rates


def _read_table(path: Path) -> Rates:
    root, data = parse_yaml(path)
    if not isinstance(data, dict) or not isinstance(root, yaml.MappingNode):
        raise ArticleError(f"{path}:1: the table of rates maps a name to value, unit, zh and en")
    rates: dict[str, Rate] = {}
    for key, entry in root.value:
        name = str(key.value)
        try:
            rates[name] = Rate.model_validate(data[name])
        except ValidationError as error:
            detail = error.errors()[0]
            field = ".".join(str(part) for part in detail["loc"])
            line = where(entry, detail["loc"])
            raise ArticleError(
                f"{path}:{line}: rate {name!r}, {field or 'entry'}: {detail['msg']}"
            ) from error
    return rates
