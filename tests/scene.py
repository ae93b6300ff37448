"""A bank that has been at work for five weeks, in a folder of its own, for looking at: complaints of many
kinds and ages, some answered, some late and escalated; customers' stars; questions nobody answers."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import copy

import pyotp
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.results import NoAnswer
from service_api.app import create_app
from service_api.articles.files import handbook_of, read_files
from service_api.articles.service import note_unanswered
from service_api.audit.service import ASSISTANT, Actor
from service_api.complaints import decisions
from service_api.complaints.handling import act
from service_api.complaints.lifecycle import Action
from service_api.complaints.models import Complaint
from service_api.complaints.people import assign
from service_api.complaints.schemas import ComplaintFiling, NoticeDraft
from service_api.complaints.service import file_complaint
from service_api.conversations import rating, service
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.core.migrate import migrate
from service_api.customers.models import Customer
from service_api.escalation.service import DeskClocks
from service_api.escalation.sweep import sweep
from service_api.improvements import service as improvements
from service_api.improvements.models import Stage
from service_api.notifications.service import set_stand_in
from service_api.outbox.models import OutboxEvent
from service_api.reports import views
from service_api.reports.choice import Choice
from service_api.seed import seed
from service_api.settings import Settings
from service_api.staff import second_factor
from service_api.staff.models import StaffMember
from service_api.staff.service import SignedIn
from tests.service_api.web.chat_stage import ROOT, served

MONDAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)  # 10:30 in Shanghai
WITH_CODE = "agent2"  # has an authenticator app
FAQ = ROOT / "knowledge" / "faq"
ARTICLES = ("_rates.yml", "report-loss.yml")
BRANCHES = ("chengnan", "pudong", "xihu", "head-office")


@dataclass(frozen=True, slots=True)
class Story:
    """What a customer complained of, once for each of the `days` ago."""

    business: str
    cause: str | None
    text: str
    days: list[int]
    ends: str = "closed"
    amount: str | None = None
    source: str = "customer"
    channel: str = "web"
    language: str = "zh"


_WRITTEN = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
STORIES = tuple(Story(**story) for story in _WRITTEN["stories"])
QUESTIONS: dict[str, int] = _WRITTEN["questions"]


@dataclass(frozen=True, slots=True)
class Scene:
    """`number` is a complaint with a long history."""

    address: str
    number: str
    issue_id: uuid.UUID
    clock: FrozenClock


@contextmanager
def a_bank_at_work(folder: Path) -> Iterator[Scene]:
    """Serve it for a while. Nobody answers in the assistant's place."""
    settings = Settings(
        data_dir=folder,
        articles_dir=str(folder / "faq"),
        demo=True,
        secure_cookies=False,
        rasa_secret="rasa-secret-of-the-scene",
        service_token="service-token-of-the-scene",
        code_pepper="code-pepper-of-the-scene",
    )
    (folder / "faq").mkdir()
    for name in ARTICLES:
        copy(FAQ / name, folder / "faq")
    clock = FrozenClock(MONDAY)
    database = Database(f"sqlite:///{folder / 'ting.db'}")
    migrate(database)
    number, issue_id = _Stage(database, settings, clock).play()
    with served(create_app(settings, database=database, clock=clock)) as address:
        yield Scene(address, number, issue_id, clock)
    database.close()


