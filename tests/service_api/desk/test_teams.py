"""Teams to which conversations are passed follow from skill and role, and everybody sees who belongs."""

import pytest
from sqlalchemy import select

from service_api.audit.service import SYSTEM
from service_api.complaints import assignment
from service_api.complaints.teams import LINES, teams
from service_api.conversations.transfer import TEAMS
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.settings import Settings
from service_api.staff.models import StaffMember
from tests.service_api.desk.agents import Agent, at, inbox
from tests.service_api.desk.conftest import Scene
from tests.service_api.web.conftest import SignedInAs


@pytest.fixture
def lin_knows_cards(database: Database, clock: FrozenClock) -> None:
    with database.writing() as session:
        lin = session.scalars(select(StaffMember).where(StaffMember.username == "agent")).one()
        assignment.set_skills(session, lin, {"business": ["credit-card"]}, by=SYSTEM, now=clock.now())


def members(database: Database) -> dict[str, set[str]]:
    with database.reading() as session:
        return {team: {one.username for one in found} for team, found in teams(session).items()}


def test_a_team_is_who_has_the_skill_or_who_takes_any_business(
    database: Database, lin_knows_cards: None
) -> None:
    found = members(database)
    assert list(found) == list(TEAMS)
    assert found["cards"] == {"agent"}
    assert found["loans"] == {"agent2", "lead", "manager", "supervisor"}, "nobody has loans as a skill"
    assert found["consumer-protection"] == {"lead", "manager", "supervisor"}
    assert "auditor" not in found["general"]


def test_every_team_has_a_rule() -> None:
    assert set(TEAMS) == {"general", "consumer-protection", *LINES}


def test_the_menu_says_who_belongs_and_the_queue_whose_it_is(
    scene: Scene,
    database: Database,
    settings: Settings,
    lin_knows_cards: None,
    as_: SignedInAs,
) -> None:
    lin, wu = Agent(as_("agent")), Agent(as_("agent2"))
    talk = scene.talk("信用卡年费怎么收")
    wu.press(f"{at(talk)}/claim")
    before = len(inbox(database, settings, "agent2"))
    page = wu.page(at(talk))
    assert "银行卡 · 在线 1/1 · 林悦" in page
    wu.press(f"{at(talk)}/transfer", to="#cards", note="年费争议")
    assert '<span class="tag good">银行卡</span>' in lin.page("/desk")
    assert '<span class="tag ">银行卡</span>' in wu.page("/desk")
    assert inbox(database, settings, "agent")[-1] == "waiting"
    assert len(inbox(database, settings, "agent2")) == before, "the team is told, not everybody"
