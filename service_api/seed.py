"""The demo's invented people: customers with phones and accounts, and staff with published passwords."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import SYSTEM
from service_api.complaints.assignment import set_skills
from service_api.conversations import ready
from service_api.core.clock import Clock
from service_api.core.database import Database
from service_api.core.money import Money
from service_api.customers import service as customers
from service_api.customers.models import CustomerPhone
from service_api.customers.phone import normalise_phone
from service_api.settings import Settings
from service_api.staff import service as staff
from service_api.staff.models import StaffMember


@dataclass(frozen=True, slots=True)
class SignIn:
    """A member of staff of the demo; the password is published, so the demo binds to loopback only."""

    username: str
    password: str
    display_name: str
    role: str
    branch: str


@dataclass(frozen=True, slots=True)
class _Holding:
    kind: str
    number: str
    balance: str | None
    status: str = "active"


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    certificate: str
    phone: str
    tier: str
    holdings: tuple[_Holding, ...]
    manager: str | None = None
    language: str = "zh"


SIGN_INS = (
    SignIn("agent", "agent-demo", "林悦", "agent", "head-office"),
    SignIn("agent2", "agent-demo", "Daniel Wu", "agent", "head-office"),
    SignIn("lead", "lead-demo", "周倩", "team_lead", "head-office"),
    SignIn("manager", "manager-demo", "陈立", "branch_manager", "head-office"),
    SignIn("supervisor", "supervisor-demo", "刘洋", "supervisor", "head-office"),
    SignIn("auditor", "auditor-demo", "何静", "auditor", "head-office"),
)

# By these complaints are given to them; who has no skill of a kind takes any.
_SKILLS = {"agent": {"language": ["zh"]}, "agent2": {"language": ["zh", "en"]}}

# Invented; the certificate numbers use a region code that no place has.
_PEOPLE = (
    _Person(
        "张伟",
        "990101198503152217",
        "13800138000",
        "platinum",
        (
            _Holding("debit_card", "6225990012346688", "128050.50"),
            _Holding("credit_card", "4392990056781234", None),
            _Holding("savings", "9900120045670001", "500000.00"),
        ),
        manager="陈立",
    ),
    _Person(
        "王芳",
        "990101199007084526",
        "13900139000",
        "quality",
        (
            _Holding("debit_card", "6225990098765432", "23680.00"),
            _Holding("credit_card", "4392990011112222", None, "frozen"),
            _Holding("loan", "9900330012340088", "680000.00"),
        ),
    ),
    _Person(
        "欧阳娜",
        "990101197211236642",
        "13700137000",
        "ordinary",
        (_Holding("debit_card", "6225990055550099", "1280.50"),),
    ),
    _Person(
        "John Smith",
        "P99012345",
        "13600136000",
        "quality",
        (_Holding("debit_card", "6225990066660077", "9860.00"),),
        language="en",
    ),
)


def seed(database: Database, clock: Clock, settings: Settings) -> None:
    """Fill a migrated database with the demo's people; what is there already stays as it is.

    Raises `ValueError` outside the demo.
    """
    if not settings.demo:
        raise ValueError("invented people belong into the demo only")
    pepper = settings.code_pepper.get_secret_value()
    with database.writing() as session:
        now = clock.now()
        for sign_in in SIGN_INS:
            _add_staff(session, sign_in, now=now)
        add_customers(session, now=now, pepper=pepper)
        ready.plant(session, now=now)


def add_customers(session: Session, *, now: datetime, pepper: str) -> None:
    """The demo's customers without its staff; those already there stay as they are."""
    for person in _PEOPLE:
        _add_customer(session, person, now=now, pepper=pepper)


def _add_staff(session: Session, sign_in: SignIn, *, now: datetime) -> None:
    if session.scalar(select(StaffMember.id).where(StaffMember.username == sign_in.username)) is not None:
        return
    member = staff.add_member(
        session,
        username=sign_in.username,
        display_name=sign_in.display_name,
        role=sign_in.role,
        branch=sign_in.branch,
        password=sign_in.password,
        now=now,
    )
    member.email = f"{sign_in.username}@tinglan.example"
    if sign_in.username in _SKILLS:
        set_skills(session, member, _SKILLS[sign_in.username], by=SYSTEM, now=now)


def _add_customer(session: Session, person: _Person, *, now: datetime, pepper: str) -> None:
    if session.get(CustomerPhone, normalise_phone(person.phone)) is not None:
        return
    customer = customers.add_customer(
        session,
        name=person.name,
        certificate=person.certificate,
        phone=person.phone,
        tier=person.tier,
        now=now,
        pepper=pepper,
        relationship_manager=person.manager,
        language=person.language,
    )
    for holding in person.holdings:
        customers.open_account(
            session,
            customer,
            kind=holding.kind,
            number=holding.number,
            balance=Money.parse(holding.balance) if holding.balance else None,
            status=holding.status,
        )
