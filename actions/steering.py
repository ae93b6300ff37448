"""What people say about the talk itself: once more, one step back, from the beginning, on with it. Pure."""

import re
import unicodedata

from actions.turn import COMMAND_SIGNS, Turn

_BRIEF = {"zh": 20, "en": 60}

_REPEAT = re.compile(
    r"^(?:啥|什么)[？?!！]*$|^(?:我|这|你|您|说的|问的)*(?:是)?(?:什么|啥|几个)意思|^(?:我)?(?:不|没)(?:太)?(?:明白|懂|理解)(?:[，,。!！?？\s啊呀呢]|$)|"
    r"^我?没(?:太)?(?:看|听)(?:懂|清楚?|明白)(?:[，,。!！?？\s]|$)|"
    r"^(?:请|麻烦|您|你|能不能|可不可以|可以|能)*再(?:说|问|讲)(?:一遍|一次|一下)|"
    r"^[你您]?(?:刚才|刚刚)?(?:问|说)的?(?:是)?(?:什么|啥)[？?]?$|"
    r"^(?:sorry,? |please |can you |could you )*"
    r"(?:say (?:that|it) again|repeat (?:that|it|the question)|pardon\b|come again\b|"
    r"what (?:did|do|are) you (?:ask(?:ing)?|say(?:ing)?|mean)\b|what does (?:that|this|it) mean\b|"
    r"i (?:don'?t|do not|didn'?t) (?:understand|follow|get it)(?: the question| you| that| it)?[.!?]*$)",
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
    r"还是(?:要|得|想|继续|接着)?(?:投诉|登记|办|弄|填|说(?!中文|英文|英语))|(?:继续|接着)(?:投诉|登记|填|办|说)|"
    r"想好了|\b(?:go on|continue|carry on|keep going|proceed|let me finish)\b",
    re.I,
)
_ENDS = re.compile(r"算了|不(?:投诉|登记|办|弄|填|要)了?|取消|\b(?:cancel|forget it|never mind|stop)\b", re.I)

_LATER = re.compile(
    r"先放[着一在]|先不(?:投诉|登记|办|弄|填|交|提交)|先(?:到这|这样)|(?:回头|改天|改日|晚点|下次|明天)再|等会儿?再|"
    r"再(?:想想|考虑|看看)|考虑(?:一下|考虑)|"
    r"\b(?:later|another (?:time|day)|think (?:about it|it over)|"
    r"not (?:right )?now|come back to (?:it|this))\b",
    re.I,
)
_NO_MORE_QUESTIONS = re.compile(
    r"别(?:再|老|总)?问|不要(?:再|老|一直)问|问什么问|问个(?:没完|不停)|问这么多|问那么多|问题(?:真|这么|太|那么)多|"
    r"哪来(?:这么|那么)多(?:问题|废话)|少废话|废话(?:真|这么|太)?多|"
    r"\b(?:stop asking|quit asking|no more questions|enough (?:of )?(?:your |the |these )?questions|"
    r"(?:too many|so many|stupid|endless) questions)\b",
    re.I,
)
_WHY = re.compile(
    r"为什么(?:要|得|还要|非要|非得|需要)?(?:知道|问|填|说|留|写|提供|我)|为啥(?:要|得|问|还)|凭什么(?:要|问|得|让|给)|"
    r"(?:问|要|留|填)(?:这个|这些|金额|日期|时间|电话|手机号?|号码|类别)*(?:干嘛|干什么|干啥|做什么|有什么用|有啥用)|"
    r"(?:一定|必须|非)(?:要|得)?(?:说|填|留|写|给|提供).{0,6}[吗么嘛不]|(?:一定|必须)要.{0,6}吗|"
    r"(?:有|没).{0,2}(?:我的?)(?:电话|手机号?|号码).{0,3}[吗么嘛]|"
    r"\bwhy (?:do|would|should|must|are) (?:you|i|we)\b.{0,16}\b(?:need|ask|want|know|give|tell|have)|"
    r"\bwhat (?:do you need|is) (?:it|that|this|my \w+(?: number)?) for\b|"
    r"\bdo i (?:really )?(?:have|need) to\b|"
    r"\bis (?:it|this|that) (?:really )?(?:necessary|required|mandatory)\b",
    re.I,
)
_REGRETS = re.compile(
    r"(?:投诉|撤).{0,8}(?:恢复|找回|拿回)|(?:恢复|找回).{0,8}投诉|后悔.{0,6}(?:撤|投诉)|不该撤|"
    r"\b(?:reopen|re-open|restore|undo|reinstate)\b",
    re.I,
)
_SENDS = re.compile(r"提交|交上去|交吧|\b(?:submit|send it|file it)\b", re.I)
_FILLERS = re.compile(
    r"(?:[哦噢喔呃额诶唉哎咦嘿啊]|那个|这个|就是|怎么说呢?|嗯|"
    r"\b(?:u+h+|u+m+|e+r+m*|h+m+|well|so|mm+|like|oh|you know)\b|[^\w])+",
    re.I,
)
_HUMS = re.compile(r"(?:[嗯]|\bmm+\b|[^\w])+", re.I)
_TAG = re.compile(
    r"[\[【(（]\s*(?:图片|照片|动画表情|表情|语音|视频|文件|位置|链接|截图|"
    r"image|photo|picture|sticker|voice|video|file|gif|audio|emoji)\s*[\]】)）]",
    re.I,
)


def hesitates(turn: Turn) -> bool:
    """Nothing but "well…", "那个", "???": somebody who looks for words, or sent too early."""
    return bool(_FILLERS.fullmatch(turn.text)) and not shows_pictures_only(turn)


def hums(turn: Turn) -> bool:
    """ "Mm": a yes to a question of yes or no, and else no more than a breath."""
    return bool(_HUMS.fullmatch(turn.text)) and bool(re.search(r"\w", turn.text))


def shows_pictures_only(turn: Turn) -> bool:
    """A message of emoji, or one that stands for a picture, a voice or a sticker."""
    left = _TAG.sub("", turn.text)
    signs = [sign for sign in left if not sign.isspace()]
    if not signs:
        return left != turn.text
    return all(unicodedata.category(sign) in ("So", "Sk", "Mn", "Cf") for sign in signs)


def asks_why(turn: Turn) -> bool:
    """Why is this asked, must it be said?"""
    return _is_brief(turn) and bool(_WHY.search(turn.text)) and not turn.values_beside_language()


def tires_of_questions(turn: Turn) -> bool:
    """Whoever is asked too much is asked no more."""
    return _is_brief(turn) and bool(_NO_MORE_QUESTIONS.search(turn.text))


def picks_up(turn: Turn) -> bool:
    """In so many words, on with the complaint that was put off or given up in this talk."""
    waits = any(turn.slots.get(f"complaint_{kept}") for kept in ("draft", "given_up", "second"))
    return waits and (goes_on_after_all(turn) or bool(_SENDS.search(turn.text)))


def regrets_withdrawal(turn: Turn) -> bool:
    """A withdrawn complaint is to live again."""
    return _is_brief(turn) and bool(_REGRETS.search(turn.text))


def puts_off(turn: Turn) -> bool:
    """Not now, perhaps later: what was told is to be kept."""
    return _is_brief(turn) and bool(_LATER.search(turn.text)) and not goes_on_after_all(turn)


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
