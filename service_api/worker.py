"""The worker: every job and its cadence on this one screen.

Due work lives in tables; the scheduler only says when to look. Any number of workers may run. Every job may
run twice, and after a stand-still the next run catches up.
"""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from service_api.articles import statistics
from service_api.audit.proof import CheckpointFile, checkpoints_of, first_flaw
from service_api.channels.wechat import channel, intake, media, notices
from service_api.channels.wechat.channel import Outgoing
from service_api.complaints import notes, people
from service_api.complaints import queries as complaints
from service_api.complaints import service as filing
from service_api.complaints.handling import NOTICE, REVIEW_WINDOW, close_unanswered_review
from service_api.complaints.models import Complaint
from service_api.conversations import drafts, handover, transfer
from service_api.conversations import notes as conversation_notes
from service_api.conversations import queries as conversations
from service_api.conversations.hours import OfficeHours, WorkingDay
from service_api.core import heartbeat
from service_api.core.clock import Clock, DemoClock, SystemClock
from service_api.core.database import Database
from service_api.core.logging import set_up_logging
from service_api.customers.sms import DemoSms, NoSms
from service_api.escalation import calendars, following
from service_api.escalation.bank_days import BankDays
from service_api.escalation.service import ESCALATED, DeskClocks
from service_api.escalation.sweep import sweep
from service_api.improvements import service as improvements
from service_api.notifications import mail, webhooks
from service_api.notifications.desk import DeskNotifier
from service_api.notifications.handlers import MAIL, TOLD, WEBHOOK, Notifier
from service_api.outbox import service as outbox
from service_api.outbox.service import Handlers
from service_api.settings import Settings, load_settings

log = structlog.get_logger(__name__)
MACHINE = SystemClock()
EVENTS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the jobs work with."""

    database: Database
    desk: DeskClocks
    handlers: Handlers
    hours: OfficeHours
    working_day: WorkingDay
    checkpoints: CheckpointFile
    wechat: Outgoing | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """`run` takes the desk and the time. `demo_every`: shorter waits, so that a story can be watched."""

    name: str
    every: timedelta
    demo_every: timedelta
    run: Callable[[Desk, datetime], object]


def escalate(desk: Desk, now: datetime) -> object:
    return sweep(desk.database, desk.desk, now=now)


def follow_rules(desk: Desk, now: datetime) -> object:
    """Open complaints go over to new rules that say so."""
    return following.follow_new_rules(desk.database, desk.desk, now=now)


def report_years(desk: Desk, now: datetime) -> object:
    """Years whose days off nobody has confirmed yet."""
    with desk.database.writing() as session:
        return calendars.report_unconfirmed(session, desk.desk, now=now)


def deliver(desk: Desk, now: datetime) -> object:
    return outbox.deliver(desk.database, desk.handlers, now=now)


def write_mail(desk: Desk, now: datetime) -> object:
    with desk.database.writing() as session:
        return mail.write_round(session, now=now)


def answer_in_wechat(desk: Desk, _now: datetime) -> object:
    """What other processes wrote, and what could not be sent before."""
    return desk.wechat.delivery.deliver_due() if desk.wechat is not None else None


def fetch_from_wechat(desk: Desk, _now: datetime) -> object:
    if desk.wechat is None:
        return None
    return media.fetch_waiting(desk.database, desk.wechat.sender, desk.wechat.folder, machine=MACHINE)


def say_alive(desk: Desk, _now: datetime) -> None:
    with desk.database.writing() as session:
        heartbeat.beat(session, process=heartbeat.WORKER, at=MACHINE.now())


def return_abandoned(desk: Desk, now: datetime) -> object:
    """Conversations of agents whose pages have been gone for some minutes go back to the queue."""
    with desk.database.writing() as session:
        return transfer.return_abandoned(
            session,
            now=now,
            machine_now=MACHINE.now(),
            hours=desk.hours,
            working_day=desk.working_day,
        )


def close_lapsed(desk: Desk, now: datetime) -> object:
    """Answered complaints that nobody contested within the time for a review."""
    with desk.database.reading() as session:
        lapsed = complaints.answered_before(session, now - REVIEW_WINDOW)
    for complaint_id in lapsed:
        with desk.database.writing() as session:
            complaint = session.get_one(Complaint, complaint_id, with_for_update=True)
            close_unanswered_review(session, desk.desk, complaint, now=now)
    return len(lapsed)


def count_led_to_person(desk: Desk, _now: datetime) -> object:
    """Answers after which the customer asked for a person."""
    with desk.database.writing() as session:
        passed = conversations.hand_overs_after(session, statistics.counted_up_to(session))
        found = [statistics.PassedOn(one.id, one.conversation_id, one.asked_at) for one in passed]
        return statistics.note_hand_overs(session, found, zone=desk.hours.zone)


def remind_improvements(desk: Desk, now: datetime) -> object:
    """Owners hear of systemic issues whose corrective action is late."""
    with desk.database.writing() as session:
        return improvements.remind(session, today=now.astimezone(desk.hours.zone).date(), now=now)


def tidy(desk: Desk, now: datetime) -> object:
    with desk.database.writing() as session:
        forgotten = outbox.forget_done(session, before=now - EVENTS_KEPT)
        forgotten += filing.forget_keys(session, before=now - filing.KEYS_KEPT)
        forgotten += drafts.forget_old(session, now=now)
        forgotten += statistics.forget_showings(session, before=now - statistics.SHOWINGS_KEPT)
        return forgotten + intake.forget_seen(session, before=MACHINE.now() - intake.SEEN_KEPT)


def check_audit(desk: Desk, _now: datetime) -> object:
    checkpoints = desk.checkpoints.read()
    with desk.database.reading() as session:
        flaw = first_flaw(session, checkpoints)
    if flaw is not None:
        log.error("the audit log was changed", wrong=flaw.wrong.value, entry_id=flaw.entry_id)
    return flaw


def note_checkpoint(desk: Desk, now: datetime) -> object:
    """What the audit log is now, where the database cannot reach: a sealed file and this process's log."""
    with desk.database.reading() as session:
        point = desk.checkpoints.add(session, now=now)
    if point is not None:
        log.info("audit checkpoint", entries=point.entries, last_hash=point.last_hash)
    return point


