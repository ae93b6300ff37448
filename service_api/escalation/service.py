"""The clocks and the ladder of a complaint, kept in the transaction of whatever happens to it."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service_api.audit.service import Actor
from service_api.complaints.deadlines import ClockView, EscalationView
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import CLOCK_RESTS, CLOCK_RUNS, OVER, Complaint
from service_api.escalation import clocks as rows
from service_api.escalation import queries
from service_api.escalation.calendar import WorkingCalendar
from service_api.escalation.calendars import load_calendar
from service_api.escalation.clock import Change, Unit
from service_api.escalation.firing import ESCALATED, Firing, fire_all
from service_api.escalation.models import ComplaintClock, Escalation
from service_api.escalation.policy import FACTS, next_moment, steps_of_clock, steps_of_facts
from service_api.escalation.profiles import (
    FILE_STEP,
    ClockProfile,
    Ladder,
    Profiles,
    packaged_ladder,
    packaged_profiles,
)
from service_api.escalation.rulebook import RuleBook, VersionId

__all__ = ["ESCALATED", "DeskClocks"]
CUSTOMER, APPRAISAL = "customer", "appraisal"
COUNTS_WORK = frozenset({Unit.WORKING_DAYS.value, Unit.WORKING_MINUTES.value})


def facts_of(complaint: Complaint) -> dict[str, int]:
    """What the ladder's rules of facts look at."""
    return {
        "group_size": complaint.group_size,
        "media": int(complaint.media),
        "regulatory": int(complaint.regulatory),
        "legal": int(complaint.legal),
        "repeat_count": complaint.repeat_count,
        "platinum": int(complaint.tier == "platinum"),
        "strong_emotion": int(complaint.strong_emotion),
    }


