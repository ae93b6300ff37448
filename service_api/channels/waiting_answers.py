"""What the assistant is told of answers that wait for the customer's word, so that it hears a yes or a no."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from service_api.complaints.queries import answers_waiting
from service_api.conversations import turns
from service_api.conversations.models import Conversation
from service_api.conversations.trust import whose
from service_api.conversations.turns import Turn


def with_waiting_answers(session: Session, talk: Conversation, turn: Turn, *, now: datetime) -> Turn:
    """The turn, with whether an answer waits, and which one the customer has read since they wrote last.

    Only of complaints that this conversation may speak of, by the rule for every question about them.
    """
    waiting = answers_waiting(session, talk.id, customer_id=whose(talk, "own_complaints", now=now))
    if not waiting:
        return turn
    read = turns.read_before(session, turn)
    named = (
        answer.number
        for answer in waiting
        if any(answer.number in said.text and said.created_at >= answer.answered_at for said in read)
    )
    return replace(turn, answer_waits=True, answer_read=next(named, ""))
