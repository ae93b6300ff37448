"""Sums of money in Chinese and English, with their currency; what is not surely money stays a bare number."""

import re
from decimal import Decimal
from typing import Optional

from bot.components.values.found import Found, overlaps
from bot.components.values.numerals import (
    ARABIC,
    CN_DIGIT,
    ENGLISH_NUMERAL,
    NUMERAL,
    read_english_number,
    read_number,
)

CURRENCIES = {
    "CNY": r"人民币|rmb|cny|[¥￥]",
    "USD": r"美元|美金|usd|us\$|u\.s\. dollars?|\$",
    "HKD": r"港币|港元|港纸|hkd|hk\$",
    "EUR": r"欧元|eur|€",
    "GBP": r"英镑|gbp|£",
    "JPY": r"日元|日币|jpy",
}
SUFFIXES = {
    "CNY": r"元(?!旦)|圆|块钱?|大洋|人民币|rmb\b|cny\b|yuan\b|kuai\b|renminbi\b",
    "USD": r"美元|美金|刀\b|usd\b|(?:us |u\.s\. )?dollars?\b",
    "HKD": r"港币|港元|港纸|hkd\b|hong kong dollars?\b",
    "EUR": r"欧元|eur(?:os?)?\b",
    "GBP": r"英镑|gbp\b|pounds?\b",
    "JPY": r"日元|日币|jpy\b|yen\b",
}
_PREFIX = "|".join(CURRENCIES.values())
_SUFFIX = "|".join(SUFFIXES[name] for name in ("HKD", "USD", "EUR", "GBP", "JPY", "CNY"))
_START = r"(?<![\d.a-z])"
_AFTER_PREFIX = re.compile(rf"(?P<prefix>{_PREFIX})\s?(?P<number>{NUMERAL})(?:\s?(?:{_SUFFIX}))?整?")
_BEFORE_SUFFIX = re.compile(
    rf"{_START}(?P<number>{NUMERAL})[多来余几]?\s?(?P<suffix>{_SUFFIX})"
    rf"(?P<tail>(?:\s?[\d{CN_DIGIT}]{{1,2}}(?:[毛角]|(?![\d{CN_DIGIT}年月号日天次个笔点])))?"
    rf"(?:[\d{CN_DIGIT}]分(?!钟|期|行))?)[整正]?"
)
_SMALL = re.compile(rf"{_START}(?P<number>[\d{CN_DIGIT}]{{1,2}})[毛角](?:钱)?")
_IN_WORDS = re.compile(rf"\b(?P<number>{ENGLISH_NUMERAL})\s?(?P<suffix>{_SUFFIX})?")
_MEASURE = (
    r"(?!\s?(?:[%个人次位名条笔张天年月号日周点分秒时小度米公斤股倍岁页层楼号套家种件遍台瓶盒积期]|多[个人次天年]|"
    r"times?\b|days?\b|hours?\b|minutes?\b|weeks?\b|months?\b|years?\b|people\b|points?\b|percent\b|pm\b|am\b|"
    r"calls?\b|st\b|nd\b|rd\b|th\b|电话|热线|客服))"
)
_LARGE = re.compile(rf"{_START}(?<!第)(?P<number>{NUMERAL})(?![\d{CN_DIGIT}十百千万亿,.]\d?){_MEASURE}")
_VERB_ZH = (
    r"(?:转账|转|汇|扣款|扣|盗刷|刷|支付|付|充|还款|还|取|存|借|贷|亏|损失|少|多收|收取|收|退|赔|欠|花|金额|费|被骗|骗)"
    r"(?:[了的走出给他她它掉过去是为共到我对方人大概约要]|成了){0,5}"
)
_VERB_EN = (
    r"\b(?:paid|pay|charged?|transferred|transfer|sent|send|lost|withdrew|withdraw|deducted|took|taken|deposited|spent|"
    r"refund(?:ed)?|owe|worth|amount|sum|fee|stolen|stole|billed)\b"
    r"(?: (?:me|us|him|her|of|a|the|about|is|was|were|for|out|another|over|nearly|around|should be|be|"
    r"to)){0,3} "
)
_AFTER_VERB = re.compile(
    rf"(?:{_VERB_ZH}\s?|{_VERB_EN})(?P<number>{NUMERAL})(?![\d{CN_DIGIT}十百千万亿]|[,.]\d){_MEASURE}"
)
_BARE = re.compile(rf"{_START}(?P<number>{ARABIC}|[{CN_DIGIT}十百千万亿]{{2,}})(?![\d%a-z]|[,.]\d){_MEASURE}")
_NEGATION = re.compile(r"(?:不是|并非|不对是|而不是|\bnot|\brather than|\binstead of)\s?[¥$]?\s?$")
_HOTLINES = re.compile(r"95\d{3}|12378|400|110|1[02]0\d{2}")


def find_amounts(text: str, taken: "list[Found]") -> "list[Found]":
    """Amounts of money in a normalised text, outside the spans already taken."""
    found: "list[Found]" = []
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
    for match in _AFTER_PREFIX.finditer(text):
        currency = _currency_of(match["prefix"], CURRENCIES)
        _keep(match.start(), match.end(), read_number(match["number"]), currency, text, taken, found)
    for match in _BEFORE_SUFFIX.finditer(text):
        value = read_number(match["number"])
        if value is not None and match["tail"]:
            value += _small_change(match["tail"])
        _keep(match.start(), match.end(), value, _currency_of(match["suffix"], SUFFIXES), text, taken, found)
    for match in _IN_WORDS.finditer(text):
        value = read_english_number(match["number"])
        if match["suffix"] is None and (
            value is None or value < 100 or re.match(_MEASURE, text[match.end() :]) is None
        ):
            continue
        currency = _currency_of(match["suffix"], SUFFIXES) if match["suffix"] else "CNY"
        _keep(match.start(), match.end(), value, currency, text, taken, found)
    for match in _SMALL.finditer(text):
        value = read_number(match["number"])
        _keep(
            match.start(), match.end(), value / 10 if value is not None else None, "CNY", text, taken, found
        )


def _small_change(tail: str) -> Decimal:
    """五 or 5毛 after 块 are tenths, 3分 hundredths; two digits without a unit are hundredths."""
    value = Decimal(0)
    tenths = re.match(rf"\s?([\d{CN_DIGIT}]{{1,2}})(?:[毛角]|(?!分)|$)", tail)
    if tenths:
        number = read_number(tenths[1]) or Decimal(0)
        value += number / (100 if len(tenths[1]) == 2 else 10)
    hundredths = re.search(rf"([\d{CN_DIGIT}])分", tail)
    if hundredths:
        value += (read_number(hundredths[1]) or Decimal(0)) / 100
    return value


def _currency_of(mark: str, table: "dict[str, str]") -> str:
    for name in ("HKD", "USD", "EUR", "GBP", "JPY", "CNY"):
        if re.fullmatch(table[name], mark):
            return name
    return "CNY"


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
    amount = {"amount": f"{value:.2f}", "currency": currency}
    found.append(Found("amount", start, end, amount, details))


def find_numbers(text: str, taken: "list[Found]") -> "list[Found]":
    """Numbers that carry no sign of being money; a form that asked for an amount may take them as one."""
    found: "list[Found]" = []
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
