"""What people say about the talk itself: once more, one step back, from the beginning, on with it. Pure."""

import re

from actions.turn import COMMAND_SIGNS, Turn

_BRIEF = {"zh": 20, "en": 60}

_REPEAT = re.compile(
    r"^我?没(?:太)?(?:看|听)(?:懂|清楚?|明白)(?:[，,。!！?？\s]|$)|"
    r"^(?:请|麻烦|您|你|能不能|可不可以|可以|能)*再(?:说|问|讲)(?:一遍|一次|一下)|"
    r"^[你您]?(?:刚才|刚刚)?(?:问|说)的?(?:是)?(?:什么|啥)[？?]?$|"
    r"^(?:sorry,? |please |can you |could you )*"
    r"(?:say (?:that|it) again|repeat (?:that|it|the question)|pardon\b|come again\b|"
    r"what (?:did|do|are) you (?:ask(?:ing)?|say(?:ing)?)\b|i don'?t (?:understand|follow) the question)",
    re.I,
)
_BACK = re.compile(
    r"上一步|上一个问题|上一题|退回|回到(?:上面|前面|刚才)|^返回$|"
    r"\b(?:go(?:ing)? back|step back|previous (?:question|step|one))\b|^back$",
    re.I,
)
_ANEW = re.compile(
    r"从头(?:再|开始|来|说|讲|填)|重新(?:开始|来|说|讲|填|登记)|重来|重填|"
    r"\b(?:start (?:over|again|afresh)|begin again|from (?:the )?(?:beginning|start|scratch|top))\b",
    re.I,
)
_AFTER_ALL = re.compile(
    r"还是(?:要|得|想|继续|接着)?(?:投诉|登记|办|弄|填|说)|(?:继续|接着)(?:投诉|登记|填|办|说)|"
    r"\b(?:go on|continue|carry on|keep going|proceed)\b",
    re.I,
)
_ENDS = re.compile(r"算了|不(?:投诉|登记|办|弄|填|要)了?|取消|\b(?:cancel|forget it|never mind|stop)\b", re.I)


def asks_to_repeat(turn: Turn) -> bool:
    """The question was not understood: it is asked again, in other words where there are some."""
    return _is_brief(turn) and bool(_REPEAT.search(turn.text)) and not turn.values_beside_language()


def goes_back(turn: Turn) -> bool:
    """One step back in a form."""
    return _is_brief(turn) and bool(_BACK.search(turn.text))


def begins_anew(turn: Turn) -> bool:
    """What was told is to be forgotten and told again."""
    return _is_brief(turn) and bool(_ANEW.search(turn.text)) and not turn.is_question


def goes_on_after_all(turn: Turn) -> bool:
    """Gives up and takes it back in one breath: the last word counts."""
    ends = [found.end() for found in _AFTER_ALL.finditer(turn.text)]
    return _is_brief(turn) and bool(ends) and not _ENDS.search(turn.text, ends[-1])


def _is_brief(turn: Turn) -> bool:
    if turn.text.startswith(COMMAND_SIGNS):
        return False
    return len(turn.text) <= _BRIEF["en" if turn.text.isascii() else "zh"]
