"""Numbers of identity documents. Only the kind and the last four characters are kept, as of a card."""

import re
from datetime import date

from bot.components.values.found import Found, overlaps

_RESIDENT = re.compile(r"(?<![\da-z])(\d{6})\s?((?:19|20)\d{2})(\d{2})(\d{2})\s?(\d{3}[\dx])(?![\da-z])")
_NAMED_RESIDENT = re.compile(r"身份证|id (?:card|number|no)|identity|resident")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10x98765432"
_IS = r"(?:号码|号|证号|number|no\.?|num)?(?:是|为| is)?[\s:#]*"
_NAMED = {
    "passport": re.compile(rf"(?:护照|passport)\s?{_IS}([a-z]{{1,2}}\d{{7,8}})(?![\da-z])"),
    "travel_permit": re.compile(
        rf"(?:通行证|回乡证|台胞证|travel permit)\s?{_IS}([a-z]?\d{{8,10}})(?![\da-z])"
    ),
    "company": re.compile(
        rf"(?:信用代码|营业执照|credit code)\s?{_IS}([0-9a-z]{{2}}\d{{6}}[0-9a-z]{{10}})(?![\da-z])"
    ),
}


def find_certificates(text: str, taken: "list[Found]") -> "list[Found]":
    """Resident IDs by form and check digit, other documents by the name before them.

    `details["kind"]` is the document; `details["check"]` is `failed` for a resident ID that cannot be right,
    which counts as one only behind its name: otherwise it is some other long number.
    """
    found: "list[Found]" = []
    for match in _RESIDENT.finditer(text):
        right = _is_resident_id("".join(match.groups()))
        named = _NAMED_RESIDENT.search(text[: match.start()])
        if right or named:
            details = {"kind": "resident_id"} | ({} if right else {"check": "failed"})
            _keep(match.start(), match.end(), match[5], details, taken, found)
    for kind, pattern in _NAMED.items():
        for match in pattern.finditer(text):
            _keep(match.start(1), match.end(1), match[1][-4:], {"kind": kind}, taken, found)
    return found


def _is_resident_id(number: str) -> bool:
    """GB 11643: a real day of birth, and the check character of ISO 7064 mod 11-2."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == number[17]


def _keep(
    start: int, end: int, tail: str, details: "dict[str, str]", taken: "list[Found]", found: "list[Found]"
) -> None:
    if not overlaps(start, end, taken + found):
        found.append(Found("certificate", start, end, tail.upper(), details))
