"""Numbers told digit by digit: 幺三八零零, "one three eight double oh". No quantity is meant by them."""

import re

from bot.components.values.numerals import DIGITS

CHINESE = "零〇一二三四五六七八九幺"
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NAMES = {name: str(number) for number, name in enumerate(_ENGLISH)} | {"oh": "0", "o": "0", "nought": "0"}
_TIMES = {"double": 2, "triple": 3}
_NAME = rf"(?:(?:{'|'.join(_TIMES)})[ -])?(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))})\b"
ENGLISH_RUN = rf"\b{_NAME}(?:[ ,-]{{1,2}}{_NAME}){{1,10}}"


def as_digits(text: str) -> str:
    """The digits of a number that was said digit by digit, in figures, Chinese or English."""
    if re.search("[a-z]{2}|[a-z] ", text):
        return _english(text)
    said = ("1" if c == "幺" else str(DIGITS[c]) if c in DIGITS else c for c in text)
    return re.sub(r"\D", "", "".join(said))


def _english(text: str) -> str:
    digits, times = "", 1
    for word in re.findall("[a-z]+", text):
        if word in _TIMES:
            times = _TIMES[word]
        else:
            digits += _NAMES.get(word, "") * times
            times = 1
    return digits
