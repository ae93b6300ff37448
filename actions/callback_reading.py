"""What one turn says about a call-back: when, and what is to be another than booked. Pure."""

import re
from dataclasses import replace

from actions.coming_day import coming_day
from actions.turn import Turn

_OTHER_NUMBER = re.compile(
    r"(?:换|改|另|别的|其他|其它|不同|新)(?:一个|个|外的?|成|打)?.{0,3}(?:号|手机|座机|电话)|(?:号码?|手机)(?:换|改|变|错)|"
    r"\b(?:another|different|new|other|wrong|change (?:my |the )?)(?: phone| mobile)? ?number\b|"
    r"\bnumber (?:is|was|has) (?:wrong|changed)",
    re.I,
)
_OTHER_TIME = re.compile(
    r"(?:换|改|挪|调)(?:一个|个|一下|到|成)?.{0,4}(?:时间|时候|日子|天)|时间.{0,4}(?:换|改|变|错|不行|不方便|不合适)|"
    r"改期|改约|延后|推迟|推后|往后|提前|(?:晚|早)(?:[一半两]?(?:点|个?小时|会儿?)|些)|"
    r"没空|没时间|不方便|有事|走不开|赶不上|来不及|"
    r"\b(?:re-?schedul|postpon)|\b(?:another|different|new|other) (?:time|day)|\b(?:later|earlier)\b|"
    r"\b(?:change|move) (?:the |my )?(?:time|appointment|callback|call)|"
    r"\b(?:i'?m|i am|i'?ll be) (?:busy|not free|not available|unavailable)\b|\bcan'?t make it\b",
    re.I,
)
_HOUR = r"[零一二两三四五六七八九十\d]{1,3}"
_TIME = re.compile(
    rf"(?<![晚早有])(?:(?:今天|明天|后天|大后天|今晚|明早|明晚|下?周[一二三四五六日天]|周末|工作日|\d{{1,2}}月\d{{1,2}}[日号])?的?"
    rf"(?:早上|上午|中午|下午|傍晚|晚上|夜里|凌晨)?"
    rf"{_HOUR}[点时:：][半\d零一二三四五刻]{{0,3}}分?(?:(?:到|至|-|~){_HOUR}[点时:：]?[半\d]{{0,2}})?"
    r"(?:左右|以后|之后|以前|之前|前|后)?)"
    r"|(?:今天|明天|后天|下?周[一二三四五六日天])?(?:早上|上午|中午|下午|傍晚|晚上)"
    r"|今天|明天|后天|今晚|明早|明晚|下?周[一二三四五六日天]|下班后?|周末|工作日"
    r"|[一二两三1-9]天(?:以后|之后|后)(?:的?(?:早上|上午|中午|下午|傍晚|晚上))?"
    r"|随时|都可以|都行|尽快|马上|现在|越快越好"
    r"|\b(?:the day after tomorrow|today|tomorrow|tonight|"
    r"morning|noon|afternoon|evening|night|any ?time|asap|now|"
    r"as soon as possible|weekend|weekdays?|in (?:[1-9]|one|two|three) days?|"
    r"between \d{1,2} and \d{1,2}(?: ?[ap]m)?|"
    r"(?:at |after |before |around |by )?\d{1,2}(?::\d{2})? ?(?:am|pm|o'clock)|"
    r"(?:at|after|before|around|by) \d{1,2}(?::\d{2})?(?![\d:])|"
    r"(?:(?<=make it )|(?<=make that )|(?<=\bdo )|(?<=\bto )|(?<=how about )|(?<=what about ))"
    r"\d{1,2}(?= (?:instead|then|please|for me)\b|[\s.!?]*$)|"
    r"^\d{1,2}(?= (?:would be|is (?:better|fine|good)|works|instead|please|then|suits)\b)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|after work)\b",
    re.I,
)

_TOWARDS = re.compile(
    r"(?:改|换|挪|推|移|调|延|提前|推迟|延后|调整)(?:到|成|为|在|至)|"
    r"\b(?:move|change|switch|push|shift|re-?schedule|postpone|bring|make|put)\b.*?\b(?:to|until|till|for)\b",
    re.I,
)
_REFUSED = re.compile(
    rf"(?:不是|不要|别在)(?:{_TIME.pattern})|"
    rf"(?:{_TIME.pattern})[，,]?我?(?:不行(?!的话)|没空|没时间|不方便|不在|不可以|有事|有会|要?开会|来不及|太[早晚])了?|"
    rf"\b(?:can'?t|cannot|won'?t|not)(?: do| make| at| on)* (?:{_TIME.pattern}|\d{{1,2}}\b)|"
    rf"(?:{_TIME.pattern}|\b\d{{1,2}}) (?:(?:does|is|will|would)(?:n'?t| not)|won'?t|is no) "
    r"(?:work|good|suit|fit|be good|possible)\b(?: for me)?",
    re.I,
)
_INSTEAD_OF = re.compile(r"\b(?:instead of|rather than|not)\b", re.I)

