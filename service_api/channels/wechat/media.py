"""Fetch customers' pictures and recordings from the platform, before it forgets them after three days.

Only by media id and only from the platform: addresses in a message are never followed. What it is, is read
from its first bytes.
"""

import uuid
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import select

from service_api.channels.wechat.models import WeChatMedia
from service_api.channels.wechat.platform import BUSY, STALE_TOKEN, Fetched, Refused, TooBig, Unreachable
from service_api.channels.wechat.sender import Sender
from service_api.channels.wechat.tokens import NoToken
from service_api.core.clock import Clock
from service_api.core.database import Database

log = structlog.get_logger(__name__)
FOLDER = "wechat-media"
LARGEST = {"image": 10 * 2**20, "voice": 2 * 2**20, "video": 10 * 2**20}
PATIENCE = 12  # attempts, the later ones hours apart: beyond the platform's three days
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=12)
_SIGNATURES = (
    ("image", 0, b"\xff\xd8\xff", "image/jpeg"),
    ("image", 0, b"\x89PNG\r\n\x1a\n", "image/png"),
    ("image", 0, b"GIF8", "image/gif"),
    ("image", 0, b"BM", "image/bmp"),
    ("voice", 0, b"#!AMR", "audio/amr"),
    ("voice", 0, b"ID3", "audio/mpeg"),
    ("voice", 0, b"\xff\xfb", "audio/mpeg"),
    ("voice", 0, b"OggS", "audio/ogg"),
    ("video", 4, b"ftyp", "video/mp4"),
)


def fetch_waiting(
    database: Database, sender: Sender, folder: Path, *, machine: Clock, limit: int = 10
) -> int:
    """Fetch what waits, a little of it. How many files came."""
    return sum(_fetch(database, sender, folder, each) for each in _claim(database, machine, limit))


def kind_of(content: bytes, *, sent_as: str) -> str | None:
    """The media type, when the content is of the kind it was sent as; None otherwise."""
    for kind, offset, signature, media_type in _SIGNATURES:
        if kind == sent_as and content[offset : offset + len(signature)] == signature:
            return media_type
    return None


def _claim(database: Database, machine: Clock, limit: int) -> list[WeChatMedia]:
    """Take up what is due; a process that dies leaves nothing to clean, it simply becomes due again."""
    now = machine.now()
    with database.writing() as session:
        due = session.scalars(
            select(WeChatMedia)
            .where(WeChatMedia.file == "", WeChatMedia.problem == "", WeChatMedia.next_try_at <= now)
            .order_by(WeChatMedia.next_try_at, WeChatMedia.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for each in due:
            each.next_try_at = now + min(FIRST_WAIT * (1 << min(each.attempts * 2, 20)), LONGEST_WAIT)
            each.attempts += 1
        return list(due)


def _fetch(database: Database, sender: Sender, folder: Path, waiting: WeChatMedia) -> bool:
    fetched: Fetched | None = None
    problem = "expired" if waiting.attempts >= PATIENCE else ""
    try:
        fetched = sender.fetch(waiting.media_id, largest=LARGEST[waiting.kind])
    except TooBig:
        problem = "too_large"
    except Refused as refusal:
        problem = problem if refusal.code in BUSY | STALE_TOKEN else f"errcode_{refusal.code}"
    except (Unreachable, NoToken) as error:
        log.warning("media not fetched yet", why=error.why)
    media_type = kind_of(fetched.content, sent_as=waiting.kind) if fetched is not None else None
    if fetched is not None and media_type is None:
        problem = "unknown_type"
    with database.writing() as session:
        row = session.get(WeChatMedia, waiting.id)
        if row is None:
            return False
        row.problem = problem
        if fetched is None or media_type is None:
            return False
        row.problem, row.content_type, row.size = "", media_type, len(fetched.content)
        row.file = _write(folder, row.id, fetched.content)
        return True


def _write(folder: Path, media_id: uuid.UUID, content: bytes) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{media_id.hex}.part"
    part.write_bytes(content)
    part.rename(folder / media_id.hex)
    return media_id.hex
