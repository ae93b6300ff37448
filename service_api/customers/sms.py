"""Text messages to customers' phones: what the desk asks of a provider, and the demo's stand-in."""

from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.core.problems import Unavailable
from service_api.customers.models import DemoMessage


class SmsNotConfigured(Unavailable):
    type = "sms-not-configured"
    title = "短信服务未配置"


class Sms(Protocol):
    def check(self) -> None:
        """Raises `SmsNotConfigured`. Asked before it is known whether anything is to be sent, since who banks
        here must not show in whether sending works."""
        ...

    def send(self, session: Session, *, phone: str, text: str, now: datetime) -> None:
        """Send once the caller's transaction commits; `phone` is E.164."""
        ...


class DemoSms:
    """Keeps the messages in a table, from which the demo shows them."""

    def check(self) -> None:
        return

    def send(self, session: Session, *, phone: str, text: str, now: datetime) -> None:
        session.add(DemoMessage(phone=phone, text=text, created_at=now))


class NoSms:
    """No provider is configured: nobody is left to wait for a code in vain."""

    def check(self) -> None:
        raise SmsNotConfigured

    def send(self, session: Session, *, phone: str, text: str, now: datetime) -> None:
        raise SmsNotConfigured


def demo_messages(session: Session, *, phone: str | None = None, limit: int = 50) -> list[DemoMessage]:
    """The newest first, of one phone (E.164) or of all."""
    query = select(DemoMessage).order_by(DemoMessage.id.desc()).limit(limit)
    if phone is not None:
        query = query.where(DemoMessage.phone == phone)
    return list(session.scalars(query))
