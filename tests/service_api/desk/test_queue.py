"""Who gets which conversation: the queue, capacity, presence, and talks passed on."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.conversations import presence, transfer
from service_api.conversations.desk_models import AgentPresence
from service_api.conversations.hours import OfficeHours
from service_api.core.clock import SystemClock
from service_api.core.database import Database
from service_api.settings import Settings
from tests.service_api.desk.agents import Agent, at, inbox, said, state
from tests.service_api.desk.conftest import ZHANG, Scene
from tests.service_api.web.conftest import SignedInAs
from tests.statements import statements_of


def test_next_is_the_most_urgent_and_the_platinum_before_the_stranger(scene: Scene, lin: Agent) -> None:
    stranger = scene.talk("你好")
    platinum = scene.talk("你好", phone=ZHANG)
    fraud = scene.talk("被盗刷了", reason="loss_or_fraud")
    opened = [str(lin.browser.post("/desk/next", data={"csrf_token": lin.token}).url) for _ in range(3)]
    assert [address.rpartition("/")[2] for address in opened] == [str(fraud), str(platinum), str(stranger)]


@pytest.mark.parametrize(
    ("waited", "said"),
    [(timedelta(minutes=40), "40 分钟"), (timedelta(hours=7), "7 小时"), (timedelta(days=16), "16 天")],
)
def test_a_wait_is_told_in_the_unit_that_people_would_use(
    scene: Scene, as_: SignedInAs, waited: timedelta, said: str
) -> None:
    scene.talk("转人工")
    scene.clock.move(waited)
    page = Agent(as_("agent")).page("/desk")
    assert f"等待 {said}</span>" in page


def test_a_talk_of_another_day_stands_with_its_day(scene: Scene, as_: SignedInAs) -> None:
    scene.talk("你好", reason=None)
    assert "<small>12:00</small>" in Agent(as_("agent")).page("/desk?tab=assistant")
    scene.clock.move(timedelta(days=16))
    assert "<small>11-21</small>" in Agent(as_("agent")).page("/desk?tab=assistant")


def test_an_agent_takes_no_more_than_they_may(scene: Scene, lin: Agent, database: Database) -> None:
    lin.browser.post("/desk/status", data={"csrf_token": lin.token, "status": "online", "capacity": "1"})
    first, second = scene.talk("一"), scene.talk("二")
    lin.press(f"{at(first)}/claim")
    lin.press(f"{at(second)}/claim", status=409)
    assert state(database, second).answering == "queue"


def test_going_offline_returns_every_conversation_with_notice(
    scene: Scene, lin: Agent, wu: Agent, database: Database, settings: Settings
) -> None:
    talk = scene.talk("转人工")
    lin.press(f"{at(talk)}/claim")
    lin.browser.post("/desk/status", data={"csrf_token": lin.token, "status": "offline"})
    returned = state(database, talk)
    assert returned.agent_id is None
    assert returned.queued_at is not None
    assert "waiting" in inbox(database, settings, "agent2")


def test_signing_out_returns_them_too(scene: Scene, lin: Agent, database: Database) -> None:
    talk = scene.talk("转人工")
    lin.press(f"{at(talk)}/claim")
    lin.press("/logout")
    assert state(database, talk).agent_id is None


def test_who_is_gone_for_minutes_returns_their_conversations(
    scene: Scene, lin: Agent, database: Database, settings: Settings
) -> None:
    talk = scene.talk("转人工")
    lin.press(f"{at(talk)}/claim")
    machine_now = SystemClock().now()
    hours = OfficeHours.parse("00:00-24:00 daily", settings.zone)

    def sweep(moment: datetime) -> int:
        with database.writing() as session:
            return transfer.return_abandoned(session, now=scene.clock.now(), machine_now=moment, hours=hours)

    assert sweep(machine_now) == 0
    assert sweep(machine_now + timedelta(minutes=6)) == 1
    assert sweep(machine_now + timedelta(minutes=6)) == 0
    assert state(database, talk).answering == "queue"
    assert "重新排队" in said(database, talk)[-1]
    with database.reading() as session:
        assert session.scalars(select(AgentPresence.status)).all() == ["offline"]


def test_a_talk_passed_on_is_first_for_the_colleague_who_hears_of_it(
    scene: Scene, lin: Agent, wu: Agent, database: Database, settings: Settings
) -> None:
    scene.talk("我先来的", phone=ZHANG)
    talk = scene.talk("转人工")
    lin.press(f"{at(talk)}/claim")
    lin.press(f"{at(talk)}/transfer", to="@agent2", note="他只说英文")
    assert "transfer" in inbox(database, settings, "agent2")
    page = wu.page("/desk")
    assert "转给我" in page
    assert (
        page.index(str(talk))
        == min(m.start() for m in re.finditer("/desk/conversations/[0-9a-f]", page)) + 20
    )
    assert "他只说英文" in wu.page(at(talk))
    assert "他只说英文" not in " ".join(said(database, talk))


@pytest.mark.parametrize("aim", ["", "@nobody", "#nowhere", "@auditor", "@agent"])
def test_nobody_is_passed_to_nowhere(scene: Scene, lin: Agent, aim: str) -> None:
    talk = scene.talk("转人工")
    lin.press(f"{at(talk)}/claim")
    lin.press(f"{at(talk)}/transfer", to=aim, status=422)


def test_two_who_look_at_one_talk_know_of_each_other(scene: Scene, lin: Agent, wu: Agent) -> None:
    talk = scene.talk("你好")
    lin.page(at(talk))
    assert "林悦 也在看" in wu.page(at(talk))
    lin.browser.get("/desk/live", params={"open": str(talk), "typing": "true"})
    assert "林悦 正在输入" in wu.page(f"{at(talk)}/head")


def test_the_pulse_says_when_there_is_something_new(scene: Scene, lin: Agent) -> None:
    talk = scene.talk("你好")
    before = lin.browser.get("/desk/live", params={"open": str(talk)}).json()
    assert lin.browser.get("/desk/live", params={"open": str(talk)}).json() == before
    scene.hear(talk, "还在吗")
    after = lin.browser.get("/desk/live", params={"open": str(talk)}).json()
    assert after["queues"] != before["queues"]
    assert after["talk"]["last_seq"] == before["talk"]["last_seq"] + 1
    lines = lin.page(f"{at(talk)}/lines?after={before['talk']['last_seq']}")
    assert lines.count('class="line ') == 1


def test_who_comes_between_the_page_and_its_first_look_is_not_missed(scene: Scene, lin: Agent) -> None:
    open_talk = scene.talk("第一位", phone=ZHANG)
    page = lin.page(at(open_talk))
    marks = [
        found[1] for name in ("mark", "head") if (found := re.search(f'data-{name}="([0-9a-f]+)"', page))
    ]

    def looked() -> list[str]:
        pulse = lin.browser.get("/desk/live", params={"open": str(open_talk)}).json()
        return [pulse["queues"], pulse["talk"]["head"]]

    assert looked() == marks
    scene.talk("第二位")
    lin.press(f"{at(open_talk)}/claim")
    assert not set(looked()) & set(marks)


def test_the_number_of_queries_does_not_grow_with_the_queue(
    scene: Scene, lin: Agent, database: Database
) -> None:
    def count(address: str) -> int:
        with statements_of(database) as statements:
            lin.page(address)
        return len(statements)

    scene.talk("第一位")
    few = {address: count(address) for address in ("/desk", "/desk/queues", "/desk/live")}
    for number in range(30):
        scene.talk(f"第{number}位", phone=ZHANG if number % 2 else None)
    assert {address: count(address) for address in few} == few
    assert few["/desk/live"] <= 10


def test_presence_wears_off(database: Database, scene: Scene, lin: Agent) -> None:
    with database.reading() as session:
        now = SystemClock().now()
        statuses = [_status(session, now), _status(session, now + timedelta(minutes=6))]
    assert statuses == ["online", "offline"]


def _status(session: Session, moment: datetime) -> str:
    found = presence.colleagues(session, machine_now=moment)
    return next(one.status for one in found if one.username == "agent")
