"""Addresses under which one file can be opened for a day, by whoever holds them, without telling anything.

For channels that carry no files. The address holds the file's id, until when, and a seal over both.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from datetime import UTC, datetime, timedelta

from service_api.core.problems import NotFound, Problem

LASTS = timedelta(hours=24)
PATH = "/files/"
SEAL_BYTES = 16
_PURPOSE = b"ting file link 1\n"


class LinkOver(Problem):
    status = 410
    type = "link-over"
    title = "链接已过期"


class FileLinks:
    """Makes and opens the addresses. Without a public address of the service there are none."""

    def __init__(self, public_url: str, *, pepper: str) -> None:
        self._base = public_url.rstrip("/")
        self._key = pepper.encode()

    def link_to(self, file_id: uuid.UUID, *, now: datetime) -> str:
        """Empty when people cannot reach the service by an address."""
        if not self._base:
            return ""
        until = int((now + LASTS).timestamp()).to_bytes(5)
        sealed = file_id.bytes + until
        return f"{self._base}{PATH}{_written(sealed + self._seal(sealed))}"

    def file_of(self, word: str, *, now: datetime) -> uuid.UUID:
        """Which file the last part of an address opens. Raises `NotFound`, and `LinkOver` when it was good
        once."""
        sealed, seal = _read(word)
        if not hmac.compare_digest(self._seal(sealed), seal):
            raise NotFound
        if datetime.fromtimestamp(int.from_bytes(sealed[16:]), UTC) <= now:
            raise LinkOver
        return uuid.UUID(bytes=sealed[:16])

    def _seal(self, sealed: bytes) -> bytes:
        return hmac.new(self._key, _PURPOSE + sealed, hashlib.sha256).digest()[:SEAL_BYTES]


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(word: str) -> tuple[bytes, bytes]:
    try:
        raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotFound from None
    if len(raw) != 16 + 5 + SEAL_BYTES or _written(raw) != word:  # the last sign has bits to spare
        raise NotFound
    return raw[:21], raw[21:]
