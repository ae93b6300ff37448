"""What the visitor is shown: messages by cursor with their files, and how the conversation stands."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.articles import statistics
from service_api.channels.files import files_at
from service_api.channels.people import WhenPeople
from service_api.channels.schemas import ChatMessage, ChatState, ChatView, FileView, PeopleView, StarsView
from service_api.channels.signs import Look, PeopleSigns, people_signs
from service_api.conversations import queries, service
from service_api.conversations.models import Conversation, Message
from service_api.conversations.queries import Pulse
from service_api.conversations.rating import rating_state
from service_api.conversations.schemas import MessageView
from service_api.staff import queries as staff

NO_STARS = StarsView(due=False, score=None)
ANSWERED = ("assistant", "agent")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a visitor is shown, and how the bell knows when it is no longer all."""

    view: ChatView
    look: Look


def chat_view(
    session: Session,
    conversation_id: uuid.UUID,
    *,
    after: int,
    limit: int,
    when_people: WhenPeople,
    now: datetime,
    machine_now: datetime,
    known: ChatState | None = None,
) -> Shown:
    """What a visitor that has seen `after` must be shown; `known` is the state they saw with it, which spares
    looking for what came before. Raises `NotFound`."""
    view = queries.view_after(session, conversation_id, after=after, limit=limit, machine_now=machine_now)
    talk = queries.conversation(session, conversation_id)
    pulse = Pulse(talk.last_seq, talk.answering, talk.language, view.state.typing, view.state.queue_position)
    signs = _people(session, talk, machine_now=machine_now)
    names = staff.display_names(session, {talk.agent_id}) if talk.agent_id is not None else {}
    state = view.state.model_dump() | {
        "typing": view.state.typing or signs.typing,
        "agent_name": names.get(talk.agent_id) if talk.agent_id is not None else None,
        "seen_seq": max(signs.read_seq, _answered_seq(session, talk, view.messages, known)),
        "verified": service.verified_customer_id(talk, now=now) is not None,
        "waiting": talk.queued_at is not None,
        "people": PeopleView.model_validate(when_people(now)),
        "rating": _stars(session, talk, now=now),
    }
    sent = [m.seq for m in view.messages if m.author in ("customer", "agent")]
    files = files_at(session, conversation_id, sent) if sent else {}
    said = {m.seq: m.text for m in view.messages if m.author == "assistant"}
    articles = statistics.articles_said(session, conversation_id, said)
    messages = [
        ChatMessage(
            **message.model_dump(),
            file=FileView.model_validate(files[message.seq]) if message.seq in files else None,
            article=articles.get(message.seq),
        )
        for message in view.messages
    ]
    shown = ChatView(messages=messages, state=ChatState.model_validate(state))
    return Shown(shown, Look(pulse, signs))


def _people(session: Session, talk: Conversation, *, machine_now: datetime) -> PeopleSigns:
    if talk.agent_id is None:
        return PeopleSigns()
    return people_signs(session, [talk.id], machine_now=machine_now).get(talk.id, PeopleSigns())


def _answered_seq(
    session: Session, talk: Conversation, page: Sequence[MessageView], known: ChatState | None
) -> int:
    """Who answers has read what came before."""
    in_page = max((message.seq for message in page if message.author in ANSWERED), default=0)
    if known is not None:
        return max(in_page, known.seen_seq)
    if in_page and page[-1].seq == talk.last_seq:
        return in_page
    query = select(Message.seq).where(Message.conversation_id == talk.id, Message.author.in_(ANSWERED))
    return session.scalar(query.order_by(Message.seq.desc()).limit(1)) or 0


def _stars(session: Session, talk: Conversation, *, now: datetime) -> StarsView:
    if talk.answering != "assistant":
        return NO_STARS
    return StarsView.model_validate(rating_state(session, talk.id, now=now))
