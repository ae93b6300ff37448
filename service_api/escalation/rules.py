"""What a supervisor changes in the ladder and the bank's own targets: a version at a time, never in place."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.audit.service import record
from service_api.core.problems import Conflict, Malformed, NotFound
from service_api.escalation.profiles import Ladder, Targets
from service_api.escalation.rule_models import KINDS, LADDER, TARGETS, RuleVersion
from service_api.escalation.rulebook import RuleBook
from service_api.staff.models import StaffMember
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn

Rules = Ladder | Targets
MOST_VERSIONS = 200
LARGEST = 40_000  # characters of JSON; a ladder of ten levels has some four thousand
NAMED_BY = ("kind", "fact", "level")  # what names an item of a list


class BadRules(Malformed):
    type = "bad-rules"
    title = "规则无效"


class RulesChangedMeanwhile(Conflict):
    type = "rules-changed-meanwhile"
    title = "规则刚被别人改过，请刷新后重试"


@dataclass(frozen=True, slots=True)
class Version:
    """A version with what is asked about it: who made it, whether it is in force, what it changed.

    Number 0 is the file that came with this release; nobody made it and it holds from the beginning.
    """

    number: int
    rules: Rules
    effective_from: datetime | None = None
    applies_to_open: bool = False
    applied_at: datetime | None = None
    reason: str = ""
    made_by: str = ""
    made_at: datetime | None = None
    in_force: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which two versions differ; None where one has nothing there."""

    place: tuple[str, ...]
    before: object
    after: object


def checked(
    session: Session, book: RuleBook, kind: str, content: Mapping[str, object], *, now: datetime
) -> Rules:
    """The content by the schema of the files. Raises `BadRules` with every fault, `NotFound` for a kind."""
    if kind not in KINDS:
        raise NotFound
    if len(json.dumps(content, default=str)) > LARGEST:
        raise BadRules("too large")
    try:
        if kind != LADDER:
            return Targets.model_validate(content)
        ladder = Ladder.model_validate({"effective_from": now.date(), **content})
    except ValidationError as error:
        faults = [{"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()]
        raise BadRules(errors=faults[:20]) from None
    unknown = sorted(ladder.clocks.keys() - set(known_kinds(session, book)))
    if unknown:
        raise BadRules(errors=[{"field": "clocks", "message": f"unknown clocks: {unknown}"}])
    return ladder


def make_version(
    session: Session,
    book: RuleBook,
    kind: str,
    content: Mapping[str, object],
    *,
    effective_from: datetime | None,
    applies_to_open: bool,
    reason: str,
    based_on: int,
    me: SignedIn,
    now: datetime,
) -> RuleVersion:
    """Lay down a version, in force at once or from a later day on.

    Raises `BadRules` for rules that make no sense, a day that has passed or no reason, `Forbidden`, and
    `RulesChangedMeanwhile` when somebody made a version after the one this change is based on.
    """
    me.must(Permission.MANAGE_SETTINGS)
    rules = checked(session, book, kind, content, now=now)
    start = effective_from or now
    if start < now:
        raise BadRules(errors=[{"field": "effective_from", "message": "the day has passed"}])
    if not reason.strip():
        raise BadRules(errors=[{"field": "reason", "message": "say why"}])
    latest = session.scalar(select(func.max(RuleVersion.number)).where(RuleVersion.kind == kind)) or 0
    if based_on != latest:
        raise RulesChangedMeanwhile(latest=latest)
    row = RuleVersion(
        kind=kind,
        number=latest + 1,
        content=rules.model_dump(mode="json"),
        effective_from=start,
        applies_to_open=applies_to_open,
        reason=reason.strip()[:500],
        made_by_id=me.staff_id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    record(
        session,
        by=me.actor,
        action="rules.changed",
        subject=("rules", kind),
        now=now,
        number=row.number,
        effective_from=start.isoformat(),
        applies_to_open=applies_to_open,
    )
    return row


def versions(session: Session, book: RuleBook, kind: str, *, now: datetime) -> list[Version]:
    """Every version, the newest first, down to the file. Raises `NotFound` for an unknown kind."""
    if kind not in KINDS:
        raise NotFound
    rows = session.execute(
        select(RuleVersion, StaffMember.display_name)
        .join(StaffMember, StaffMember.id == RuleVersion.made_by_id)
        .where(RuleVersion.kind == kind)
        .order_by(RuleVersion.number.desc())
        .limit(MOST_VERSIONS)
    ).all()
    in_force = book.in_force(session, now=now)
    current = in_force.ladder_id if kind == LADDER else in_force.targets_id
    made = [_version(session, book, row, by=name, in_force=row.id == current) for row, name in rows]
    first = book.ladder if kind == LADDER else book.profiles.targets
    return [*made, Version(0, first, in_force=current is None)]


def newest_targets(session: Session, book: RuleBook) -> Targets:
    """The targets of the newest version, whether they hold already or not."""
    row = session.scalar(
        select(RuleVersion.id).where(RuleVersion.kind == TARGETS).order_by(RuleVersion.number.desc()).limit(1)
    )
    return book.profiles_of(session, row).targets


def differences(before: Rules, after: Rules) -> list[Difference]:
    """Where two versions differ, in the order of the newer one."""
    old, new = _flat(_plain(before)), _flat(_plain(after))
    places = [*new, *(place for place in old if place not in new)]
    return [Difference(p, old.get(p), new.get(p)) for p in places if old.get(p) != new.get(p)]


def known_kinds(session: Session, book: RuleBook) -> list[str]:
    """Every kind of clock that the files or any version of the targets describe."""
    kinds = book.profiles.kinds
    for content in session.scalars(
        select(RuleVersion.content)
        .where(RuleVersion.kind == TARGETS)
        .order_by(RuleVersion.number.desc())
        .limit(MOST_VERSIONS)
    ):
        kinds += [clock["kind"] for clock in content["clocks"]]
    return list(dict.fromkeys(kinds))


def _version(session: Session, book: RuleBook, row: RuleVersion, *, by: str, in_force: bool) -> Version:
    rules: Rules = (
        book.ladder_of(session, row.id) if row.kind == LADDER else book.profiles_of(session, row.id).targets
    )
    return Version(
        number=row.number,
        rules=rules,
        effective_from=row.effective_from,
        applies_to_open=row.applies_to_open,
        applied_at=row.applied_at,
        reason=row.reason,
        made_by=by,
        made_at=row.made_at,
        in_force=in_force,
    )


def _plain(rules: Rules) -> object:
    return rules.model_dump(mode="json", exclude={"effective_from"})


def _flat(value: object, place: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """Every leaf by its place; items of a list are named by what names them, plain lists are leaves."""
    if isinstance(value, Mapping):
        items = [(str(key), inner) for key, inner in value.items()]
    elif isinstance(value, Sequence) and value and all(isinstance(item, Mapping) for item in value):
        names = [next((str(item[key]) for key in NAMED_BY if key in item), "") for item in value]
        items = [
            (name if name and names.count(name) == 1 else f"{name}#{n + 1}", item)
            for n, (name, item) in enumerate(zip(names, value, strict=True))
        ]
    elif isinstance(value, list):
        return {place: sorted(map(str, value))}
    else:
        return {place: value}
    return {p: leaf for key, inner in items for p, leaf in _flat(inner, (*place, key)).items()}
