"""Phone numbers: one stored form (E.164), whatever way they are typed."""

import re
import unicodedata
from contextlib import suppress

import phonenumbers

from service_api.core.problems import Problem
from service_api.core.text import mask_phone

HOME = "CN"
_EXTENSION = re.compile(r"(\(?\+?\d[\d()\s-]*\d{7})\s*(?:-|转|分机|ext\.?|x|#)\s*(\d{1,6})", re.I)


class BadPhone(Problem):
    status = 422
    type = "bad-phone"
    title = "手机号码无效"


def normalise_phone(typed: str) -> str:
    """`138 0013 8000` or `+86 13800138000` → `+8613800138000`. Raises `BadPhone`."""
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", typed[:40]), HOME)
    except phonenumbers.NumberParseException:
        raise BadPhone from None
    if not phonenumbers.is_valid_number(number):
        raise BadPhone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_office_phone(typed: str) -> str:
    """As `normalise_phone`, with its extension: `0755-26881234转808` → `+8675526881234-808`."""
    inside = _EXTENSION.fullmatch(unicodedata.normalize("NFKC", typed[:40]).strip())
    if inside:
        with suppress(BadPhone):
            return f"{normalise_phone(inside[1])}-{inside[2]}"
    return normalise_phone(typed)


def shown_phone(number: str) -> str:
    """How a stored number is shown: `+8613800138000` → `138****8000`; foreign ones keep their prefix.

    An extension is left out.
    """
    return mask_phone(number.removeprefix("+86").partition("-")[0])
