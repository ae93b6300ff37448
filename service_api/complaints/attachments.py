"""Files that belong to a complaint: type read from the content, size bounded, kept outside the web root."""

import hashlib
import os
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.complaints.case_models import Attachment
from service_api.complaints.models import Complaint
from service_api.core.problems import Malformed, NotFound, Problem
from service_api.core.text import clean

LARGEST = 10 * 1024 * 1024
MOST = 20
LONGEST_NAME = 120
ENDINGS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "text/plain": (".txt", ".log", ".csv"),
}
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


class TooLarge(Problem):
    status = 413
    type = "attachment-too-large"
    title = "附件过大"


class UnknownType(Problem):
    status = 415
    type = "attachment-type"
    title = "不支持的附件类型"


class LyingName(Malformed):
    type = "attachment-name"
    title = "附件名称与内容不符"


class TooMany(Malformed):
    type = "too-many-attachments"
    title = "附件过多"


def sniff(content: bytes) -> str:
    """What the content is. Raises `UnknownType` for anything that is not on the list."""
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise UnknownType from None
    if not content or any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text):
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


def attach(
    session: Session,
    folder: Path,
    complaint: Complaint,
    *,
    name: str,
    content: bytes,
    by: Actor,
    now: datetime,
) -> Attachment:
    """Keep a file with the complaint; the same content again is the same attachment.

    Raises `TooLarge`, `UnknownType`, `LyingName`, `TooMany`.
    """
    if len(content) > LARGEST:
        raise TooLarge(largest=LARGEST)
    media_type = sniff(content)
    tidy = tidy_name(name, media_type)
    digest = hashlib.sha256(content).hexdigest()
    known = session.scalar(
        select(Attachment).where(Attachment.complaint_id == complaint.id, Attachment.sha256 == digest)
    )
    if known is not None:
        return known
    count = select(func.count()).where(Attachment.complaint_id == complaint.id)
    if (session.scalar(count) or 0) >= MOST:
        raise TooMany
    row = Attachment(
        id=uuid.uuid4(),
        complaint_id=complaint.id,
        name=tidy,
        media_type=media_type,
        size=len(content),
        sha256=digest,
        by_kind=by.kind,
        by_id=by.id,
        at=now,
    )
    session.add(row)
    session.flush()
    # The file goes first: a row without a file would be a lie, a file without a row is only rubbish.
    _write(folder, row.id, content)
    record(
        session,
        by=by,
        action="complaint.attached",
        subject=complaint.subject,
        now=now,
        attachment=row.id,
        media_type=media_type,
        size=len(content),
    )
    return row


def attachments_of(session: Session, complaint_id: uuid.UUID) -> Sequence[Attachment]:
    return session.scalars(
        select(Attachment)
        .where(Attachment.complaint_id == complaint_id)
        .order_by(Attachment.at, Attachment.id)
        .limit(MOST)
    ).all()


def read_attachment(
    session: Session,
    folder: Path,
    complaint: Complaint,
    attachment_id: uuid.UUID,
    *,
    by: Actor,
    now: datetime,
) -> tuple[Attachment, bytes]:
    """The file, and an entry in the audit log. Raises `NotFound` also when it is another complaint's."""
    row = session.get(Attachment, attachment_id)
    if row is None or row.complaint_id != complaint.id:
        raise NotFound
    content = (folder / row.id.hex).read_bytes()
    record(
        session,
        by=by,
        action="complaint.attachment_read",
        subject=complaint.subject,
        now=now,
        attachment=row.id,
    )
    return row, content


def _write(folder: Path, attachment_id: uuid.UUID, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / attachment_id.hex
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def as_download(row: Attachment) -> dict[str, str]:
    """Headers under which a browser saves the file and runs nothing in it."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
