"""What conversations take in and show."""

import uuid
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

Author = Literal["customer", "assistant", "agent", "system"]
Answering = Literal["assistant", "queue", "agent"]
Reason = Literal[
    "requested", "failures", "abuse", "distress", "loss_or_fraud", "legal", "vip", "assistant_down"
]


class Button(BaseModel):
    """A choice shown under a message; `payload` is ordinary text, said for the customer when pressed."""

    title: str = Field(max_length=200)
    payload: str = Field(max_length=500)


class MessageView(BaseModel):
    """`client_id` is the id that the customer's own client gave the message."""

    seq: int
    author: Author
    text: str
    buttons: list[Button]
    created_at: datetime
    client_id: str | None
    agent_name: str | None


class ConversationState(BaseModel):
    """`typing` while the assistant works; `queue_position` counts from 1 while waiting for a person;
    `plain_words`: whether few and plain words (elderly mode) are wished for; None when nothing was said."""

    answering: Answering
    language: Literal["zh", "en"]
    typing: bool
    queue_position: int | None
    plain_words: bool | None


class Messages(BaseModel):
    messages: list[MessageView]
    state: ConversationState


class CodeRequest(BaseModel):
    phone: str = Field(max_length=40)


class CodeSentView(BaseModel):
    sent_to: str
    expires_in: int


class CodeConfirmation(BaseModel):
    code: str = Field(max_length=40)


class Salutation(BaseModel):
    family_name: str


class VerifiedView(BaseModel):
    verified: Literal[True] = True
    salutation: Salutation


class HandOverRequest(BaseModel):
    reason: Reason
    note: str = Field("", max_length=2000)


class HandOverView(BaseModel):
    """`position` is 0 when a person already answers, and None when people are away (`open` false)."""

    open: bool
    position: int | None
    hours: str


class QueueEntry(BaseModel):
    """A conversation as the list of waiting ones shows it; the customer's name is masked."""

    id: uuid.UUID
    channel: str
    language: str
    answering: Answering
    customer_name: str | None
    tier: str | None
    reason: str | None
    queued_at: datetime | None
    last_message_at: datetime
    last_text: str
    agent_id: uuid.UUID | None
