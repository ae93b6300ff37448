"""What customers say they do not want: 别给我打电话, "I'm not complaining". Pure.

A message of one such clause refuses that act; with more beside it, the rest is what is meant. Only whole
clauses are read so: 没给我打电话 (nobody called) and 不投诉你们不改 (a threat) are something else, and so
is a question.
"""

import re
from typing import Dict, List, NamedTuple, Optional, Pattern, Text, Tuple

from bot.components.values.text import normalise

LONGEST = 120

# The act as it is named behind a "not", in Chinese and in English.
_ACTS: Dict[Text, Tuple[Text, Text]] = {
    "request_callback": (
        r"(?:给我|跟我)?(?:打|来|回|接)(?:个|过来)?(?:电话|电)(?:过来|给|来|联系|通知)?我?|打(?:给|过来给)?我|"
        r"回电|来电|(?:电话)?联系我|(?:打)?电话回访我?|(?:安排)?回访",
        r"(?:to )?(?:be )?(?:call|phone|ring)(?:ed|ing|s)?(?: me)?(?: back)?|"
        r"(?:to get )?(?:a |any )?(?:phone )?calls?(?:-?back| back| from you)?|(?:to )?contact me",
    ),
    "file_complaint": (
        r"投诉(?:你们|谁|你|任何人)?|举报",
        r"(?:to )?(?:file |make |lodge |raise |submit )?(?:a |any )?(?:complain|complaints?|complaining)"
        r"(?: about (?:you|anyone|anything))?",
    ),
    "report_loss": (
        r"(?:挂失|冻结|停掉?)(?:我的)?(?:卡|银行卡|信用卡)?|把?(?:我的)?卡(?:挂失|冻结|停掉?)|丢了?卡",
        r"(?:to )?(?:block|freeze|cancel|report) (?:my |the )?(?:card|loss)(?: lost)?|"
        r"(?:have |that )?(?:i )?(?:have )?lost (?:my|the|a) card|"
        r"my card (?:to be )?(?:blocked|frozen|cancelled|canceled)|"
        r"(?:to )?report (?:it|my card|the card) (?:as )?lost",
    ),
    "request_person": (
        r"(?:转|找|接|叫|换|要|用)?(?:到)?(?:个)?(?:人工(?:客服|服务)?|真人|客服人员)",
        r"(?:to )?(?:(?:talk|speak|be (?:connected|transferred|put through)) to )?"
        r"(?:a |an |any |your )?(?:real |live |human )?"
        r"(?:person|human|agent|people|representative|transfer|transferred)",
    ),
    "ask_recommendation": (
        r"(?:给我|向我|跟我)?(?:推荐|推销|介绍)(?:产品|理财|保险|东西|业务|基金)?",
        r"(?:to |any )?(?:recommend(?:ing|ations?)?|sell(?:ing)?|advice|sales pitch(?:es)?)"
        r"(?: me)?(?: (?:stuff|things|products|anything))?",
    ),
    "withdraw_complaint": (
        r"撤诉|(?:撤回|撤销|撤掉|取消)(?:我的|这个)?投诉|投诉(?:撤回|撤销|撤掉|撤)",
        r"(?:to )?(?:withdraw|drop|cancel|take back) (?:it|(?:my|the|this) complaint)",
    ),
    "cancel_callback": (
        r"取消(?:我的|刚才的?|约好?的|预约的|这个|这次|那个)*(?:回电|电话|来电|回访)(?:预约)?|把?(?:回电|电话)取消掉?",
        r"(?:to )?cancel(?:ling)? (?:my |the |that )?(?:phone )?(?:call(?:-?back| back)?|appointment)",
    ),
    "cancel": (r"取消|退出|结束", r"(?:to )?(?:cancel(?:ling)?|stop|quit|exit)(?: (?:it|this|that))?"),
    "verify_identity": (
        r"验证(?:身份)?|核实身份|收验证码",
        r"(?:to )?(?:verify|be verified)(?: (?:me|myself|my identity))?",
    ),
    "view_accounts": (r"查(?:看)?(?:余额|账户)", r"(?:to )?(?:see|check|know) my (?:balance|accounts?)"),
    "rate_service": (
        r"评价|打分|评分",
        r"(?:to )?(?:rate|leave (?:a )?(?:rating|feedback))(?: (?:it|you|anything))?",
    ),
    "ask_faq": (
        r"咨询|问(?:问题|问)?|查询",
        r"(?:to )?(?:ask(?:ing)?|enquir(?:e|ing))(?: (?:a )?questions?)?",
    ),
}
DONE_BY_THE_CUSTOMER = frozenset(
    {
        "file_complaint",
        "report_loss",
        "request_person",
        "withdraw_complaint",
        "cancel_callback",
        "cancel",
        "ask_faq",
    }
)
"""不投诉 refuses these. What the bank does is refused in the imperative: 没打电话 tells, 别打电话 asks."""

