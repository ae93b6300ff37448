"""Whether what was heard, and what the database holds, is what a step of a script expects."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.journeys.desk import Answer, Facts

_PLACE = re.compile(r"\{\w+\}")
_ONLY_PLACES = re.compile(r"(?:\{\w+\}\s*)+")
NONE = "none"


@dataclass
class Seen:
    """What a step brought. The facts are read when a check asks for them."""

    answer: Answer
    buttons: Mapping[str, str]
    look: Callable[[], Facts]

    @cached_property
    def facts(self) -> Facts:
        return self.look()


@dataclass
class Wordings:
    """The responses of domain.yml as patterns."""

    responses: Mapping[str, Sequence[Mapping[str, Any]]]
    _patterns: dict[tuple[str, str], list[re.Pattern[str]]] = field(default_factory=dict)

    def says(self, text: str, response: str, language: str) -> bool:
        """Whether a message is this response in this language, with any words in its places.

        A response that is nothing but a place, as an article's answer, is any text that is no other response.
        """
        if not any(pattern.fullmatch(text) for pattern in self._of(response, language)):
            return False
        if not self._is_open(response):
            return True
        return not any(
            self.says(text, other, each)
            for other in self.responses
            for each in ("zh", "en")
            if not self._is_open(other) and not other.startswith("utter_word_")
        )

    def _is_open(self, response: str) -> bool:
        return all(_ONLY_PLACES.fullmatch(str(one.get("text", ""))) for one in self.responses[response])

    def _of(self, response: str, language: str) -> list[re.Pattern[str]]:
        key = response, language
        if key not in self._patterns:
            texts = [str(one["text"]) for one in self.responses[response] if _language(one) == language]
            self._patterns[key] = [_pattern(text) for text in texts]
        return self._patterns[key]


@dataclass
class Expectations:
    """Checks `then` of a step."""

    wordings: Wordings

    def unmet(self, then: Mapping[str, Any], seen: Seen) -> list[str]:
        """What did not hold, in words; empty when all is well."""
        wrong = list(self._unheard(then, seen))
        wrong += self._records(then, seen)
        return wrong

    def _unheard(self, then: Mapping[str, Any], seen: Seen) -> Iterator[str]:
        refused = str(then.get("refused", NONE))
        if seen.answer.refused != refused:
            yield f"refused: {refused}, not {seen.answer.refused}"
        if then.get("silent") and seen.answer.heard:
            yield "silence"
        for wanted in then.get("said", []):
            if not self._was_said(wanted, seen):
                yield f"said: {wanted}"
        for unwanted in then.get("unsaid", []):
            if self._was_said(unwanted, seen):
                yield f"not to hear: {unwanted}"
        for title in then.get("buttons", []):
            if not any(re.search(str(title), shown) for shown in seen.buttons):
                yield f"a button {title}"

    def _was_said(self, wanted: object, seen: Seen) -> bool:
        if str(wanted).startswith("utter_"):
            language = seen.facts.language
            return any(self.wordings.says(one.text, str(wanted), language) for one in seen.answer.heard)
        return re.search(str(wanted), seen.answer.shown, re.IGNORECASE) is not None

    def _records(self, then: Mapping[str, Any], seen: Seen) -> Iterator[str]:
        for check, actual in _SIMPLE.items():
            if check in then and not _fits(is_now := actual(seen.facts), _plain(then[check])):
                yield f"{check}: {_plain(then[check])}, not {is_now}"
        slots = seen.facts.assistant.get("slots") or {} if "slots" in then else {}
        for slot, wanted in then.get("slots", {}).items():
            if not _fits(slots.get(slot), wanted):
                yield f"slot {slot}: {wanted}, not {slots.get(slot, NONE)}"
        if "complaints" in then:
            yield from _complaints(then["complaints"], seen.facts.complaints)


_SIMPLE: Mapping[str, Callable[[Facts], str]] = {
    "intent": lambda facts: _plain(facts.assistant.get("intent")),
    "form": lambda facts: _plain(facts.assistant.get("active_loop")),
    "asks": lambda facts: _plain(facts.assistant.get("requested_slot")),
    "language": lambda facts: facts.language,
    "answering": lambda facts: facts.answering,
    "verified": lambda facts: _plain(facts.verified),
    "callbacks": lambda facts: str(facts.callbacks),
    "ratings": lambda facts: str(list(facts.rating)) if facts.rating else NONE,
    "draft": lambda facts: facts.draft or NONE,
    "handover": lambda facts: facts.handovers[-1] if facts.handovers else NONE,
}


def _plain(value: object) -> str:
    """As it is written in a script: yes and no in lower case, nothing as `none`."""
    return NONE if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _complaints(wanted: Any, filed: Sequence[Mapping[str, str]]) -> Iterator[str]:
    each = wanted if isinstance(wanted, list) else [wanted]
    count = wanted if isinstance(wanted, int) else len(each)
    if len(filed) != count:
        yield f"{count} complaint(s) filed, not {len(filed)}"
        return
    if isinstance(wanted, int):
        return
    for number, (one, row) in enumerate(zip(each, filed, strict=True), 1):
        for name, value in one.items():
            value = f"/{value}/" if name == "description" else value
            if not _fits(row[name], value):
                yield f"complaint {number} with {name}: {value}, not {row[name]}"


def _fits(actual: object, wanted: object) -> bool:
    if isinstance(wanted, str) and len(wanted) > 1 and wanted.startswith("/") and wanted.endswith("/"):
        return re.search(wanted[1:-1], _plain(actual), re.DOTALL) is not None
    return actual == wanted if isinstance(wanted, Mapping | list) else _plain(actual) == _plain(wanted)


def _language(variation: Mapping[str, Any]) -> str:
    conditions = {one.get("value") for one in variation.get("condition", [])}
    return "en" if "en" in conditions else "zh"


def _pattern(template: str) -> re.Pattern[str]:
    literal = [re.escape(piece) for piece in _PLACE.split(template.strip())]
    return re.compile(".+?".join(literal), re.DOTALL)
