"""Text from outside: cleaned before it is stored, masked before it is shown."""

import re
import unicodedata
from datetime import date

KEPT_CONTROLS = {"\n", "\t"}
_LONG_NUMBER = re.compile(r"(?<![\dA-Za-z])\d(?:[ -]?\d){13,17}[ -]?[\dXx](?![\dA-Za-z])")
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_UNIONPAY, _SHORTEST_UNIONPAY = "62", 16


def clean(text: str) -> str:
    """Drop what no reader sees and no database likes (NUL, controls, lone surrogates), trim the ends.

    Joiners inside emoji stay; bidirectional overrides go, since they can make text read as something else.
    """
    overrides = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    kept = (
        c
        for c in text.replace("\r\n", "\n").replace("\r", "\n")
        if c in KEPT_CONTROLS or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in overrides)
    )
    return "".join(kept).strip()


def is_blank(text: str) -> bool:
    """True when nothing visible is left: white space, controls and zero-width characters only."""
    return all(c.isspace() or unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zs"} for c in text)


def whole_number(text: str) -> int | None:
    """What a form's field counts with: a number of plain digits, nine at most; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def hide_numbers(text: str) -> str:
    """Card and resident ID numbers as people may write them, masked; other long numbers stay.

    `我的卡6225 8801 2345 6789` → `我的卡****6789`.
    """
    return _LONG_NUMBER.sub(lambda found: _hidden(found[0]), text)


def _hidden(written: str) -> str:
    number = "".join(str(int(c)) if c.isdigit() else c.upper() for c in written if c not in " -")
    if _is_resident_id(number):
        return mask_certificate(number)
    unionpay = number.startswith(_UNIONPAY) and len(number) >= _SHORTEST_UNIONPAY
    return f"****{tail(number)}" if number.isdigit() and (unionpay or _passes_luhn(number)) else written


def _is_resident_id(number: str) -> bool:
    """GB 11643: eighteen characters, a real day of birth, and the check character of ISO 7064 mod 11-2."""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _RESIDENT_WEIGHTS, strict=True))
    return _RESIDENT_CHECKS[total % 11] == number[17]


def _passes_luhn(number: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def mask_phone(phone: str) -> str:
    """`13800138000` → `138****8000`; a number too short to mask so shows its last two digits."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else f"****{phone[-2:]}"


def mask_name(name: str) -> str:
    """`张伟` → `张*`, `John Smith` → `J*** S****`."""
    if name.isascii():
        return " ".join(f"{word[0]}{'*' * (len(word) - 1)}" for word in name.split())
    return name[:1] + "*" * (len(name) - 1)


def mask_certificate(number: str) -> str:
    """First and last character only."""
    return f"{number[:1]}{'*' * (len(number) - 2)}{number[-1:]}" if len(number) > 2 else "*" * len(number)


def tail(number: str) -> str:
    """The last four digits, by which people know a card."""
    return number[-4:]