_BEFORE = r"(?:我|俺|咱|你们?|您|还是|算了|那|拜托|麻烦|求求你们?|都说了|说了|请问?|喂|哎)*"
_HOW = r"(?:也|又|可|并|真|就|现在|还|从来?|都|根本|压根|刚才?|先|千万|暂时|再)*"
_IMPERATIVE = r"(?:请)?(?:别|不要|不用|不必|无需|用不着|不需要|勿|甭)(?:再|随便|老|总是?|一直)?"
_SAID_NO = r"没(?:有)?(?:(?:说|让|叫|想|打算)(?:你们?)?(?:过|要|想|是要|是)?|要)"
_IS_NOT = r"不是(?:要|想|来|在|说要|打算|让你们?)?|唔系(?:要|想|来)?"
_DENIES = rf"(?:{_IS_NOT}|{_SAID_NO}|不想|不打算|不准备|不|唔)(?:再)?"
_DISLIKES = r"不(?:想(?:接|要|收)?|需要)"
_FOR_ME = r"(?:给我|帮我|替我|让人|叫人|要|想|去|来|办|接|申请)*"
_AFTER = r"(?:了|的|啊|呀|哦|哈|吧|嘛|啦|谢谢|好吗|行吗|就行|好不好)*"

_POLITE_EN = r"(?:please |pls |just |ok |no |sorry |look |i said |but |actually |rather )*"
_DO_NOT_EN = r"(?:do not|don'?t|dont|never)(?: (?:ever|you|even))*"
_I_DO_NOT_EN = (
    r"(?:i )?(?:(?:really|just|still) )?(?:do not|don'?t|dont|did not|didn'?t|never) "
    r"(?:want|need|wish|like|say|said|ask|asked|mean|plan|intend)"
    r"(?: (?:you|to|for|that|anyone|anybody|someone|i|i'?m|i was|i wanted|wanted))*"
)
_I_AM_NOT_EN = (
    r"(?:i'?m|i am|this is|it'?s|that'?s) not (?:here |trying |going |looking |asking )?(?:to |for )?"
)
_NOT_EN = rf"{_POLITE_EN}(?:{_DO_NOT_EN}|{_I_DO_NOT_EN}|{_I_AM_NOT_EN}|not|no(?: need (?:to|for))?) ?"
_STOP_CALLING_EN = rf"{_POLITE_EN}stop (?:calling|phoning|ringing)(?: me)?"
_AFTER_EN = (
    r"(?: (?:please|pls|thanks|thank you|(?:right )?now|yet|any ?more|again|at all|ever|today|"
    r"me|you|either|ok|okay))*"
)

_CLAUSE = re.compile(r"[^,，.。;；!！?？:：\n…]+[,，.。;；!！?？:：\n…]*")
_MARKS = " ,，.。;；!！:：\n…~～"
_QUESTION = re.compile(r"[?？]|[吗么嘛]\s*$|是不是|要不要|能不能|为什么|为啥|怎么")
_LEADS_ON = re.compile(r"^(?:而是|是|就是|只是|就|只|我是|但是?|可是?|but |just |i just |only )")


class Unwished(NamedTuple):
    """The act that is refused, where it is said, and the other clauses of the message, "" for none."""

    act: Text
    span: Tuple[int, int]
    rest: Text


def _patterns() -> List[Tuple[Text, Pattern[Text]]]:
    found = []
    for act, (chinese, english) in _ACTS.items():
        stated = _DENIES if act in DONE_BY_THE_CUSTOMER else _DISLIKES
        zh = f"{_BEFORE}{_HOW}(?:{_IMPERATIVE}|{stated}){_FOR_ME}(?:{chinese}){_AFTER}"
        en = f"{_NOT_EN}(?:{english}){_AFTER_EN}"
        stop = f"|{_STOP_CALLING_EN}{_AFTER_EN}" if act == "request_callback" else ""
        found.append((act, re.compile(f"{zh}|{en}{stop}")))
    return found


_PATTERNS = _patterns()


def unwished(text: Text) -> Optional[Unwished]:
    """What the message refuses; None when it refuses nothing, or two things at once."""
    plain = normalise(text)
    if len(plain) > LONGEST:
        return None
    clauses = [(match.start(), match.end()) for match in _CLAUSE.finditer(plain)]
    refused = {span: act for span in clauses if (act := _refused_in(plain[slice(*span)])) is not None}
    if len(set(refused.values())) != 1:
        return None
    rest = "".join(text[start:end] for start, end in clauses if (start, end) not in refused).strip()
    span, act = next(iter(refused.items()))
    return Unwished(act, span, _LEADS_ON.sub("", rest))


def _refused_in(clause: Text) -> Optional[Text]:
    if _QUESTION.search(clause):
        return None
    bare = clause.strip(_MARKS)
    return next((act for act, pattern in _PATTERNS if pattern.fullmatch(bare)), None)
