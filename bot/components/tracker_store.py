"""Where Rasa keeps its trackers: in SQL, and in memory those of the customers who write right now."""

import json
from collections import OrderedDict
from typing import Any, Dict, List, Optional, Text

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import QueuePool


class RememberingTrackerStore(SQLTrackerStore):
    """Rasa's SQL store, without its costs for the next turn of the same talk.

    Stock, each turn reads every event of the talk, replays it, counts it again to see what is new, and writes
    row by row. Here a tracker that was saved is kept as it is until its next turn takes it out; a turn that
    fails never puts it back, so the next one reads from the database. Right only while one Rasa process
    serves a talk: with several, set `remembered: 0`, and only the count is spared.
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
        self._trackers: "OrderedDict[Text, DialogueStateTracker]" = OrderedDict()
        self._stored: Dict[Text, int] = {}
        super().__init__(domain=domain, host=host, event_broker=event_broker, **kwargs)
        if self.engine.dialect.name == "sqlite":
            # SQLAlchemy 1.4 opens a file anew for each session unless it is given a pool.
            self.engine = sa.create_engine(self.engine.url, poolclass=QueuePool)
            sa.event.listen(self.engine, "connect", _one_writer_many_readers)
            self.sessionmaker = sessionmaker(bind=self.engine)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The tracker, taken out of memory or read; None for a new sender."""
        tracker = self._trackers.pop(sender_id, None)
        if tracker is None:
            tracker = await super().retrieve(sender_id)
        self._stored[sender_id] = len(tracker.events) if tracker is not None else 0
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what is new since `retrieve`, then keep the tracker for the next turn."""
        sender_id = tracker.sender_id
        stored = self._stored.pop(sender_id, None)
        if stored is None:  # not ours: saved without having been asked for
            await super().save(tracker)
            return
        await self.stream_events(tracker)
        rows = [_row(sender_id, event.as_dict()) for event in list(tracker.events)[stored:]]
        if rows:
            with self.session_scope() as session:
                session.execute(self.SQLEvent.__table__.insert(), rows)
                session.commit()
        self._remember(tracker)

    def _remember(self, tracker: DialogueStateTracker) -> None:
        self._trackers[tracker.sender_id] = tracker
        while len(self._trackers) > self._most:
            self._trackers.popitem(last=False)


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
