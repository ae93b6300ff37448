"""What the agents' pages show of a conversation: plain values for the templates, nothing to compute there."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service_api.channels import files
from service_api.channels.wechat import queries as wechat
from service_api.channels.wechat.arrivals import arrivals
from service_api.conversations import drafts, notes, queries
from service_api.conversations.models import Conversation, HandOver
from service_api.conversations.schemas import MessageView
from service_api.conversations.service import verified_customer_id
from service_api.core.i18n import say
from service_api.core.text import mask_name
from service_api.customers import queries as customers
from service_api.staff.service import SignedIn

LINES = 200
LATEST = 20
# What the customer has told the complaint form so far; other slots are the assistant's own business.
TOLD_SLOTS = (
    "complaint_business",
    "complaint_description",
    "complaint_amount",
    "complaint_date",
    "complaint_contact",
)


@dataclass(frozen=True, slots=True)
class TalkView:
    """An open conversation and what this person may do with it."""

    id: uuid.UUID
    channel: str
    language: str
    answering: str
    customer_name: str | None
    verified: bool
    closed: bool
    may_answer: bool
    in_a_form: bool
    last_seq: int
    actions: tuple[str, ...]

    @property
    def short_id(self) -> str:
        return short(self.id)


@dataclass(frozen=True, slots=True)
class Medium:
    """Something to look at or listen to that came with a message; `shown` is how: image, audio, file, or what
    it would be when it has not arrived."""

    kind: str
    shown: str
    name: str
    media_type: str
    address: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the talk: a message, or a colleague's note, which has an `id` of its own kind.

    `arrival` is what became of an agent's message in WeChat.
    """

    id: str
    author: str
    name: str | None
    text: str
    at: datetime
    seq: int
    choices: tuple[str, ...] = ()
    medium: Medium | None = None
    place: str = ""
    arrival: str = ""


@dataclass(frozen=True, slots=True)
class PacketView:
    """The packet of the latest hand-over, as it is shown at the top of the talk."""

    reason: str
    note: str
    asked_at: datetime
    language: str
    intent: str | None
    confidence: int | None
    verified: bool
    tier: str | None
    slots: tuple[tuple[str, str], ...]
    tried: tuple[Mapping[str, str], ...]
    settled: str
    new: bool


def talk_view(session: Session, talk: Conversation, me: SignedIn, *, now: datetime) -> TalkView:
    customer_id = verified_customer_id(talk, now=now)
    name = mask_name(customers.customer(session, customer_id).name) if customer_id else None
    mine = talk.agent_id == me.staff_id
    if mine:
        actions: tuple[str, ...] = ("hand-back", "transfer", "close")
    elif talk.answering == "agent":
        actions = ()
    else:
        actions = ("claim",) if talk.queued_at is not None else ("step-in",)
    return TalkView(
        id=talk.id,
        channel=talk.channel,
        language=talk.language,
        answering=talk.answering,
        customer_name=name,
        verified=customer_id is not None,
        closed=talk.closed_at is not None,
        may_answer=mine,
        in_a_form=bool(talk.assistant_state.get("active_loop")),
        last_seq=talk.last_seq,
        actions=actions,
    )


def lines_of(session: Session, talk: Conversation, *, after: int = 0, after_note: int = 0) -> list[Line]:
    """Messages and notes in the order of the talk: from the given ones on, at most the last two hundred."""
    first = max(after, talk.last_seq - LINES, 0)
    messages = queries.messages_after(session, talk.id, after=first, limit=LINES)
    media = media_of(session, talk, messages)
    arrived = arrivals_of(session, talk, [message.seq for message in messages if message.author == "agent"])
    found = [
        _line(talk, message, media.get(message.seq), arrived.get(message.seq, "")) for message in messages
    ]
    remarks = notes.notes_of(session, talk.id, after_id=after_note)
    found += [Line(f"note-{n.id}", "note", n.by, n.text, n.at, n.after_seq) for n in remarks]
    return sorted(found, key=lambda line: (line.seq, line.author == "note", line.at))


def arrivals_of(session: Session, talk: Conversation, seqs: Sequence[int]) -> dict[int, str]:
    """What became of these messages on their way to WeChat; the web chat reads for itself."""
    return arrivals(session, talk.id, seqs) if talk.channel == "wechat" and seqs else {}


