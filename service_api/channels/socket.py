"""The customer's chat over a WebSocket: news at once, by the same cursor and the same rules as over HTTP."""

import asyncio
import json
import uuid
from typing import Any

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from service_api.channels.bell import Bell
from service_api.channels.limits import SlowDown
from service_api.channels.origins import OriginNotAllowed, may_use_chat
from service_api.channels.pace import Pace
from service_api.channels.schemas import (
    ChatState,
    ClientFrame,
    Hello,
    MessageFrame,
    MessagesFrame,
    PingFrame,
)
from service_api.channels.visitors import Visitors, address_of
from service_api.channels.web import malformed
from service_api.conversations.queries import PAGE
from service_api.core.problems import Malformed, Problem, TooManyRequests, Unauthenticated
from service_api.core.threads import in_thread

log = structlog.get_logger(__name__)
router = APIRouter(tags=["chat"])
HELLO_SECONDS = 10.0
SEND_SECONDS = 10.0
LARGEST_FRAME = 32 * 1024
GARBAGE_ALLOWED = 5
NOT_SIGNED_IN = 4401
NOT_ALLOWED = 4403
TOO_BIG = 1009
TRY_AGAIN = 1013
BAD_MANNERS = 1008
TOO_MUCH = 4429
MOST_LINES = 10  # of one visitor: windows, and lines that have not noticed yet that they are dead
_frames: TypeAdapter[ClientFrame] = TypeAdapter(ClientFrame)


class _Closed(Exception):
    """The line is over; `code` is what the other side is told, None when it went first."""

    def __init__(self, code: int | None = None) -> None:
        self.code = code


@router.websocket("/chat/ws")
async def chat_socket(socket: WebSocket) -> None:
    """First frame `hello` with the token and the last number seen; then messages both ways."""
    await socket.accept()
    line = _Line(socket)
    try:
        await line.serve()
    except _Closed as end:
        if end.code is not None:
            await line.hang_up(end.code)
    except SQLAlchemyError as error:
        # The client comes back, and sends again what was not accepted.
        log.warning("line given up", error=type(error).__name__)
        await line.hang_up(TRY_AGAIN)


class TooManyLines(TooManyRequests):
    type = "too-many-lines"
    title = "打开的窗口过多"


class _Line:
    """One open socket. Two tasks work on it: one hears the client, one tells it the news."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._sending = asyncio.Lock()
        self._garbage = 0
        self._pace = Pace()
        self._token = ""
        self._address = address_of(socket)
        self._visitors: Visitors = socket.app.state.visitors
        self._bell: Bell = socket.app.state.bell

    async def serve(self) -> None:
        conversation_id, after = await self._greet()
        hearing = asyncio.create_task(self._hear(conversation_id))
        telling = asyncio.create_task(self._tell(conversation_id, after))
        try:
            done, _ = await asyncio.wait({hearing, telling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hearing.cancel()
            telling.cancel()
            await asyncio.wait({hearing, telling})
        for task in done:
            task.result()

    async def hang_up(self, code: int) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._socket.close(code)
        except (RuntimeError, TimeoutError, WebSocketDisconnect):
            return

    async def _greet(self) -> tuple[uuid.UUID, int]:
        if not may_use_chat(self._socket.headers, self._socket.app.state.chat_origins):
            await self._refuse(OriginNotAllowed())
            raise _Closed(NOT_ALLOWED)
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = Hello.model_validate_json(await self._next_frame())
            self._visitors.may_open_line(hello.token)
            conversation_id = await in_thread(self._visitors.whose, hello.token)
            if self._bell.readers_of(conversation_id) >= MOST_LINES:
                raise TooManyLines(most=MOST_LINES)
        except TimeoutError:
            raise _Closed(BAD_MANNERS) from None
        except ValidationError as error:
            await self._refuse(malformed(error))
            raise _Closed(BAD_MANNERS) from None
        except Unauthenticated as problem:
            await self._refuse(problem)
            raise _Closed(NOT_SIGNED_IN) from None
        except TooManyRequests as problem:
            await self._refuse(problem)
            raise _Closed(TOO_MUCH) from None
        self._token = hello.token
        return conversation_id, hello.after

    async def _hear(self, conversation_id: uuid.UUID) -> None:
        while True:
            text = await self._next_frame()
            try:
                frame = _frames.validate_json(text)
            except ValidationError as error:
                await self._count_garbage(malformed(error))
                continue
            if isinstance(frame, MessageFrame):
                await self._take(conversation_id, frame)
            elif isinstance(frame, PingFrame):
                await self._send({"type": "pong"})
            elif self._visitors.may_sign(self._token):
                await in_thread(self._visitors.note_signs, conversation_id, frame)

    async def _take(self, conversation_id: uuid.UUID, frame: MessageFrame) -> None:
        try:
            self._visitors.may_write(self._token, self._address)
            accepted = await in_thread(self._visitors.write, conversation_id, frame)
        except Problem as problem:
            await self._refuse(problem, client_id=frame.client_id)
            if isinstance(problem, SlowDown) and not self._pace.warned():
                raise _Closed(TOO_MUCH) from None
            return
        await self._send({"type": "accepted", **accepted.model_dump(mode="json")})

    async def _tell(self, conversation_id: uuid.UUID, after: int) -> None:
        told: ChatState | None = None
        with self._bell.listen(conversation_id) as reader:
            while True:
                await reader.news.wait()
                reader.news.clear()
                shown = await in_thread(self._visitors.look, conversation_id, after=after, known=told)
                view = shown.view
                if view.messages or view.state != told:
                    frame = MessagesFrame(messages=view.messages, state=view.state)
                    await self._send_text(frame.model_dump_json())
                    told = view.state
                if view.messages:
                    after = view.messages[-1].seq
                reader.shown = shown.look
                if len(view.messages) == PAGE:
                    reader.news.set()

    async def _next_frame(self) -> str:
        await self._pace.next()
        frame = await self._socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise _Closed
        text = frame.get("text")
        if not isinstance(text, str):
            await self._count_garbage(Malformed("frames are text"))
            return await self._next_frame()
        if len(text) > LARGEST_FRAME:
            await self._refuse(Malformed("the frame is too large", largest=LARGEST_FRAME))
            raise _Closed(TOO_BIG)
        return text

    async def _count_garbage(self, problem: Problem) -> None:
        await self._refuse(problem)
        self._garbage += 1
        if self._garbage >= GARBAGE_ALLOWED:
            raise _Closed(BAD_MANNERS)

    async def _refuse(self, problem: Problem, *, client_id: uuid.UUID | None = None) -> None:
        named = str(client_id) if client_id else None
        await self._send({"type": "refused", "client_id": named, "problem": problem.body()})

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._send_text(json.dumps(frame, ensure_ascii=False))

    async def _send_text(self, text: str) -> None:
        """Raises `_Closed` when the client is gone or does not take what it is sent."""
        try:
            async with self._sending, asyncio.timeout(SEND_SECONDS):
                await self._socket.send_text(text)
        except TimeoutError:
            raise _Closed(BAD_MANNERS) from None
        except (WebSocketDisconnect, RuntimeError):
            # Starlette raises RuntimeError for a send after the close has been seen.
            raise _Closed from None
