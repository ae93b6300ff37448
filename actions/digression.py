"""Whether a message in a form is about something else, so that the form steps back and its rule answers."""

import re

from actions.turn import Turn

ANSWERS = frozenset(
    {
        "inform",
        "affirm",
        "deny",
        "skip",
        "file_complaint",
        "add_to_complaint",
        "nlu_fallback",
        "out_of_scope",
    }
)
"""Intents that are an answer to the form, or nothing that a rule would know better."""
SMALL_FORMS = frozenset({"rating_form", "callback_form"})
"""In these a complaint is about something else, and goes before."""
SURE = 0.5
QUESTION_SURE = 0.6
VERY_SURE = 0.9
_ASKS = re.compile(
    r"什么|怎么|怎样|如何|哪|多少|多久|几|吗|呢|能不能|能否|是不是|有没有|要不要|可不可以|会不会|啥"
)
"""Words of a question anywhere: "年费什么情况下能免"."""
ALWAYS = frozenset({"cancel", "request_person", "self_harm"})
URGENT = frozenset({"report_loss", "dispute_transaction"})
"""A card or money in danger: surely that, it comes before whatever was asked, however long it is told."""
SURE_OF_DANGER_IN_STORY = 0.8


def digresses(turn: Turn) -> bool:
    """For a question with a short answer: any other clear intent, or a question that was not understood."""
    if turn.intent == "file_complaint" and turn.active_loop in SMALL_FORMS:
        return turn.confidence >= QUESTION_SURE
    unclear = turn.intent not in ANSWERS and turn.confidence < SURE
    if unclear or turn.intent in ("nlu_fallback", "chitchat"):
        return turn.is_question and not turn.values_beside_language()
    return turn.intent not in ANSWERS


def asks_meanwhile(turn: Turn) -> bool:
    """A question for information, even when it names a sum or a day: "转账5000手续费多少？"."""
    if turn.intent not in ("ask_faq", "find_branch") or turn.confidence < QUESTION_SURE:
        return False
    return turn.is_question or (turn.confidence >= VERY_SURE and bool(_ASKS.search(turn.text)))


def digresses_from_story(turn: Turn) -> bool:
    """While the customer tells what happened nearly everything is the story."""
    if turn.intent in ALWAYS:
        return turn.confidence >= QUESTION_SURE
    if turn.intent in URGENT:
        return turn.confidence >= SURE_OF_DANGER_IN_STORY
    if turn.intent in ("ask_faq", "find_branch"):
        return asks_meanwhile(turn) and len(turn.text) <= 30 and turn.confidence >= 0.7
    if turn.intent in ANSWERS:
        return False
    return turn.confidence >= 0.8 and _is_short(turn)


def _is_short(turn: Turn) -> bool:
    return len(turn.text) <= (40 if turn.text.isascii() else 14) and not turn.values_beside_language()
