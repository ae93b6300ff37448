"""Numbers and addresses with a form of their own: phones, cards, complaint numbers, codes, e-mail."""

import re

from bot.components.values.certificates import find_certificates
from bot.components.values.found import Found, overlaps
from bot.components.values.numerals import DIGITS

_CN = "零〇一二三四五六七八九幺"
_EMAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_COMPLAINT = re.compile(r"(?<![a-z0-9])c[\s-]?(20\d{6})[\s-]?(\d{4,6})(?!\d)")
_TAIL = re.compile(
    rf"(?:尾号|末尾|后四位|末四位|尾数|最后四位)(?:数|号码)?(?:是|为|:)?\s?(\d{{4}}(?!\d)|[{_CN}]{{4}}(?![{_CN}]))"
    r"|(?:end(?:s|ing)? (?:in|with)|ending|(?:last|final) (?:four|4)(?: digits?)?(?: are| is|:)?|"
    r"tail(?: number)?)\s?(\d{4})(?!\d)"
    r"|(?<!\d)(\d{4})(?:的|这张|那张|这|那)(?:银行|信用|借记|储蓄)?卡"
    r"|(?:[*x]{4}[\s-]?)+(\d{4})(?!\d)"
)
_FOUR_ALIKE = re.compile(r"(?:尾号|后四位)(?:是|为)?(?:四|4)个(\d)")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){14,18}(?!\d)")
_MOBILE = re.compile(r"(?<![\d-])(?:(?:\+|00)?86\)?[\s-]?)?(1[3-9]\d(?:[\s-]?\d){8})(?!\d)")
_SPOKEN_MOBILE = re.compile(rf"(?<![{_CN}])[一幺][三四五六七八九][{_CN}]{{9}}(?![{_CN}])")
_ABROAD = re.compile(r"\+(?!86)(?:\d{1,3})(?:[\s-]?\d{2,5}){2,4}(?!\d)")
_LANDLINE = re.compile(r"(?<![\d-])\(?(0(?:10|2\d|[3-9]\d{2}))\)?[\s-]?(\d{4})[\s-]?(\d{3,4})(?![\d-])")
_CODE = re.compile(r"(?<![\d.,])\d{6}(?![\d%元块]|[.,]\d)")
_SPACED_CODE = re.compile(
    r"(?:(?<=码)[是为:]?\s?|(?<=code)(?: is|:)?\s|^\s*)((?:\d\s){5}\d|\d{3}[\s-]\d{3})\s*$"
)


def find_contacts(text: str) -> "list[Found]":
    """E-mail, complaint numbers, certificates, card tails and phones, the surest first."""
    found: "list[Found]" = []
    for match in _EMAIL.finditer(text):
        _keep("email", match, match[0], found)
    for match in _COMPLAINT.finditer(text):
        _keep("complaint_number", match, f"C-{match[1]}-{match[2]}", found)
    found += find_certificates(text, found)
    for match in _ABROAD.finditer(text):
        _keep("phone", match, "+" + _digits(match[0]), found)
    for match in _MOBILE.finditer(text):
        _keep("phone", match, _digits(match[1]), found)
    for match in _SPOKEN_MOBILE.finditer(text):
        _keep("phone", match, _spoken(match[0]), found)
    for match in _CARD.finditer(text):
        _keep("card_tail", match, _digits(match[0])[-4:], found)
    for match in _LANDLINE.finditer(text):
        _keep("phone", match, f"{match[1]}-{match[2]}{match[3]}", found)
    for match in _TAIL.finditer(text):
        group = next(number for number, part in enumerate(match.groups(), start=1) if part)
        _keep("card_tail", match, _spoken(match[group]), found, group)
    for match in _FOUR_ALIKE.finditer(text):
        _keep("card_tail", match, match[1] * 4, found)
    return found


def find_codes(text: str, taken: "list[Found]") -> "list[Found]":
    """Six digits on their own, which may be a one-time code; also 6 5 4 3 2 1 where a code is told."""
    found: "list[Found]" = []
    for match in _CODE.finditer(text):
        if not overlaps(match.start(), match.end(), taken):
            _keep("code", match, match[0], found)
    for match in _SPACED_CODE.finditer(text):
        if not overlaps(match.start(1), match.end(1), taken + found):
            found.append(Found("code", match.start(1), match.end(1), _digits(match[1])))
    return found


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _spoken(text: str) -> str:
    """Digits of a number said digit by digit; 幺 is one."""
    return "".join("1" if c == "幺" else str(DIGITS[c]) if c in DIGITS else c for c in text)


def _keep(entity: str, match: "re.Match[str]", value: str, found: "list[Found]", group: int = 0) -> None:
    if not overlaps(match.start(group), match.end(group), found):
        found.append(Found(entity, match.start(group), match.end(group), value))
