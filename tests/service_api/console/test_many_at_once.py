"""Many complaints at once, from the log: given to one person, their escalations acknowledged."""

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from service_api.audit.models import AuditEntry
from service_api.complaints.models import Complaint
from service_api.complaints.people import recuse
from service_api.core.database import Database
from service_api.escalation.models import Escalation
from service_api.escalation.service import DeskClocks
from service_api.escalation.sweep import sweep
from service_api.staff.models import StaffMember
from tests.service_api.conftest import NOON
from tests.service_api.console.test_supervision import SYSTEM, filed, numbers_on
from tests.service_api.web.conftest import SignedInAs
from tests.service_api.web.test_pages import csrf


def test_many_are_given_to_one_person_and_what_cannot_be_is_named(
    as_: SignedInAs, database: Database
) -> None:
    numbers = filed(database, 3)
    with database.writing() as session:
        agent = session.scalars(select(StaffMember).where(StaffMember.username == "agent")).one()
        recused = session.scalars(select(Complaint).where(Complaint.number == numbers[0])).one()
        recuse(session, recused, staff_id=agent.id, reason="家属", by=SYSTEM, now=NOON)
        agent_id = agent.id
    lead = as_("lead")
    answer = lead.post(
        "/console/assign",
        data={
            "csrf_token": csrf(lead.get("/console").text),
            "number": [*numbers, "C-20200101-0001"],
            "to": "agent",
        },
    ).text

    assert "已分派 2 件" in answer
    assert f"{numbers[0]}</a>: 该人员应当回避" in answer
    assert "C-20200101-0001</a>: 未找到" in answer
    with database.reading() as session:
        owners = dict(session.execute(select(Complaint.number, Complaint.owner_id)).all())
    assert owners == {numbers[0]: None, numbers[1]: agent_id, numbers[2]: agent_id}


def test_an_auditor_sees_the_log_and_gives_nothing(as_: SignedInAs, database: Database) -> None:
    (number,) = filed(database, 1)
    auditor = as_("auditor")
    page = auditor.get("/console").text
    assert number in page
    assert numbers_on(page) == set()
    data = {"csrf_token": csrf(page), "number": [number], "to": "agent"}
    assert auditor.post("/console/assign", data=data).status_code == 403


@pytest.fixture
def escalated(database: Database) -> list[str]:
    """Three complaints of three days ago that nobody has touched."""
    numbers = filed(database, 3, now=NOON - timedelta(days=3))
    sweep(database, DeskClocks(), now=NOON)
    return numbers


def acknowledge(browser: TestClient, page: str, numbers: Sequence[str]) -> str:
    """Tick these on the page and press the button."""
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    data = {"csrf_token": csrf(page), "number": [*numbers], "seen": seen}
    answer = browser.post("/console/acknowledge", data=data)
    assert answer.status_code == 200, answer.text
    return answer.text


def unheard(database: Database) -> dict[str, int]:
    """How many levels of each complaint nobody has acknowledged."""
    with database.reading() as session:
        query = (
            select(Complaint.number, func.count())
            .join(Escalation, Escalation.complaint_id == Complaint.id)
            .where(Escalation.level > 0, Escalation.acknowledged_at.is_(None))
            .group_by(Complaint.number)
        )
        return dict(session.execute(query).all())


def test_the_levels_of_many_are_acknowledged_in_one_press(
    as_: SignedInAs, database: Database, escalated: list[str]
) -> None:
    before = unheard(database)
    assert set(before) == set(escalated)
    lead = as_("lead")
    page = lead.get("/console").text
    assert page.count("待确认") == 3
    told = acknowledge(lead, page, escalated[:2])

    assert "已确认 2 件投诉的升级" in told
    assert "没有办成" not in told
    assert unheard(database) == {escalated[2]: before[escalated[2]]}
    with database.reading() as session:
        who = session.scalars(select(StaffMember.id).where(StaffMember.username == "lead")).one()
        query = select(AuditEntry.actor_id).where(AuditEntry.action == "complaint.escalation_acknowledged")
        written = session.scalars(query).all()
    assert list(written) == [str(who)] * sum(before[number] for number in escalated[:2])


def test_what_has_changed_since_the_page_was_made_is_not_acknowledged_but_named(
    as_: SignedInAs, database: Database, escalated: list[str]
) -> None:
    lead = as_("lead")
    page = lead.get("/console").text
    sweep(database, DeskClocks(), now=NOON + timedelta(days=2))  # the next level fires
    with database.writing() as session:  # and two are as the page showed them
        for number in escalated[1:]:
            complaint = session.scalars(select(Complaint).where(Complaint.number == number)).one()
            page = re.sub(rf"{number}:\d+", f"{number}:{complaint.version}", page)
    told = acknowledge(lead, page, [*escalated, "C-20200101-0001"])

    assert "已确认 2 件投诉的升级" in told
    assert "以下 2 件没有办成" in told
    assert re.search(rf"{escalated[0]}</a>: 刚有变化", told)
    assert re.search(r"C-20200101-0001</a>: ", told)
    assert set(unheard(database)) == {escalated[0]}


def test_a_complaint_that_no_page_has_shown_is_not_acknowledged(
    as_: SignedInAs, database: Database, escalated: list[str]
) -> None:
    lead = as_("lead")
    told = acknowledge(lead, re.sub(r'name="seen"', "", lead.get("/console").text), escalated[:1])
    assert "件投诉的升级" not in told
    assert "表单不完整" in told
    assert escalated[0] in unheard(database)


def test_twice_is_once_and_nothing_to_acknowledge_is_said(
    as_: SignedInAs, database: Database, escalated: list[str]
) -> None:
    (calm,) = filed(database, 1)
    lead = as_("lead")
    page = lead.get("/console").text
    acknowledge(lead, page, escalated)
    told = acknowledge(lead, lead.get("/console").text, [*escalated, calm])
    assert told.count("没有待确认的升级") == 4
    assert lead.post("/console/acknowledge", data={"csrf_token": csrf(page)}).status_code == 422


def test_one_press_on_the_file_acknowledges_all_its_levels(
    as_: SignedInAs, database: Database, escalated: list[str]
) -> None:
    lead = as_("lead")
    page = lead.get(f"/desk/complaints/{escalated[0]}").text
    assert "全部确认收到（" in page
    (version,) = set(re.findall(r'name="version" value="(\d+)"', page))
    address = f"/desk/complaints/{escalated[0]}/acknowledge_levels"
    after = lead.post(address, data={"csrf_token": csrf(page), "version": version}).text
    assert "全部确认收到" not in after
    assert set(unheard(database)) == set(escalated[1:])
