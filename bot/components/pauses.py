"""Whether a customer asks to wait, which is neither a wish nor a failure: 稍等, "hold on a sec". Pure."""

import re
from typing import Optional

from bot.components.values.text import normalise

_WAITS = re.compile(
    r"^(?:好的?|嗯+|请|麻烦|你|您|先|那)*[，, ]*"
    r"(?:等一?下下?|等一等|等等|稍等一?下?|稍候|等会儿?|等我|等俺|待会儿?|"
    r"慢点|别急|别催|马上(?:回来|就来|就好)|"
    r"(?:让|容)我(?:先|再)?(?:想|找|看|查|翻|拿)|"
    r"我(?:先|去|来)+(?:想|找|看|查|翻|拿|取)|我(?:想|找)(?:一?想|一?找|一下))"
    r"|^(?:ok(?:ay)?|please|sorry|yes|sure|just)?[, ]*"
    r"(?:hang on|hold on|hold please|bear with me|wait\b|brb\b|"
    r"be right back|(?:i'?ll be )?back in (?:a|one|two|five|\d+)\b|"
    r"(?:just |give me |only )?(?:one|a|1) (?:moment|second|sec|minute|min)\b|"
    r"let me (?:find|look|check|see|get|think|grab)\b)"
)
_NO_MORE = re.compile(
    r"(?:一?下|一会儿?|想|找|哦|啊|吧|呢|哈|我|谢谢|please|thanks?(?: you)?|for me|"
    r"an?|one|moment|sec(?:ond)?|min(?:ute)?|"
    r"[\W_])*"
)
_MENDS = re.compile(
    r"不对|错|改|别|不要|^再|[见聊][吧哦啦。!！~]*$|\b(?:wrong|actually|change|not|no|until|till)\b|n't\b"
)
_BRIEF = {"zh": 20, "en": 60}


def rest_after_wait(text: str) -> Optional[str]:
    """What else a short request to wait says: "" for nothing; None when it asks for no such thing."""
    plain = normalise(text).strip()
    waits = _WAITS.search(plain)
    if not waits or len(plain) > _BRIEF["en" if plain.isascii() else "zh"]:
        return None
    rest = plain[waits.end() :].strip()
    if _NO_MORE.fullmatch(rest):
        return ""
    return None if _MENDS.search(rest) else rest