class DeskClocks:
    """Answers for `complaints.deadlines.Deadlines`."""

    def __init__(self, profiles: Profiles | None = None, ladder: Ladder | None = None) -> None:
        self.profiles = profiles or packaged_profiles()
        self.rules = RuleBook(self.profiles, ladder or packaged_ladder())

    def opened(self, session: Session, complaint: Complaint, *, by: Actor, now: datetime) -> None:
        self._start(session, complaint, step=FILE_STEP, known=[], by=by, now=now)
        self.facts_changed(session, complaint, by=by, now=now)

    def moved(
        self, session: Session, complaint: Complaint, *, action: Action, by: Actor, now: datetime
    ) -> None:
        known = list(rows.clocks_of(session, complaint))
        for row in known:
            self._move(session, row, complaint, action=action, by=by, now=now)
        self._start(session, complaint, step=action.value, known=known, by=by, now=now)
        if complaint.is_over:
            self._end_silence(session, complaint)

    def facts_changed(self, session: Session, complaint: Complaint, *, by: Actor, now: datetime) -> None:
        self.fire_facts(session, complaint, self.rules.in_force(session, now=now).ladder_id, by=by, now=now)

    def fire_facts(
        self, session: Session, complaint: Complaint, ladder_id: VersionId, *, by: Actor, now: datetime
    ) -> int:
        """Fire what the facts of the case demand of that version of the ladder. How many were new."""
        ladder = self.rules.ladder_of(session, ladder_id)
        steps = steps_of_facts(facts_of(complaint), ladder=ladder, now=now)
        firings = [Firing(complaint, step, FACTS, ladder, ladder_id) for step in steps]
        return fire_all(session, firings, by=by, now=now)

    def restarted(
        self, session: Session, complaint: Complaint, *, reason: str, by: Actor, now: datetime
    ) -> None:
        """What a reopened complaint would start begins again; what its state has behind it does not."""
        known = list(rows.clocks_of(session, complaint))
        for row in known:
            clock = self.clock_profile(session, row)
            if row.status != "stopped" and clock is not None and Action.REOPEN in clock.starts_on:
                self.change(session, row, Change.STOP, by=by, now=now, reason=reason)
        self._start(session, complaint, step=Action.REOPEN.value, known=known, by=by, now=now)

    def clocks_of(self, session: Session, complaint_id: uuid.UUID) -> Sequence[ClockView]:
        return queries.clock_views(session, complaint_id)

    def escalations_of(
        self, session: Session, complaint_id: uuid.UUID, *, language: str
    ) -> Sequence[EscalationView]:
        return queries.escalation_views(session, self.rules, complaint_id, language=language)

    def clock_profile(self, session: Session, row: ComplaintClock) -> ClockProfile | None:
        """The description that a clock runs under: of the day and the version of its start."""
        profiles = self.rules.profiles_of(session, row.targets_id)
        return profiles.clock(row.profile, row.kind, on=row.started_at.date())

    def calendar_of(self, session: Session, row: ComplaintClock, *, now: datetime) -> WorkingCalendar:
        """The calendar of a clock; its days off are read only for clocks that count working time."""
        if row.unit in COUNTS_WORK:
            return self._calendar(session, row.calendar, now=now)
        return WorkingCalendar(ZoneInfo(self.profiles.calendars[row.calendar].zone), ())

    def change(
        self,
        session: Session,
        row: ComplaintClock,
        change: Change,
        *,
        by: Actor,
        now: datetime,
        reason: str = "",
        amount: int = 0,
    ) -> None:
        """Change one clock and set when the sweep looks at it next. Raises `ClockRefuses`."""
        calendar = self.calendar_of(session, row, now=now)
        rows.change_clock(
            session, row, change, calendar=calendar, by=by, now=now, reason=reason, amount=amount
        )
        self.look_again(session, row, calendar=calendar)

    def look_again(
        self,
        session: Session,
        row: ComplaintClock,
        *,
        calendar: WorkingCalendar,
        fired: Collection[int] | None = None,
    ) -> None:
        """Set `next_look_at` from the ladder and what has fired already."""
        state = rows.state_of(row)
        ladder = self.rules.ladder_of(session, row.ladder_id)
        steps = steps_of_clock(row.kind, state, rows.terms_of(row), ladder=ladder, calendar=calendar)
        known = self.fired_by(session, row) if fired is None else fired
        row.next_look_at = next_moment(steps, state, fired=known)

    def fired_by(self, session: Session, row: ComplaintClock) -> set[int]:
        """The levels this clock has fired."""
        return set(
            session.scalars(
                select(Escalation.level)
                .where(Escalation.complaint_id == row.complaint_id, Escalation.clock == row.name)
                .order_by(Escalation.level)
            )
        )

    def refresh(self, session: Session, complaint: Complaint) -> None:
        """Copy the statutory deadline in force, and whether the bank's clock runs, to the complaint."""
        session.flush()
        due = session.execute(
            select(ComplaintClock.due_at)
            .where(
                ComplaintClock.complaint_id == complaint.id,
                ComplaintClock.statutory,
                ComplaintClock.status == "running",
            )
            .order_by(ComplaintClock.due_at)
            .limit(1)
        ).scalar()
        if due is not None:
            complaint.due_at = due
        complaint.desk_order = OVER if complaint.is_over else CLOCK_RESTS if due is None else CLOCK_RUNS

    def _start(
        self,
        session: Session,
        complaint: Complaint,
        *,
        step: str,
        known: list[ComplaintClock],
        by: Actor,
        now: datetime,
    ) -> None:
        runs = {(row.profile, row.kind) for row in known if row.status != "stopped"}
        rules = self.rules.in_force(session, now=now)
        profiles = self.rules.profiles_of(session, rules.targets_id)
        for profile in profiles.in_force(now.date(), source=complaint.source):
            wanted = [c for c in profile.clocks if step in c.starts_on and (profile.id, c.kind) not in runs]
            if not wanted:
                continue
            calendar = self._calendar(session, profile.calendar, now=now)
            for clock in wanted:
                rounds = [r.round for r in known if (r.profile, r.kind) == (profile.id, clock.kind)]
                row = rows.start_clock(
                    session,
                    complaint,
                    profile,
                    clock,
                    round_=max(rounds, default=0) + 1,
                    calendar=calendar,
                    rules=rules,
                    by=by,
                    now=now,
                )
                self.look_again(session, row, calendar=calendar, fired=())
        self.refresh(session, complaint)

    def _move(
        self,
        session: Session,
        row: ComplaintClock,
        complaint: Complaint,
        *,
        action: Action,
        by: Actor,
        now: datetime,
    ) -> None:
        if row.status == "stopped":
            return
        clock = self.clock_profile(session, row)
        if complaint.is_over or clock is None or action.value in clock.stops_on:
            self.change(session, row, Change.STOP, by=by, now=now, reason=action.value)
        elif row.status == "paused" and row.paused_for == CUSTOMER and action is not Action.ASK_CUSTOMER:
            self.change(session, row, Change.RESUME, by=by, now=now, reason=action.value)
        elif row.status == "running" and action is Action.ASK_CUSTOMER and CUSTOMER in clock.pauses_for:
            self.change(session, row, Change.PAUSE, by=by, now=now, reason=CUSTOMER)

    def _calendar(self, session: Session, name: str, *, now: datetime) -> WorkingCalendar:
        return load_calendar(session, name, self.profiles.calendars[name], around=now)

    def _end_silence(self, session: Session, complaint: Complaint) -> None:
        session.execute(
            update(Escalation)
            .where(Escalation.complaint_id == complaint.id, Escalation.acknowledge_by.is_not(None))
            .values(acknowledge_by=None)
        )
