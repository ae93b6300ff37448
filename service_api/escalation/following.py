"""Open complaints follow a version that says so, from the day on which it takes effect."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.complaints.models import Complaint
from service_api.core.database import Database
from service_api.escalation import clocks as rows
from service_api.escalation.clock import Change, Unit
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.profiles import OWN
from service_api.escalation.rule_models import LADDER, RuleVersion
from service_api.escalation.service import DeskClocks

log = structlog.get_logger(__name__)
TOGETHER = 50  # complaints in one transaction


def follow_new_rules(database: Database, desk: DeskClocks, *, now: datetime) -> int:
    """Let open complaints go over to versions that have taken effect. How many did; again: none."""
    with database.reading() as session:
        waiting = session.scalars(
            select(RuleVersion)
            .where(
                RuleVersion.applies_to_open,
                RuleVersion.applied_at.is_(None),
                RuleVersion.effective_from <= now,
            )
            .order_by(RuleVersion.effective_from, RuleVersion.number)
            .limit(20)
        ).all()
    return sum(_follow(database, desk, version, now=now) for version in waiting)


def _follow(database: Database, desk: DeskClocks, version: RuleVersion, *, now: datetime) -> int:
    with database.reading() as session:
        ids = session.scalars(
            select(Complaint.id).where(~Complaint.is_over, _behind(version)).order_by(Complaint.id)
        ).all()
    for few in (ids[n : n + TOGETHER] for n in range(0, len(ids), TOGETHER)):
        with database.writing() as session:
            _move(session, desk, version, few, now=now)
    with database.writing() as session:
        left = session.scalar(select(exists().where(~Complaint.is_over, _behind(version))))
        if left:  # filed or reopened under the old rules meanwhile: the next round takes them
            return len(ids)
        _note_applied(session, version, complaints=len(ids), now=now)
    return len(ids)


def _behind(version: RuleVersion) -> ColumnElement[bool]:
    """The complaint has a clock that began before the version took effect and does not follow it yet."""
    column = ComplaintClock.ladder_id if version.kind == LADDER else ComplaintClock.targets_id
    older = exists().where(
        ComplaintClock.complaint_id == Complaint.id,
        ComplaintClock.status != "stopped",
        ComplaintClock.started_at < version.effective_from,
        or_(column.is_(None), column != version.id),
    )
    return older if version.kind == LADDER else older.where(ComplaintClock.profile == OWN)


def _move(
    session: Session, desk: DeskClocks, version: RuleVersion, ids: Sequence[uuid.UUID], *, now: datetime
) -> None:
    found = session.scalars(
        select(Complaint)
        .where(Complaint.id.in_(ids), ~Complaint.is_over, _behind(version))
        .order_by(Complaint.id)
        .with_for_update(of=Complaint)
    ).all()
    for complaint in found:
        if version.kind == LADDER:
            _take_ladder(session, desk, complaint, version, now=now)
        else:
            _take_targets(session, desk, complaint, version, now=now)


def _take_ladder(
    session: Session, desk: DeskClocks, complaint: Complaint, version: RuleVersion, *, now: datetime
) -> None:
    """What it now demands and the time has passed fires with the next sweep, which marks it late."""
    ladder = desk.rules.ladder_of(session, version.id)
    for row in _clocks(session, complaint, version):
        row.ladder_id = version.id
        desk.look_again(session, row, calendar=desk.calendar_of(session, row, now=now))
    for level in ladder.levels:
        within = level.acknowledge_within_minutes
        for escalation in session.scalars(
            select(Escalation)
            .where(
                Escalation.complaint_id == complaint.id,
                Escalation.level == level.level,
                Escalation.acknowledge_by.is_not(None),
            )
            .order_by(Escalation.id)
        ):
            escalation.ladder_id = version.id
            escalation.acknowledge_by = (
                None if within is None else escalation.fired_at + timedelta(minutes=within)
            )
    desk.fire_facts(session, complaint, version.id, by=_maker(version), now=now)


def _take_targets(
    session: Session, desk: DeskClocks, complaint: Complaint, version: RuleVersion, *, now: datetime
) -> None:
    profiles = desk.rules.profiles_of(session, version.id)
    for row in _clocks(session, complaint, version):
        row.targets_id = version.id
        clock = profiles.clock(row.profile, row.kind, on=row.started_at.date())
        reason = f"targets {version.number}"
        if clock is None:
            desk.change(session, row, Change.STOP, by=_maker(version), now=now, reason=reason)
            continue
        terms = clock.terms(tier=complaint.tier, complex_case=complaint.complex)
        if terms.unit is not Unit(row.unit) or terms.length == row.length:
            continue
        calendar = desk.calendar_of(session, row, now=now)
        rows.retarget_clock(
            session, row, terms, calendar=calendar, by=_maker(version), now=now, reason=reason
        )
        desk.look_again(session, row, calendar=calendar)


def _clocks(session: Session, complaint: Complaint, version: RuleVersion) -> Sequence[ComplaintClock]:
    query = select(ComplaintClock).where(
        ComplaintClock.complaint_id == complaint.id,
        ComplaintClock.status != "stopped",
        ComplaintClock.started_at < version.effective_from,
    )
    if version.kind != LADDER:
        query = query.where(ComplaintClock.profile == OWN)
    return session.scalars(query.order_by(ComplaintClock.started_at, ComplaintClock.id)).all()


def _maker(version: RuleVersion) -> Actor:
    return Actor("staff", str(version.made_by_id))


def _note_applied(session: Session, version: RuleVersion, *, complaints: int, now: datetime) -> None:
    session.execute(
        update(RuleVersion)
        .where(RuleVersion.id == version.id, RuleVersion.applied_at.is_(None))
        .values(applied_at=now)
    )
    record(
        session,
        by=_maker(version),
        action="rules.followed",
        subject=("rules", version.kind),
        now=now,
        number=version.number,
        complaints=complaints,
    )
    log.info("open complaints follow new rules", kind=version.kind, number=version.number, count=complaints)
