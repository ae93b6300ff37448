"""Questions with the article that answers them, from a CSV: for evaluation and for calibration."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from knowledge.article import Language
from knowledge.language import detect


class BadTestSet(Exception):
    """The CSV is not one of `question,article_id[,language[,kind]]`. The message names the line."""


@dataclass(frozen=True)
class Question:
    """One row of a test set; `article_id` is None when nothing answers it, `kind` then near, far or out."""

    text: str
    article_id: str | None
    language: Language
    kind: str


def read_questions(path: Path) -> list[Question]:
    """Read a test set. Raises BadTestSet naming the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if not {"question", "article_id"} <= set(reader.fieldnames or ()):
                raise BadTestSet(f"{path}:1: needs the columns question and article_id")
            return [_question(path, reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadTestSet(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error


def _question(path: Path, line: int, row: dict[str, str]) -> Question:
    text = (row.get("question") or "").strip()
    if not text:
        raise BadTestSet(f"{path}:{line}: the question is empty")
    said = (row.get("language") or "").strip()
    if said not in ("zh", "en", ""):
        raise BadTestSet(f"{path}:{line}: language is zh or en, not {said!r}")
    language: Language = "zh" if (said or detect(text)) == "zh" else "en"
    article_id = (row.get("article_id") or "").strip() or None
    kind = (row.get("kind") or "").strip() or ("in_scope" if article_id else "out")
    return Question(text, article_id, language, kind)
