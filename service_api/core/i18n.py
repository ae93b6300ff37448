"""The fixed sentences that the service itself says to customers, in their language."""

from functools import cache
from pathlib import Path

import yaml

LOCALES = Path(__file__).parent.parent / "locales"
LANGUAGES = ("zh", "en")


@cache
def _sentences(language: str) -> dict[str, str]:
    with (LOCALES / f"{language}.yml").open(encoding="utf-8") as file:
        loaded: dict[str, str] = yaml.safe_load(file)
    return loaded


def say(language: str, key: str, *, plainly: bool = False, **facts: object) -> str:
    """The sentence of `locales/<language>.yml`, its places filled; Chinese for a language we do not speak.

    `plainly` takes the shorter `<key>_plain` where there is one. Raises `KeyError` for a key that is not
    there: a test holds both files to the same keys.
    """
    sentences = _sentences(language if language in LANGUAGES else "zh")
    plain = f"{key}_plain"
    return sentences[plain if plainly and plain in sentences else key].format(**facts)
