"""Values in a customer's words: money, days, phones, cards, numbers. Pure: no Rasa, no clock of its own."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.components.values.amounts import find_amount_ranges, find_amounts, find_numbers
from bot.components.values.approximate import vague_sums
from bot.components.values.business import find_business, find_languages
from bot.components.values.contacts import find_codes, find_contacts
from bot.components.values.currencies import find_currencies
from bot.components.values.date_ranges import find_date_ranges
from bot.components.values.dates import find_dates
from bot.components.values.found import Found, Value, overlaps
from bot.components.values.places import find_branches
from bot.components.values.products import find_products
from bot.components.values.text import normalise

__all__ = ["BANK_ZONE", "Found", "Value", "find_values"]

BANK_ZONE = ZoneInfo("Asia/Shanghai")


def find_values(text: str, sent_at: datetime, *, language: "str | None" = None) -> "list[Found]":
    """Every value in the text, in its order. Relative days count from `sent_at` in the bank's zone.

    Spans do not overlap, except that a six-digit code is a bare number too, that a range spans its days, and
    that the name of a product may be a category's word. `language` is the conversation's: 10/11 is 11 October
    in Chinese and may be 10 November in English.
    """
    plain = normalise(text)
    base = sent_at.astimezone(BANK_ZONE).date()
    found = find_contacts(plain)
    dates = find_dates(plain, base, found, english=language == "en")
    periods = find_date_ranges(plain, base, dates, found)
    found += dates + [one for one in periods if not any(overlaps(one.start, one.end, [day]) for day in dates)]
    found += find_amount_ranges(plain, found)
    found += find_amounts(plain, found)
    codes = find_codes(plain, [one for one in found if one.entity != "amount"])
    found += [
        one for one in vague_sums(plain) if not any(overlaps(one.start, one.end, [two]) for two in found)
    ]
    found += find_numbers(plain, found) + codes
    found += find_currencies(plain, found)
    found += find_branches(text, plain, found)
    named = find_products(plain, found)
    found += find_business(plain, found) + named
    found += [one for one in periods if one not in found]
    found += find_languages(plain, found)
    return sorted(found, key=lambda one: (one.start, one.end, one.entity))
