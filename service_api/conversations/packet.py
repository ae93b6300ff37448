"""What a person is told at the hand-over, so that the customer repeats nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from service_api.conversations.models import Conversation, Message
from service_api.conversations.service import verified_customer_id
from service_api.customers import queries as customers

MOST_ANSWERS = 5
EXCERPT = 200
QUESTION = "ask_faq"


def packet_of(session: Session, conversation: Conversation, *, now: datetime) -> dict[str, Any]:
    """At a glance, as it is at this moment; the transcript up to `through_seq` stands beside it.

    Open complaints are not in it: the desk shows them as they are when it looks.
    """
    state = conversation.assistant_state
    customer_id = verified_customer_id(conversation, now=now)
    tier = customers.customer(session, customer_id).tier if customer_id is not None else None
    return {
        "language": conversation.language,
        "channel": conversation.channel,
        "intent": state.get("intent"),
        "confidence": state.get("confidence"),
        "active_loop": state.get("active_loop"),
        "requested_slot": state.get("requested_slot"),
        "slots": state.get("slots") or {},
        "tried": tried_answers(session, conversation),
        "verified": customer_id is not None,
        "tier": tier,
        "through_seq": conversation.last_seq,
    }


def tried_answers(session: Session, conversation: Conversation) -> list[dict[str, str]]:
    """Questions of information that the assistant heard, each with what it answered, the latest last."""
    answer = aliased(Message)
    first_after = (
        select(func.min(answer.seq))
        .where(
            answer.conversation_id == Message.conversation_id,
            answer.seq > Message.seq,
            answer.author == "assistant",
        )
        .correlate(Message)
        .scalar_subquery()
    )
    told = aliased(Message)
    rows = session.execute(
        select(Message.text.label("question"), told.text.label("answer"))
        .join(told, (told.conversation_id == Message.conversation_id) & (told.seq == first_after))
        .where(
            Message.conversation_id == conversation.id,
            Message.author == "customer",
            Message.intent == QUESTION,
        )
        .order_by(Message.seq.desc())
        .limit(MOST_ANSWERS)
    ).all()
    return [{"question": row.question[:EXCERPT], "answer": row.answer[:EXCERPT]} for row in reversed(rows)]
