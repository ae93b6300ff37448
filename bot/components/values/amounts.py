"""Sums of money in Chinese and English, with their currency; what is not surely money stays a bare number."""

import re
from decimal import Decimal
from typing import Optional

from bot.components.values.approximate import FILLER, is_about, no_sums, round_sums
from bot.components.values.currencies import PREFIX, SUFFIX, currency_after, currency_before
from bot.components.values.found import Found, overlaps
from bot.components.values.numerals import (
    ARABIC,
    CN_DIGIT,
    DIGITS,
    ENGLISH_DIGIT,
    ENGLISH_NUMERAL,
    NUMERAL,
    read_between,
    read_english_number,
    read_number,
)

_START = r"(?<![\d.a-z])"
_CHANGE = (  # what follows 块 or "dollars": 3500块5毛, five dollars and twenty cents
    rf"(?:\s?零?[\d{CN_DIGIT}]{{1,2}}(?:[毛角]|(?![\d{CN_DIGIT}年月号日天次个笔点])))?"
    rf"(?:[\d{CN_DIGIT}]分(?!钟|期|行)|(?<=[毛角])[\d{CN_DIGIT}](?![\d{CN_DIGIT}年月号日天次个笔点十百千万]))?"
    rf"(?:(?: and)? (?P<cents>\d{{1,2}}|{ENGLISH_NUMERAL}) (?:cents?|fen)\b)?"
)
_AFTER_PREFIX = re.compile(
    rf"(?<![a-z])(?P<prefix>{PREFIX})\s?(?P<number>{NUMERAL})(?:\s?(?:{SUFFIX})(?P<tail>{_CHANGE}))?[整正]?"
)
_BEFORE_SUFFIX = re.compile(
    rf"{_START}(?P<number>{NUMERAL}){FILLER}?\s?(?P<suffix>{SUFFIX})(?P<tail>{_CHANGE})[整正]?"
)
_RANGE = re.compile(
    rf"{_START}(?:between )?(?P<before>{PREFIX})?\s?(?P<low>{NUMERAL})\s?(?:{SUFFIX})?"
    rf"\s?(?:到|至|[-~—–]|to|and)\s?"
    rf"(?P<before2>{PREFIX})?\s?(?P<high>{NUMERAL})[多来]?\s?(?P<after>{SUFFIX})?"
    r"(?!\s?(?:[\d月日号天个次期周点分岁%人位名小./-]|年(?![费金])))"
)
_BETWEEN_WORDS = re.compile(
    rf"\b(?:(?P<between>between) )?(?P<low>\d{{1,3}}|{ENGLISH_DIGIT}) (?P<joint>to|or|and) "
    rf"(?P<high>\d{{1,3}}|{ENGLISH_DIGIT}) (?P<unit>hundred|thousand|million)\b\s?(?P<after>{SUFFIX})?"
)
_BETWEEN = re.compile(
    rf"{_START}(?<![点第])(?P<number>(?:[{CN_DIGIT}][百千万]){{0,3}}[{CN_DIGIT}]{{2,}}[十百千万]+)[来多]?(?P<after>{SUFFIX})?"
    r"(?![个天年次人位名条笔月日号小分期周岁遍张件])"
)
_FEW = re.compile(  # 三五块, 十七八块: without a unit between them the digits would read as 35
    rf"{_START}(?<![{CN_DIGIT}十百千万])(?P<tens>[二三四五六七八九]?十)?"
    rf"(?P<low>[一二两三四五六七八])(?P<high>[两二三四五六七八九])(?P<after>{SUFFIX})"
)
_SMALL = re.compile(
    rf"{_START}(?P<tenths>[\d{CN_DIGIT}]{{1,2}})(?:毛|角(?![形度落色恋洲]))(?P<hundredths>[\d{CN_DIGIT}])?[分钱]?"
    rf"|{_START}(?P<fen>[\d{CN_DIGIT}]{{1,2}})分钱"
)
_IN_WORDS = re.compile(rf"\b(?P<number>{ENGLISH_NUMERAL})(?:\s?(?P<suffix>{SUFFIX})(?P<tail>{_CHANGE}))?")
_MEASURE = (
    r"(?!\s?(?:年(?![费金])|[%个人次位名条笔张天月号日周点分秒时小度米公斤股倍岁页层楼号套家种件遍台瓶盒积期]|多[个人次天年]|里(?=[路地远]|$)|"
    r"times?\b|days?\b|hours?\b|minutes?\b|weeks?\b|months?\b|years?\b|people\b|points?\b|percent\b|pm\b|am\b|"
    r"thanks\b|thank you|calls?\b|st\b|nd\b|rd\b|th\b|电话|热线|客服))"
)
# 50000一直没到 ends before 一; in 五千一 the numeral goes on.
_ENDS = rf"(?!\d|(?<!\d)[{CN_DIGIT}]|[十百千万亿]|[,.]\d)"
_LARGE = re.compile(
    rf"{_START}(?<!第)(?P<number>{NUMERAL})"
    rf"(?:(?![\d{CN_DIGIT}十百千万亿,.]\d?)|(?=[\d{CN_DIGIT}]{{1,2}}(?:年|个月|天|期|次|笔|周)))"
    rf"{_MEASURE}"
)
_VERB_ZH = (
    r"(?:一共|总共|合计|总计|共计|本金|利息|余额|月供|罚息|违约金|工资|货款|充值|取款|存款|提现|吐出来|"
    r"转账|转|汇|扣款|扣|盗刷|刷|支付|付|充|还款|还|取|存|借|贷|亏|损失|少|多收|收取|收|退|赔|欠|花|金额|费|被骗|骗)"
    r"(?:[了的走出给他她它掉过去是为共到我对方人大概约要:]|成了){0,5}"
)
_VERB_EN = (
    r"\b(?:paid|pay|charged?|transferred|transfer|sent|send|lost|withdrew|withdraw|deducted|took|taken|deposited|spent|"
    r"refund(?:ed)?|owe|worth|amount|sum|fee|stolen|stole|billed|total|totalling|bill)\b:?"
    r"(?: (?:me|us|him|her|of|a|the|about|is|was|were|for|out|another|over|nearly|around|should be|be|"
    r"to)){0,3} "
)
_AFTER_VERB = re.compile(rf"(?:{_VERB_ZH}\s?|{_VERB_EN})(?P<number>{NUMERAL}){_ENDS}{_MEASURE}")
_BARE = re.compile(rf"{_START}(?P<number>{ARABIC}|[{CN_DIGIT}十百千万亿]{{2,}})(?![%a-z]){_ENDS}{_MEASURE}")
_NEGATION = re.compile(r"(?:不是|并非|不对是|而不是|\bnot|\brather than|\binstead of)\s?[¥$]?\s?$")
_HOTLINES = re.compile(r"95\d{3}(?<!000)|400|110|12378|123[0146][0-9]|100(?:00|10|86)")


