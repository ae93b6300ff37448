"""What a whole message means, by its parts: code left out, a wait, a refusal, a "not", two wishes. Pure."""

import re
from typing import Any, Callable, Collection, Dict, List, NamedTuple, Text, Tuple

from bot.components.code_noise import without_code
from bot.components.pauses import rest_after_wait
from bot.components.stance import ACCEPTS, REJECTS, stance
from bot.components.unwished import unwished
from bot.components.wishes import ACTS, SURE, two_wishes

WAIT, REFUSAL, COMPLAINT = "wait", "deny", "file_complaint"
SURE_OF_REFUSAL = 0.9
RANKING = 5
NO_WAIT = frozenset({"report_loss", "dispute_transaction", "request_person", "abuse", "goodbye", "cancel"})
"""What is heard however a message begins: 我先去接孩子了 is a goodbye."""
HARDLY = 0.2
"""A whole message with less of a complaint in it has none of its own, whatever its first clause resembles."""
_COMPLAINS = re.compile(r"投诉|投訴|举报|舉報|complain|report", re.IGNORECASE)

Ranking = List[Dict[Text, Any]]
Rank = Callable[[Text], Ranking]


class Reading(NamedTuple):
    """Intents, the likeliest first, and entities about the message as a whole."""

    ranking: Ranking
    entities: List[Dict[Text, Any]]


def read(
    text: Text, rank: Rank, rank_clause: Rank, *, holds_values: bool, grave: Collection[Text]
) -> Reading:
    """Read a message; what is grave is never read as anything else, save a bare request to wait.

    `rank` judges a text as well as can be, `rank_clause` at less cost by its words.
    """
    said = without_code(text)
    ranking = _by_stance(said, rank(said))
    if ranking[0]["name"] in grave and rest_after_wait(said) != "":
        return Reading(ranking, [])
    if _asks_to_wait(said, ranking, rank, holds_values):
        return Reading(put_first(WAIT, 1.0, ranking), [])
    refused = unwished(said)
    if refused is not None:
        # Where code was left out, places are no longer those of the message.
        span = refused.span if said == text else (0, len(text))
        no_to = [_entity("declined", refused.act, span)]
        rest = rank(refused.rest) if refused.rest else []
        if rest and _is_sure(rest, ACTS):
            return Reading(rest, no_to)
        gives_up = ranking[0]["name"] == "cancel" and refused.act != "cancel"
        if not gives_up:
            ranking = put_first(REFUSAL, SURE_OF_REFUSAL, ranking)
        return Reading(ranking, no_to)
    if said != text or _is_known(ranking):
        return Reading(ranking, [])
    return _separate_wishes(text, ranking, rank_clause)


def _asks_to_wait(text: Text, ranking: Ranking, rank: Rank, holds_values: bool) -> bool:
    rest = rest_after_wait(text)
    if not rest:
        return rest == ""
    if holds_values or _is_known(ranking) or _is_sure(ranking, NO_WAIT):
        return False
    return not _is_sure(rank(rest), ACTS | {"cancel"})


def _is_sure(ranking: Ranking, intents: Collection[Text]) -> bool:
    return bool(ranking[0]["name"] in intents and ranking[0]["confidence"] >= SURE)


def _by_stance(text: Text, ranking: Ranking) -> Ranking:
    """Of accepting and contesting an answer the one that the words tell, with what both had."""
    likely = {one["name"]: one["confidence"] for one in ranking}
    told = stance(text) if ranking[0]["name"] in (ACCEPTS, REJECTS) and not _is_known(ranking) else None
    if told is None or told == ranking[0]["name"]:
        return ranking
    return put_first(told, likely.get(ACCEPTS, 0.0) + likely.get(REJECTS, 0.0), ranking)


def _separate_wishes(text: Text, ranking: Ranking, rank: Rank) -> Reading:
    """With two wishes, rank the one to do now first and note the other as the entity `also`."""

    def judge(clause: Text) -> Tuple[Text, float]:
        best = rank(clause)[0]
        return best["name"], best["confidence"]

    wishes = two_wishes(text, judge)
    if wishes is None:
        return Reading(ranking, [])
    (now, confidence), (other, span) = wishes
    if _is_the_reason(text, now, other, span) and _hardly_complains(ranking, {now, other} - {COMPLAINT}):
        return Reading(ranking, [])
    return Reading(put_first(now, confidence, ranking), [_entity("also", other, span)])


def _is_the_reason(text: Text, now: Text, other: Text, span: Tuple[int, int]) -> bool:
    """Whether one of two wishes is only what happened before the other: 柜员录错了，帮我查下余额."""
    if COMPLAINT not in (now, other):
        return False
    first = text[slice(*span)] if other == COMPLAINT else text[: span[0]]
    return text.startswith(first) and bool(first) and not _COMPLAINS.search(first)


def _hardly_complains(ranking: Ranking, wish: Collection[Text]) -> bool:
    likely = {one["name"]: one["confidence"] for one in ranking}
    return _is_sure(ranking, wish) and likely.get(COMPLAINT, 0.0) < HARDLY


def put_first(name: Text, confidence: float, ranking: Ranking) -> Ranking:
    """Of the whole message another intent may be surer; beside what was read out that is no ambiguity."""
    rest = [
        {"name": one["name"], "confidence": min(one["confidence"], confidence / 2)}
        for one in ranking
        if one["name"] != name
    ]
    return [{"name": name, "confidence": confidence}, *rest][:RANKING]


def _is_known(ranking: Ranking) -> bool:
    """Whether the text equals a training example."""
    return bool(ranking[0]["confidence"] == 1.0)


def _entity(kind: Text, value: Text, span: Tuple[int, int]) -> Dict[Text, Any]:
    return {"entity": kind, "start": span[0], "end": span[1], "value": value, "extractor": "TingClassifier"}
