"""How a complainant can be reached: a phone number or a mail address, checked before it is stored."""

import re

from service_api.core.text import clean
from service_api.customers.phone import BadPhone, normalise_office_phone, shown_phone

LONGEST = 254
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


def parse_contact(text: str) -> str:
    """The number in E.164 with its extension, or the mail address in lower case. Raises `ValueError`."""
    text = clean(text)
    if len(text) > LONGEST:
        raise ValueError("the contact is too long")
    if "@" in text:
        if not _MAIL.fullmatch(text):
            raise ValueError("not a mail address")
        return text.lower()
    try:
        return normalise_office_phone(text)
    except BadPhone:
        raise ValueError("not a phone number") from None


def mask_contact(contact: str) -> str:
    """`+8613800138000` → `138****8000`, `li@example.com` → `l***@example.com`."""
    if "@" in contact:
        name, _, host = contact.partition("@")
        return f"{name[:1]}***@{host}"
    return shown_phone(contact) if contact else ""
