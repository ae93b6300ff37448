"""Which steps beside the lifecycle a case's page offers to this person: only what would not be refused."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.complaints import duplicates, people, redress
from service_api.complaints.limits import HIGHEST, packaged_limits
from service_api.complaints.models import Complaint, Recusal
from service_api.complaints.views import ComplaintRow, rows_of
from service_api.complaints.visibility import visible_to
from service_api.core.money import MINOR_DIGITS
from service_api.escalation.models import ComplaintClock
from service_api.escalation.service import APPRAISAL, DeskClocks
from service_api.staff import queries as staff
from service_api.staff.models import StaffMember
from service_api.staff.roles import Permission
from service_api.staff.service import SignedIn


@dataclass(frozen=True, slots=True)
class ClockMenu:
    """`extend_by` in units of the clock; `by_another` when the extension is not this person's to give."""

    unit: str
    extend_by: int | None
    by_another: bool
    may_pause: bool
    may_resume: bool

    @property
    def offers(self) -> bool:
        return self.extend_by is not None or self.may_pause or self.may_resume


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line of the redress ledger; `undone` when a later line takes it back."""

    id: uuid.UUID
    kind: str
    minor: int
    currency: str
    reason: str
    by: str
    at: datetime
    is_undo: bool
    undone: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """Who is kept away: a person's name, or a branch."""

    name: str
    branch: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaseMenu:
    """`currencies` is empty when nothing may be promised; `limits` is the role's, for the whole case."""

    ledger: Sequence[LedgerLine]
    currencies: Sequence[str]
    limits: Mapping[str, Decimal]
    may_undo: bool
    colleagues: Sequence[StaffMember]
    may_offer: bool
    first_contact: str  # "must" when only that is theirs to hand over, "may", or empty
    offered_to: str
    offered_to_me: bool
    offer_reason: str
    may_recuse_self: bool
    recusable: Sequence[StaffMember]
    branches: Sequence[str]
    kept_away: Sequence[Kept]
    may_merge: bool
    same_matter: Sequence[ComplaintRow]
    may_set_complex: bool
    clocks: Mapping[uuid.UUID, ClockMenu]


def menu_of(
    session: Session,
    desk: DeskClocks,
    one: Complaint,
    me: SignedIn,
    *,
    actions: Sequence[str],
    now: datetime,
    zone: ZoneInfo,
) -> CaseMenu:
    handles = me.may(Permission.HANDLE_COMPLAINTS)
    open_case = handles and not one.is_over
    approves = handles and me.may(Permission.APPROVE)
    offered = people.open_hand_over(session, one.id)
    handlers = staff.complaint_handlers(session) if open_case else []
    is_owner, is_first = one.owner_id == me.staff_id, one.first_contact_id == me.staff_id
    limits = packaged_limits().redress
    own_limits = {currency: roles[me.role] for currency, roles in limits.items() if me.role in roles}
    rows = session.scalars(
        select(ComplaintClock)
        .where(ComplaintClock.complaint_id == one.id)
        .order_by(ComplaintClock.started_at, ComplaintClock.id)
        .limit(200)
    ).all()
    duplicate_rows = (
        rows_of(
            session,
            duplicates.likely_duplicates(session, one, seen=visible_to(me)),
            now=now,
            zone=zone,
        )
        if "merge" in actions
        else []
    )
    return CaseMenu(
        ledger=_ledger(session, one.id),
        currencies=(list(MINOR_DIGITS) if me.role == HIGHEST else list(own_limits)) if open_case else [],
        limits=own_limits,
        may_undo=approves,
        colleagues=[each for each in handlers if each.id != me.staff_id],
        may_offer=open_case and offered is None and (is_owner or is_first),
        first_contact="" if not is_first else "may" if is_owner else "must",
        offered_to=_name(session, offered.to_id) if offered else "",
        offered_to_me=offered is not None and offered.to_id == me.staff_id,
        offer_reason=offered.reason if offered else "",
        may_recuse_self=open_case,
        recusable=[each for each in handlers if each.id != me.staff_id] if approves else [],
        branches=_branches(one, handlers) if approves else [],
        kept_away=_kept_away(session, one.id),
        may_merge="merge" in actions,
        same_matter=duplicate_rows,
        may_set_complex=approves and not one.complex and any(_grows(session, desk, row) for row in rows),
        clocks={row.id: _clock_menu(session, desk, one, row, me) for row in rows} if handles else {},
    )


def _clock_menu(
    session: Session, desk: DeskClocks, one: Complaint, row: ComplaintClock, me: SignedIn
) -> ClockMenu:
    profile = desk.clock_profile(session, row)
    runs, approves = row.status != "stopped" and not one.is_over, me.may(Permission.APPROVE)
    extension = profile.extension if profile is not None and runs else None
    left = extension.length if extension is not None and row.extensions < extension.most else None
    mine = approves and one.owner_id != me.staff_id
    pausable = profile is not None and APPRAISAL in profile.pauses_for
    return ClockMenu(
        unit=row.unit,
        extend_by=left if mine else None,
        by_another=left is not None and not mine,
        may_pause=approves and runs and pausable and row.status == "running",
        may_resume=approves and runs and row.status == "paused",
    )


def _grows(session: Session, desk: DeskClocks, row: ComplaintClock) -> bool:
    """Whether this clock has a longer period for complex matters, and runs."""
    profile = desk.clock_profile(session, row) if row.status == "running" else None
    longer = profile.complex_length if profile is not None else None
    return longer is not None and longer > row.length


def _ledger(session: Session, complaint_id: uuid.UUID) -> list[LedgerLine]:
    lines = redress.ledger_of(session, complaint_id)
    names = staff.display_names(session, {line.by_id for line in lines}) if lines else {}
    undone = {line.undoes_id for line in lines}
    return [
        LedgerLine(
            id=line.id,
            kind=line.kind,
            minor=line.amount_minor,
            currency=line.currency,
            reason=line.reason,
            by=names.get(line.by_id, ""),
            at=line.at,
            is_undo=line.undoes_id is not None,
            undone=line.id in undone,
        )
        for line in lines
    ]


def _kept_away(session: Session, complaint_id: uuid.UUID) -> list[Kept]:
    query = select(Recusal).where(Recusal.complaint_id == complaint_id)
    found = session.scalars(query.order_by(Recusal.created_at, Recusal.id).limit(100)).all()
    names = staff.display_names(session, {one.staff_id for one in found if one.staff_id is not None})
    return [
        Kept(names.get(one.staff_id, "") if one.staff_id else "", one.branch or "", one.reason)
        for one in found
    ]


def _branches(one: Complaint, handlers: Sequence[StaffMember]) -> list[str]:
    return sorted({member.branch for member in handlers} | ({one.branch} if one.branch else set()))


def _name(session: Session, staff_id: uuid.UUID) -> str:
    return staff.display_names(session, {staff_id}).get(staff_id, "")