def latest_arrivals(session: Session, talk: Conversation) -> dict[int, str]:
    """The same for the last messages of people, as an open page asks again and again."""
    if talk.channel != "wechat":
        return {}
    seqs = queries.latest_of_agents(session, talk.id, limit=LATEST)
    return arrivals_of(session, talk, seqs)


def media_of(session: Session, talk: Conversation, messages: Sequence[MessageView]) -> dict[int, Medium]:
    """What came with these messages, by number: files sent either way, and pictures and recordings that came
    from WeChat."""
    seqs = [message.seq for message in messages if message.author in ("customer", "agent")]
    if not seqs:
        return {}
    base = f"/desk/conversations/{talk.id}/media"
    received = wechat.media_of(session, talk.id) if talk.channel == "wechat" else ()
    return {
        m.seq: Medium(
            kind=m.kind,
            shown=_shown_as(m.content_type) if m.fetched else "waiting" if not m.problem else "lost",
            name=f"{m.kind}-{m.seq}",
            media_type=m.content_type,
            address=f"{base}/{m.seq}",
            problem=m.problem,
        )
        for m in received
    } | {
        seq: Medium(
            kind="image" if file.media_type.startswith("image/") else "file",
            shown=_shown_as(file.media_type),
            name=file.name,
            media_type=file.media_type,
            address=f"{base}/{seq}",
        )
        for seq, file in files.files_at(session, talk.id, seqs).items()
    }


def packet_view(
    session: Session, talk: Conversation, passings: Sequence[HandOver], *, now: datetime
) -> PacketView | None:
    """Why a person was asked for and what the customer had said by then; None when nobody was."""
    if not passings:
        return None
    passing = passings[0]
    packet: dict[str, Any] = passing.packet
    confidence = packet.get("confidence")
    told = dict(packet.get("slots") or {})
    draft = drafts.draft_for(session, talk, now=now)
    if draft is not None:
        told |= {f"complaint_{name}": value for name, value in draft.fields.items() if value}
    return PacketView(
        reason=passing.reason,
        note=passing.note,
        asked_at=passing.asked_at,
        language=str(packet.get("language") or talk.language),
        intent=packet.get("intent"),
        confidence=round(confidence * 100) if isinstance(confidence, float) else None,
        verified=verified_customer_id(talk, now=now) is not None,
        tier=packet.get("tier"),
        slots=told_slots(told),
        tried=tuple(packet.get("tried") or ()),
        settled=next((each.settled for each in passings if each.settled), ""),
        new=passing.ended_at is None,
    )


def told_slots(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The complaint form's answers as words; what was skipped or is still missing is left out."""
    found = ((name, _as_words(told.get(name))) for name in TOLD_SLOTS)
    return tuple((name, words) for name, words in found if words)


def short(conversation_id: uuid.UUID) -> str:
    """Enough of an id for a person to tell two unknown visitors apart."""
    return conversation_id.hex[:4].upper()


def _line(talk: Conversation, message: MessageView, medium: Medium | None, arrival: str) -> Line:
    before, after = (part.strip() for part in say(talk.language, "wechat_location", place="\n").split("\n"))
    is_place = (
        talk.channel == "wechat"
        and message.author == "customer"
        and message.text.startswith(before)
        and message.text.endswith(after)
    )
    return Line(
        id=f"line-{message.seq}",
        author=message.author,
        name=message.agent_name,
        text=message.text,
        at=message.created_at,
        seq=message.seq,
        choices=tuple(button.title for button in message.buttons),
        medium=medium,
        place=message.text.removeprefix(before).removesuffix(after).strip() if is_place else "",
        arrival=arrival,
    )


def _shown_as(media_type: str) -> str:
    if media_type in {"image/jpeg", "image/png", "image/gif", "image/webp"}:
        return "image"
    return "audio" if media_type in {"audio/mpeg", "audio/ogg"} else "file"


def _as_words(value: object) -> str:
    if isinstance(value, dict):
        return f"{value.get('amount', '')} {value.get('currency', '')}".strip()
    words = str(value) if value is not None else ""
    return "" if words == "skipped" else words
