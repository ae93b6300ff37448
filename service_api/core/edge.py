"""What an endpoint may ask for: a session that commits before the answer leaves, the clock, the settings."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends
from fastapi.requests import HTTPConnection
from pydantic import AfterValidator, AwareDatetime, Field
from sqlalchemy.orm import Session

from service_api.core.clock import Clock, SystemClock
from service_api.core.database import Database
from service_api.settings import Settings

LARGEST_ID = 2**63 - 1  # of a row, in either database


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("no calendar has this moment") from None


RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""The number of a row or a version as a request names it. What no row can have never reaches the database."""

Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment from outside, with its zone, that there is in UTC too."""


def _database(connection: HTTPConnection) -> Database:
    database: Database = connection.app.state.database
    return database


def _clock(connection: HTTPConnection) -> Clock:
    clock: Clock = connection.app.state.clock
    return clock


def _settings(connection: HTTPConnection) -> Settings:
    settings: Settings = connection.app.state.settings
    return settings


TheDatabase = Annotated[Database, Depends(_database)]
TheClock = Annotated[Clock, Depends(_clock)]
TheSettings = Annotated[Settings, Depends(_settings)]


def _writing(database: TheDatabase) -> Iterator[Session]:
    with database.writing() as session:
        yield session


def _reading(database: TheDatabase) -> Iterator[Session]:
    with database.reading() as session:
        yield session


def _now(clock: TheClock) -> datetime:
    return clock.now()


def _machine_now() -> datetime:
    return SystemClock().now()


# scope="function": the commit happens before the answer is sent, so a failed commit can never answer 201.
WriteSession = Annotated[Session, Depends(_writing, scope="function")]
ReadSession = Annotated[Session, Depends(_reading, scope="function")]
Now = Annotated[datetime, Depends(_now)]
# For leases and presence, which the demo's clock must not move.
MachineNow = Annotated[datetime, Depends(_machine_now)]
