"""Ready-made words: canned replies and macros, in both languages, every version kept.

Their variables are filled in for the conversation at hand: `{customer}`, `{agent}`, `{number}`, `{due_date}`,
`{hours}`, `{hotline}`. What is not known stays as a gap that the agent sees.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import SYSTEM, Actor, record
from service_api.conversations.desk_models import ReadyText, ReadyTextVersion
from service_api.conversations.service import LONGEST_TEXT
from service_api.core.problems import Conflict, Malformed, NotFound
from service_api.core.text import clean, is_blank

Kind = Literal["reply", "macro"]
STATES = ("", "hand-back", "close")
VARIABLES = ("customer", "agent", "number", "due_date", "hours", "hotline")
GAP = "____"
PACKAGED = Path(__file__).parent / "data" / "ready_texts.yml"
_SHORTCUT = re.compile(r"[\w-]{1,32}")
_VARIABLE = re.compile(r"\{(\w+)\}")


class BadReadyText(Malformed):
    type = "bad-ready-text"
    title = "快捷回复内容无效"


class ShortcutTaken(Conflict):
    type = "shortcut-taken"
    title = "该快捷词已被使用"


class StaleText(Conflict):
    type = "stale-ready-text"
    title = "这条快捷回复刚被别人改过"


@dataclass(frozen=True, slots=True)
class Draft:
    """A ready-made text as somebody writes it. `note`, `tag` and `state` are steps of a macro only."""

    kind: Kind
    shortcut: str
    zh: str
    en: str
    note: str = ""
    tag: str = ""
    state: str = ""

    def checked(self) -> "Draft":
        """The same, tidied. Raises `BadReadyText` with the fields that are wrong."""
        tidy = Draft(
            self.kind,
            clean(self.shortcut).lstrip("/"),
            zh=clean(self.zh),
            en=clean(self.en),
            note=clean(self.note),
            tag=clean(self.tag),
            state=self.state,
        )
        if problems := list(tidy._problems()):
            raise BadReadyText(errors=[{"field": field, "message": why} for field, why in problems])
        return tidy

    def _problems(self) -> Sequence[tuple[str, str]]:
        wrong = []
        if not _SHORTCUT.fullmatch(self.shortcut):
            wrong.append(("shortcut", "letters, digits, hyphens; at most 32"))
        for field, text in (("zh", self.zh), ("en", self.en)):
            if is_blank(text) or len(text) > LONGEST_TEXT:
                wrong.append((field, "say something, at most 2 000 characters"))
            if unknown := {name for name in _VARIABLE.findall(text) if name not in VARIABLES}:
                wrong.append((field, f"unknown variables: {', '.join(sorted(unknown))}"))
        if self.state not in STATES or len(self.tag) > 32 or len(self.note) > 1000:
            wrong.append(("steps", "unknown or too long"))
        if self.kind == "reply" and (self.note or self.tag or self.state):
            wrong.append(("steps", "only a macro has steps"))
        return wrong

    @property
    def steps(self) -> dict[str, str]:
        parts = {"note": self.note, "tag": self.tag, "state": self.state}
        return {name: value for name, value in parts.items() if value}


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text with its variables filled in; an unknown one is a visible gap, never an empty place."""
    return _VARIABLE.sub(lambda found: facts.get(found[1]) or GAP, text)


def ready_texts(session: Session, *, kind: Kind | None = None, retired: bool = False) -> Sequence[ReadyText]:
    """In use, by kind and shortcut; also retired ones when wished."""
    query = select(ReadyText).order_by(ReadyText.kind.desc(), ReadyText.shortcut).limit(500)
    if kind is not None:
        query = query.where(ReadyText.kind == kind)
    if not retired:
        query = query.where(ReadyText.active)
    return session.scalars(query).all()


def ready_text(session: Session, text_id: uuid.UUID, *, lock: bool = False) -> ReadyText:
    """Raises `NotFound`."""
    found = session.get(ReadyText, text_id, with_for_update=lock)
    if found is None:
        raise NotFound
    return found


def add(session: Session, draft: Draft, *, by: Actor, now: datetime) -> ReadyText:
    """Raises `BadReadyText` and `ShortcutTaken`."""
    fit = draft.checked()
    _check_shortcut(session, fit, but=None)
    text = ReadyText(
        id=uuid.uuid4(),
        kind=fit.kind,
        shortcut=fit.shortcut,
        zh=fit.zh,
        en=fit.en,
        steps=fit.steps,
        version=1,
    )
    text.active = True
    session.add(text)
    session.flush()
    _keep(session, text, by=by, now=now)
    return text


def rewrite(
    session: Session, text: ReadyText, draft: Draft, *, expected: int, active: bool, by: Actor, now: datetime
) -> None:
    """Change it, retire it or bring it back; the versions before stay. Needs the row lock.

    Raises `BadReadyText`, `ShortcutTaken`, and `StaleText` when it is not as the writer saw it.
    """
    if text.version != expected:
        raise StaleText
    fit = draft.checked()
    _check_shortcut(session, fit, but=text.id)
    text.shortcut, text.zh, text.en, text.steps = fit.shortcut, fit.zh, fit.en, fit.steps
    text.active, text.version = active, text.version + 1
    session.flush()
    _keep(session, text, by=by, now=now)


def versions_of(session: Session, text_id: uuid.UUID) -> Sequence[ReadyTextVersion]:
    """The newest first."""
    query = select(ReadyTextVersion).where(ReadyTextVersion.text_id == text_id)
    return session.scalars(query.order_by(ReadyTextVersion.version.desc()).limit(100)).all()


def plant(session: Session, *, now: datetime) -> None:
    """Put in the texts that come with the product, unless there are any."""
    if session.scalar(select(ReadyText.id).order_by(ReadyText.id).limit(1)) is not None:
        return
    for given in _packaged():
        add(session, Draft(**given), by=SYSTEM, now=now)


@cache
def _packaged() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load(PACKAGED.read_text(encoding="utf-8"))
    return loaded


def _check_shortcut(session: Session, draft: Draft, *, but: uuid.UUID | None) -> None:
    query = select(ReadyText.id).where(ReadyText.kind == draft.kind, ReadyText.shortcut == draft.shortcut)
    found = session.scalar(query)
    if found is not None and found != but:
        raise ShortcutTaken


def _keep(session: Session, text: ReadyText, *, by: Actor, now: datetime) -> None:
    body = {"shortcut": text.shortcut, "zh": text.zh, "en": text.en, "active": text.active, **text.steps}
    by_id = uuid.UUID(by.id) if by.kind == "staff" else None
    session.add(ReadyTextVersion(text_id=text.id, version=text.version, body=body, by_id=by_id, at=now))
    record(
        session,
        by=by,
        action="ready_text.changed",
        subject=("ready_text", str(text.id)),
        now=now,
        version=text.version,
        active=text.active,
    )