def find_amount_ranges(text: str, taken: "list[Found]") -> "list[Found]":
    """Sums between two ends: 两三千块, 3000-5000元, between 300 and 500 yuan. No single amount is guessed."""
    found: "list[Found]" = []
    for match in _RANGE.finditer(text):
        low, high = read_number(match["low"]), read_number(match["high"])
        unit = re.search(r"[万千百wk]$", match["high"])
        if low is not None and unit and re.fullmatch(r"\d+(?:\.\d+)?|[一二两三四五六七八九]", match["low"]):
            low = read_number(match["low"] + unit[0])
        mark = match["before"] or match["before2"]
        currency = currency_before(mark) if mark else currency_after(match["after"] or "元")
        spoken = match["before"] or match["after"] or unit
        if spoken and low is not None and high is not None and 0 < low < high:
            _keep_range(match.start(), match.end(), low, high, currency, taken, found)
    for match in _BETWEEN_WORDS.finditer(text):
        low, high = (read_english_number(f"{match[name]} {match['unit']}") for name in ("low", "high"))
        if low and high and low < high and (match["joint"] != "and" or match["between"]):
            currency = currency_after(match["after"] or "元")
            _keep_range(match.start(), match.end(), low, high, currency, taken, found)
    for match in _BETWEEN.finditer(text):
        ends = read_between(match["number"])
        if ends:
            currency = currency_after(match["after"] or "元")
            _keep_range(match.start(), match.end(), *ends, currency, taken, found)
    for match in _FEW.finditer(text):
        tens = read_number(match["tens"] or "零") or Decimal(0)
        few, more = DIGITS[match["low"]], DIGITS[match["high"]]
        if more - few in (1, 2):
            currency = currency_after(match["after"])
            _keep_range(match.start(), match.end(), tens + few, tens + more, currency, taken, found)
    return found


def _keep_range(
    start: int,
    end: int,
    low: Decimal,
    high: Decimal,
    currency: str,
    taken: "list[Found]",
    found: "list[Found]",
) -> None:
    if not overlaps(start, end, taken + found):
        value = {"from": f"{low:.2f}", "to": f"{high:.2f}", "currency": currency}
        found.append(Found("amount_range", start, end, value))


