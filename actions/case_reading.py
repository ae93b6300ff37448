"""What one turn says about a filed complaint. Pure: reads a turn, asks nothing of the desk."""

import re

from actions.complaint_summary import SURE_YES
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
_ABOUT_CONTESTING = re.compile(
    r"我|你们?|您|他们|这|那|个|样|次|种|就是|还是|根本|完全|坚决|绝对|实在|真的|太|很|非常|一点|都|也|可|是|的|了|啊|呢|吧|嘛|要|想|请|帮|给|对|"
    r"能|会|再|不|没法|没办法|无法|没|唔|接受|同意|认可|认同|认|服气|服|满意|行|好|对|可能|反对|拒绝|异议|意见|"
    r"答复|回复|答覆|结果|结论|决定|处理|方案|说法|投诉|核查|复核|复查|重新|申请|申诉|查|审|"
    r"\b(?:i|i'm|i've|am|we|you|your|you're|it|this|that|the|my|a|an|is|are|was|do|does|did|don't|can't|won't|cannot|"
    r"can|will|would|to|with|at|all|of|in|so|no|nope|not|never|way|still|really|very|just|totally|absolutely|"
    r"accept|accepting|acceptable|agree|disagree|object|reject|contest|happy|unhappy|satisfied|dissatisfied|"
    r"answer|reply|outcome|decision|result|complaint|case|please|want|ask|for|review|again|wrong|unacceptable)\b|"
    r"c-\d{8}-\d{4,}|[^\w']",
    re.I,
)
_CONDITION = re.compile(
    r"但|不过|可是|只是|除非|先|如果|要是|前提|\b(?:but|if|unless|only|provided|once|after|first|except)\b",
    re.I,
)
SHORTEST = {"zh": 4, "en": 3}
BRIEF = {"zh": 20, "en": 60}


def addition_in(turn: Turn) -> str | None:
    """The words to add, when the message holds more than the wish to add some."""
    return turn.written if _says_more(turn, _ABOUT_ADDING) else None


def reason_in(turn: Turn) -> str | None:
    """Why the answer is not accepted, when the message holds more than that it is not."""
    return turn.written if _says_more(turn, _ABOUT_CONTESTING) else None


def _says_more(turn: Turn, wish: re.Pattern[str]) -> bool:
    rest = wish.sub(" ", turn.text).split()
    if any(not word.isascii() for word in rest):
        return sum(len(word) for word in rest) >= SHORTEST["zh"]
    return len(rest) >= SHORTEST["en"]


def accepts(turn: Turn) -> bool:
    """A yes to whether the answer is accepted, in words about the answer, without a question or a "but"."""
    return _insists(turn, "accept_answer")


def withdraws(turn: Turn) -> bool:
    """A yes to whether the complaint is withdrawn, as the wish once more: "撤吧"."""
    return _insists(turn, "withdraw_complaint") and not leaves_as_it_is(turn)


def _insists(turn: Turn, wish: str) -> bool:
    sure = turn.intent == wish and turn.confidence >= SURE_YES
    brief = len(turn.text) <= BRIEF["en" if turn.text.isascii() else "zh"]
    asks = turn.text.endswith(("?", "？", "吗"))
    return sure and brief and not asks and not _CONDITION.search(turn.text)


def contests(turn: Turn) -> bool:
    """A no to the answer, in words about the answer."""
    return turn.intent == "reject_answer" and turn.confidence >= 0.5


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
