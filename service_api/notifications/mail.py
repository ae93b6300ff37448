"""Mail to staff: one letter a person a round, however much has happened; sent by SMTP or kept as files."""

import smtplib
import uuid
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.notifications import queries
from service_api.notifications.handlers import MAIL
from service_api.notifications.models import InboxItem
from service_api.outbox import service as outbox
from service_api.outbox.service import Event

SENDER = "ting@tinglan.example"
SMTP_SECONDS = 20
MOST_LINES = 50


class Mailer(Protocol):
    def send(self, message: EmailMessage) -> None:
        """Raises when the letter was not taken."""
        ...


class FileMailer:
    """Keeps letters as files, for the demo and for banks that have not set a mail server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        (self._folder / f"{name}.eml").write_bytes(message.as_bytes())


class SmtpMailer:
    """`smtp://user:password@host:port`; STARTTLS where the server offers it, `smtps://` for TLS at once."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    def send(self, message: EmailMessage) -> None:
        host, tls = self._parts.hostname or "localhost", self._parts.scheme == "smtps"
        port = self._parts.port or (465 if tls else 25)
        kind = smtplib.SMTP_SSL if tls else smtplib.SMTP
        with kind(host, port, timeout=SMTP_SECONDS) as server:
            if not tls and server.has_extn("starttls"):
                server.starttls()
            if self._parts.username:
                server.login(unquote(self._parts.username), unquote(self._parts.password or ""))
            server.send_message(message)


def write_round(session: Session, *, now: datetime) -> int:
    """Put one letter per person with unsent lines into the outbox. How many."""
    people = queries.people_with_unsent_mail(session)
    for member in people:
        items = session.scalars(
            select(InboxItem)
            .where(InboxItem.staff_id == member.id, InboxItem.by_mail, InboxItem.mailed_at.is_(None))
            .order_by(InboxItem.created_at, InboxItem.id)
            .with_for_update(skip_locked=True)
        ).all()
        for item in items:
            item.mailed_at = now
        if items and member.email:
            outbox.write(
                session,
                topic=MAIL,
                key=f"{MAIL}:{items[0].id}",
                payload={"to": member.email, "subject": _subject(items), "lines": _lines(items)},
                now=now,
            )
    session.flush()
    return len(people)


def sending(mailer: Mailer) -> outbox.Sending:
    """The outbox's sender of letters. The Message-ID is the event's, so that a repeat can be recognised."""

    def send(event: Event, now: datetime) -> None:
        message = EmailMessage()
        message["From"], message["To"] = SENDER, event.payload["to"]
        message["Subject"], message["Date"] = event.payload["subject"], now
        message["Message-ID"] = f"<{uuid.uuid5(uuid.NAMESPACE_URL, event.key)}@tinglan.example>"
        message.set_content("\n".join(event.payload["lines"]))
        mailer.send(message)

    return send


def _subject(items: Sequence[InboxItem]) -> str:
    return f"投诉提醒：{sum(_weight(item) for item in items)} 件待处理"


def _lines(items: Sequence[InboxItem]) -> list[str]:
    lines = [_line(item) for item in items[:MOST_LINES]]
    return lines if len(items) <= MOST_LINES else [*lines, f"……另有 {len(items) - MOST_LINES} 条"]


def _weight(item: InboxItem) -> int:
    return int(item.facts.get("count", 1))


def _line(item: InboxItem) -> str:
    if item.kind == "digest":
        numbers = "、".join(item.facts.get("numbers", []))
        return f"补处理期间共有 {_weight(item)} 次升级，最高 {item.facts.get('level')} 级：{numbers}"
    if item.kind == "calendar":
        calendar, year = item.facts.get("calendar"), item.facts.get("year")
        return f"工作日历 {calendar}：{year} 年的节假日尚未确认，请补录或导入"
    if item.kind == "improvement":
        return f"整改事项“{item.facts.get('title')}”已过完成日期，请更新进展"
    number, level, reason = (item.facts.get(name, "") for name in ("number", "level", "reason"))
    return f"{number} 升级到 {level} 级（{reason}）"
