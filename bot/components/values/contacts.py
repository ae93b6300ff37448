"""Numbers and addresses with a form of their own: phones, cards, complaint numbers, codes, e-mail."""

import re

from bot.components.values.found import Found, overlaps

_EMAIL = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_COMPLAINT = re.compile(r"(?<![a-z0-9])c[\s-]?(20\d{6})[\s-]?(\d{4,6})(?!\d)")
_TAIL = re.compile(
    r"(?:尾号|末尾|后四位|末四位|尾数|最后四位)(?:数|号码)?(?:是|为|:)?\s?(\d{4})(?!\d)"
    r"|(?:end(?:s|ing)? (?:in|with)|ending|last (?:four|4)(?: digits)?(?: are| is|:)?|tail(?: number)?)"
    r"\s?(\d{4})(?!\d)"
    r"|(?<!\d)(\d{4})(?:的|这张|那张)(?:银行|信用|借记|储蓄)?卡"
)
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){14,18}(?!\d)")
_MOBILE = re.compile(r"(?<![\d-])(?:\+?86[\s-]?)?(1[3-9]\d)[\s-]?(\d{4})[\s-]?(\d{4})(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[\s-](\d{7,8})(?!\d)")
_CODE = re.compile(r"(?<![\d.,])\d{6}(?![\d%元块]|[.,]\d)")


def find_contacts(text: str) -> "list[Found]":
    """E-mail, complaint numbers, card tails and phones of a normalised text, the surest first."""
    found: "list[Found]" = []
    for match in _EMAIL.finditer(text):
        _keep("email", match, match[0], found)
    for match in _COMPLAINT.finditer(text):
        _keep("complaint_number", match, f"C-{match[1]}-{match[2]}", found)
    for match in _MOBILE.finditer(text):
        _keep("phone", match, "".join(match.groups()), found)
    for match in _LANDLINE.finditer(text):
        _keep("phone", match, f"{match[1]}-{match[2]}", found)
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        _keep("card_tail", match, digits[-4:], found)
    for match in _TAIL.finditer(text):
        _keep("card_tail", match, match[1] or match[2] or match[3], found)
    return found


def find_codes(text: str, taken: "list[Found]") -> "list[Found]":
    """Six digits on their own, which may be a one-time code."""
    found: "list[Found]" = []
    for match in _CODE.finditer(text):
        if not overlaps(match.start(), match.end(), taken):
            _keep("code", match, match[0], found)
    return found


def _keep(entity: str, match: "re.Match[str]", value: str, found: "list[Found]") -> None:
    if not overlaps(match.start(), match.end(), found):
        found.append(Found(entity, match.start(), match.end(), value))
