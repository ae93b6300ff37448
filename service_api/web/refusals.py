"""What a refusal says to the person before it: in the language of the page, with what to do about it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service_api.core.problems import Problem

# Where the name of a field, or of a part of a rule or an article, may stand.
NAMES = ("field", "art.field", "rulepart", "clock", "fact", "tier", "action")
UNNAMED = "why.else"
_QUOTED = re.compile(r"'([^']+)'$")


@dataclass(frozen=True, slots=True)
class Refusal:
    """`says` is a sentence or two; `faults` name what is to be put right, by its place if it has one."""

    says: str
    faults: tuple[tuple[str, str], ...]

    @property
    def in_one_line(self) -> str:
        return " ".join([self.says, *(f"{place}: {why}" if place else why for place, why in self.faults)])


def refusal_of(problem: Problem, spoken: Mapping[str, str]) -> Refusal:
    """`spoken` are the words of the reader's language."""
    says = spoken.get(f"problem.{problem.type}", problem.title)
    return Refusal(says, tuple(_faults(problem, spoken)))


def _faults(problem: Problem, spoken: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if why := _known(problem.detail, spoken):
        yield "", why
    errors = problem.extra.get("errors")
    for each in errors if isinstance(errors, list) else ():
        yield place_of(str(each.get("field", "")), spoken), reason_of(str(each.get("message", "")), spoken)


def reason_of(reason: str, spoken: Mapping[str, str]) -> str:
    """Why a field is wrong; what only this one article or rule could have is added in the service's words."""
    return _known(reason, spoken) or f"{spoken[UNNAMED]} ({reason})"


def _known(reason: str, spoken: Mapping[str, str]) -> str:
    """A reason may name its subject before a colon, or its examples behind one, behind a comma or in quotes;
    a word with a `{}` has place for what stood in quotes."""
    parts = (
        reason,
        reason.partition(": ")[0],
        reason.rpartition(": ")[2],
        reason.partition(" '")[0],
        reason.partition(", ")[0],
    )
    said = next((spoken[key] for part in parts if (key := f"why.{slug_of(part)}") in spoken), "")
    quoted = _QUOTED.search(reason)
    return said.replace("{}", quoted[1] if quoted else "")


def place_of(field: str, spoken: Mapping[str, str]) -> str:
    """A field by the name its label has; parts of a rule or an article one by one."""
    if whole := _named(field, spoken):
        return whole
    names: list[str] = []
    parts = [part for part in field.split(".") if part and part != "[key]"]
    while parts:
        taken = 2 if _named(".".join(parts[:2]), spoken) else 1
        part, parts = ".".join(parts[:taken]), parts[taken:]
        names.append(_named(part, spoken) or part)
        if parts and parts[0].isdigit() and f"art.field.{part}" in spoken:
            names[-1] += f" {int(parts.pop(0)) + 1}"  # people count from one
    return " › ".join(names)


def _named(part: str, spoken: Mapping[str, str]) -> str:
    return next((spoken[key] for kind in NAMES if (key := f"{kind}.{part}") in spoken), "")


def slug_of(reason: str) -> str:
    """The key of a reason that the service gives in English; every number counts as the same."""
    plain = re.sub(r"\d+(?:[ .,]\d+)*", "0", reason.removeprefix("Value error, ").lower())
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
