"""Numbers and addresses with a form of their own: phones, cards, complaint numbers, codes, e-mail."""

import re

from bot.components.values.certificates import find_certificates
from bot.components.values.digits_said import CHINESE, ENGLISH_RUN, as_digits
from bot.components.values.found import Found, overlaps

_CN = CHINESE
_DASH = r"\s?[-_.‐‑–—−]?\s?"  # what is typed where a complaint's number has a hyphen
_EMAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_COMPLAINT = re.compile(
    rf"(?<![a-z0-9])[cс]{_DASH}(?P<day>2[0o][\do]{{2}}{_DASH}[\dol]{{4}}){_DASH}(?P<number>[\dol]{{4,6}})(?![a-z\d])"
    r"|(?<![\d-])(?P<bare_day>20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))[-–—−](?P<bare>\d{4,6})(?![\d-])"
)
_FOUR = rf"(\d{{4}}(?!\d)|\d(?:\s\d){{3}}(?!\s?\d)|[{_CN}]{{4}}(?![{_CN}]))"
_TAIL = re.compile(
    rf"(?:尾号|末尾|尾数|[后末最]{{1,2}}面?(?:[四4]位|四个))(?:数字|数|号码)?(?:是|为|:)?\s?{_FOUR}"
    rf"|(?:end(?:s|ing)? (?:in|with)|ending|(?:last|final) (?:four|4)(?: digits?)?(?: are| is|:)?|"
    rf"tail(?: number)?)\s?(?:(\d{{4}}|\d(?:\s\d){{3}})(?!\s?\d)|({ENGLISH_RUN}))"
    rf"|(?<![\d{_CN}])(\d{{4}}|[{_CN}]{{4}})(?:结尾|收尾)"
    r"|(?<!\d)(\d{4})(?:的|这张|那张|这|那)(?:银行|信用|借记|储蓄)?卡"
    r"|(?:[*x]{4}[\s-]?)+(\d{4})(?!\d)"
)
_FOUR_ALIKE = re.compile(r"(?:尾号|后四位)(?:是|为)?(?:四|4)个(\d)")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){14,18}(?!\d)")
_MOBILE = re.compile(
    r"(?<![\d-])(?:(?:\+|00)?86\)?[\s-]?)?(1[3-9]\d(?:(?:[\s–—-]?\d){8}|\.\d{4}\.\d{4}))(?!\d)"
)
_SPOKEN_MOBILE = re.compile(rf"(?<![{_CN}])[一幺][三四五六七八九][{_CN}]{{9}}(?![{_CN}])|{ENGLISH_RUN}")
_ABROAD = re.compile(r"\+(?!86)(?:\d{1,3})(?:[\s-]?\d{2,5}){2,4}(?!\d)")
_EXTENSION = r"(?:\s?-\s?|[\s,]{0,2}(?:转|分机号?|ext(?:ension)?\.?|x|#)[\s:]{0,2})(\d{1,6})(?:分机)?"
_LANDLINE = re.compile(
    rf"(?<![\d-])\(?(0(?:10|2\d|[3-9]\d{{2}}))\)?[\s-]?(\d{{4}})[\s-]?(\d{{3,4}})(?:{_EXTENSION})?(?![\d-])"
)
_CODE = re.compile(r"(?<![\d.,])\d{6}(?![\d%元块]|[.,]\d)")
_SAID_CODE = re.compile(
    rf"(?:(?<=码)(?:是|为|:)?\s?|(?<=code)(?: is|:)?\s|^\s*)"
    rf"([\d{_CN}](?:[\s、，–—-]?[\d{_CN}]){{5}}|{ENGLISH_RUN})(?![\d{_CN}])[\s。.!！]*$"
)


def find_contacts(text: str) -> "list[Found]":
    """E-mail, complaint numbers, certificates, card tails and phones, the surest first."""
    found: "list[Found]" = []
    for match in _EMAIL.finditer(text):
        _keep("email", match, match[0], found)
    for match in _COMPLAINT.finditer(text):
        _keep("complaint_number", match, _complaint_number(match), found)
    found += find_certificates(text, found)
    for match in _ABROAD.finditer(text):
        _keep("phone", match, "+" + _digits(match[0]), found)
    for match in _MOBILE.finditer(text):
        _keep("phone", match, _digits(match[1]), found)
    for match in _SPOKEN_MOBILE.finditer(text):
        number = as_digits(match[0])
        if len(number) == 11 and re.match("1[3-9]", number):
            _keep("phone", match, number, found)
    for match in _CARD.finditer(text):
        _keep("card_tail", match, _digits(match[0])[-4:], found)
    for match in _LANDLINE.finditer(text):
        _keep("phone", match, "-".join(filter(None, (match[1], match[2] + match[3], match[4]))), found)
    for match in _TAIL.finditer(text):
        group = next(number for number, part in enumerate(match.groups(), start=1) if part)
        if len(tail := as_digits(match[group])) == 4:
            _keep("card_tail", match, tail, found, group)
    for match in _FOUR_ALIKE.finditer(text):
        _keep("card_tail", match, match[1] * 4, found)
    return found


def find_codes(text: str, taken: "list[Found]") -> "list[Found]":
    """Six digits on their own, which may be a one-time code; where one is told also 六五四三二一."""
    found: "list[Found]" = []
    for match in _CODE.finditer(text):
        if not overlaps(match.start(), match.end(), taken):
            _keep("code", match, match[0], found)
    for match in _SAID_CODE.finditer(text):
        if len(code := as_digits(match[1])) == 6 and not overlaps(
            match.start(1), match.end(1), taken + found
        ):
            found.append(Found("code", match.start(1), match.end(1), code))
    return found


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _complaint_number(match: "re.Match[str]") -> str:
    """As the desk writes it; letters that look like digits are what was meant by them."""
    day, number = match["day"] or match["bare_day"], match["number"] or match["bare"]
    plain = str.maketrans("ol", "01", " _.-‐‑–—−")
    return f"C-{day.translate(plain)}-{number.translate(plain)}"


def _keep(entity: str, match: "re.Match[str]", value: str, found: "list[Found]", group: int = 0) -> None:
    if not overlaps(match.start(group), match.end(group), found):
        found.append(Found(entity, match.start(group), match.end(group), value))
