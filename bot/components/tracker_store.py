"""Where Rasa keeps its trackers: in SQL, and in memory those of the customers who write right now."""

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Optional, Text

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import QueuePool

ROWS = SQLTrackerStore.SQLEvent.__table__


@dataclass(frozen=True)
class Stored:
    """How much of the database a tracker holds, and how much of the tracker the database."""

    rows: int = 0
    last_row: int = 0
    events: int = 0


class StoredTracker(DialogueStateTracker):
    """A tracker of the store below."""

    stored = Stored()

    def replay(self, rows: Iterable[Any]) -> None:
        """Go on with events that were read."""
        for row in rows:
            event = Event.from_parameters(json.loads(row.data))
            if event is not None:
                self.update(event)


class RememberingTrackerStore(SQLTrackerStore):
    """Rasa's SQL store, without its costs for the next turn of the same talk.

    Stock, each turn reads every event of the talk, replays it, counts it again to see what is new, and writes
    row by row. Here a tracker that was saved is kept until its next turn takes it out; a turn that fails
    never puts it back.

    Any number of Rasa processes may share the database: nobody changes a row, so a tracker that holds as many
    rows of its sender as there are holds them all. What others have added is read and replayed on top.
    """

    engine: Any  # SQLAlchemy 1.4 of Rasa's environment, where the types are not those of the desk's

    def __init__(
        self,
        domain: Optional[Domain] = None,
        host: Optional[Text] = None,
        event_broker: Optional[EventBroker] = None,
        remembered: int = 500,
        **kwargs: Any,
    ) -> None:
        """As the SQL store; `remembered` is the largest number of trackers in memory."""
        self._most = int(remembered)
        self._trackers: "OrderedDict[Text, StoredTracker]" = OrderedDict()
        super().__init__(domain=domain, host=host, event_broker=event_broker, **kwargs)
        if self.engine.dialect.name == "sqlite":
            # SQLAlchemy 1.4 opens a file anew for each session unless it is given a pool.
            self.engine = sa.create_engine(self.engine.url, poolclass=QueuePool)
            sa.event.listen(self.engine, "connect", _one_writer_many_readers)
            self.sessionmaker = sessionmaker(bind=self.engine)
        self.engine.hide_parameters = True  # errors go to the log, and these are customers' words
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def init_tracker(self, sender_id: Text) -> StoredTracker:
        """A tracker of which nothing is stored yet."""
        return StoredTracker(sender_id, self.domain.slots, max_event_history=self.max_event_history)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The tracker with all that the database holds, taken out of memory or read; None when new."""
        kept = self._trackers.pop(sender_id, None)
        try:
            return self._retrieve_now(sender_id, kept)
        except DBAPIError as lost:
            if not lost.connection_invalidated:
                raise
        # The database was started again: the pool has thrown its dead connections away.
        return self._retrieve_now(sender_id, None)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what is new, then keep the tracker for the next turn."""
        if not isinstance(tracker, StoredTracker):  # made by somebody else
            await super().save(tracker)
            return
        await self.stream_events(tracker)
        had = tracker.stored
        events = list(tracker.events)[had.events :]
        new = [_row(tracker.sender_id, event.as_dict()) for event in events]
        if not new:
            return
        with self.engine.begin() as connection:
            connection.execute(ROWS.insert(), new)
            rows, last_row = connection.execute(_extent(tracker.sender_id)).one()
        tracker.stored = Stored(had.rows + len(new), last_row, len(tracker.events))
        # Not when somebody wrote meanwhile, whom the lock did not hold back; nor over the beginning of a
        # session, from which on a tracker is read.
        if rows == tracker.stored.rows and not any(isinstance(event, SessionStarted) for event in events):
            self._remember(tracker)

    def _retrieve_now(self, sender_id: Text, kept: Optional[StoredTracker]) -> Optional[StoredTracker]:
        with self._reading.connect() as connection:
            if kept is not None and _has_caught_up(kept, connection):
                return kept
            return self._read(sender_id, connection)

    def _read(self, sender_id: Text, connection: Any) -> Optional[StoredTracker]:
        rows = connection.execute(_after(sender_id, 0)).all()
        if not rows:
            return None
        began = max((row.timestamp for row in rows if _starts_a_session(row)), default=0.0)  # as Rasa reads
        tracker = self.init_tracker(sender_id)
        tracker.replay(row for row in rows if row.timestamp >= began)
        tracker.stored = Stored(len(rows), rows[-1].id, len(tracker.events))
        return tracker

    def _remember(self, tracker: StoredTracker) -> None:
        self._trackers[tracker.sender_id] = tracker
        self._trackers.move_to_end(tracker.sender_id)
        while len(self._trackers) > self._most:
            self._trackers.popitem(last=False)


def _has_caught_up(tracker: StoredTracker, connection: Any) -> bool:
    """Whether the tracker holds all rows now; False when only reading it anew would be right."""
    if len(tracker.events) != tracker.stored.events:  # a turn went on with it after it was saved, and failed
        return False
    known = tracker.stored
    rows, last_row = connection.execute(_extent(tracker.sender_id)).one()
    if (rows, last_row) == (known.rows, known.last_row):
        return True
    new = connection.execute(_after(tracker.sender_id, known.last_row)).all()
    if known.rows + len(new) != rows or any(_starts_a_session(row) for row in new):
        return False
    tracker.replay(new)
    tracker.stored = Stored(rows, last_row, len(tracker.events))
    return True


def _extent(sender_id: Text) -> Any:
    return sa.select(sa.func.count(), sa.func.max(ROWS.c.id)).where(ROWS.c.sender_id == sender_id)


def _after(sender_id: Text, row: int) -> Any:
    which = (ROWS.c.sender_id == sender_id, ROWS.c.id > row)
    return sa.select(ROWS.c.id, ROWS.c.type_name, ROWS.c.timestamp, ROWS.c.data).where(*which).order_by("id")


def _starts_a_session(row: Any) -> bool:
    return bool(row.type_name == SessionStarted.type_name)


def _row(sender_id: Text, event: Dict[Text, Any]) -> Dict[Text, Any]:
    return {
        "sender_id": sender_id,
        "type_name": event["event"],
        "timestamp": event.get("timestamp"),
        "intent_name": ((event.get("parse_data") or {}).get("intent") or {}).get("name"),
        "action_name": event.get("name"),
        "data": json.dumps(event),
    }


def _one_writer_many_readers(connection: Any, _record: Any) -> None:
    statements: List[Text] = [
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=NORMAL",
        "PRAGMA busy_timeout=10000",
    ]
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()
