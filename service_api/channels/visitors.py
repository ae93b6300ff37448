"""The customers' side of a conversation as the web channel uses it: open, write, read, within limits."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from fastapi.requests import HTTPConnection
from sqlalchemy.orm import Session

from service_api.audit.service import Actor
from service_api.channels.gateway import Gateway
from service_api.channels.limits import Limiter
from service_api.channels.schemas import CustomerMessage, MessageAccepted, SessionOpened
from service_api.conversations import queries, rating, service
from service_api.conversations.models import Conversation
from service_api.conversations.rating_api import RatingView, rating_view
from service_api.conversations.schemas import Messages
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.core.security import token_hash
from service_api.settings import Settings

VISITOR_BURST = 20
SESSION_BURST = 60
ADDRESS_BURST_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Visitors:
    """One per process. The methods block on the database: call them in a thread."""

    database: Database
    clock: Clock
    machine: Clock
    pepper: str
    gateway: Gateway
    by_visitor: Limiter
    by_address: Limiter
    sessions: Limiter

    @classmethod
    def of(
        cls, settings: Settings, *, database: Database, clock: Clock, machine: Clock, gateway: Gateway
    ) -> "Visitors":
        per_address = settings.address_messages_per_second
        return cls(
            database,
            clock,
            machine,
            settings.code_pepper.get_secret_value(),
            gateway,
            Limiter(per_second=settings.visitor_messages_per_second, burst=VISITOR_BURST),
            Limiter(per_second=per_address, burst=max(1, int(per_address * ADDRESS_BURST_SECONDS))),
            Limiter(per_second=settings.address_sessions_per_second, burst=SESSION_BURST),
        )

    def open_session(self, *, language: str) -> SessionOpened:
        with self.database.writing() as session:
            opened = service.open_conversation(
                session, channel="web", language=language, now=self.clock.now(), pepper=self.pepper
            )
            return SessionOpened.model_validate(
                {"token": opened.token, "conversation_id": opened.conversation.id, "language": language}
            )

    def whose(self, token: str) -> uuid.UUID:
        """The conversation of a token. Raises `Unauthenticated`."""
        with self.database.reading() as session:
            return service.visitor_conversation_id(
                session, token=token, now=self.clock.now(), pepper=self.pepper
            )

    def write(self, conversation_id: uuid.UUID, message: CustomerMessage) -> MessageAccepted:
        """Store it, and see that it is answered. Raises `EmptyMessage` and `MessageTooLong`."""
        with self.database.writing() as session:
            accepted, then = self._store(session, conversation_id, message)
        then()
        return accepted

    def write_as(self, token: str, message: CustomerMessage) -> MessageAccepted:
        """The same for the holder of a token. Raises `Unauthenticated` too."""
        with self.database.writing() as session:
            whose = service.visitor_conversation_id(
                session, token=token, now=self.clock.now(), pepper=self.pepper
            )
            accepted, then = self._store(session, whose, message)
        then()
        return accepted

    def _store(
        self, session: Session, conversation_id: uuid.UUID, message: CustomerMessage
    ) -> tuple[MessageAccepted, Callable[[], None]]:
        stored = service.receive(
            session,
            conversation_id=conversation_id,
            external_id=str(message.client_id),
            text=message.text,
            now=self.clock.now(),
        )
        talk = session.get_one(Conversation, conversation_id)
        return MessageAccepted(seq=stored.seq, client_id=message.client_id), self.gateway.received(
            session, talk
        )

    def read(self, conversation_id: uuid.UUID, *, after: int, limit: int = queries.PAGE) -> Messages:
        with self.database.reading() as session:
            return queries.view_after(
                session, conversation_id, after=after, limit=limit, machine_now=self.machine.now()
            )

    def rate_as(self, token: str, *, score: int, comment: str | None) -> RatingView:
        """Keep the stars of the token's holder. Raises `Unauthenticated`."""
        with self.database.writing() as session:
            now = self.clock.now()
            whose = service.visitor_conversation_id(session, token=token, now=now, pepper=self.pepper)
            talk = service.locked(session, whose)
            by = Actor("customer", str(whose))
            return rating_view(rating.rate(session, talk, score=score, comment=comment, by=by, now=now))

    def may_write(self, token: str, address: str) -> None:
        """Raises `SlowDown`. Call it in the event loop, so that the buckets need no lock."""
        self.by_address.take(address)
        self.by_visitor.take(token_hash(token, pepper=self.pepper))


def address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else "unknown"
