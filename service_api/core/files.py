"""Files from outside: their type is read from the content, their size is bounded, they lie outside the web.

Whoever keeps a file (a complaint, a conversation) keeps its own row about it and asks here for the rest.
"""

import hashlib
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import structlog
from sqlalchemy import event
from sqlalchemy.orm import Session

from service_api.core.problems import Malformed, NotFound, Problem
from service_api.core.text import clean

log = structlog.get_logger(__name__)
LARGEST = 10 * 1024 * 1024
LONGEST_NAME = 120
# For each type the endings a name may have, and what senders call it beside its own name.
ENDINGS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "text/plain": (".txt", ".log", ".csv"),
}
MEDIA_TYPES = tuple(ENDINGS)
_ALSO_CALLED = {
    "image/jpeg": {"image/jpg", "image/pjpeg"},
    "text/plain": {"text/csv", "text/x-log", "application/csv", "application/vnd.ms-excel"},
}
_SAYS_NOTHING = {"", "application/octet-stream"}
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]")


class TooLarge(Problem):
    status = 413
    type = "attachment-too-large"
    title = "附件过大"


class UnknownType(Problem):
    status = 415
    type = "attachment-type"
    title = "不支持的附件类型"


class FileLost(NotFound):
    """Its row is there, and the disk has it no more."""


class LyingName(Malformed):
    type = "attachment-name"
    title = "附件名称与内容不符"


class LyingType(Malformed):
    type = "attachment-declared-type"
    title = "附件声明的类型与内容不符"


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be kept: `name` is only a name, `media_type` was read from the content."""

    name: str
    media_type: str
    sha256: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


def check_file(*, name: str, content: bytes, declared: str = "") -> CheckedFile:
    """What a sent file is. `declared` is the media type the sender gave, if any.

    Raises `TooLarge`, `UnknownType` for what is not on the list, `LyingName` and `LyingType` when the name's
    ending or the declared type is of another type than the content.
    """
    if len(content) > LARGEST:
        raise TooLarge(largest=LARGEST)
    media_type = sniff(content)
    said = declared.partition(";")[0].strip().lower()
    if said not in _SAYS_NOTHING | {media_type} | _ALSO_CALLED.get(media_type, set()):
        raise LyingType(f"the content is {media_type}")
    tidy = tidy_name(name, media_type)
    return CheckedFile(tidy, media_type, hashlib.sha256(content).hexdigest(), content)


def read_bounded(file: BinaryIO) -> bytes:
    """The content, or one byte more than the largest: enough for `check_file` to refuse it."""
    return file.read(LARGEST + 1)


def sniff(content: bytes) -> str:
    """What the content is. Raises `UnknownType` for anything that is not on the list.

    Text is UTF-8 or GB18030 (what a Chinese Windows writes), without control characters.
    """
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    text = _decoded(content)
    if not text or _NOT_IN_TEXT.search(text):
        raise UnknownType
    return "text/plain"


def tidy_name(name: str, media_type: str) -> str:
    """The last part of the name, cleaned. Raises `LyingName` when its ending is of another type."""
    plain = clean(name.replace("\\", "/").rpartition("/")[2]).replace("\n", " ").replace('"', "'")
    stem, dot, ending = plain.rpartition(".")
    if not dot or not stem.strip(". "):
        raise LyingName("a name with an ending is needed")
    if f".{ending.lower()}" not in ENDINGS[media_type]:
        raise LyingName(f"the content is {media_type}")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def keep_file(folder: Path, file_id: uuid.UUID, content: bytes) -> None:
    """Write it under its id, on disk before this returns.

    Call it before the commit: a row without a file would be a lie, a file without a row is only rubbish.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / file_id.hex).open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def kept_file(folder: Path, file_id: uuid.UUID) -> bytes:
    """Raises `FileLost`."""
    return read_kept(folder / file_id.hex)


def read_kept(path: Path) -> bytes:
    """Raises `FileLost`, which the log tells to who looks after the disk."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        log.error("a kept file is lost", file=path.name)
        raise FileLost from None


def discard_if_undone(session: Session, folder: Path, file_id: uuid.UUID) -> None:
    """Take the file away again when the transaction that names it is rolled back."""

    def discard(_session: Session) -> None:
        (folder / file_id.hex).unlink(missing_ok=True)

    event.listen(session, "after_rollback", discard, once=True)


def as_download(name: str) -> dict[str, str]:
    """Headers under which a browser saves the file and runs nothing in it."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnknownType
