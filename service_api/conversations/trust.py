"""How sure the desk is of who writes, and what each level of trust opens: one table."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Literal

from service_api.conversations.models import Conversation
from service_api.conversations.service import VerificationRequired, lasts


class Level(IntEnum):
    """`RECOGNISED`: signed in at the bank's page, or writing from the WeChat account that a code once tied to
    them. `PROVED`: a code reached the phone on file, and was typed here within the last twelve hours."""

    ANONYMOUS = 0
    RECOGNISED = 1
    PROVED = 2


Thing = Literal["complaints_filed_here", "own_complaints", "own_draft", "own_callback", "profile", "accounts"]

MAY_SEE: Mapping[Thing, Level] = MappingProxyType(
    {
        "complaints_filed_here": Level.ANONYMOUS,
        "own_complaints": Level.RECOGNISED,  # of every channel, to read and to withdraw, add to, accept
        "own_draft": Level.RECOGNISED,  # begun on another channel
        "own_callback": Level.RECOGNISED,  # booked on another channel; to be told, moved and cancelled
        "profile": Level.RECOGNISED,  # masked name and phone, tier, manager
        "accounts": Level.PROVED,  # the ends of their numbers, states, balances
    }
)
"""The lowest level at which the assistant shows a thing."""


def level_of(conversation: Conversation, *, now: datetime) -> Level:
    """The level of whoever writes in this conversation now."""
    if conversation.customer_id is None or conversation.verified_at is None:
        return Level.ANONYMOUS
    if lasts(conversation.code_proved_at, now=now):
        return Level.PROVED
    tied = conversation.channel == "wechat"
    return Level.RECOGNISED if tied or lasts(conversation.verified_at, now=now) else Level.ANONYMOUS


def may_see(conversation: Conversation, thing: Thing, *, now: datetime) -> bool:
    """Whether the assistant may show this to whoever writes here."""
    return level_of(conversation, now=now) >= MAY_SEE[thing]


def whose(conversation: Conversation, thing: Thing, *, now: datetime) -> uuid.UUID | None:
    """The customer whose thing may be shown here; None when nobody's may."""
    return conversation.customer_id if may_see(conversation, thing, now=now) else None


def must_see(conversation: Conversation, thing: Thing, *, now: datetime) -> uuid.UUID:
    """The customer. Raises `VerificationRequired`."""
    customer_id = whose(conversation, thing, now=now)
    if customer_id is None:
        raise VerificationRequired
    return customer_id
