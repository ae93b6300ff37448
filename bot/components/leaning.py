"""A customer's verdict on the bank's answer: accepting, contesting, or something else.

How much is heard as a verdict depends on what the customer has before them, the `attention` that the
channel tells. `TOLD`: the answer is what they read last, and nothing else is asked, so that a bare "okay"
is about it. `OPEN`: an answer waits, but other things were said since, and only words of accepting and
refusing count. `ASKED`: they were asked whether they accept it, and a yes closes the complaint.
"""

import re
from pathlib import Path
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence, Text, Tuple

import numpy as np

from bot.components.labelled import Labelled
from bot.components.stance import ACCEPTS, REJECTS, stance
from bot.components.values.text import normalise
from bot.components.word_model import Probabilities, weighted_mean

TOLD, OPEN, ASKED = ATTENTIONS = "told", "open", "asked"
HARDLY = 0.05
"""What an intent is granted that the classifier saw nothing of: no opinion alone decides."""
LIKELY = 0.4
BY_WORDS, AT_LEAST = 0.9, 0.8
"""Where a verdict only opens a question, it need be no surer; on a yes the dialogue acts from .8 on."""

# What an intent of the whole dialogue says for (accept, other, reject). One that is not here is "other".
NO_OPINION = (1 / 3, 1 / 3, 1 / 3)
SPEAKS_FOR: Mapping[Text, Tuple[float, float, float]] = {
    ACCEPTS: (1.0, 0.0, 0.0),
    "affirm": (1.0, 0.0, 0.0),
    "thanks": (0.8, 0.2, 0.0),
    REJECTS: (0.0, 0.0, 1.0),
    "deny": (0.0, 0.2, 0.8),
    "abuse": (0.0, 0.3, 0.7),
    "file_complaint": (0.0, 0.2, 0.8),
    "rate_service": (0.3, 0.4, 0.3),
    "cancel": (0.5, 0.25, 0.25),
    "goodbye": (0.4, 0.5, 0.1),
    "chitchat": NO_OPINION,
    "out_of_scope": NO_OPINION,
    "skip": NO_OPINION,
}
NEVER = frozenset({"self_harm", "report_loss", "dispute_transaction", "request_person", "wait"})
"""Heard as what they are, however unsure."""
TAUGHT = 1.0
MEANS_MORE_HERE = frozenset(
    {ACCEPTS, REJECTS, "affirm", "deny", "thanks", "cancel", "file_complaint", "rate_service"}
)
"""Of what the classifier was taught word by word only these are about the answer: 拜拜 stays a goodbye."""
COURTEOUS = frozenset({"thanks", "goodbye", "cancel", "skip"})
"""Good enough to ask whether the answer is accepted, too little to close a complaint on."""
SURE = 0.5

_ASKS = re.compile(
    r"(?:吗|呢|么)[?？。!！\s]*$|怎么(?!可能|会|成|能)|怎样|如何|多久|多少|哪|什么时候|为什么|为啥|能不能|可不可以|是不是|什么意思|"
    r"^(?:what|how|why|when|where|which|who|can|could|do|does|is|are|will|may|should)\b"
)
_DECLINES = re.compile(
    r"^(?:我)?(?:先不|暂时不|不用|不必|不需要|不要|没有了|没了|没别的)|"
    r"^(?:no,? ?(?:thanks|thank you)|no need|nothing|not now|later)\b"
)
_NOT_YET = re.compile(
    r"看看|看完|看一下|再说|考虑|想想|想一想|商量|回头|晚点|过两天|回复你|答复你|"
    r"\b(?:let me|have a look|get back to you|reading|read (?:it|this)|think about|talk to my|sleep on it)\b"
)
_AT_SOMEBODY = re.compile(r"滚|你(?!们)|机器|\b(?:you|bot|robot|machine)\b")
_ANOTHER_MATTER = re.compile(
    r"另|还(?:有|要|想)|再(?:投诉|来|登记)|又|也要|(?:要|想)投诉|投诉(?:一|个|你|他|她|柜|客)|举报|别的|新的|"
    r"今天|昨天|刚才|刚刚|"
    r"\b(?:another|second|one more|also|different|new|as well|today|yesterday|a complaint|"
    r"(?:want|like|need) to complain)\b"
)
_STARS = re.compile(r"[星分评]|\b(?:stars?|rate|rating|score|points?)\b")
_COURTESY = re.compile(
    r"谢谢|多谢|感谢|谢[了啦]|辛苦|麻烦|费心|非常|十分|太|好的?|嗯|哦|行|可以|收到|知道|明白|[了啦哈呀吧的啊您你们大家]|客服|唔该|"
    r"\b(?:many thanks|thanks?|thank you|thx|cheers|ta|(?:much )?appreciated?|a lot|so much|very much|then|"
    r"you|it|that|perfect|great|good|ok|okay|all right|alright|lovely|cool|brilliant|got|"
    r"for (?:your help|that|everything))\b"
)
_OUTCOME = re.compile(
    r"处理|解决|退|到账|赔|补偿|答复|回复|结果|说法|结论|决定|方案|"
    r"\b(?:sort(?:ed|ing)?|handl\w+|resol\w+|refund|money|compensation|answer|reply|outcome|decision|turnaround|apology)\b"
)


