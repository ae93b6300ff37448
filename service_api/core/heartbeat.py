"""The sign of life of processes that have no port to ask."""

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service_api.core.database import Base, UtcDateTime

WORKER = "worker"


class Heartbeat(Base):
    """When a process last said that it lives, in machine time: a moved demo clock must not hide a death."""

    __tablename__ = "heartbeats"

    process: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def beat(session: Session, *, process: str, at: datetime) -> None:
    session.merge(Heartbeat(process=process, at=at))
    session.flush()


def last_beat(session: Session, *, process: str) -> datetime | None:
    """None when the process has never run on this database."""
    return session.scalar(select(Heartbeat.at).where(Heartbeat.process == process))
