"""Lists come in pages, by cursor: a page never shifts when rows arrive meanwhile."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from service_api.core.problems import Problem

LARGEST_PAGE = 200
T = TypeVar("T")


class BadCursor(Problem):
    status = 422
    type = "bad-cursor"
    title = "翻页标记无效"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows and the cursor of the next page, None on the last."""

    items: list[T]
    next_cursor: str | None


def encode_cursor(*keys: str | int) -> str:
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, length: int) -> list[str | int]:
    """The sort keys of the last row seen. Raises `BadCursor` for anything we did not make."""
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise BadCursor from None
    if not isinstance(keys, list) or len(keys) != length or not all(isinstance(k, str | int) for k in keys):
        raise BadCursor
    return keys
