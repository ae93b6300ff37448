"""Who writes in a conversation: asked for by code, proved, and shown their own profile."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.conversations import service
from service_api.conversations.handover import open_hand_over, queue_rank
from service_api.conversations.models import Conversation
from service_api.conversations.trust import may_see, must_see
from service_api.core.problems import Conflict, Problem
from service_api.customers import queries as customers
from service_api.customers import verification
from service_api.customers.models import Customer
from service_api.customers.schemas import ProfileView
from service_api.customers.sms import Sms
from service_api.customers.verification import CodeSent


class AnotherCustomer(Conflict):
    type = "another-customer"
    title = "此会话属于另一位客户，请新开会话"


def send_code(
    session: Session, sms: Sms, conversation: Conversation, *, phone: str, now: datetime, pepper: str
) -> CodeSent:
    """Raises `BadPhone` and `TooManyCodes`. Needs the row lock."""
    sent = verification.send_code(
        session,
        sms,
        conversation_id=conversation.id,
        phone=phone,
        language=conversation.language,
        now=now,
        pepper=pepper,
    )
    _record(session, conversation, "verification.code_sent", now)
    return sent


def confirm_code(
    session: Session, conversation: Conversation, *, typed: str, now: datetime, pepper: str
) -> Customer | Problem:
    """Ties the customer to the conversation. A refusal is returned, not raised, so that the try is committed.

    A conversation belongs to one customer for good, since its transcript and complaints do: for another one
    the refusal is `AnotherCustomer`. Needs the row lock.
    """
    outcome = verification.confirm_code(
        session, conversation_id=conversation.id, typed=typed, now=now, pepper=pepper
    )
    if isinstance(outcome, Problem):
        _record(session, conversation, "verification.refused", now, why=outcome.type)
        return outcome
    try:
        who = recognise(session, conversation, outcome.customer_id, now=now, how="code")
    except AnotherCustomer as refusal:
        _record(session, conversation, "verification.refused", now, why=refusal.type)
        return refusal
    conversation.code_proved_at = now
    session.flush()
    return who


def recognise(
    session: Session, conversation: Conversation, customer_id: uuid.UUID, *, now: datetime, how: str
) -> Customer:
    """Tie the customer, whose identity was just proved, to the conversation. Raises `AnotherCustomer`.
    Needs the row lock."""
    if conversation.customer_id not in {None, customer_id}:
        raise AnotherCustomer
    who = customers.customer(session, customer_id)
    conversation.customer_id, conversation.verified_at = who.id, now
    waiting = open_hand_over(session, conversation) if conversation.queued_at is not None else None
    if waiting is not None:
        conversation.queue_rank = queue_rank(session, conversation, reason=waiting.reason)
    session.flush()
    _record(session, conversation, "verification.confirmed", now, how=how)
    return who


def own_profile(session: Session, conversation: Conversation, *, now: datetime) -> ProfileView:
    """Of who is known here; its accounts only to who proved it. Raises `VerificationRequired`."""
    shown = customers.profile(session, must_see(conversation, "profile", now=now))
    return (
        shown if may_see(conversation, "accounts", now=now) else shown.model_copy(update={"accounts": None})
    )


def _record(
    session: Session, conversation: Conversation, action: str, now: datetime, **facts: object
) -> None:
    by = Actor("customer", str(conversation.id))
    record(session, by=by, action=action, subject=service.subject(conversation), now=now, **facts)
