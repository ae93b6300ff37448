"""What one turn says about a call-back: when, and what is to be another than booked. Pure."""

import re
from dataclasses import replace
from datetime import date

from actions.turn import Turn

_OTHER_NUMBER = re.compile(
    r"(?:换|改|另|别的|其他|其它|不同|新)(?:一个|个|外的?|成|打)?.{0,3}(?:号|手机|座机|电话)|(?:号码?|手机)(?:换|改|变|错)|"
    r"\b(?:another|different|new|other|wrong|change (?:my |the )?)(?: phone| mobile)? ?number\b|"
    r"\bnumber (?:is|was|has) (?:wrong|changed)",
    re.I,
)
_OTHER_TIME = re.compile(
    r"(?:换|改|挪|调)(?:一个|个|一下|到|成)?.{0,4}(?:时间|时候|日子|天)|时间.{0,4}(?:换|改|变|错|不行|不方便|不合适)|"
    r"改期|改约|延后|推迟|推后|往后|提前|(?:晚|早)一?点|"
    r"\b(?:re-?schedul|postpon)|\b(?:another|different|new|other) (?:time|day)|\b(?:later|earlier)\b|"
    r"\b(?:change|move) (?:the |my )?(?:time|appointment|callback|call)",
    re.I,
)
_HOUR = r"[零一二两三四五六七八九十\d]{1,3}"
_TIME = re.compile(
    rf"(?:(?:今天|明天|后天|大后天|今晚|明早|明晚|下?周[一二三四五六日天]|周末|工作日|\d{{1,2}}月\d{{1,2}}[日号])?的?"
    rf"(?:早上|上午|中午|下午|傍晚|晚上|夜里|凌晨)?"
    rf"{_HOUR}[点时:：][半\d零一二三四五刻]{{0,3}}分?(?:(?:到|至|-|~){_HOUR}[点时:：]?[半\d]{{0,2}})?"
    r"(?:左右|以后|之后|以前|之前|前|后)?)"
    r"|(?:今天|明天|后天|下?周[一二三四五六日天])?(?:早上|上午|中午|下午|傍晚|晚上)"
    r"|今天|明天|后天|今晚|明早|明晚|下?周[一二三四五六日天]|下班后?|周末|工作日"
    r"|随时|都可以|都行|尽快|马上|现在|越快越好"
    r"|\b(?:today|tomorrow|tonight|morning|noon|afternoon|evening|night|any ?time|asap|now|"
    r"as soon as possible|weekend|weekdays?|between \d{1,2} and \d{1,2}(?: ?[ap]m)?|"
    r"(?:at |after |before |around |by )?\d{1,2}(?::\d{2})? ?(?:am|pm|o'clock)|"
    r"(?:at|after|before|around|by) \d{1,2}(?::\d{2})?(?![\d:])|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|after work)\b",
    re.I,
)

_TOWARDS = re.compile(
    r"(?:改|换|挪|推|移|调|延|提前|推迟|延后|调整)(?:到|成|为|在|至)|"
    r"\b(?:move|change|switch|push|shift|re-?schedule|postpone|bring|make|put)\b.*?\b(?:to|until|till|for)\b",
    re.I,
)
_INSTEAD_OF = re.compile(r"\b(?:instead of|rather than|not)\b", re.I)

_LEFT_TO_US = re.compile(
    r"(?:那|就)*(?:(?:看|随|由|听|凭)你们?|你们(?=.))(?:吧|定|看着?办|安排|方便|决定)?吧?[。.!！~]*|"
    r"(?:it'?s )?up to you[.!]*|whatever(?: suits you)?[.!]*",
    re.I,
)


def time_in(turn: Turn) -> str | None:
    """When to call, in the customer's own words; the number itself is no time."""
    text = turn.text
    for value in sorted(turn.all("phone"), key=lambda one: -one.start):
        text = text[: value.start] + " " + text[value.end :]
    found = [match[0].strip() for match in _TIME.finditer(text) if match[0].strip()]
    return " ".join(found) or None


def is_over(turn: Turn) -> bool:
    """Whether the one day that is named is gone."""
    day = turn.only("date")
    return day is not None and date.fromisoformat(str(day.value)) < turn.today


def towards(turn: Turn) -> Turn:
    """Of "from three to five" the turn that says only five: what a call is moved to, not what it was."""
    ends = [found.end() for found in _TOWARDS.finditer(turn.text)]
    instead = _INSTEAD_OF.search(turn.text)
    start, end = ends[-1] if ends else 0, instead.start() if instead else len(turn.text)
    values = tuple(one for one in turn.values if start <= one.start and one.end <= end)
    moved = replace(turn, text=" " * start + turn.text[start:end], values=values)
    return moved if time_in(moved) or moved.only("date") or moved.only("phone") else turn


def leaves_it_to_us(turn: Turn) -> bool:
    """No time at all, and no reproach: 看你们吧."""
    return bool(_LEFT_TO_US.fullmatch(turn.text))


def wishes_other_number(turn: Turn) -> bool:
    """Another number, which may not be said yet."""
    return bool(_OTHER_NUMBER.search(turn.text))


def wishes_other_time(turn: Turn) -> bool:
    """Another time, which may not be said yet."""
    return bool(_OTHER_TIME.search(turn.text))
