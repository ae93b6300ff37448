"""Between the forms of the rules pages and what the schema of the rules reads."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, get_args
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from service_api.core.text import whole_number
from service_api.escalation.profiles import FactRule, Ladder, Recipients, Targets
from service_api.escalation.rules import BadRules
from service_api.staff.models import ROLES

Content = dict[str, Any]  # a ladder or targets, perhaps with faults that the schema will name
MEANS = ("inbox", "mail", "webhook")
FACTS: tuple[str, ...] = get_args(FactRule.model_fields["fact"].annotation)
COUNTED = ("group_size", "repeat_count")  # facts with a number; the others hold or do not
PLACES: tuple[str, ...] = get_args(Recipients.model_fields["at"].annotation)
WHOM = ("owner", *(f"{role}:{place}" for role in ROLES for place in PLACES))
MOST_LEVELS = 10


def ladder_content(ladder: Ladder) -> Content:
    """What the form shows of a ladder."""
    content = ladder.model_dump(mode="json", exclude={"effective_from"})
    for level in content["levels"]:
        level["whom"] = [_whom(rule) for rule in level.pop("notify")]
    content["clocks"] = {
        kind: {str(level): percent for percent, level in rungs.items()}
        for kind, rungs in content["clocks"].items()
    }
    return content


def posted_ladder(form: FormData, *, kinds: list[str]) -> Content:
    """The ladder as it stands in the form, in the form's own shape. A level without names is left out."""
    levels: list[Content] = []
    for n in range(MOST_LEVELS):
        zh, en = _said(form, f"level.{n}.zh"), _said(form, f"level.{n}.en")
        if not zh and not en:
            continue
        levels.append(
            {
                "level": len(levels),
                "zh": zh,
                "en": en,
                "whom": [w for w in _all(form, f"level.{n}.whom") if w],
                "by": _all(form, f"level.{n}.by"),
                "acknowledge_within_minutes": _number(form, f"level.{n}.ack"),
                "tell_customer": bool(_said(form, f"level.{n}.tell")),
            }
        )
    clocks = {
        kind: {
            str(n): percent
            for n in range(MOST_LEVELS)
            if (percent := _number(form, f"clock.{kind}.{n}")) is not None
        }
        for kind in kinds
    }
    return {
        "levels": levels,
        "clocks": {kind: rungs for kind, rungs in clocks.items() if rungs},
        "facts": list(_facts(form)),
    }


def to_ladder(content: Content) -> Content:
    """The form's shape turned into the schema's. Raises `BadRules` for two levels at the same percentage."""
    levels = [
        {k: v for k, v in level.items() if k != "whom"}
        | {"notify": [_recipients(whom) for whom in level["whom"]]}
        for level in content["levels"]
    ]
    clocks: dict[str, dict[Any, int]] = {}
    for kind, rungs in content["clocks"].items():
        by_percent = {percent: int(level) for level, percent in rungs.items()}
        if len(by_percent) < len(rungs):
            message = "two levels at the same percentage"
            raise BadRules(errors=[{"field": f"clocks.{kind}", "message": message}])
        clocks[kind] = by_percent
    return {"levels": levels, "clocks": clocks, "facts": content["facts"]}


def target_content(targets: Targets) -> Content:
    return targets.model_dump(mode="json")


def posted_targets(form: FormData, *, known: Targets, tiers: list[str]) -> Content:
    """The targets as they stand in the form; one whose box is not ticked is dropped."""
    clocks = []
    for clock in known.model_dump(mode="json")["clocks"]:
        kind = clock["kind"]
        if not _said(form, f"target.{kind}.kept"):
            continue
        by_tier = {tier: _number(form, f"target.{kind}.{tier}") for tier in tiers}
        clock["length"] = _number(form, f"target.{kind}.length")
        clock["by_tier"] = {tier: length for tier, length in by_tier.items() if length is not None}
        clocks.append(clock)
    return {"clocks": clocks}


def start_of(written: str, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The beginning of the chosen day in the bank's zone; None, which is at once, for today or no day."""
    if not written:
        return None
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise BadRules(errors=[{"field": "effective_from", "message": "no such day"}]) from None
    if day == now.astimezone(zone).date():
        return None
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _facts(form: FormData) -> Iterator[Content]:
    for n in range(len(FACTS) * 2):
        fact, level = _said(form, f"fact.{n}.fact"), _number(form, f"fact.{n}.level")
        if fact and level is not None:
            at_least = _number(form, f"fact.{n}.at_least")
            yield {"fact": fact, "level": level, "at_least": 1 if at_least is None else at_least}


def _whom(rule: Content) -> str:
    return "owner" if rule["owner"] else f"{rule['role']}:{rule['at']}"


def _recipients(whom: str) -> Content:
    role, _, place = whom.partition(":")
    return {"owner": True} if whom == "owner" else {"role": role, "at": place}


def _said(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip()[:500] if isinstance(value, str) else ""


def _all(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


def _number(form: FormData, name: str) -> int | str | None:
    """A whole number; what is none is handed on as it is, for the schema to name the fault."""
    said = _said(form, name)
    number = whole_number(said)
    return number if number is not None else said or None
