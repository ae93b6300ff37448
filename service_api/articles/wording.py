"""When two ways to ask are the same words."""

import unicodedata


def bare(text: str) -> str:
    """What two wordings share that differ in case, width, spaces and punctuation only."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())
