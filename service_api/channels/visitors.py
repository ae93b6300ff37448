"""The customers' side of a conversation as the web channel uses it: open, write, read, within limits."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi.requests import HTTPConnection
from sqlalchemy.orm import Session

from service_api.audit.service import Actor
from service_api.channels.chat_view import Shown, chat_view
from service_api.channels.files import FOLDER, file_of, receive_file
from service_api.channels.gateway import Gateway
from service_api.channels.limits import Limiter, SlowDown
from service_api.channels.people import WhenPeople
from service_api.channels.schemas import (
    ChatState,
    ChatView,
    CustomerMessage,
    MessageAccepted,
    SessionOpened,
    Signs,
    WhoView,
)
from service_api.channels.signs import note_visitor
from service_api.channels.site_token import BadSiteToken, SiteTokens, read_key
from service_api.channels.web_models import ChatFile
from service_api.conversations import identity, plain_words, queries, rating, service
from service_api.conversations.models import Conversation
from service_api.conversations.rating_api import RatingView, rating_view
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.core.files import CheckedFile, kept_file
from service_api.core.security import token_hash
from service_api.settings import Settings

VISITOR_BURST = 20
SESSION_BURST = 60
ADDRESS_BURST_SECONDS = 10
FILE_BURST, FILES_PER_SECOND = 6, 0.2
SIGN_BURST, SIGNS_PER_SECOND = 10, 2.0
LINE_BURST, LINES_PER_SECOND = 20, 0.2


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
    files: Limiter
    signs: Limiter
    lines: Limiter
    folder: Path
    when_people: WhenPeople
    site_tokens: SiteTokens | None

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        database: Database,
        clock: Clock,
        machine: Clock,
        gateway: Gateway,
        when_people: WhenPeople,
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
            Limiter(per_second=FILES_PER_SECOND, burst=FILE_BURST),
            Limiter(per_second=SIGNS_PER_SECOND, burst=SIGN_BURST),
            Limiter(per_second=LINES_PER_SECOND, burst=LINE_BURST),
            settings.data_dir / FOLDER,
            when_people,
            _site_tokens(settings),
        )

    def open_session(self, *, language: str, site_token: str | None = None) -> SessionOpened:
        """Raises `BadSiteToken`."""
        with self.database.writing() as session:
            now = self.clock.now()
            opened = service.open_conversation(
                session, channel="web", language=language, now=now, pepper=self.pepper
            )
            if site_token is not None:
                self._recognise(session, opened.conversation, site_token)
            return SessionOpened.model_validate(
                {"token": opened.token, "conversation_id": opened.conversation.id, "language": language}
            )

    def recognise_as(self, token: str, site_token: str) -> WhoView:
        """The bank's site says who the token's holder is. Raises `Unauthenticated`, `BadSiteToken` and, when
        the conversation is another customer's, `AnotherCustomer`."""
        with self.database.writing() as session:
            talk = service.locked(session, self._whose(session, token))
            return WhoView(verified=self._recognise(session, talk, site_token))

    def _recognise(self, session: Session, talk: Conversation, site_token: str) -> bool:
        if self.site_tokens is None:
            raise BadSiteToken("no key of a site is set")
        customer_id = self.site_tokens.customer_of(session, site_token)
        if customer_id is None:
            return False
        identity.recognise(session, talk, customer_id, now=self.clock.now(), how="site")
        service.touch(session, talk)
        return True

    def whose(self, token: str) -> uuid.UUID:
        """The conversation of a token. Raises `Unauthenticated`."""
        with self.database.reading() as session:
            return self._whose(session, token)

    def _whose(self, session: Session, token: str) -> uuid.UUID:
        return service.visitor_conversation_id(session, token=token, now=self.clock.now(), pepper=self.pepper)

    def write(self, conversation_id: uuid.UUID, message: CustomerMessage) -> MessageAccepted:
        """Store it, and see that it is answered. Raises `EmptyMessage` and `MessageTooLong`."""
        with self.database.writing() as session:
            accepted, then = self._store(session, conversation_id, message)
        then()
        return accepted

    def write_as(self, token: str, message: CustomerMessage) -> MessageAccepted:
        """The same for the holder of a token. Raises `Unauthenticated` too."""
        with self.database.writing() as session:
            accepted, then = self._store(session, self._whose(session, token), message)
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

    def read(self, conversation_id: uuid.UUID, *, after: int, limit: int = queries.PAGE) -> ChatView:
        return self.look(conversation_id, after=after, limit=limit).view

    def look(
        self,
        conversation_id: uuid.UUID,
        *,
        after: int,
        limit: int = queries.PAGE,
        known: ChatState | None = None,
    ) -> Shown:
        """The same for a reader that stays: `known` is what it was shown last."""
        with self.database.reading() as session:
            return chat_view(
                session,
                conversation_id,
                after=after,
                limit=limit,
                when_people=self.when_people,
                now=self.clock.now(),
                machine_now=self.machine.now(),
                known=known,
            )

    def send_file(self, token: str, client_id: uuid.UUID, file: CheckedFile) -> MessageAccepted:
        """Keep a file as a message, once per `client_id`. Raises `Unauthenticated` and `TooManyFiles`."""
        with self.database.writing() as session:
            message = receive_file(
                session,
                self.folder,
                conversation_id=self._whose(session, token),
                external_id=str(client_id),
                file=file,
                now=self.clock.now(),
            )
            return MessageAccepted(seq=message.seq, client_id=client_id)

    def file(self, token: str, file_id: uuid.UUID) -> tuple[ChatFile, bytes]:
        """A file of one's own conversation. Raises `Unauthenticated` and `NotFound`."""
        with self.database.reading() as session:
            found = file_of(session, self._whose(session, token), file_id)
        return found, kept_file(self.folder, found.id)

    def note_signs(self, conversation_id: uuid.UUID, signs: Signs) -> None:
        with self.database.writing() as session:
            note_visitor(
                session,
                conversation_id,
                seen=signs.seen,
                typing=signs.typing,
                machine_now=self.machine.now(),
            )

    def choose_plain_words(self, token: str, *, wish: bool) -> None:
        """Keep the wish of the token's holder with their conversation. Raises `Unauthenticated`."""
        with self.database.writing() as session:
            plain_words.choose(service.locked(session, self._whose(session, token)), wish=wish)

    def rate_as(self, token: str, *, score: int, comment: str | None) -> RatingView:
        """Keep the stars of the token's holder. Raises `Unauthenticated`."""
        with self.database.writing() as session:
            now = self.clock.now()
            talk = service.locked(session, self._whose(session, token))
            by = Actor("customer", str(talk.id))
            return rating_view(rating.rate(session, talk, score=score, comment=comment, by=by, now=now))

    def may_write(self, token: str, address: str) -> None:
        """Raises `SlowDown`. Call it in the event loop, so that the buckets need no lock.

        The visitor's own measure comes first: what is refused there takes nothing from their neighbours, who
        may share the address.
        """
        self.by_visitor.take(token_hash(token, pepper=self.pepper))
        self.by_address.take(address)

    def may_send_file(self, token: str, address: str) -> None:
        """Raises `SlowDown`. In the event loop too."""
        self.may_write(token, address)
        self.files.take(token_hash(token, pepper=self.pepper))

    def may_open_line(self, token: str) -> None:
        """Raises `SlowDown`: who is sent away does not simply come back. In the event loop too."""
        self.lines.take(token_hash(token, pepper=self.pepper))

    def may_sign(self, token: str) -> bool:
        """False when signs come too fast: they are dropped, since nothing is lost with one."""
        try:
            self.signs.take(token_hash(token, pepper=self.pepper))
        except SlowDown:
            return False
        return True


def address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else "unknown"


def _site_tokens(settings: Settings) -> SiteTokens | None:
    if not settings.site_token_key:
        return None
    return SiteTokens(
        read_key(settings.site_token_key), settings.site_token_issuer, settings.site_token_audience
    )
