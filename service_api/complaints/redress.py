"""The redress ledger: what the bank gives back or pays, within what the role may promise."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import record
from service_api.complaints.case_models import Redress
from service_api.complaints.handling import Closed
from service_api.complaints.limits import packaged_limits
from service_api.complaints.models import Complaint
from service_api.core.money import Money
from service_api.core.problems import Conflict, Forbidden, Malformed, NotFound
from service_api.staff.service import SignedIn


class AboveLimit(Forbidden):
    type = "above-redress-limit"
    title = "超出审批权限"


class AlreadyUndone(Conflict):
    type = "redress-already-undone"
    title = "该笔补偿已撤销"


def grant(
    session: Session,
    complaint: Complaint,
    *,
    kind: str,
    money: Money,
    reason: str,
    me: SignedIn,
    now: datetime,
) -> Redress:
    """Add a line. Raises `AboveLimit` when all of the complaint's redress would exceed the role's limit, and
    `Malformed` for nothing."""
    if complaint.is_over:
        raise Closed
    if money.minor <= 0:
        raise Malformed(errors=[{"field": "amount", "message": "more than nothing"}])
    total = sum(
        (m.amount for m in promised(session, complaint.id) if m.currency == money.currency), money.amount
    )
    if not packaged_limits().may_promise(me.role, Money(total, money.currency)):
        raise AboveLimit
    line = Redress(
        complaint_id=complaint.id,
        kind=kind,
        amount_minor=money.minor,
        currency=money.currency,
        reason=reason,
        by_id=me.staff_id,
        at=now,
    )
    return _add(session, complaint, line, me=me, now=now)


def undo(
    session: Session, complaint: Complaint, line_id: uuid.UUID, *, reason: str, me: SignedIn, now: datetime
) -> Redress:
    """Take a line back by one that names it. Raises `NotFound` and `AlreadyUndone`."""
    line = session.get(Redress, line_id)
    if line is None or line.complaint_id != complaint.id or line.undoes_id is not None:
        raise NotFound
    if session.scalar(select(Redress.id).where(Redress.undoes_id == line_id)) is not None:
        raise AlreadyUndone
    counter = Redress(
        complaint_id=complaint.id,
        kind=line.kind,
        amount_minor=-line.amount_minor,
        currency=line.currency,
        reason=reason,
        by_id=me.staff_id,
        at=now,
        undoes_id=line_id,
    )
    return _add(session, complaint, counter, me=me, now=now)


def ledger_of(session: Session, complaint_id: uuid.UUID) -> Sequence[Redress]:
    """Every line, the oldest first."""
    return session.scalars(
        select(Redress)
        .where(Redress.complaint_id == complaint_id)
        .order_by(Redress.at, Redress.id)
        .limit(500)
    ).all()


def promised(session: Session, complaint_id: uuid.UUID) -> list[Money]:
    """The sum of the ledger, one entry a currency."""
    sums: defaultdict[str, int] = defaultdict(int)
    for line in ledger_of(session, complaint_id):
        sums[line.currency] += line.amount_minor
    return [Money.from_minor(minor, currency) for currency, minor in sorted(sums.items())]


def _add(session: Session, complaint: Complaint, line: Redress, *, me: SignedIn, now: datetime) -> Redress:
    session.add(line)
    session.flush()
    record(
        session,
        by=me.actor,
        action="complaint.redress_undone" if line.undoes_id else "complaint.redress_granted",
        subject=complaint.subject,
        now=now,
        line=line.id,
        kind=line.kind,
        amount=f"{line.money.amount:f}",
        currency=line.currency,
    )
    return line
