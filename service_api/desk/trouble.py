"""A step that was refused, told on the page where it was taken, with what had been typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request

from service_api.core.problems import Problem
from service_api.core.versions import StaleVersion
from service_api.desk.complaint_steps import PARTS
from service_api.web.refusals import refusal_of
from service_api.web.rendering import language_of, words

# What people write in their own words.
WRITTEN = (*PARTS, "text", "reason")
# Of several forms for one step, the one about this clock or this line.
ABOUT = ("clock", "line", "escalation")


@dataclass(frozen=True, slots=True)
class Trouble:
    """`at` is the step, and what it was about when the page has several forms for it."""

    at: str
    words: str
    typed: Mapping[str, str]

    def kept(self, at: str, name: str) -> str:
        """What was typed into a field of the form that was refused; empty for every other form."""
        return self.typed.get(name, "") if at == self.at else ""

    @property
    def written(self) -> Sequence[str]:
        """What somebody wrote, for when the page no longer has the form for it."""
        return [self.typed[name] for name in WRITTEN if self.typed.get(name, "").strip()]


def trouble_of(request: Request, step: str, problem: Problem, typed: Mapping[str, str]) -> Trouble:
    spoken = words(language_of(request))
    stale = isinstance(problem, StaleVersion)
    said = spoken["complaints.changed"] if stale else refusal_of(problem, spoken).in_one_line
    about = next((typed[name] for name in ABOUT if typed.get(name)), "")
    return Trouble(f"{step}:{about}" if about else step, said, typed)