class _Stage:
    """Lets the weeks go by, a day at a time."""

    def __init__(self, database: Database, settings: Settings, clock: FrozenClock) -> None:
        self.database, self.settings, self.clock = database, settings, clock
        self.pepper = settings.code_pepper.get_secret_value()
        self.desk = DeskClocks()
        self.turn = count()

    def play(self) -> tuple[str, uuid.UUID]:
        seed(self.database, self.clock, self.settings)
        handbook = handbook_of(self.settings.articles_dir)
        read_files(self.database, handbook, today=MONDAY.date(), now=MONDAY)
        for days in range(35, -1, -1):
            now = MONDAY - timedelta(days=days)
            with self.database.writing() as session:
                for story in STORIES:
                    if days in story.days:
                        self._file(session, story, now=now)
                self._handle(session, now=now)
            sweep(self.database, self.desk, now=now)
        with self.database.writing() as session:
            self._furnish(session)
            return self._number(session), self._systemic_issue(session)

    def _file(self, session: Session, story: Story, *, now: datetime) -> None:
        turn = next(self.turn)
        customers = session.scalars(select(Customer).order_by(Customer.certificate_hash)).all()
        talk = service.open_conversation(
            session, channel="web", language=story.language, now=now, pepper=self.pepper
        ).conversation
        if turn % 4:
            talk.customer_id, talk.verified_at = customers[turn % len(customers)].id, now
        filing = ComplaintFiling.model_validate(
            {
                "conversation_id": talk.id,
                "language": story.language,
                "business": story.business,
                "cause": story.cause,
                "description": story.text,
                "amount": {"amount": story.amount} if story.amount else None,
                "contact": "13800138000",
                "channel": story.channel,
                "source": story.source,
                "branch": BRANCHES[turn % 5] if turn % 5 < len(BRANCHES) else None,
            }
        )
        moment = now + timedelta(minutes=7 * (turn % 9))
        file_complaint(
            session, self.desk, filing, key=f"story-{turn}", by=ASSISTANT, now=moment, zone=self.settings.zone
        )

    def _handle(self, session: Session, *, now: datetime) -> None:
        """Four days after filing a case is in hand, nine days after it is answered, then closed and rated."""
        ends = {story.text: story.ends for story in STORIES}
        agent, lead = self._person(session, "agent"), self._person(session, "lead")
        for case in session.scalars(
            select(Complaint).where(~Complaint.is_over).order_by(Complaint.number)
        ).all():
            age = (now - case.received_at).days
            if age >= 4 and case.state == "received":
                assign(session, case, to=session.get_one(StaffMember, agent.staff_id), by=lead.actor, now=now)
                self._step(session, case, Action.ACKNOWLEDGE, agent, now)
                self._step(session, case, Action.INVESTIGATE, agent, now)
            if age >= 9 and case.state == "investigating" and ends[case.description] != "late":
                notice = NoticeDraft(
                    language="en" if case.language == "en" else "zh",
                    findings="经核查，客户反映的情况属实。",
                    basis="《银行业保险业消费投诉处理管理办法》及本行收费公示。",
                    reasons="系统未及时更新客户状态，导致误收。",
                    remedies="全额退还并致歉，同步修正系统设置。",
                )
                decisions.propose(session, self.desk, case, notice, me=agent, now=now)
                decisions.approve(session, self.desk, case, me=lead, now=now)
                decisions.send(session, self.desk, case, me=agent, now=now)
            if age >= 11 and case.state == "answered" and ends[case.description] == "closed":
                self._step(session, case, Action.ACCEPT, agent, now)
                self._rate(session, case, now=now)

    def _rate(self, session: Session, case: Complaint, *, now: datetime) -> None:
        assert case.conversation_id is not None
        talk = service.locked(session, case.conversation_id)
        score, comment = ((5, "处理很快，谢谢"), (4, ""), (2, "等了太久，中间没有人告诉我进展"), (5, ""))[
            next(self.turn) % 4
        ]
        by = Actor("customer", str(talk.id))
        rating.rate(session, talk, score=score, comment=comment, by=by, now=now)

    def _step(self, session: Session, case: Complaint, action: Action, me: SignedIn, now: datetime) -> None:
        act(session, self.desk, case, action, by=me.actor, role=me.role, now=now)

    def _furnish(self, session: Session) -> None:
        """What stands beside the complaints."""
        boss, lead = self._person(session, "supervisor"), self._person(session, "lead")
        for question, times in QUESTIONS.items():
            for days in range(times):
                language = "en" if question.isascii() else "zh"
                nothing = NoAnswer("nothing-fits", 0.31, "en" if language == "en" else "zh")
                note_unanswered(
                    session, question, nothing, language=language, now=MONDAY - timedelta(days=days)
                )
        session.add_all(
            OutboxEvent(
                key=f"scene-{n}",
                topic=topic,
                payload={},
                created_at=MONDAY - timedelta(hours=n),
                due_at=MONDAY,
                attempts=10,
                state="dead",
                last_error=error,
                ended_at=MONDAY,
            )
            for n, (topic, error) in enumerate(
                (("webhook.post", "ConnectError: crm.tinglan.example"), ("mail.send", "TimeoutError")),
                1,
            )
        )
        set_stand_in(
            session,
            member_id=lead.staff_id,
            stand_in_id=boss.staff_id,
            starts_at=MONDAY + timedelta(days=2),
            ends_at=MONDAY + timedelta(days=9),
            by=lead.actor,
            now=MONDAY,
        )
        for name, choice in (
            ("超期未结", Choice(overdue=True)),
            ("信用卡 · 12378 转办", Choice(business="credit-card", source="12378")),
        ):
            views.save(session, boss, name=name, choice=choice, shared=True, now=MONDAY)
        member = session.scalars(select(StaffMember).where(StaffMember.username == WITH_CODE)).one()
        app = pyotp.parse_uri(second_factor.enrol(session, member, pepper=self.pepper))
        assert isinstance(app, pyotp.TOTP)
        second_factor.confirm(session, member, code=app.at(MONDAY), now=MONDAY, pepper=self.pepper)

    def _systemic_issue(self, session: Session) -> uuid.UUID:
        boss = self._person(session, "supervisor")
        owner = session.get_one(StaffMember, self._person(session, "manager").staff_id)
        about = select(Complaint.number).where(Complaint.description.contains("年费三百"))
        plan = improvements.Plan("未激活信用卡仍收年费")
        issue = improvements.open_issue(
            session,
            boss,
            plan,
            owner=owner,
            numbers=session.scalars(about).all(),
            now=MONDAY - timedelta(days=6),
        )
        plan = improvements.Plan(
            "未激活信用卡仍收年费",
            "核心系统换版后，“未激活”标记没有同步到计费批次，旧规则把这些卡当作正常卡收费。",
            "修正计费批次的取数口径；对近一年误收的客户主动退款，并短信告知；计费上线前增加对账。",
            due_on=(MONDAY + timedelta(days=20)).date(),
        )
        improvements.change(
            session,
            boss,
            issue,
            plan,
            stage=Stage.ACTING,
            owner=owner,
            version=issue.version,
            now=MONDAY - timedelta(days=4),
        )
        return issue.id

    def _number(self, session: Session) -> str:
        """Late, escalated, in hand."""
        return (
            session.scalars(
                select(Complaint.number)
                .where(~Complaint.is_over)
                .order_by(Complaint.level.desc(), Complaint.number)
            ).first()
            or ""
        )

    def _person(self, session: Session, username: str) -> SignedIn:
        who = session.scalars(select(StaffMember).where(StaffMember.username == username)).one()
        return SignedIn(who.id, who.username, who.display_name, who.role, who.branch, "")
