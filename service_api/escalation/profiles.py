"""Profiles of clocks and the ladder, read from data files that are reviewed like code."""

from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from service_api.complaints.codes import SOURCES
from service_api.complaints.lifecycle import Action
from service_api.customers.models import TIERS
from service_api.escalation.calendar import OFFICIAL, Shift
from service_api.escalation.clock import Terms, Unit
from service_api.staff.models import ROLES

DATA = Path(__file__).parent / "data"
FILE_STEP = "file"
OWN = "internal"  # the profile of the bank's own targets
STEPS = frozenset({FILE_STEP, *(action.value for action in Action)})
PauseReason = Literal["customer", "appraisal"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CalendarTerms(Strict):
    zone: str
    official: str
    shifts: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> "CalendarTerms":
        ZoneInfo(self.zone)
        if self.official not in OFFICIAL:
            raise ValueError(f"unknown source of official days: {self.official}")
        spans = [Shift.parse(written) for written in self.shifts]
        if any(a.closes > b.opens for a, b in pairwise(spans)):
            raise ValueError("shifts overlap or are out of order")
        return self


class Extension(Strict):
    length: int = Field(gt=0)
    most: int = Field(1, ge=1)
    why_needed: bool = True


class ClockProfile(Strict):
    """One clock: when it runs and how long."""

    kind: str = Field(pattern=r"^[a-z_]{1,32}$")
    statutory: bool = False
    unit: Unit
    length: int = Field(gt=0)
    complex_length: int | None = Field(None, gt=0)
    by_tier: dict[str, int] = {}
    starts_on: frozenset[str]
    stops_on: frozenset[str]
    pauses_for: frozenset[PauseReason] = frozenset()
    extension: Extension | None = None

    @field_validator("starts_on", "stops_on")
    @classmethod
    def _known_steps(cls, steps: frozenset[str]) -> frozenset[str]:
        if unknown := steps - STEPS:
            raise ValueError(f"unknown steps: {sorted(unknown)}")
        return steps

    @field_validator("by_tier")
    @classmethod
    def _known_tiers(cls, by_tier: dict[str, int]) -> dict[str, int]:
        if unknown := by_tier.keys() - set(TIERS):
            raise ValueError(f"unknown tiers: {sorted(unknown)}")
        return by_tier

    def terms(self, *, tier: str, complex_case: bool) -> Terms:
        """The length for this case: stricter for a tier that has its own, longer for a complex matter."""
        if complex_case and self.complex_length is not None:
            return Terms(self.unit, self.complex_length)
        return Terms(self.unit, self.by_tier.get(tier, self.length))


class Profile(Strict):
    """A set of clocks from one rule book, in force from a day on."""

    id: str = Field(pattern=r"^[a-z_]{1,32}$")
    source: str
    effective_from: date
    effective_to: date | None = None
    calendar: str
    only_sources: frozenset[str] = frozenset()
    clocks: list[ClockProfile]

    @field_validator("only_sources")
    @classmethod
    def _known_sources(cls, sources: frozenset[str]) -> frozenset[str]:
        if unknown := sources - SOURCES.keys():
            raise ValueError(f"unknown sources: {sorted(unknown)}")
        return sources

    def holds_on(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class Targets(Strict):
    """The bank's own targets, which a supervisor may change: no legal period is among them."""

    clocks: list[ClockProfile] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _own(self) -> "Targets":
        kinds = [clock.kind for clock in self.clocks]
        if len(set(kinds)) != len(kinds):
            raise ValueError("each kind of clock once")
        if legal := [clock.kind for clock in self.clocks if clock.statutory]:
            raise ValueError(f"a legal period is not a target of the bank: {legal}")
        if idle := [clock.kind for clock in self.clocks if not clock.starts_on or not clock.stops_on]:
            raise ValueError(f"a clock starts and stops on some step: {idle}")
        return self


class Profiles(Strict):
    """Everything in `profiles.yml`."""

    calendars: dict[str, CalendarTerms]
    in_use: list[str]
    profiles: list[Profile]

    @model_validator(mode="after")
    def _whole(self) -> "Profiles":
        ids = {profile.id for profile in self.profiles}
        if missing := set(self.in_use) - ids:
            raise ValueError(f"in use but not described: {sorted(missing)}")
        if missing := {p.calendar for p in self.profiles} - self.calendars.keys():
            raise ValueError(f"unknown calendars: {sorted(missing)}")
        return self

    def in_force(self, day: date, *, source: str) -> list[Profile]:
        """The profiles that a complaint from this source, filed on this day, falls under."""
        newest: dict[str, Profile] = {}
        for profile in sorted(self.profiles, key=lambda p: p.effective_from):
            if profile.id in self.in_use and profile.holds_on(day):
                newest[profile.id] = profile
        return [
            newest[name]
            for name in self.in_use
            if name in newest and (not newest[name].only_sources or source in newest[name].only_sources)
        ]

    @property
    def own(self) -> Profile:
        """The profile of the bank's own targets."""
        return next(p for p in self.profiles if p.id == OWN)

    @property
    def targets(self) -> Targets:
        """The bank's own among them."""
        return Targets(clocks=self.own.clocks)

    def with_targets(self, targets: Targets) -> "Profiles":
        """The same legal profiles with other targets of the bank."""
        profiles = [
            p.model_copy(update={"clocks": targets.clocks}) if p.id == OWN else p for p in self.profiles
        ]
        return self.model_copy(update={"profiles": profiles})

    @property
    def kinds(self) -> list[str]:
        """Every kind of clock, each once, in the order of the file."""
        return list(dict.fromkeys(clock.kind for p in self.profiles for clock in p.clocks))

    def clock(self, profile_id: str, kind: str, *, on: date) -> ClockProfile | None:
        """The description under which a clock that started on this day runs."""
        held = [p for p in self.profiles if p.id == profile_id and p.holds_on(on)]
        clocks = max(held, key=lambda p: p.effective_from).clocks if held else []
        return next((clock for clock in clocks if clock.kind == kind), None)


class Recipients(Strict):
    """Whom a level notifies: the owner, or everyone of a role at a place."""

    owner: bool = False
    role: str | None = None
    at: Literal["own", "head-office", "any"] = "any"

    @model_validator(mode="after")
    def _somebody(self) -> "Recipients":
        if self.owner == (self.role is not None):
            raise ValueError("name the owner or a role")
        if self.role is not None and self.role not in ROLES:
            raise ValueError(f"unknown role: {self.role}")
        return self


class Level(Strict):
    """One rung of the ladder."""

    level: int = Field(ge=0, le=9)
    zh: str
    en: str
    notify: list[Recipients] = Field(min_length=1)
    by: list[Literal["inbox", "mail", "webhook"]]
    acknowledge_within_minutes: int | None = Field(None, gt=0)
    tell_customer: bool = False

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class FactRule(Strict):
    fact: Literal["group_size", "media", "regulatory", "legal", "repeat_count", "platinum", "strong_emotion"]
    at_least: int = 1
    level: int


class Ladder(Strict):
    """When each level fires, whom it tells and how."""

    effective_from: date
    levels: list[Level] = Field(min_length=1)
    clocks: dict[str, dict[int, int]]
    facts: list[FactRule] = []

    @model_validator(mode="after")
    def _whole(self) -> "Ladder":
        numbers = [level.level for level in self.levels]
        if numbers != list(range(len(numbers))):
            raise ValueError("levels are numbered 0, 1, 2, …")
        for kind, rungs in self.clocks.items():
            if len(set(rungs.values())) != len(rungs):
                raise ValueError(f"{kind}: a clock fires each level once")
            if any(not 0 < percent <= 100 for percent in rungs):
                raise ValueError(f"{kind}: percentages lie above 0, up to 100")
        used = {level for rungs in self.clocks.values() for level in rungs.values()}
        used |= {rule.level for rule in self.facts}
        if unknown := used - set(numbers):
            raise ValueError(f"unknown levels: {sorted(unknown)}")
        return self

    @property
    def top(self) -> int:
        return len(self.levels) - 1

    def level(self, number: int) -> Level:
        return self.levels[number]


@cache
def packaged_profiles() -> Profiles:
    with (DATA / "profiles.yml").open(encoding="utf-8") as file:
        return Profiles.model_validate(yaml.safe_load(file))


@cache
def packaged_ladder() -> Ladder:
    with (DATA / "ladder.yml").open(encoding="utf-8") as file:
        return Ladder.model_validate(yaml.safe_load(file))