_GREETS = re.compile(r"(?:早上|上午|中午|下午|晚上)好|\bgood (?:morning|afternoon|evening|night|day)\b", re.I)
_SMALL_WORDS = re.compile(
    r"还是|那就|就|那天?|要不然?|不如|改|换|成|到|为|挪|推迟?|提前|延后?|调整?|吧|呢|啊|呀|哈|哦|嗯|了|的|吗|嘛|么|可不可以|可以|"
    r"能不能|能否|能|可|行不行|行|好不好|好|不对|不是|不行|是不是|是|说错|记错|搞错|错|算|不好意思|抱歉|对不起|谢谢|多谢|"
    r"麻烦|请|帮|您|你们?|我|他们|给|打电话|回电话?|来电|打|电话|手机|号码?|码|过来|再|来|把|它|这个|那个|时间|时候|左右|钟|要|想|"
    r"希望|最好|比较|更|合适|方便|有空|都|也|不过|但是?|等|先|一下|下|[一两半几]?个?(?:天|小时|钟头)|在|联系|约|怎么样|如何|"
    r"\b(?:no|not|actually|sorry|ok|okay|yes|but|please|pls|thanks|thank|you|make|it|that|move|moved|change|changed|"
    r"switch|push|instead|to|till|until|at|on|by|for|me|us|is|would|be|will|works?|better|best|fine|great|can|could|"
    r"we|do|how|what|about|call|ring|phone|the|my|use|number|i|i'd|id|prefer|rather|let's|lets|say|then|well|oh|hmm|"
    r"wait|mean|meant|should|from|bit|suits?|works|it's|possible|time|day|an?|hours?|want|like|another|different)\b|"
    r"[^\w]",
    re.I,
)

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
    return " ".join(f"at {one}" if one.isdigit() else one for one in found) or None


def is_over(turn: Turn) -> bool:
    """Whether the one day that is named is gone."""
    day = coming_day(turn)
    return day is not None and day < turn.today


def towards(turn: Turn) -> Turn:
    """Of "from three to five" the turn that says only five: what a call is moved to, not what it was.

    A time that does not suit is none either.
    """
    turn = _without_refused(turn)
    ends = [found.end() for found in _TOWARDS.finditer(turn.text)]
    instead = _INSTEAD_OF.search(turn.text)
    start, end = ends[-1] if ends else 0, instead.start() if instead else len(turn.text)
    values = tuple(one for one in turn.values if start <= one.start and one.end <= end)
    moved = replace(turn, text=" " * start + turn.text[start:end], values=values)
    return moved if time_in(moved) or moved.only("date") or moved.only("phone") else turn


def _without_refused(turn: Turn) -> Turn:
    for refused in _REFUSED.finditer(turn.text):
        start, end = refused.span()
        values = tuple(one for one in turn.values if not start <= one.start < end)
        turn = replace(turn, text=turn.text[:start] + " " * (end - start) + turn.text[end:], values=values)
    return turn


def leaves_it_to_us(turn: Turn) -> bool:
    """No time at all, and no reproach: 看你们吧."""
    return bool(_LEFT_TO_US.fullmatch(turn.text))


def speaks_of_call_only(turn: Turn) -> bool:
    """Whether nothing is said but when and where to call, and that it may be so: "could we make it 5?"."""
    rest = _GREETS.sub("X", turn.without("phone", "date"))
    for words in (_REFUSED, _OTHER_TIME, _OTHER_NUMBER, _TIME, _SMALL_WORDS):
        rest = words.sub(" ", rest)
    return not rest.strip()


def wishes_other_number(turn: Turn) -> bool:
    """Another number, which may not be said yet."""
    return bool(_OTHER_NUMBER.search(turn.text))


def wishes_other_time(turn: Turn) -> bool:
    """Another time, which may not be said yet."""
    return bool(_OTHER_TIME.search(turn.text) or _REFUSED.search(turn.text))
