"""What a customer's client sends and is answered."""

import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from service_api.conversations.schemas import Messages


class SessionRequest(BaseModel):
    language: Literal["zh", "en"] | None = None


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


class Hello(BaseModel):
    type: Literal["hello"]
    token: str = Field(max_length=200)
    after: int = Field(0, ge=0, le=2**31)


class MessageFrame(CustomerMessage):
    type: Literal["message"]


class PingFrame(BaseModel):
    type: Literal["ping"]


class MessagesFrame(Messages):
    """News for the client: messages it has not seen, and how the conversation stands."""

    type: Literal["messages"] = "messages"


ClientFrame = Annotated[MessageFrame | PingFrame, Field(discriminator="type")]
