"""What an agent does to a case beside its lifecycle: redress, people, clocks, one matter told twice."""

import uuid
from collections.abc import Callable

from pydantic import ValidationError

from service_api.complaints import classification, duplicates, people, queries, redress
from service_api.complaints.case_models import REDRESS_KINDS
from service_api.core.money import Money
from service_api.core.problems import Malformed, faults_of
from service_api.desk.complaint_steps import Press
from service_api.escalation import steering
from service_api.staff.roles import Permission

LONGEST_RECUSAL = 200
BRANCH = "branch:"


def grant(press: Press) -> None:
    """Promise redress, within what the role may promise for the whole case."""
    kind = press.fields.get("kind", "")
    if kind not in REDRESS_KINDS:
        raise Malformed(errors=[{"field": "kind", "message": "unknown kind"}])
    typed = press.words("amount").replace(",", "").replace("，", "")
    money = Money.parse(typed, press.fields.get("currency", "CNY"))
    reason = press.words("reason")
    redress.grant(
        press.session, press.complaint, kind=kind, money=money, reason=reason, me=press.me, now=press.now
    )


def undo_redress(press: Press) -> None:
    """Take a promise back by a line that names it: for those who approve."""
    press.me.must(Permission.APPROVE)
    line = _id(press, "line")
    reason = press.words("reason")
    redress.undo(press.session, press.complaint, line, reason=reason, me=press.me, now=press.now)


def recuse(press: Press) -> None:
    """Keep a person (by username) or a branch away. Anybody themselves; who approves, anybody."""
    whom = press.words("whom")
    branch = whom.removeprefix(BRANCH) if whom.startswith(BRANCH) else None
    if whom != press.me.username:
        press.me.must(Permission.APPROVE)
    staff_id = None if branch else people.member_named(press.session, whom).id
    people.recuse(
        press.session,
        press.complaint,
        staff_id=staff_id,
        branch=branch,
        reason=press.words("reason", longest=LONGEST_RECUSAL),
        by=press.me.actor,
        now=press.now,
    )


def merge(press: Press) -> None:
    """Join this one to an earlier complaint: one of those suggested, or another by its number."""
    number = press.fields.get("into", "").strip() or press.words("other").strip().upper()
    duplicates.merge(
        press.session,
        press.deadlines,
        press.complaint,
        into=queries.complaint_for(press.session, press.me, number, lock=True),
        new_facts=press.fields.get("new_facts") == "yes",
        by=press.me.actor,
        role=press.me.role,
        now=press.now,
    )


def offer(press: Press) -> None:
    """Ask a colleague to take it over, with the responsibility towards the customer when that is wished."""
    people.offer(
        press.session,
        press.complaint,
        to=people.member_named(press.session, press.words("username")),
        reason=press.words("reason"),
        me=press.me,
        now=press.now,
        first_contact=press.fields.get("first_contact") == "yes",
    )


def extend(press: Press) -> None:
    steering.extend(
        press.session,
        press.deadlines,
        press.complaint,
        _id(press, "clock"),
        reason=press.words("reason"),
        me=press.me,
        now=press.now,
        zone=press.zone,
    )


def pause(press: Press) -> None:
    steering.pause_for_appraisal(
        press.session,
        press.deadlines,
        press.complaint,
        _id(press, "clock"),
        reason=press.words("reason"),
        me=press.me,
        now=press.now,
    )


def resume(press: Press) -> None:
    steering.resume(
        press.session, press.deadlines, press.complaint, _id(press, "clock"), me=press.me, now=press.now
    )


def set_complex(press: Press) -> None:
    steering.set_complex(press.session, press.deadlines, press.complaint, me=press.me, now=press.now)


def classify(press: Press) -> None:
    """What was learnt since: codes, flags, how many people. A box that is not ticked is a flag taken back."""
    said = {name: press.fields.get(name, "") for name in ("business", "cause", "group_size")}
    flags = {name: press.fields.get(name) == "yes" for name in classification.FLAGS}
    try:
        facts = classification.Classification.model_validate({k: v for k, v in said.items() if v} | flags)
    except ValidationError as error:
        raise Malformed(errors=faults_of(error)) from None
    classification.classify(
        press.session, press.deadlines, press.complaint, facts, me=press.me, now=press.now
    )


def _id(press: Press, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(press.fields.get(name, ""))
    except ValueError:
        raise Malformed(errors=[{"field": name, "message": "unknown"}]) from None


CASE_STEPS: dict[str, Callable[[Press], None]] = {
    "grant": grant,
    "undo_redress": undo_redress,
    "recuse": recuse,
    "merge": merge,
    "offer": offer,
    "extend": extend,
    "pause": pause,
    "resume": resume,
    "set_complex": set_complex,
    "classify": classify,
}
