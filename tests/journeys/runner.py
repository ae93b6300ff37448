"""Play conversation scripts against a running Ting and check what must hold after every step.

A script file is YAML. `python -m tests.journeys FILE…` runs it; nothing in it is executed.

    about: what the file proves                # optional
    scripts:
      - name: faq-in-the-middle                # unique in the file; shown when it fails
        about: one sentence                    # optional
        language: zh                           # zh or en: in which the chat is opened; zh when left out
        customer: 张伟                          # a demo customer: gives {phone} and {code}; at most one
                                               # script at a time plays the same customer
        alone: true                            # runs after all others, by itself; always so with `later`
        steps:
          - 你好                                # short for say, with nothing to check
          - say: 我要投诉                        # the customer writes; a list is sent without waiting
            times: 3                           # the text that many times over, for long messages
            who: neighbour                     # another person with a chat of their own; every name is one
            keep: {number: 'C-\\d{8}-\\d{4,}'}   # remember what was heard; {number} in later steps
            then: …                            # what must hold now, see below
          - press: 确认提交                      # a button of the last message, by its title
          - later: {days: 1, minutes: 5}       # move the demo's clock, for everybody
          - agent: takes                       # a person takes the conversation; or `gives back`,
          - agent: calls                       # or makes the call that the customer booked,
          - agent: {says: 您好}                  # or says something
          - agent: {answers: '{number}'}       # people decide about a complaint, and the customer hears of it
          - agent: {closes: '{number}'}        # people close a complaint that was answered, likewise

What may stand under `then`; every check is about the step's person, after the whole answer came:

    said: utter_greet                # a response of domain.yml in the language of the conversation, whatever
    said: [utter_greet, '投诉.*编号']  # fills its places; or a regular expression, found in what was said or
                                     # stands on a button. All must have been said.
    unsaid: […]                      # none may have been said
    buttons: […]                     # titles (regular expressions) that must be offered now
    intent: file_complaint           # how the message was understood
    form: complaint_form             # the form that runs; none when none does
    asks: complaint_amount           # the slot the assistant asks for; none when it asks for nothing
    slots: {complaint_amount: {amount: '8000.00', currency: CNY}, complaint_contact: none}
    language: en                     # of the conversation
    answering: queue                 # who answers: assistant, queue (waits for a person) or agent
    verified: true                   # whether the customer has proved who they are
    handover: distress               # why it was handed over the last time; none when it never was
    complaints: 1                    # how many were filed in this conversation; or of one, or of each:
    complaints: {business: loan, description: 利息, amount: '3500.00', currency: CNY, date: '{today-1}',
                 contact: '+8613800138000', state: received, language: zh, customer: 张伟}
    callbacks: 1                     # how many calls people still have to make for this conversation
    ratings: [5, 很耐心]               # the stars and words kept last; '' when there were no words
    draft: 没激活也扣我年费              # what is kept of a half-told complaint; none when nothing is
    silent: true                     # nothing may be answered (a person has the conversation)
    refused: message-too-long        # the message is not taken, with this problem

Texts in slots and complaints must be equal; between slashes, '/…/', they are regular expressions, and a
description always is. In all texts {phone} is the demo customer's number, {code} the newest code sent to it,
{wrong_code} another one, {new_phone} a number of nobody, {today}, {today-1}, {today+2} days as 2026-11-21,
and in what is said {zh:today-1} and {en:today-1} as 11月20日 and November 20.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx

from service_api.demo.people import Employee, StoryFailed
from service_api.demo.play import sign_in_as
from tests.journeys.answering import CASE_ACTS
from tests.journeys.checks import Expectations, Seen
from tests.journeys.desk import Answer, Chat, Desk, DeskFailed
from tests.journeys.script import Script, Step

_DAY = re.compile(r"\{(?:(zh|en):)?today([+-]\d+)?\}")
_CALL = re.compile(r"/desk/callbacks/[0-9a-f-]{36}")
_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong first in a script; a script ends there."""

    script: Script
    step: int
    line: int
    words: str

    def __str__(self) -> str:
        place = f"{self.script.file}:{self.line}"
        return f"{place}: {self.script.name}, step {self.step}\n{self.words}"


