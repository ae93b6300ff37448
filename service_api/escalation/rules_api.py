"""The ladder and the bank's own targets as versions: read them, try a change, make it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from service_api.core.edge import Moment, Now, ReadSession, WriteSession
from service_api.core.problems import NotFound
from service_api.escalation import rules
from service_api.escalation.api import TheDesk
from service_api.escalation.preview import preview
from service_api.escalation.rules import Version
from service_api.staff.api import CurrentStaff, FromOwnPage, Manager, Supervisor

router = APIRouter(prefix="/api/v1/rules", tags=["rules"])
Kind = Literal["ladder", "targets"]
Content = dict[str, Any]  # by the schema of the files; `checked` reads it


class RuleProposal(BaseModel):
    """A change to try: the whole ladder or all targets, as they should be."""

    model_config = ConfigDict(extra="forbid")

    content: Content


class RuleChange(RuleProposal):
    """`based_on`: the number of the newest version seen. Without `effective_from` it holds at once.

    `applies_to_open`: complaints that are open on that day follow it too; otherwise they keep the rules under
    which their clocks started.
    """

    effective_from: Moment | None = None
    applies_to_open: bool = False
    reason: str = Field(min_length=1, max_length=500)
    based_on: int = Field(ge=0)


class VersionLine(BaseModel):
    """Number 0 is the file of this release; it has no maker and no day."""

    number: int
    in_force: bool
    effective_from: datetime | None
    applies_to_open: bool
    applied_at: datetime | None
    reason: str
    made_by: str
    made_at: datetime | None


class VersionView(VersionLine):
    content: Content


class EffectView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    number: str
    clock: str
    what: str
    before: datetime | None
    after: datetime | None
    levels: list[int]


class PreviewView(BaseModel):
    """What would happen if open complaints followed the change now."""

    model_config = ConfigDict(from_attributes=True)

    looked_at: int
    all_of_them: bool
    counts: dict[str, int]
    shown: list[EffectView]


@router.get("/{kind}")
def history(kind: Kind, _me: Supervisor, session: ReadSession, desk: TheDesk, now: Now) -> list[VersionLine]:
    """Who changed what and when, the newest first."""
    return [_line(v) for v in rules.versions(session, desk.rules, kind, now=now)]


@router.get("/{kind}/{number}")
def one_version(
    kind: Kind,
    number: Annotated[int, Path(ge=0)],
    _me: Supervisor,
    session: ReadSession,
    desk: TheDesk,
    now: Now,
) -> VersionView:
    for version in rules.versions(session, desk.rules, kind, now=now):
        if version.number == number:
            content = version.rules.model_dump(mode="json")
            return VersionView(**_line(version).model_dump(), content=content)
    raise NotFound


@router.post("/{kind}", status_code=201, dependencies=[FromOwnPage])
def change(
    kind: Kind, body: RuleChange, me: CurrentStaff, session: WriteSession, desk: TheDesk, now: Now
) -> VersionLine:
    """Make a version."""
    row = rules.make_version(
        session,
        desk.rules,
        kind,
        body.content,
        effective_from=body.effective_from,
        applies_to_open=body.applies_to_open,
        reason=body.reason,
        based_on=body.based_on,
        me=me,
        now=now,
    )
    return _line(
        next(v for v in rules.versions(session, desk.rules, kind, now=now) if v.number == row.number)
    )


@router.post("/{kind}/preview", dependencies=[FromOwnPage])
def try_out(
    kind: Kind, body: RuleProposal, _me: Manager, session: ReadSession, desk: TheDesk, now: Now
) -> PreviewView:
    """What a change would do to the complaints that are open; nothing is changed."""
    wanted = rules.checked(session, desk.rules, kind, body.content, now=now)
    found = preview(session, desk, wanted, now=now)
    return PreviewView.model_validate(found)


def _line(version: Version) -> VersionLine:
    return VersionLine.model_validate(version, from_attributes=True)
