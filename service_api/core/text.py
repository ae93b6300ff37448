"""Text from outside: cleaned before it is stored, masked before it is shown."""

import unicodedata

KEPT_CONTROLS = {"\n", "\t"}


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
