"""For or against an answer to a complaint: counting words does not see that a "not" turns it round. Pure."""

import re
from typing import Optional, Text

from bot.components.values.text import normalise

ACCEPTS, REJECTS = "accept_answer", "reject_answer"

_NOT_EN = r"(?:not|never|cannot|no longer|(?:do|does|did|ca|wo|would|could|is|are|was|have|has|should)n'?t)"
_AGREEING_ZH = r"接受|同意|认可|认同|满意|服气|服|认(?!为|真|识)|采纳"
_AGREEING_EN = r"accept(?:able|ed|ing)?|agree(?:d|ing)?|happy|satisfied|content|okay|ok|fine|convinced"
_REFUSES = re.compile(
    rf"(?:不|没法|没办法|无法|不能|不会|不可能|难以|休想|别想|没|未|拒绝|怎么可能|唔)"
    rf"(?:太|能|会|可以|可能|敢|怎么|大|是很|让我|叫我|再){{0,2}}(?:{_AGREEING_ZH})|(?:{_AGREEING_ZH})不了|反对|"
    rf"\b(?:{_NOT_EN}|refuse to|unable to|far from)\b(?: \w+){{0,3}}? (?:{_AGREEING_EN})\b|"
    r"\bunacceptable\b|\bdisagree|\bunhappy\b|\bdissatisfied\b"
)
_RAISES_NOTHING = re.compile(
    r"(?:没有?|无|冇)(?:什么|啥|任何|其他|别的)?(?:异议|意见|话说|话讲|不满)|不(?:再)?(?:反对|追究|申诉|上诉|复核)|"
    r"(?:不用|不必|无需|不需要|唔使)(?:再)?(?:复核|复查|核查|查|申诉)|"
    rf"\b(?:{_NOT_EN}|no|without|nothing to)\b(?: \w+){{0,2}}? "
    r"(?:objections?|object|dispute|disputing|contest(?:ing)?|appeal(?:ing)?|quarrel|argue|"
    r"complaints? about|issues? with)\b"
)


def stance(text: Text) -> Optional[Text]:
    """The intent of a plain yes or no to the answer; None where the words tell neither, or both."""
    plain = normalise(text)
    refuses, raises_nothing = _REFUSES.search(plain), _RAISES_NOTHING.search(plain)
    if bool(refuses) == bool(raises_nothing):
        return None
    return REJECTS if refuses else ACCEPTS