@dataclass
class _Play:
    """The people of one script and what was remembered."""

    desk: Desk
    script: Script
    expectations: Expectations
    phone: str
    chats: dict[str, Chat] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    agent: Employee | None = None

    def step(self, step: Step) -> str:
        """Do it and check it. The complaint of a check that did not hold, or nothing."""
        chat = self._chat(step.who)
        answer, done = self._act(step, chat)
        for name, pattern in step.keep.items():
            found = re.search(pattern, answer.text)
            if found is None:
                return _told(done, answer, [f"to hear {pattern!r}, to remember it as {name}"])
            self.kept[name] = found[found.re.groups and 1]
        if not step.then and answer.refused == "none":
            return ""
        seen = Seen(answer, chat.shown, lambda: self.desk.facts(chat.conversation_id))
        wrong = self.expectations.unmet(self._filled(step.then), seen)
        return _told(done, answer, wrong) if wrong else ""

    def _act(self, step: Step, chat: Chat) -> tuple[Answer, str]:
        if step.act == "say":
            texts = [self._with_places(text) for text in step.value]
            silent = bool(step.then.get("silent"))
            return chat.say(texts, silent=silent), f"said: {_short(' / '.join(texts))}"
        if step.act == "press":
            title = self._with_places(step.value)
            if title not in chat.shown:
                raise DeskFailed(f"there is no button {title!r}, but {list(chat.shown)}")
            return chat.say([chat.shown[title]], silent=False), f"pressed: {title}"
        if step.act == "later":
            self.desk.move_clock(**step.value)
            return Answer(), f"later: {dict(step.value)}"
        for verb in CASE_ACTS.keys() & (step.value if isinstance(step.value, Mapping) else {}):
            number = self._with_places(step.value[verb])
            CASE_ACTS[verb](self.desk.address, number)
            return chat.hear_of(number), f"agent: {verb} {number}"
        self._agent_acts(step.value, chat)
        return chat.listen(), f"agent: {step.value}"

    def _agent_acts(self, act: str | Mapping[str, str], chat: Chat) -> None:
        if self.agent is None:
            self.agent = sign_in_as(self.desk.address, "客服")
        talk = f"/desk/conversations/{chat.conversation_id}"
        if act == "takes":
            self.agent.press(f"{talk}/claim", on=talk)
        elif act == "gives back":
            self.agent.press(f"{talk}/hand-back", on=talk)
        elif act == "calls":
            booked = _CALL.search(self.agent.page(talk))
            if booked is None:
                raise DeskFailed("there is no call to make")
            self.agent.press(booked[0], on=talk, outcome="reached")
        elif isinstance(act, Mapping):
            self.agent.press(f"{talk}/messages", on=talk, text=self._with_places(act["says"]))

    def _chat(self, who: str) -> Chat:
        if who not in self.chats:
            self.chats[who] = Chat(self.desk.http, language=self.script.language)
        return self.chats[who]

    def _filled(self, wanted: Any) -> Any:  # whatever YAML holds
        if isinstance(wanted, Mapping):
            return {key: self._filled(value) for key, value in wanted.items()}
        if isinstance(wanted, list):
            return [self._filled(value) for value in wanted]
        return self._with_places(wanted) if isinstance(wanted, str) else wanted

    def _with_places(self, text: str) -> str:
        if "{" not in text:
            return text
        text = _DAY.sub(lambda found: _day(found, self.desk.now().date()), text)
        return _PLACE.sub(lambda found: self._place(found[1], found[0]), text)

    def _place(self, name: str, as_written: str) -> str:
        if name == "phone":
            if not self.phone:
                raise DeskFailed("{phone} needs a script with a demo customer")
            return self.phone
        if name in ("code", "wrong_code"):
            code = self.desk.newest_code(self.phone)
            return code if name == "code" else f"{(int(code) + 1) % 10**6:06d}"
        if name == "new_phone":
            return self.kept.setdefault(name, f"199{secrets.randbelow(10**8):08d}")
        return self.kept.get(name, as_written)


def play(script: Script, desk: Desk, expectations: Expectations, *, phone: str = "") -> Failure | None:
    """Run one script to its end or to the first thing that does not hold."""
    running = _Play(desk, script, expectations, phone)
    number, step = 0, script.steps[0]
    try:
        for number, step in enumerate(script.steps, 1):
            words = running.step(step)
            if words:
                return Failure(script, number, step.line, words)
    except (DeskFailed, StoryFailed, httpx.HTTPError) as error:
        words = f"      did: {step.act} {_short(str(step.value))}\n      but: {type(error).__name__}: {error}"
        return Failure(script, number, step.line, words)
    finally:
        if running.agent is not None:
            running.agent.leave()
    return None


def _told(done: str, answer: Answer, wrong: list[str]) -> str:
    act, _, what = done.partition(": ")
    lines = [f"{act:>9}: {what}"]
    lines += [
        f"    heard: {one.author}: {_short(one.text, 400)}"
        + (f"  [{' | '.join(one.buttons)}]" if one.buttons else "")
        for one in answer.heard
    ]
    lines += [f" expected: {words}" for words in wrong]
    return "\n".join(lines)


def _short(text: str, most: int = 160) -> str:
    flat = text.replace("\n", "⏎")
    return flat if len(flat) <= most else f"{flat[:most]}… ({len(flat)} characters)"


def _day(found: re.Match[str], today: date) -> str:
    day = today + timedelta(days=int(found[2] or 0))
    if found[1] == "zh":
        return f"{day.month}月{day.day}日"
    return f"{day:%B} {day.day}" if found[1] == "en" else day.isoformat()