def find_amounts(text: str, taken: "list[Found]") -> "list[Found]":
    """Amounts of money in a normalised text, outside the spans already taken."""
    found: "list[Found]" = []
    taken = taken + no_sums(text)
    _find_marked(text, taken, found)
    for pattern in (_LARGE, _AFTER_VERB):
        for match in pattern.finditer(text):
            if pattern is _LARGE and not re.search(r"[百佰千仟万亿wk]", match["number"]):
                continue
            if _HOTLINES.fullmatch(match["number"]) or not re.search(r"[\d十百千万]", match["number"]):
                continue
            _keep(
                match.start("number"),
                match.end("number"),
                read_number(match["number"]),
                "CNY",
                text,
                taken,
                found,
            )
    return found


def _find_marked(text: str, taken: "list[Found]", found: "list[Found]") -> None:
    for start, end, rough, said in round_sums(text):
        mark = re.search(rf"(?:{SUFFIX})$", said)
        _keep(start, end, rough, currency_after(mark[0] if mark else "元"), text, taken, found)
    for match in _AFTER_PREFIX.finditer(text):
        currency = currency_before(match["prefix"])
        _keep(match.start(), match.end(), _with_change(match), currency, text, taken, found)
    for match in _BEFORE_SUFFIX.finditer(text):
        currency = currency_after(match["suffix"])
        _keep(match.start(), match.end(), _with_change(match), currency, text, taken, found)
    for match in _IN_WORDS.finditer(text):
        value = read_english_number(match["number"])
        if match["suffix"] is None and (
            value is None or value < 100 or re.match(_MEASURE, text[match.end() :]) is None
        ):
            continue
        currency = currency_after(match["suffix"]) if match["suffix"] else "CNY"
        _keep(match.start(), match.end(), _with_change(match), currency, text, taken, found)
    for match in _SMALL.finditer(text):
        tenths, hundredths = (read_number(match[name] or "零") for name in ("tenths", "hundredths"))
        fen = read_number(match["fen"] or "零")
        if tenths is not None and hundredths is not None and fen is not None:
            change = tenths / 10 + (hundredths + fen) / 100
            _keep(match.start(), match.end(), change, "CNY", text, taken, found)


def _with_change(match: "re.Match[str]") -> Optional[Decimal]:
    value = read_number(match["number"])
    if value is None:
        value = read_english_number(match["number"])
    if value is None or not match["tail"]:
        return value
    if match["cents"]:
        cents = read_number(match["cents"])
        cents = read_english_number(match["cents"]) if cents is None else cents
        return value + (cents or Decimal(0)) / 100
    return value + _small_change(match["tail"])


def _small_change(tail: str) -> Decimal:
    """五 or 5毛 after 块 are tenths, 3分 hundredths; two digits without a unit are hundredths."""
    value = Decimal(0)
    tenths = re.match(rf"\s?(?:零(?=.[毛角]))?([\d{CN_DIGIT}]{{1,2}})(?:[毛角]|(?!分)|$)", tail)
    if tenths:
        number = read_number(tenths[1]) or Decimal(0)
        value += number / (100 if len(tenths[1]) == 2 else 10)
    hundredths = re.search(rf"([\d{CN_DIGIT}])分|[毛角]([\d{CN_DIGIT}])", tail)
    if hundredths:
        value += (read_number(hundredths[1] or hundredths[2]) or Decimal(0)) / 100
    return value


def _keep(
    start: int,
    end: int,
    value: Optional[Decimal],
    currency: str,
    text: str,
    taken: "list[Found]",
    found: "list[Found]",
) -> None:
    if value is None or value <= 0 or value >= Decimal(10) ** 12 or overlaps(start, end, taken + found):
        return
    details = {"negated": "true"} if _NEGATION.search(text[:start]) else {}
    if is_about(text, start, end):
        details["about"] = "true"
    amount = {"amount": f"{value:.2f}", "currency": currency}
    found.append(Found("amount", start, end, amount, details))


def find_numbers(text: str, taken: "list[Found]") -> "list[Found]":
    """Numbers that carry no sign of being money; a form that asked for an amount may take them as one."""
    found: "list[Found]" = []
    taken = taken + no_sums(text)
    for match in _BARE.finditer(text):
        start, end = match.span("number")
        value = read_number(match["number"])
        if value is None or overlaps(start, end, taken) or _HOTLINES.fullmatch(match["number"]):
            continue
        details = {"negated": "true"} if _NEGATION.search(text[:start]) else {}
        found.append(Found("number", start, end, f"{value:f}", details))
    if not found and not taken and re.fullmatch(NUMERAL, text.strip()):
        value = read_number(text.strip())
        if value is not None:
            found.append(Found("number", 0, len(text), f"{value:f}"))
    return found
