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


def say(language: str, key: str, **facts: object) -> str:
    """The sentence of `locales/<language>.yml`, its places filled; Chinese for a language we do not speak.

    Raises `KeyError` for a key that is not there: a test holds both files to the same keys.
    """
    spoken = language if language in LANGUAGES else "zh"
    return _sentences(spoken)[key].format(**facts)
