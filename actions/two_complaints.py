"""Two complaints told in one message: where the first ends and the second begins. Pure.

A story of many things is one complaint, unless the customer says that there are two.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.complaint_fields import BUSINESS, business_in, tells_story
from actions.turn import Turn, Value

_ANNOUNCES = re.compile(
    r"[两二2]\s?[个件](?:事情?)?.{0,4}投诉|投诉[两二2]\s?[个件](?:事情?)?|"
    r"\b(?:two|2|a couple of) (?:different |separate )?complaints\b",
    re.I,
)
_FIRST = re.compile(
    r"一是|其一|第一[件个条]?(?:事情?|投诉)?[是，,、：:]?|首先[，,]?|[1①][、.．)）:：]|一[件个](?:事情?|投诉)?(?:是|关于|说)|"
    r"\b(?:one is|firstly|first of all|the first(?: one)?(?: is)?|first[,:]|number one|1[.):])",
    re.I,
)
_SECOND = re.compile(
    r"二是|其二|第二[件个条]?(?:事情?|投诉)?[是，,、：:]?|其次[，,]?|[2②][、.．)）:：]|"
    r"(?:另外?|还有)一[件个](?:事情?|投诉)?(?:是|就是|关于)?[，,：:]?|(?<=[，,；;。\s])(?:一[件个](?:事情?|投诉)?(?:是|关于|说)|另外|还有)|"
    r"\b(?:the (?:other|second)(?: one| complaint)?(?: is)?|secondly|second[,:]|another(?: one)? is|"
    r"and also|also|"
    r"number two|2[.):])",
    re.I,
)
_ANOTHER = re.compile(
    r"(?:另外|同时|还|也|再)(?:我?还|也)?(?:要|想)?投诉(?!过|了|无|没|都|也)(?:一下|一件|另外?一[件个])?(?:事情?)?[是，,：:]?|"
    r"\b(?:and )?(?:i(?:'d| would)? )?also (?:want to |like to |need to )?complain about|"
    r"\b(?:and )?(?:another|a second) complaint (?:is )?about|\bmy second complaint is(?: about)?",
    re.I,
)
_BREAKS = (re.compile(r"[；;。\n]+"), re.compile(r"[，,]+\s*(?:and\b)?|\band\b"))
_EDGES = " ,，。;；:：、.\n"
_JOINTS = re.compile(r"(?:另外|还有|同时|而且|以及|\band|\balso|\bthen)\s*$", re.I)
_MY_NUMBER_IS = re.compile(
    r"[\s，,。.;；]*(?:我的?)?(?:手机号码?|手机|电话|号码|联系方式)?[是：:\s]*|"
    r"[\s,.;]*(?:my )?(?:phone |mobile )?(?:number )?(?:is )?:? *",
    re.I,
)
_SHARED = frozenset({"phone", "emotion", "lang"})
_BEGINS_WITH = re.compile(
    r"先(?:说|讲|办|登记|投诉|处理|弄|来)|\b(?:start|begin) with\b|\b(?:do|file|take)\b.*\bfirst\b", re.I
)
_LATTER = re.compile(r"第二[件个]|后[面一][那个件]|另外?一?[件个]|\b(?:second|other|latter)\b", re.I)


def announces_two(turn: Turn) -> bool:
    """Whether the customer says that there are two."""
    return bool(_ANNOUNCES.search(turn.text))


def two_in(turn: Turn, *, announced: bool = False) -> tuple[Turn, Turn] | None:
    """Both stories, each with its own values; None unless there are two and each tells enough."""
    said_so = _ANNOUNCES.search(turn.text)
    start, end = 0, len(turn.text)
    if said_so and said_so.start() < end // 2:
        start = said_so.end()
    elif said_so:
        end = said_so.start()
    for first_end, second_start in _places(turn.text, start, end, announced=announced or bool(said_so)):
        first = _part(turn, *_inside(turn.text, start, first_end, lead=_FIRST))
        second = _part(turn, *_inside(turn.text, second_start, end))
        if tells_story(first) and tells_story(second):
            return first, second
    return None


def begins_with_the_other(turn: Turn, second: Mapping[str, Any]) -> bool:
    """ "Let us begin with the collectors", where those are the second."""
    if not _BEGINS_WITH.search(turn.text):
        return False
    named = business_in(turn)
    return bool(_LATTER.search(turn.text)) or (
        named is not None and named == second.get(BUSINESS) != turn.slots.get(BUSINESS)
    )


def begins_with_the_first(turn: Turn) -> bool:
    """ "The fee first", which is what is being told."""
    rest = _BEGINS_WITH.sub("", turn.text)
    brief = len(rest) <= (40 if rest.isascii() else 10)
    return brief and bool(_BEGINS_WITH.search(turn.text)) and not turn.values_beside_language()


def _places(text: str, start: int, end: int, *, announced: bool) -> list[tuple[int, int]]:
    """Where the first may end and the second begin, the likeliest first."""
    found = [(one.start(), one.end()) for one in _ANOTHER.finditer(text, start, end)]
    if announced:
        first = _FIRST.search(text, start, end)
        begin = first.end() if first else start + 1
        found += [(one.start(), one.end()) for one in _SECOND.finditer(text, begin, end)]
        for breaks in _BREAKS:
            inner = [
                one for one in breaks.finditer(text, start, end) if text[start : one.start()].strip(_EDGES)
            ]
            inner = [one for one in inner if text[one.end() : end].strip(_EDGES)]
            found += [(one.start(), one.end()) for one in inner] if len(inner) == 1 else []
    return found


def _inside(text: str, start: int, end: int, *, lead: re.Pattern[str] | None = None) -> tuple[int, int]:
    """The span without what only joins or counts."""
    if (
        lead
        and (counted := lead.search(text, start, end))
        and not text[start : counted.start()].strip(_EDGES)
    ):
        start = counted.end()
    end = start + len(text[start:end].rstrip(_EDGES))
    if joint := _JOINTS.search(text[start:end]):
        end = start + len(text[start : start + joint.start()].rstrip(_EDGES))
    return start + len(text[start:end]) - len(text[start:end].lstrip(_EDGES)), end


def _part(turn: Turn, start: int, end: int) -> Turn:
    """That part as a message of its own; a number to call and what was felt belong to both."""
    end = _without_number(turn, start, end)
    values = [_moved(one, start) for one in turn.values if start <= one.start and one.end <= end]
    outside = [one for one in turn.values if not (start <= one.start and one.end <= end)]
    shared = [replace(one, start=end - start, end=end - start) for one in outside if one.entity in _SHARED]
    text, written = turn.text[start:end], turn.written[start:end]
    return replace(turn, text=text, written=written, values=(*values, *shared), intent="file_complaint")


def _without_number(turn: Turn, start: int, end: int) -> int:
    """Where the story ends that a number to call stands behind."""
    phone = next(
        (one for one in turn.values if one.entity == "phone" and start < one.start < one.end == end), None
    )
    if phone is None:
        return end
    cuts = range(start + 1, phone.start + 1)
    return next((cut for cut in cuts if _MY_NUMBER_IS.fullmatch(turn.text, cut, phone.start)), end)


def _moved(one: Value, by: int) -> Value:
    return replace(one, start=one.start - by, end=one.end - by)
