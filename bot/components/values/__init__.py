"""Values in a customer's words: money, days, phones, cards, numbers. Pure: no Rasa, no clock of its own."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.components.values.amounts import find_amounts, find_numbers
from bot.components.values.business import find_business, find_languages
from bot.components.values.contacts import find_codes, find_contacts
from bot.components.values.dates import find_dates
from bot.components.values.found import Found, Value
from bot.components.values.text import normalise

__all__ = ["BANK_ZONE", "Found", "Value", "find_values"]

BANK_ZONE = ZoneInfo("Asia/Shanghai")


def find_values(text: str, sent_at: datetime) -> "list[Found]":
    """Every value in the text, in its order. Relative days count from `sent_at` in the bank's zone.

    Spans do not overlap, except that a six-digit code is a bare number too.
    """
    plain = normalise(text)
    base = sent_at.astimezone(BANK_ZONE).date()
    found = find_contacts(plain)
    found += find_dates(plain, base, found)
    found += find_amounts(plain, found)
    codes = find_codes(plain, found)
    found += find_numbers(plain, found) + codes
    found += find_business(plain, found)
    found += find_languages(plain, found)
    return sorted(found, key=lambda one: (one.start, one.end, one.entity))
