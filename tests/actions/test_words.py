"""Words: in elderly mode everything is short, and what may be said twice is said in other words."""

import re
from typing import Any

import pytest

from actions.turn import FAILURES
from tests.journeys.__main__ import domain_responses

ONE_LINE = {"zh": 20, "en": 60}
"""Characters of a line in the large view. In elderly mode no sentence is longer, and no message than two;
whatever is longer than one line in the standard words has plain ones."""
PLAIN = "_elderly"
RESPONSES = domain_responses()
SPOKEN = [name for name in RESPONSES if not name.startswith("utter_word_") and not name.endswith(PLAIN)]
REPEATED = sorted(
    FAILURES
    | {name for name in SPOKEN if re.match(r"utter_ask_(complaint|verification|callback|rating)_", name)}
    | {
        "utter_also",
        "utter_bot_challenge",
        "utter_callback_start",
        "utter_cannot_skip",
        "utter_chitchat",
        "utter_complaint_corrected",
        "utter_complaint_noted",
        "utter_confirm_reminder",
        "utter_goodbye",
        "utter_goodbye_in_form",
        "utter_form_goes_on",
        "utter_listening",
        "utter_date_range",
        "utter_greet_in_form",
        "utter_nothing_asked",
        "utter_offer_declined",
        "utter_rated",
        "utter_suggestions",
        "utter_thanks",
        "utter_thanks_in_form",
        "utter_which_case",
    }
)


def texts(response: str, language: str) -> list[str]:
    """The wordings of a response in a language, without what fills their places."""
    found: list[Any] = [
        one for one in RESPONSES[response] if bool(one.get("condition")) == (language == "en")
    ]
    return [re.sub(r"\{\w+\}", "", str(one["text"])) for one in found]


def plainly(response: str) -> str:
    """The response that is said in elderly mode."""
    return response + PLAIN if response + PLAIN in RESPONSES else response


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("response", SPOKEN)
def test_in_elderly_mode_a_sentence_fits_a_line_and_a_message_two(response: str, language: str) -> None:
    for text in texts(plainly(response), language):
        assert max(map(len, re.split(r"[。！？；.!?;\n]", text))) <= ONE_LINE[language]
        assert len(text) <= 2 * ONE_LINE[language]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("response", SPOKEN)
def test_elderly_mode_never_says_more_and_says_long_things_shorter(response: str, language: str) -> None:
    usual, plain = (max(map(len, texts(name, language))) for name in (response, plainly(response)))
    assert plain <= usual
    assert plain < usual or usual <= ONE_LINE[language]


@pytest.mark.parametrize("response", REPEATED)
def test_what_may_be_said_twice_has_other_words_for_it(response: str) -> None:
    for language in ("zh", "en"):
        said = texts(response, language)
        assert len(set(said)) == len(said) >= 2