def _seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


JOBS: tuple[Job, ...] = (
    Job("heartbeat", _seconds(10), _seconds(5), say_alive),
    Job("escalation", _seconds(15), _seconds(2), escalate),
    Job("new rules", _seconds(15), _seconds(2), follow_rules),
    Job("calendar years", timedelta(hours=24), _seconds(60), report_years),
    Job("outbox", _seconds(2), _seconds(1), deliver),
    Job("wechat", _seconds(2), _seconds(1), answer_in_wechat),
    Job("wechat media", _seconds(10), _seconds(5), fetch_from_wechat),
    Job("abandoned", _seconds(20), _seconds(10), return_abandoned),
    Job("led to a person", _seconds(30), _seconds(5), count_led_to_person),
    Job("mail", _seconds(60), _seconds(5), write_mail),
    Job("improvements", timedelta(hours=6), _seconds(30), remind_improvements),
    Job("close lapsed", timedelta(hours=1), _seconds(30), close_lapsed),
    Job("tidy", timedelta(hours=6), timedelta(hours=6), tidy),
    Job("audit checkpoint", timedelta(hours=1), _seconds(60), note_checkpoint),
    Job("audit check", timedelta(hours=24), timedelta(hours=24), check_audit),
)


def furnish(settings: Settings, database: Database, *, clock: Clock | None = None) -> Desk:
    """The jobs' collaborators, and who takes which event. `clock` is the machine's unless it is handed in."""
    desk = DeskClocks()
    wechat = channel.outgoing(settings, database, clock=clock or MACHINE, machine=MACHINE)
    sms = DemoSms() if settings.demo else NoSms()
    notifier = Notifier(settings.zone)
    at_desk = DeskNotifier(MACHINE)
    days = BankDays(database, desk.profiles)
    mailer = (
        mail.SmtpMailer(settings.smtp_url)
        if settings.smtp_url
        else mail.FileMailer(settings.data_dir / "mail")
    )
    handlers = Handlers(
        effects={
            filing.FILED: notifier.complaint_filed,
            people.UNCLAIMED: notifier.complaint_filed,
            ESCALATED: notifier.complaint_escalated,
            calendars.UNCONFIRMED: notifier.year_unconfirmed,
            NOTICE: notifier.customer_notice,
            people.ASSIGNED: notifier.colleague_told,
            people.OFFERED: notifier.colleague_told,
            notes.MENTIONED: notifier.colleague_told,
            notes.NEWS: notifier.handlers_told,
            handover.WAITING: at_desk.somebody_waits,
            conversation_notes.MENTIONED: at_desk.colleague_named,
        },
        sendings={
            MAIL: mail.sending(mailer),
            WEBHOOK: webhooks.sending(database, webhooks.new_client(), machine=MACHINE),
            TOLD: notices.sending(database, wechat.delivery if wechat is not None else None, sms),
        },
    )
    hours = OfficeHours.parse(settings.office_hours, settings.zone)
    return Desk(database, desk, handlers, hours, days, checkpoints_of(settings), wechat)


def run_job(job: Job, desk: Desk, clock: Clock) -> None:
    """One run. An error is logged and the next run tries again: a job never ends the worker."""
    try:
        job.run(desk, clock.now())
    except Exception as error:  # the edge of the worker
        log.error("job failed", job=job.name, exc_info=error)


def schedule(desk: Desk, clock: Clock, *, demo: bool) -> BackgroundScheduler:
    """A scheduler with every job, not started yet; a run that is late or missed is made up by one."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in JOBS:
        scheduler.add_job(
            partial(run_job, job, desk, clock),
            IntervalTrigger(seconds=(job.demo_every if demo else job.every).total_seconds()),
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=MACHINE.now(),
        )
    return scheduler


def main() -> None:
    """Run until told to stop; what is being done is finished first."""
    settings = load_settings()
    set_up_logging(level=settings.log_level, process="worker")
    database = Database(settings.database_address)
    clock = DemoClock(database) if settings.demo else SystemClock()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    scheduler = schedule(furnish(settings, database, clock=clock), clock, demo=settings.demo)
    scheduler.start()
    log.info("worker started", pid=os.getpid(), jobs=len(JOBS))
    stop.wait()
    scheduler.shutdown(wait=True)
    database.close()


if __name__ == "__main__":
    main()
