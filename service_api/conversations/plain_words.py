"""The wish for few and plain words (elderly mode): said in the chat or chosen on the page."""

from typing import Any

from service_api.conversations.models import Conversation
from service_api.core.i18n import say

_SLOT = "elderly"
_WORDS = {True: "on", False: "off"}


def wish_of(state: dict[str, Any]) -> bool | None:
    """What was wished, by the assistant's state as it is kept; None when nobody said anything about it."""
    said = (state.get("slots") or {}).get(_SLOT)
    return None if said is None else bool(said == _WORDS[True])


def told(talk: Conversation, key: str, **facts: object) -> str:
    """A fixed sentence of the service in the conversation's language, short where that is wished."""
    return say(talk.language, key, plainly=bool(wish_of(talk.assistant_state)), **facts)


def choose(talk: Conversation, *, wish: bool) -> None:
    """The customer has chosen on the page. Needs the row lock."""
    talk.assistant_state = _with(talk.assistant_state, wish=wish)


def carried_over(before: dict[str, Any], after: dict[str, Any], *, told: bool | None) -> dict[str, Any]:
    """The state after a turn whose assistant was `told` a wish: another one was said in the turn itself.

    Otherwise the wish stays as it is now: the page may have changed it meanwhile, and a new session of the
    assistant knows nothing of the old.
    """
    said = wish_of(after)
    wish = said if said is not None and said != told else wish_of(before)
    return after if wish is None else _with(after, wish=wish)


def _with(state: dict[str, Any], *, wish: bool) -> dict[str, Any]:
    return {**state, "slots": {**(state.get("slots") or {}), _SLOT: _WORDS[wish]}}
