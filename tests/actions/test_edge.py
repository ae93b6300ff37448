"""What was offered and taken is done, and nothing is said after it: Rasa knows no rule for that moment."""

import asyncio
from typing import Any

import pytest
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.edge import DeskAction, Events
from actions.offers import TAKEN_BY
from actions.say import Say
from actions.turn import Turn
from tests.actions.conftest import Said, domain
from tests.actions.test_customer import Broken

TAKEN = "action_take_offer"


class Act(DeskAction):
    """Does as it is told."""

    action_name = Broken.action_name

    def __init__(self, *events: dict[str, Any], name: str = Broken.action_name, fails: bool = False) -> None:
        super().__init__()
        self._events, self.action_name, self._fails = list(events), name, fails

    async def act(self, turn: Turn, say: Say) -> Events:
        if self._fails:
            raise RuntimeError
        return self._events


def follow_ups(action: DeskAction, after: str | None) -> list[str]:
    said = Said("好的", "affirm", latest_action=after)
    events = asyncio.run(action.run(CollectingDispatcher(), said.tracker(), domain()))
    return [event["name"] for event in events if event["event"] == "followup"]


def test_after_an_offer_was_taken_the_assistant_listens() -> None:
    assert follow_ups(Act(), TAKEN) == ["action_listen"]
    assert follow_ups(Act(SlotSet("offered", None)), TAKEN) == ["action_listen"]


def test_an_act_that_goes_on_decides_itself_what_comes_next() -> None:
    assert follow_ups(Act(FollowupAction("verification_form")), TAKEN) == ["verification_form"]


@pytest.mark.parametrize("after", [None, "action_listen", "action_search_articles", "complaint_form"])
def test_elsewhere_the_rules_tell_what_comes_next(after: str | None) -> None:
    assert follow_ups(Act(), after) == []


@pytest.mark.parametrize("name", ["validate_complaint_form", "action_ask_complaint_confirmed"])
def test_inside_a_form_the_form_goes_on(name: str) -> None:
    assert follow_ups(Act(name=name), TAKEN) == []


def test_whatever_fails_after_an_offer_is_told_once() -> None:
    said = Said("好的", "affirm", latest_action=TAKEN)
    dispatcher = CollectingDispatcher()
    events = asyncio.run(Act(fails=True).run(dispatcher, said.tracker(), domain()))
    assert [message["response"] for message in dispatcher.messages] == ["utter_sorry"]
    assert [event["name"] for event in events] == ["action_listen"]


def test_whatever_can_be_offered_is_asked_as_a_question_and_done_by_an_act_of_the_domain() -> None:
    known = {*domain()["actions"], *domain()["forms"]}
    responses = domain()["responses"]
    for act, done_by in TAKEN_BY.items():
        assert done_by in known
        texts = [one["text"] for one in responses[f"utter_offer_{act}"]]
        assert all(text.rstrip().endswith(("？", "?")) for text in texts)
