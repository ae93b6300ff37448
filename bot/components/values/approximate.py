"""Sums told roughly: 三千出头 is about 3000; 几百块 and "a few hundred" name no sum, so none is read."""

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.components.values.currencies import SUFFIX
from bot.components.values.found import Found
from bot.components.values.numerals import ARABIC, CN_DIGIT, UNITS, read_number

FILLER = r"(?:[多来余几]|[\s-]?(?:ish|odd|or so)\b|ish)"
"""What may stand between a number and its currency: 两百来块, 300-odd yuan."""

_BEFORE = re.compile(
    r"(?:大概|大约|约|差不多|将近|接近|近|超过|不到|不足|至少|起码|少说|最多|顶多|多达|高达|(?<![大最从缩变减])小|[~～≈]|"
    r"(?<![a-z])(?:about|around|roughly|nearly|almost|approximately|approx\.?|circa|close to|more than|"
    r"no more than|less than|over|under|at least|at most|up to|upwards of|some))(?:是|有|等于|扣了|转了)?\s?$"
)
_AFTER = re.compile(
    r"\s?(?:多|来块|余|左右|上下|出头|以上|以内|以下|"
    r"(?:不到|不足)(?![账帐位期款\d一二两三四五六七八九十])|or so\b|"
    r"or thereabouts|give or take)"
)
_WITHIN = re.compile(r"[多来余几把]\s?[元块圆美港欧英日]|[多来余]个?[万亿]|^近|\d\s?(?:ish|-?\s?odd|or so)\b")
_NUMERAL_SIGN = rf"[\d{CN_DIGIT}十拾百佰千仟万亿.,]"
_MORE_THAN = re.compile(
    rf"(?<![\d.,{CN_DIGIT}十百千])(?P<number>(?:{ARABIC}|[{CN_DIGIT}十百千])[{CN_DIGIT}十百千]{{0,8}})"
    rf"[多来余]个?(?P<unit>[万亿])(?:{SUFFIX})?"
)
_ROUND = re.compile(rf"(?<!{_NUMERAL_SIGN})近?(?P<unit>[百千万])(?:[来把余]\s?(?:{SUFFIX})|(?<=近.)元)")
_EITHER = r"[百千万]"
_VAGUE = re.compile(
    rf"{_NUMERAL_SIGN}{{0,12}}(?:好?几|数)[十百千万亿]{{1,3}}[多来]?(?:几[十百千万])?(?:{SUFFIX})?"
    rf"|{_NUMERAL_SIGN}{{1,12}}几(?:{SUFFIX})"
    rf"|成?(?<!以)[上过成]{_EITHER}{{1,2}}(?:上万)?(?:{SUFFIX})"
    rf"|(?<!{_NUMERAL_SIGN})(?:百儿?八十|千儿?八百|万儿?八千|百十来?)(?:{SUFFIX})?"
    # A full-width comma between thousands, or between two numbers: nobody can tell.
    r"|(?<![\d，])(?<!不是)(?<!并非)\d{1,3}，\d{3}(?![\d，元块圆])"
    r"|\b(?:a |the )?(?:few|several|many|couple(?: of)?|some|dozens? of) (?:hundred|thousand|grand|million)s?"
    rf"(?: (?:{SUFFIX}))?"
    r"|\b(?:tens|dozens|hundreds|thousands|millions)(?: of (?:hundreds|thousands|millions))? of"
    rf"(?: (?:{SUFFIX}))?"
    r"|\b(?:a|one) (?:hundred|thousand|million) or two\b|\b[a-z]+(?:-| )something (?=yuan|kuai|rmb|dollars)"
    rf"|(?:\d+|\b[a-z]+(?:-[a-z]+)?) (?P<cents>cents?)\b"
)
# One cent said for nothing at all; things that come in pieces; together.
_NO_SUM = re.compile(
    r"[一半][分毛角](?:钱)?(?:也|都|还)?(?:没|不|别|甭|拿不)|一块(?:钱)?(?:也|都)(?:没|不)"
    rf"|{_NUMERAL_SIGN}块(?=金条|金砖|金币|银条|手表|屏|牌)"
    r"|一块(?:儿|(?=[去来办吃走过退算还交说处解开投查给扣弄搞]))"
)
_WHOLE_BEFORE = re.compile(r"(?:dollars?|euros?|bucks|quid|pounds?)(?: and)? (?:[a-z]+[ -])?$")


def is_about(text: str, start: int, end: int) -> bool:
    """Whether the words say that the sum in this span is not exact."""
    return bool(_BEFORE.search(text[:start]) or _AFTER.match(text, end) or _WITHIN.search(text[start:end]))


def vague_sums(text: str) -> "list[Found]":
    """Where money is meant but no sum is named; whoever needs one has to ask."""
    return [
        Found("vague_amount", match.start(), match.end(), match[0])
        for match in _VAGUE.finditer(text)
        if not (match["cents"] and _WHOLE_BEFORE.search(text[: match.start()]))
    ]


def no_sums(text: str) -> "list[Found]":
    """Whatever looks like a sum and is none to be read: vague ones, and turns of phrase."""
    return vague_sums(text) + [
        Found("none", one.start(), one.end(), one[0]) for one in _NO_SUM.finditer(text)
    ]


def round_sums(text: str) -> "Iterator[tuple[int, int, Decimal, str]]":
    """Spans, sums and what follows of 30多万 and 百来块; all of them are about."""
    for match in _MORE_THAN.finditer(text):
        number = read_number(match["number"])
        if number is not None:
            yield match.start(), match.end(), number * UNITS[match["unit"]], match[0]
    for match in _ROUND.finditer(text):
        yield match.start(), match.end(), Decimal(UNITS[match["unit"]]), match[0]