class Verdict(NamedTuple):
    """The intent of a verdict, and how sure it is."""

    intent: Text
    confidence: float


class Leaning(Labelled):
    """To which verdict words lean."""

    LABELS = ("accept", "other", "reject")
    FOLDER = Path(__file__).resolve().parents[1] / "verdict"
    WORDS_C, SENTENCES_C = 10.0, 10.0

    def of(self, text: Text, ranking: Sequence[Mapping[Text, Any]]) -> Dict[Text, float]:
        """How likely each label is, by these models and by what the dialogue's intents speak for."""
        own, by_sentence = self.by_words(text), self.by_sentence(text)
        if by_sentence is not None:
            own = weighted_mean(own, by_sentence, 0.5)
        both = own * (_spoken_for(ranking) + HARDLY)
        return dict(zip(self.LABELS, (both / both.sum()).tolist(), strict=True))


def _spoken_for(ranking: Sequence[Mapping[Text, Any]]) -> Probabilities:
    known = sum(float(one["confidence"]) for one in ranking)
    votes = np.full(len(NO_OPINION), max(0.0, 1.0 - known) / len(NO_OPINION))
    for one in ranking:
        votes = votes + float(one["confidence"]) * np.array(SPEAKS_FOR.get(str(one["name"]), (0.0, 1.0, 0.0)))
    return votes


def verdict(
    text: Text,
    ranking: Sequence[Mapping[Text, Any]],
    attention: Text,
    leaning: Leaning,
    *,
    names_matter: bool,
) -> Optional[Verdict]:
    """The verdict in a message of a customer for whose word an answer waits; None for anything else.

    `names_matter`: the message holds a sum, a day or a product, as the story of another grievance does.
    """
    plain, name, sure = normalise(text), str(ranking[0]["name"]), float(ranking[0]["confidence"])
    if _is_elsewhere(name, sure) or _ASKS.search(plain) or _NOT_YET.search(plain):
        return None
    if _speaks_of_else(plain, name, names_matter=names_matter):
        return None
    if attention == OPEN and name == "file_complaint" and not _OUTCOME.search(plain):
        return None
    told = stance(text)
    if told is not None:
        return Verdict(told, BY_WORDS)
    named = name in (ACCEPTS, REJECTS)
    if (sure == TAUGHT and named) or (attention == OPEN and not named):
        return None
    likely = leaning.of(text, ranking)
    label = "accept" if likely["accept"] > likely["reject"] else "reject"
    if likely[label] < LIKELY or (label == "accept" and plain.rstrip().endswith("?")):
        return None
    if attention == ASKED and label == "accept" and name in COURTEOUS:
        return None
    confidence = likely[label] if attention == ASKED else max(AT_LEAST, likely[label])
    return Verdict(ACCEPTS if label == "accept" else REJECTS, confidence)


def _is_elsewhere(name: Text, sure: float) -> bool:
    """Surely another wish, or one that must never be lost."""
    if name in NEVER:
        return True
    return name not in MEANS_MORE_HERE if sure == TAUGHT else name not in SPEAKS_FOR and sure >= SURE


def _speaks_of_else(plain: Text, name: Text, *, names_matter: bool) -> bool:
    """Thanks for something else, another grievance, stars, insults, "no, thanks": not about the answer."""
    if name == "thanks":
        rest = re.sub(r"\W+", "", _COURTESY.sub("", plain))
        return bool(rest) and not _OUTCOME.search(plain)
    if name == "file_complaint":
        return names_matter or bool(_ANOTHER_MATTER.search(plain))
    if name == "rate_service":
        return bool(_STARS.search(plain))
    if name == "abuse":
        return bool(_AT_SOMEBODY.search(plain)) and not _OUTCOME.search(plain)
    declines = name in ("deny", "skip", "cancel") and bool(_DECLINES.search(plain))
    return declines and stance(plain) is None
