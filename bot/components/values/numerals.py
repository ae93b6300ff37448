"""Chinese and English numerals as decimals: 一万二 is 12000, 二百五 is 250, 伍仟 is 5000, 1.2万 is 12000."""

import re
from decimal import Decimal
from typing import Optional

DIGITS = {
    c: n
    for n, group in enumerate(
        ["零〇", "一壹", "二两贰俩", "三叁仨", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"]
    )
    for c in group
}
UNITS = {
    "十": 10,
    "拾": 10,
    "百": 100,
    "佰": 100,
    "千": 1000,
    "仟": 1000,
    "k": 1000,
    "万": 10_000,
    "w": 10_000,
    "亿": 100_000_000,
}
CN_DIGIT = "零〇一壹二两贰俩三叁仨四肆五伍六陆七柒八捌九玖"
CN_UNIT = "十拾百佰千仟万亿"
# The look-ahead makes a run of digits one piece: without it matching a long one takes for ever.
ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d])"
# A run that starts with a digit (or 十) and may mix digits and units: 3千5, 1.2万, 一千零五十, 1w2, 两个亿.
# Bounded, since a search tries every start: a page full of 一 would cost its length squared.
NUMERAL = (
    rf"(?:(?:{ARABIC})|[{CN_DIGIT}十拾])"
    rf"(?:(?<=[{CN_UNIT}])(?:{ARABIC})|(?<!\d)[{CN_DIGIT}]|[{CN_UNIT}]){{0,24}}"
    r"(?:(?:\s?|个)[wk](?:\d(?!\d))?(?![a-z])|个亿)?"
)
_NEIGHBOURS = re.compile(
    r"(?<![零〇一二两三四五六七八九])([一二两三四五六七八])([两二三四五六七八九])(?=[十百千万])"
)
_TOKEN = re.compile(rf"{ARABIC}|[{CN_DIGIT}]|[{CN_UNIT}wk]")

ENGLISH = {
    word: n
    for n, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
ENGLISH.update(
    zip(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        range(20, 100, 10),
        strict=True,
    )
)
ENGLISH_UNITS = {"hundred": 100, "thousand": 1000, "grand": 1000, "million": 1_000_000}
_WORD = "|".join(sorted([*ENGLISH, *ENGLISH_UNITS], key=len, reverse=True))
ENGLISH_DIGIT = rf"(?:{'|'.join(sorted(ENGLISH, key=len, reverse=True))})"
_AND = rf"(?:(?:{'|'.join(f'(?<={unit})' for unit in ENGLISH_UNITS)})[\s-]+and)"  # not "five and six hundred"
ENGLISH_NUMERAL = (
    rf"(?:(?:a|half a|{ARABIC}(?: and a half)?|{_WORD})[\s-]+)?(?:{_WORD})"
    rf"(?:{_AND}?[\s-]+(?:a half[\s-]+)?(?:{_WORD})|[\s-]+and[\s-]+a half[\s-]+(?:{_WORD}))*"
)


def read_number(text: str) -> Optional[Decimal]:
    """The value of a numeral in Arabic digits, Chinese characters or a mix; None when it is not one."""
    text = re.sub(r"[\s个]", "", text)
    tokens = _TOKEN.findall(text)
    if not tokens or "".join(tokens) != text:
        return None
    if not any(token in UNITS for token in tokens):
        return _read_plain(tokens)
    return _read_with_units(tokens)


def read_between(text: str) -> "Optional[tuple[Decimal, Decimal]]":
    """Both ends of a numeral with neighbouring digits: 两三千 is 2000 to 3000; None for others."""
    pair = _NEIGHBOURS.search(text)
    if pair is None or DIGITS[pair[2]] - DIGITS[pair[1]] not in (1, 2):
        return None
    low = read_number(text[: pair.start(2)] + text[pair.end(2) :])
    high = read_number(text[: pair.start(1)] + text[pair.end(1) :])
    return (low, high) if low is not None and high is not None and low < high else None


def _read_plain(tokens: "list[str]") -> Optional[Decimal]:
    if len(tokens) == 1 and tokens[0] not in DIGITS:
        return Decimal(tokens[0].replace(",", ""))
    if all(token in DIGITS for token in tokens):
        return Decimal("".join(str(DIGITS[token]) for token in tokens))
    return None


def _read_with_units(tokens: "list[str]") -> Optional[Decimal]:
    total = section = Decimal(0)
    current: Optional[Decimal] = None
    last_unit = 1
    after_zero = False
    for token in tokens:
        if token in UNITS:
            unit = UNITS[token]
            if unit >= 10_000:
                section += current or 0
                if not section and not total:
                    return None
                total = (total + section) * unit if unit > 10_000 else total + section * unit
                section = Decimal(0)
            else:
                if current is None and unit != 10:
                    return None
                section += (Decimal(1) if current is None else current) * unit
            current, last_unit, after_zero = None, unit, False
        elif token in DIGITS and DIGITS[token] == 0:
            after_zero = True
        elif current is not None:
            return None
        else:
            current = Decimal(DIGITS[token]) if token in DIGITS else Decimal(token.replace(",", ""))
    if current is not None:
        short = (
            last_unit >= 100 and not after_zero and current < 10 and current == current.to_integral_value()
        )
        section += current * (last_unit // 10) if short else current
    return total + section


def read_english_number(text: str) -> Optional[Decimal]:
    """The value of an English numeral in words: "three thousand five hundred", "twelve hundred"."""
    total = current = Decimal(0)
    seen = False
    for word in re.split(r"[\s-]+", text.strip()):
        if word in ("and", "a"):
            continue
        if word == "half":
            current += Decimal("0.5")
        elif word in ENGLISH:
            current += ENGLISH[word]
        elif word == "hundred":
            current = (current or Decimal(1)) * 100
        elif word in ENGLISH_UNITS:
            total += (current or Decimal(1)) * ENGLISH_UNITS[word]
            current = Decimal(0)
        elif re.fullmatch(ARABIC, word):
            current += Decimal(word.replace(",", ""))
        else:
            return None
        seen = True
    return total + current if seen else None
