"""From what the customer sent to words in the transcript, and from the transcript to few messages in WeChat.

Pure rules. WeChat has no buttons in these messages: they become a numbered menu, and the number typed back is
understood by the same rule as on the web, which looks at the assistant's last words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from service_api.channels.wechat import messages
from service_api.channels.wechat.enclosures import Enclosed, Picture
from service_api.channels.wechat.messages import Incoming
from service_api.conversations.schemas import MessageView
from service_api.conversations.service import LONGEST_TEXT
from service_api.conversations.turns import NUMERIC_SLOTS
from service_api.core.i18n import say
from service_api.core.text import clean

MOST_BYTES = 2000  # the platform takes 2 048 of UTF-8
CHOICES = ("loss", "complaint", "status", "person")
LATEST_CUT = 0.5
_LINK_TAG = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)
_SENTENCE_ENDS = "\n。！？；!?;"


@dataclass(frozen=True, slots=True)
class Heard:
    """What the customer said. `understood` is false for what the assistant cannot take up, only keep."""

    text: str
    understood: bool = True


def heard(incoming: Incoming, *, language: str) -> Heard:
    """A message, or the press of a menu button, as words."""
    fields = incoming.fields
    if incoming.kind == messages.TEXT:
        return Heard(fields.get("Content", ""))
    if incoming.kind == messages.EVENT:
        key = clean(fields.get("EventKey", ""))
        return Heard(say(language, f"wechat_choice_{key}") if key in CHOICES else key[:LONGEST_TEXT])
    if incoming.kind == messages.LOCATION:
        place = clean(fields.get("Label", ""))[:200]
        where = place or f"{fields.get('Location_X', '')[:20]}, {fields.get('Location_Y', '')[:20]}"
        return Heard(say(language, "wechat_location", place=where))
    if incoming.kind == messages.LINK:
        parts = (clean(fields.get(name, ""))[:600] for name in ("Title", "Url"))
        return Heard(say(language, "wechat_link", link="\n".join(part for part in parts if part)))
    if incoming.kind == messages.VOICE:
        recognised = clean(fields.get("Recognition", ""))
        return Heard(recognised[:LONGEST_TEXT] or say(language, "wechat_voice"), bool(recognised))
    kind = "image" if incoming.kind == messages.IMAGE else "video"
    known = incoming.kind in messages.MEDIA
    return Heard(say(language, f"wechat_{kind}" if known else "wechat_unknown"), understood=False)


@dataclass(frozen=True, slots=True)
class Words:
    """One message for the customer as it reads in WeChat; a picture has its text instead of it only."""

    seq: int
    text: str
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """One message to send. Then all up to `through_seq` is dealt with, and `characters` of the next one.

    A picture is sent without words; the text is said instead when the platform will not take it.
    """

    text: str
    through_seq: int
    characters: int
    picture: Picture | None = None


def rendered(
    views: Sequence[MessageView], *, requested_slot: str, enclosed: Mapping[int, Enclosed]
) -> list[Words]:
    """What goes to the customer, in order. Only the assistant's last menu has numbers, for only to that one
    an answer by number is understood, and only while the question is not for a number itself."""
    last = max((v.seq for v in views if v.author == "assistant"), default=0)
    by_number = not any(word in requested_slot for word in NUMERIC_SLOTS)
    return [
        _with_file(view, enclosed[view.seq])
        if view.seq in enclosed
        else Words(view.seq, _as_text(view, numbered=by_number and view.seq == last))
        for view in views
        if view.author != "customer"
    ]


def next_chunk(words: Sequence[Words], *, skip: int, after_seq: int, more: str | None) -> Chunk:
    """As many messages as go into one, the first without its first `skip` characters; `after_seq` is dealt
    with already. `more` is added when something must stay behind and this is the last that may be sent.
    A picture goes by itself."""
    if words[0].picture is not None:
        return Chunk(words[0].text, words[0].seq, 0, words[0].picture)
    said = list(takewhile(lambda each: each.picture is None, words))
    texts = [said[0].text[skip:], *(each.text for each in said[1:])]
    whole = _fitting(texts, MOST_BYTES)
    if whole == len(texts) and (len(said) == len(words) or not more):
        return Chunk("\n\n".join(texts), said[-1].seq, 0)
    room = MOST_BYTES - (len(f"\n\n{more}".encode()) if more else 0)
    whole = _fitting(texts, room)
    tail = f"\n\n{more}" if more else ""
    if whole > 0:
        return Chunk("\n\n".join(texts[:whole]) + tail, said[whole - 1].seq, 0)
    cut = _cut(texts[0], room)
    return Chunk(texts[0][:cut].rstrip() + tail, after_seq, skip + cut)


def _with_file(view: MessageView, enclosed: Enclosed) -> Words:
    return Words(view.seq, _by_name(view, enclosed.words) if enclosed.words else "", enclosed.picture)


def _by_name(view: MessageView, text: str) -> str:
    named = f"{view.agent_name}：{text}" if view.author == "agent" and view.agent_name else text
    # WeChat turns <a href> into a link; a message of ours is only ever text.
    return _LINK_TAG.sub("＜", named)


def _as_text(view: MessageView, *, numbered: bool) -> str:
    text = _by_name(view, view.text)
    titles = [button.title for button in view.buttons]
    if titles and numbered:
        menu = "\n".join(f"{number}. {title}" for number, title in enumerate(titles, start=1))
    else:
        menu = "\n".join(f"· {title}" for title in titles)
    return f"{text}\n\n{_LINK_TAG.sub('＜', menu)}" if menu else text


def _fitting(texts: Sequence[str], room: int) -> int:
    """How many of the texts, joined, are no longer than that many bytes."""
    used = 0
    for count, text in enumerate(texts):
        used += len(text.encode()) + (2 if count else 0)
        if used > room:
            return count
    return len(texts)


def _cut(text: str, room: int) -> int:
    """Where to cut a long text: after a sentence in the second half of what fits, else where it is full."""
    fits = len(text.encode()[:room].decode(errors="ignore"))
    best = max(text.rfind(end, int(fits * LATEST_CUT), fits) for end in _SENTENCE_ENDS)
    return best + 1 if best >= 0 else fits
