"""Several complaints live long, at random, through the API, while the clock moves and the worker works."""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from service_api.audit.proof import first_flaw
from service_api.complaints.lifecycle import TABLE, State
from service_api.complaints.models import CLOCK_RUNS, Complaint
from service_api.conversations.models import Message
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.outbox import service as outbox
from service_api.outbox.models import DEAD, OutboxEvent
from service_api.worker import close_lapsed, escalate
from tests.service_api.complaints.calls import URL, Headers
from tests.service_api.complaints.conftest import SERVICE, STORY
from tests.service_api.complaints.worked import NOTICE, Worked
from tests.service_api.complaints.worked import worked as worked

SEED, DEEDS, COMPLAINTS = 12378, 300, 6
STEPS = {(step.state.value, step.next.value) for step in TABLE} | {
    (state.value, state.value) for state in State
}
REFUSED = {403, 404, 409, 412, 422}
OFTEN = {
    ("answered", "review"),
    ("answered", "closed"),
    ("review", "decision_proposed"),
    ("closed", "investigating"),
}


@dataclass
class Walk(Worked):
    """What has been seen on the way: the last state of each complaint, and every step between states."""

    states: dict[str, str] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def file(self, chance: random.Random) -> Any:
        who = chance.choice([SERVICE, self.staff["ann"]])
        body = {"business": "credit-card", "description": STORY, "conversation_id": str(self.talk)}
        body |= {"source": chance.choice(["customer", "pboc"])}
        key = {"Idempotency-Key": uuid.UUID(int=chance.getrandbits(128)).hex}
        return self.client.post("/api/v1/complaints", json=body, headers={**who, **key})

    def step(self, chance: random.Random) -> Any:
        number, who = self._one(chance)
        allowed = self.client.get(f"{URL}/{number}", headers=who).json().get("actions") or ["acknowledge"]
        # Half of them would else end too soon to see much.
        going_on = [action for action in allowed if action not in {"withdraw", "merge", "contact_customer"}]
        action = chance.choice(going_on if going_on and chance.random() < 0.9 else allowed)
        body = {"contact_customer": {"how": "phone"}, "ask_customer": {"text": "请问是哪张卡？"}}.get(
            action, {}
        )
        if action == "propose_decision":
            return self.change(number, who, "decisions", NOTICE)
        for deed in ("return", "approve", "send"):
            if action.startswith(deed):
                return self.change(number, who, f"decisions/{deed}", None)
        if action == "merge":
            return self.change(
                number, who, "merge", {"into": self._one(chance)[0], "new_facts": chance.random() < 0.5}
            )
        return self.change(number, who, "actions", {"action": action, **body})

    def wish(self, chance: random.Random) -> Any:
        number, _ = self._one(chance)
        actions = ["add"] * 3 + ["accept"] * 3 + ["reject"] * 3 + ["withdraw"]
        return self.customer_wishes(number, chance.choice(actions), "还有一笔")

    def steer(self, chance: random.Random) -> Any:
        number, _ = self._one(chance)
        lead = self.staff["lead"]
        if chance.random() < 0.2:
            return self.change(number, lead, "complex", None)
        clocks = self.client.get(f"{URL}/{number}", headers=lead).json()["clocks"]
        which, how = chance.choice(clocks)["id"], chance.choice(["extend", "pause", "resume"])
        return self.change(number, lead, f"clocks/{which}/{how}", {"reason": "等待鉴定"})

    def time_passes(self, chance: random.Random) -> None:
        self.clock.move(timedelta(hours=chance.choice([1, 7, 30, 24 * 4, 24 * 4, 24 * 31])))
        for _ in range(2):  # the second round finds nothing to do
            escalate(self.desk, self.now)
            close_lapsed(self.desk, self.now)
            while outbox.deliver(self.database, self.desk.handlers, now=self.now) != outbox.Round():
                pass

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def _one(self, chance: random.Random) -> tuple[str, Headers]:
        return chance.choice(sorted(self.states)), self.staff[chance.choice(["ann", "bob", "lead"])]


def test_whatever_happens_in_whatever_order_the_books_agree(worked: Worked) -> None:
    walk = Walk(**vars(worked))
    chance = random.Random(SEED)
    done = Counter[str]()
    deeds: list[Callable[[random.Random], Any]] = [*[walk.step] * 6, walk.wish, walk.steer, walk.time_passes]
    for n in range(DEEDS):
        deed = walk.file if n < COMPLAINTS else chance.choice(deeds)
        answer = deed(chance)
        if answer is not None:
            assert answer.is_success or answer.status_code in REFUSED, (deed.__name__, answer.text)
            done[deed.__name__] += answer.is_success
        check_what_always_holds(walk)
    assert min(done.values()) > 0, "every kind of deed has come about"
    assert walk.seen >= OFTEN, OFTEN - walk.seen
    walk.time_passes(chance)
    check_what_holds_in_the_end(walk)


def check_what_always_holds(walk: Walk) -> None:
    with walk.database.reading() as session:
        complaints = session.scalars(select(Complaint).order_by(Complaint.number)).all()
        clocks = session.scalars(select(ComplaintClock)).all()
    for one in complaints:
        before = walk.states.get(one.number, one.state)
        assert (before, one.state) in STEPS, (one.number, before, one.state)
        walk.seen.add((before, one.state))
        walk.states[one.number] = one.state
        own = [clock for clock in clocks if clock.complaint_id == one.id]
        legal = [clock for clock in own if clock.statutory and clock.status == "running"]
        if one.is_over:
            assert all(clock.status == "stopped" for clock in own), one.number
        if legal:
            assert one.due_at == min(clock.due_at for clock in legal), one.number
        assert (one.desk_order == CLOCK_RUNS) is bool(legal), one.number
        if one.state in {"received", "acknowledged", "investigating", "review"}:
            assert any(clock.statutory and clock.status != "stopped" for clock in own), one.number


def check_what_holds_in_the_end(walk: Walk) -> None:
    boss = walk.staff["boss"]
    listed = walk.client.get(URL, params={"over": False, "limit": 100}, headers=boss).json()["items"]
    figures = walk.client.get("/api/v1/reports/complaints", headers=boss).json()
    with walk.database.reading() as session:
        still_open = session.scalars(select(Complaint.number).where(~Complaint.is_over)).all()
        levels = Counter(session.execute(select(Escalation.complaint_id, Escalation.clock, Escalation.level)))
        said = Counter(session.scalars(select(Message.text).where(Message.author == "system")))
        asked = session.scalars(select(OutboxEvent.key).where(OutboxEvent.topic == "customer.notice")).all()
        lost = session.scalars(select(OutboxEvent.topic).where(OutboxEvent.state == DEAD)).all()
        assert first_flaw(session) is None
    assert len(listed) == figures["open"] == len(still_open)
    assert set(levels.values()) <= {1}
    assert not lost
    notices = [text for text in said.elements() if "升级至" not in text]
    assert len(notices) == len(asked), "each notice is said, and said once"
