"""One customer turn as the actions read it: text, intent, values, slots. Rasa's details end here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from rasa_sdk import Tracker

COMMAND_SIGNS = ("/", "／")
BANK_ZONE = ZoneInfo("Asia/Shanghai")
FAILURES = frozenset(
    {
        "utter_no_answer",
        "utter_no_answer_in_form",
        "utter_no_words",
        "utter_out_of_scope",
        "utter_business_unclear",
        "utter_amount_unclear",
        "utter_date_unclear",
        "utter_contact_unclear",
        "utter_confirm_unclear",
        "utter_description_short",
        "utter_phone_unclear",
        "utter_code_unclear",
        "utter_resume_unclear",
        "utter_case_number_unclear",
        "utter_addition_unclear",
        "utter_callback_time_unclear",
        "utter_score_unclear",
        "utter_case_unclear",
    }
)
"""Responses that mean: the customer was not understood. Two such turns in a row bring a person."""

_QUESTION = re.compile(
    r"[?？]\s*$|[吗呢嘛]\s*[。!！]*$|^(?:请问|怎么|怎样|如何|为什么|为啥|什么|哪|多少|多久|几|能不能|可不可以|可以(?![，,。.!！吧的了啊]|$)|有没有|是不是)|"
    r"^(?:那么?|我|[你您]们?|到底|究竟|请问|最后)*(?:什么时候|啥时候|何时|多久|几天|谁(?!知道))|"
    r"(?:怎么办|是什么|多少钱|多久|怎么[收算办查弄样])|"
    r"^(?:what|how|why|when|where|which|who|can|could|do|does|is|are|will|may|should)\b",
    re.IGNORECASE,
)

# "300, no wait, 400": between two values of a kind, the first is taken back.
_TAKES_BACK = re.compile(
    r"[\s，,。.…、!！;；啊哦呃额嗯唉哎噢]*"
    r"(?:也?不对|错了|[说写搞记]错了?|更正|应该是|"
    r"(?:no|wait|sorry|i meant?|actually|rather|make (?:it|that)|correction)\b)"
    r"(?:[\s，,。.…、:：!！]|不对|好像|大概|是|应该|"
    r"(?:it'?s|it was|wait|sorry|i meant?|actually|no|about)\b)*",
    re.IGNORECASE,
)
_EITHER = re.compile(r"不是.{1,20}就是")
_IS_NOT = re.compile(r"(?:不是|并非|\bnot|n't)\s*$", re.IGNORECASE)

# Entities that are no answer to a question of a form.
SAID_ABOUT = {"lang", "language", "also", "declined", "business", "emotion", "product", "branch", "currency"}


@dataclass(frozen=True)
class Value:
    """An entity of the message."""

    entity: str
    value: Any  # a string, or {"amount", "currency"}; Rasa passes JSON
    start: int
    end: int
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def negated(self) -> bool:
        """Said as what it is not: "not 800"."""
        return self.details.get("negated") == "true"


@dataclass(frozen=True)
class Turn:
    """What the customer said, how it was understood, and where the dialogue stands."""

    conversation_id: str
    text: str  # in simplified characters, as all words are read
    written: str  # as the customer wrote it, which is what is kept; places are the same in both
    intent: str
    confidence: float
    values: Sequence[Value]
    slots: Mapping[str, Any]
    metadata: Mapping[str, Any]
    active_loop: str | None
    resumed: bool
    spoken_before: tuple[frozenset[str], ...]
    spoken: tuple[str, ...]
    domain: Mapping[str, Any]
    before: "Turn | None" = None

    @classmethod
    def of(cls, tracker: Tracker, domain: Mapping[str, Any]) -> "Turn":
        """Read a tracker."""
        said = tracker.latest_message or {}
        intent = said.get("intent") or {}
        loop = (tracker.active_loop or {}).get("name")
        since = _events_since_customer(tracker.events)
        turn = cls(
            conversation_id=tracker.sender_id.rpartition(".")[0] or tracker.sender_id,
            text=_text_of(said, said.get("metadata")),
            written=_text_of(said),
            intent=_understood_intent(said),
            confidence=float(intent.get("confidence") or 0.0)
            if _understood_intent(said) != "nlu_fallback"
            else 0.0,
            values=tuple(_values(said.get("entities") or [])),
            slots=dict(tracker.slots),
            metadata=said.get("metadata") or {},
            active_loop=loop,
            resumed=any(event.get("event") == "action" and event.get("name") != loop for event in since),
            spoken_before=_spoken_before(tracker.events),
            spoken=tuple(name for event in reversed(since) if (name := _response_of(event))),
            domain=domain,
        )
        earlier = [event for event in tracker.events if event.get("event") == "user"][:-1]
        return replace(turn, before=turn._told_earlier(earlier[-1])) if earlier else turn

    def _told_earlier(self, event: Mapping[str, Any]) -> "Turn":
        """What the customer said in the message before this one, as if it were said now."""
        said = event.get("parse_data") or {}
        return replace(
            self,
            text=_text_of(event, event.get("metadata")),
            written=_text_of(event),
            intent=_understood_intent({**said, "text": event.get("text")}),
            confidence=float((said.get("intent") or {}).get("confidence") or 0.0),
            values=tuple(_values(said.get("entities") or [])),
        )

    @property
    def language(self) -> Literal["zh", "en"]:
        """The language to answer in."""
        return "en" if self.slots.get("language") == "en" else "zh"

    @property
    def upset(self) -> bool:
        """Whether the customer wrote in strong negative emotion, now or earlier in this matter."""
        return self.slots.get("strong_emotion") == "strong"

    @property
    def elderly(self) -> bool:
        """Whether the customer wished for few, plain words; the channel sets the slot in every session."""
        return self.slots.get("elderly") == "on"

    @property
    def hurried(self) -> bool:
        """Whether only what is needed is asked: of the angry, and of those who wish for few words."""
        return self.upset or self.elderly

    @property
    def returning(self) -> bool:
        """Whether this is the first turn of somebody whose half-told complaint is kept."""
        return self.metadata.get("draft") is True

    @property
    def failed_before(self) -> bool:
        """Whether the assistant's last turn, before this one, was a failure to understand."""
        return bool(self.spoken_before) and bool(self.spoken_before[0] & FAILURES)

    @property
    def handed_over(self) -> bool:
        """Whether a person was called in this very turn."""
        return any(name.startswith("utter_person_") for name in self.spoken)

    @property
    def requested(self) -> str | None:
        """The slot the running form has asked for."""
        return self.slots.get("requested_slot") if self.active_loop else None

    @property
    def is_question(self) -> bool:
        """Whether the text has the shape of a question."""
        return bool(_QUESTION.search(self.text))

    @property
    def today(self) -> date:
        """The bank's date when the message was sent."""
        try:
            moment = datetime.fromisoformat(str(self.metadata.get("sent_at", "")))
        except ValueError:
            moment = datetime.now(UTC)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(BANK_ZONE).date()

    def all(self, entity: str) -> list[Value]:
        """Values of one kind, without those the customer negated or took back in the same message."""
        said = [one for one in self.values if one.entity == entity and not self._is_negated(one)]
        return [
            one
            for n, one in enumerate(said)
            if not any(_TAKES_BACK.fullmatch(self.text[one.end : later.start]) for later in said[n + 1 :])
        ]

    def denies(self, entity: str) -> bool:
        """Whether a value of that kind is said as what it is not: "not 3000 but 5000"."""
        return any(one.entity == entity and self._is_negated(one) for one in self.values)

    def _is_negated(self, one: Value) -> bool:
        if _EITHER.search(self.text):
            return False
        return one.negated or bool(_IS_NOT.search(self.text[: one.start]))

    @property
    def declined(self) -> str | None:
        """The act that the message refuses, as "don't call me" does; beside it something may be wished."""
        refused = next((one for one in self.values if one.entity == "declined"), None)
        return str(refused.value) if refused else None

    def without(self, *entities: str) -> str:
        """The text without its values of these kinds."""
        rest = self.text
        for one in sorted(self.values, key=lambda one: -one.start):
            if one.entity in entities:
                rest = f"{rest[: one.start]} {rest[one.end :]}"
        return rest

    def values_beside_language(self) -> bool:
        """Whether anything was found in the text besides the language it is in."""
        return any(one.entity not in SAID_ABOUT for one in self.values)

    def only(self, entity: str) -> Value | None:
        """The value of that kind when there is exactly one distinct; never a guess between two."""
        found = self.all(entity)
        return found[0] if found and all(one.value == found[0].value for one in found) else None


