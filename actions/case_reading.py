"""What one turn says about a filed complaint. Pure: reads a turn, asks nothing of the desk."""

import re

from actions.turn import Turn

_ABOUT_ADDING = re.compile(
    r"我|想|要|请|帮|麻烦|给|把|对|在|向|往|里|中|的|再|还|有|一点|一下|一些|个|条|件|我们|你们|之前|上次|刚才|刚刚|昨天|那|这|"
    r"投诉单|投诉|内容|材料|证据|情况|信息|说明|追加|补充|补交|补|加进|加到|加上|添加|添|加|更新|修改|完善|"
    r"\b(?:i|want|would|like|d|need|to|can|could|you|please|add|append|attach|update|supplement|something|more|one|"
    r"thing|details?|information|evidence|a|an|the|my|our|complaints?|case|file|in|on|for|with|this|that|it|have|also|"
    r"some|another|extra|additional)\b|c-\d{8}-\d{4,}|[^\w]|\d",
    re.I,
)
_LATEST = re.compile(r"最近|最新|刚才|刚刚|上一|第一个|latest|newest|last one|most recent|first one", re.I)
_SETTLED = re.compile(
    r"解决|结案|办结|了结|结掉|满意|关单|关闭|关了|关掉|\b(?:resolved|settled|sorted|closed?|satisfied|fixed)\b",
    re.I,
)
_TAKES_BACK = re.compile(
    r"撤|取消|不投诉|\b(?:withdraw|drop|cancel|retract|pull|take (?:it |that )?back)", re.I
)
_LEAVES = re.compile(
    r"(?:还是|先|那|就)?(?:别|不|不要|不用|不想|甭)(?:撤|加|提交|接受)|(?:还是)?(?:留着|算了|不了)|"
    r"\b(?:don'?t|do not|no need to|rather not) (?:withdraw|add|drop|cancel|submit)|\b(?:keep|leave) it\b|"
    r"\bnever mind\b|\bforget it\b",
    re.I,
)
_FOLLOWS = re.compile(
    r"会(?:怎么样|怎样|如何)|有(?:什么|啥)?(?:后果|影响)|然后呢|"
    r"\bwhat (?:happens|does (?:that|it) mean|then)\b",
    re.I,
)
SHORTEST = {"zh": 4, "en": 3}


def addition_in(turn: Turn) -> str | None:
    """The words to add, when the message holds more than the wish to add some."""
    rest = _ABOUT_ADDING.sub(" ", turn.text).split()
    if any(not word.isascii() for word in rest):
        enough = sum(len(word) for word in rest) >= SHORTEST["zh"]
    else:
        enough = len(rest) >= SHORTEST["en"]
    return turn.text if enough else None


def means_latest(turn: Turn) -> bool:
    """The one on top of the list, by word."""
    return bool(_LATEST.search(turn.text))


def leaves_as_it_is(turn: Turn) -> bool:
    """ "Better not withdraw it": nothing is to be done."""
    return len(turn.text) <= (40 if turn.text.isascii() else 14) and bool(_LEAVES.search(turn.text))


def asks_what_follows(turn: Turn) -> bool:
    """ "And what happens then?", of the deed that is to be confirmed."""
    return turn.is_question and bool(_FOLLOWS.search(turn.text))


def calls_it_settled(turn: Turn) -> bool:
    """ "The money is back, you can close it": of a complaint that was answered this accepts the answer."""
    return bool(_SETTLED.search(turn.text)) and not _TAKES_BACK.search(turn.text)
