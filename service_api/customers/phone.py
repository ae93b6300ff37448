"""Phone numbers: one stored form (E.164), whatever way they are typed."""

import unicodedata

import phonenumbers

from service_api.core.problems import Problem
from service_api.core.text import mask_phone

HOME = "CN"


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


def shown_phone(number: str) -> str:
    """How a stored number is shown: `+8613800138000` → `138****8000`; foreign ones keep their prefix."""
    return mask_phone(number.removeprefix("+86"))