def _text_of(said: Mapping[str, Any], told: Mapping[str, Any] | None = None) -> str:
    return str((told or {}).get("simplified") or said.get("text") or "").strip()


def _values(entities: Sequence[Mapping[str, Any]]) -> list[Value]:
    known = {"entity", "value", "start", "end"}
    return [
        Value(
            one["entity"],
            one["value"],
            one.get("start", 0),
            one.get("end", 0),
            {key: value for key, value in one.items() if key not in known},
        )
        for one in entities
    ]


def _understood_intent(said: Mapping[str, Any]) -> str:
    if str(said.get("text") or "").lstrip().startswith(COMMAND_SIGNS):  # "/back" is a text and no wish
        return "nlu_fallback"
    return str((said.get("intent") or {}).get("name") or "nlu_fallback")


def _events_since_customer(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    since: list[Mapping[str, Any]] = []
    for event in reversed(events):
        if event.get("event") == "user":
            break
        since.append(event)
    return since


def _response_of(event: Mapping[str, Any]) -> str | None:
    return (event.get("metadata") or {}).get("utter_action") if event.get("event") == "bot" else None


def _spoken_before(events: Sequence[Mapping[str, Any]]) -> tuple[frozenset[str], ...]:
    """The responses of the assistant's earlier turns, the latest first; not those of the present turn."""
    turns: list[set[str]] = [set()]
    for event in events:
        if event.get("event") == "user":
            turns.append(set())
        elif name := _response_of(event):
            turns[-1].add(name)
    return tuple(frozenset(one) for one in reversed(turns[:-1]))
