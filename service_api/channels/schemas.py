"""What a customer's client sends and is answered."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service_api.channels.site_token import LONGEST_TOKEN
from service_api.conversations.schemas import ConversationState, MessageView

LARGEST_SEQ = 2**31


class SessionRequest(BaseModel):
    """`site_token` is the bank's site telling who the customer is."""

    language: Literal["zh", "en"] | None = None
    site_token: str | None = Field(None, max_length=LONGEST_TOKEN)


class SiteToken(BaseModel):
    site_token: str = Field(max_length=LONGEST_TOKEN)


class WhoView(BaseModel):
    """`verified` when the desk now knows who writes in this conversation."""

    verified: bool


class SessionOpened(BaseModel):
    """`token` is shown once; the client keeps it and sends it as a bearer token."""

    token: str
    conversation_id: uuid.UUID
    language: Literal["zh", "en"]


class CustomerMessage(BaseModel):
    """`client_id` is made by the client, so that sending again after a break doubles nothing."""

    client_id: uuid.UUID
    text: str


class MessageAccepted(BaseModel):
    seq: int
    client_id: uuid.UUID


class FileView(BaseModel):
    """A file of a message; its content is had from `/chat/files/{id}`."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    name: str
    media_type: str
    size: int


class ChatMessage(MessageView):
    """`article` when this is the answer of an article that the customer has not judged yet."""

    file: FileView | None = None
    article: str | None = None


class PeopleView(BaseModel):
    """When people answer: `hours` on working days, every day when `daily`, by the clock of
    `zone`; `back_at` while they are away."""

    model_config = ConfigDict(from_attributes=True)

    open: bool
    hours: str
    daily: bool
    zone: str
    back_at: datetime | None


class StarsView(BaseModel):
    """`due` when the customer should be asked how they were served."""

    model_config = ConfigDict(from_attributes=True)

    due: bool
    score: int | None


class ChatState(ConversationState):
    """`typing` while the assistant or a person prepares an answer; `seen_seq` is the last message that
    a person or the assistant has taken up; `waiting` when a person was asked for and has not come yet."""

    agent_name: str | None
    seen_seq: int
    verified: bool
    waiting: bool
    people: PeopleView
    rating: StarsView


class PlainWordsWish(BaseModel):
    """Whether few and plain words (elderly mode) are wished for."""

    wish: bool


class ChatView(BaseModel):
    messages: list[ChatMessage]
    state: ChatState


class Signs(BaseModel):
    """What the visitor does: whether they type, and the last message they have seen."""

    typing: bool | None = None
    seen: int | None = Field(None, ge=0, le=LARGEST_SEQ)


class Hello(BaseModel):
    type: Literal["hello"]
    token: str = Field(max_length=200)
    after: int = Field(0, ge=0, le=LARGEST_SEQ)


class MessageFrame(CustomerMessage):
    type: Literal["message"]


class PingFrame(BaseModel):
    type: Literal["ping"]


class SignsFrame(Signs):
    type: Literal["signs"]


class MessagesFrame(ChatView):
    """News for the client: messages it has not seen, and how the conversation stands."""

    type: Literal["messages"] = "messages"


ClientFrame = Annotated[MessageFrame | PingFrame | SignsFrame, Field(discriminator="type")]
