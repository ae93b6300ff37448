"""What a page of the desk shows, as one short word: when the word changes, the page shows something old.

The page is sent with the words of what it shows, so that nothing is missed between its making and its first
look.
"""

import hashlib
import uuid
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_api.conversations import presence
from service_api.conversations.desk_models import ConversationLook
from service_api.conversations.desk_queries import Counts
from service_api.conversations.models import Conversation


def queues_mark(session: Session, staff_id: uuid.UUID, counts: Counts) -> str:
    """Changes when the left pane would show something else."""
    read = session.scalar(
        select(func.coalesce(func.sum(ConversationLook.read_seq), 0))
        .join(Conversation, Conversation.id == ConversationLook.conversation_id)
        .where(ConversationLook.staff_id == staff_id, Conversation.agent_id == staff_id)
    )
    return _mark(counts.waiting, counts.mine, counts.assistant, counts.colleagues, counts.changed_at, read)


def head_mark(session: Session, talk: Conversation, staff_id: uuid.UUID, *, machine_now: datetime) -> str:
    """Changes when the head of the conversation would: who has it, who else looks at it."""
    others = presence.onlookers(session, talk.id, but=staff_id, machine_now=machine_now)
    return _mark(talk.answering, talk.agent_id, talk.queued_at, talk.closed_at, talk.verified_at, others)


def _mark(*shown: object) -> str:
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
