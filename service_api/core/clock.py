"""Time, handed in from outside. Nothing in the service asks the machine for the time by itself."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol

from sqlalchemy import BigInteger, CheckConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service_api.core.database import Base, Database

OFFSET_IS_FRESH_SECONDS = 0.5


class Clock(Protocol):
    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FrozenClock:
    """A clock for tests: stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        return self._moment

    def move(self, by: timedelta) -> None:
        self._moment += by


class ClockOffset(Base):
    """How far the demo's clock runs ahead. One row; read by every process of the demo."""

    __tablename__ = "clock_offset"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("seconds >= 0", name="forward"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seconds: Mapped[int] = mapped_column(BigInteger)


class DemoClock:
    """The machine's time plus an offset that all processes of the demo share through the database.

    Used only when the setting `demo` is on. Other processes see a move within half a second.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._offset = timedelta(0)
        self._read_at = float("-inf")

    def now(self) -> datetime:
        if monotonic() - self._read_at > OFFSET_IS_FRESH_SECONDS:
            with self._database.reading() as session:
                seconds = session.scalar(select(ClockOffset.seconds).where(ClockOffset.id == 1))
            self._offset = timedelta(seconds=seconds or 0)
            self._read_at = monotonic()
        return datetime.now(UTC) + self._offset

    def move(self, session: Session, *, by: timedelta) -> datetime:
        """Move the demo forward. Raises `ValueError` for a step back: deadlines would come undone."""
        if by < timedelta(0):
            raise ValueError("the demo clock only moves forward")
        row = session.get(ClockOffset, 1)
        if row is None:
            row = ClockOffset(id=1, seconds=0)
            session.add(row)
        row.seconds += int(by.total_seconds())
        session.flush()
        self._offset = timedelta(seconds=row.seconds)
        self._read_at = monotonic()
        return datetime.now(UTC) + self._offset
