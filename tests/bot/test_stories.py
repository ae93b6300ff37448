"""Rasa's end-to-end stories walk every path of the rules; `make test` has Rasa itself tell them."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.bot.test_domain import domain, rules

STORIES = Path(__file__).parent / "stories"
FORMS = sorted(domain()["forms"])
ENDED_BY = frozenset(
    {
        "request_person",
        "report_loss",
        "dispute_transaction",
        "abuse",
        "self_harm",
        "cancel",
        "withdraw_complaint",
    }
)
Steps = list[dict[str, Any]]


@lru_cache(maxsize=1)
def stories() -> dict[str, Steps]:
    """The steps of every story by its name."""
    found: dict[str, Steps] = {}
    for file in sorted(STORIES.glob("*.yml")):
        for one in yaml.safe_load(file.read_text(encoding="utf-8"))["stories"]:
            assert one["story"] not in found, f"two stories are called {one['story']}"
            found[one["story"]] = one["steps"]
    return found


def said(step: dict[str, Any]) -> tuple[str, Any]:
    """What kind of step it is, and of what: ("intent", "greet"), ("action", …), ("active_loop", …)."""
    return next((kind, step[kind]) for kind in ("intent", "action", "active_loop") if kind in step)


def runs(length: int) -> set[tuple[tuple[str, Any], ...]]:
    """Every so many steps that stand one behind the other in a story."""
    return {
        tuple(said(step) for step in steps[at : at + length])
        for steps in stories().values()
        for at in range(len(steps) - length + 1)
    }


def test_rasa_reads_every_file_as_end_to_end() -> None:
    """Rasa passes over a file of another name in silence, and succeeds."""
    files = list(STORIES.iterdir())
    assert files
    assert all(file.name.startswith("test_") and file.suffix == ".yml" for file in files)


def test_every_message_of_a_story_is_words_and_intent() -> None:
    for name, steps in stories().items():
        for step in steps:
            assert ("intent" in step) == ("user" in step), name


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["rule"]))
def test_every_rule_is_walked(rule: dict[str, Any]) -> None:
    path = tuple(said(step) for step in rule["steps"])
    assert path in runs(len(path))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_interrupted_by_a_question_and_asks_again(form: str) -> None:
    question = (("intent", "ask_faq"), ("action", "action_search_articles"))
    assert (*question, ("action", form), ("active_loop", form)) in runs(4)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_can_be_cancelled(form: str) -> None:
    cancelled = (("intent", "cancel"), ("action", "action_cancel"), ("active_loop", None))
    assert any(
        ("active_loop", form) in [said(step) for step in steps]
        and cancelled in {tuple(said(step) for step in steps[at : at + 3]) for at in range(len(steps))}
        for steps in stories().values()
    )


@pytest.mark.parametrize("intent", sorted(ENDED_BY))
def test_what_ends_a_complaint_that_is_being_told_is_walked(intent: str) -> None:
    assert any(
        before == ("active_loop", "complaint_form")
        and said_ == ("intent", intent)
        and after == ("active_loop", None)
        for before, said_, _, after in runs(4)
    )
