"""What agents see of call-backs: those to make, and what customers did with them since."""

import uuid
from datetime import date, timedelta

import pytest

from service_api.audit.service import ASSISTANT
from service_api.conversations import callback_changes, callbacks, service
from service_api.conversations.callback_models import CallbackRequest
from service_api.core.database import Database
from service_api.customers.phone import shown_phone
from tests.service_api.desk.agents import Agent, at
from tests.service_api.desk.conftest import Scene
from tests.service_api.web.conftest import SignedInAs

CALLS = "/desk?tab=callbacks"


def booked(scene: Scene, talk_id: uuid.UUID, *, wanted_on: date | None = None) -> CallbackRequest:
    with scene.database.writing() as session:
        return callbacks.request_callback(
            session,
            service.locked(session, talk_id),
            phone="13800138000",
            wanted="下午三点",
            wanted_on=wanted_on,
            by=ASSISTANT,
            now=scene.clock.now(),
            zone=scene.settings.zone,
        )


def moved(scene: Scene, call: CallbackRequest, **wish: object) -> None:
    wishes = {"phone": None, "wanted": None, "wanted_on": None} | wish
    with scene.database.writing() as session:
        talk = service.locked(session, call.conversation_id)
        callback_changes.change(
            session, talk, call.id, now=scene.clock.now(), zone=scene.settings.zone, **wishes  # type: ignore[arg-type]
        )  # fmt: skip


def cancelled(scene: Scene, call: CallbackRequest) -> None:
    with scene.database.writing() as session:
        talk = service.locked(session, call.conversation_id)
        callback_changes.cancel(session, talk, call.id, now=scene.clock.now())


@pytest.fixture
def call(scene: Scene) -> CallbackRequest:
    return booked(scene, scene.talk("给我回个电话", reason=None), wanted_on=date(2026, 11, 22))


def test_a_call_to_make_stands_among_the_work_with_its_number_masked(
    call: CallbackRequest, lin: Agent
) -> None:
    page = lin.page(CALLS)
    assert f"{shown_phone(call.phone)} 下午三点" in page
    assert call.phone not in page
    assert "客户已取消" not in page


def test_a_cancelled_call_is_no_work_but_is_seen_to_be_the_customers_wish(
    scene: Scene, call: CallbackRequest, lin: Agent
) -> None:
    cancelled(scene, call)
    page = lin.page(CALLS)
    assert "没有要回的电话" in page
    assert "<h2>客户已取消 <small>1</small></h2>" in page
    talk = lin.page(at(call.conversation_id))
    assert "客户已取消" in talk
    assert 'name="outcome"' not in talk


def test_a_moved_call_shows_from_which_day_to_which(scene: Scene, call: CallbackRequest, lin: Agent) -> None:
    moved(scene, call, wanted_on=date(2026, 11, 24))
    for page in (lin.page(CALLS), lin.page(at(call.conversation_id))):
        assert "客户改期：2026-11-22 改为 2026-11-24" in page


def test_a_new_number_shows_that_it_is_new(scene: Scene, call: CallbackRequest, lin: Agent) -> None:
    moved(scene, call, phone="13900139000")
    page = lin.page(CALLS)
    assert "客户改了时间或号码" in page
    assert "139****9000" in page


def test_every_change_stays_to_be_read(scene: Scene, call: CallbackRequest, lin: Agent) -> None:
    moved(scene, call, wanted_on=date(2026, 11, 24))
    scene.clock.move(timedelta(minutes=5))
    cancelled(scene, call)
    talk = lin.page(at(call.conversation_id))
    assert talk.index("客户已取消") < talk.index("客户改期：2026-11-22 改为 2026-11-24")


def test_what_was_cancelled_days_ago_is_no_news(scene: Scene, call: CallbackRequest, lin: Agent) -> None:
    cancelled(scene, call)
    scene.clock.move(timedelta(days=2, minutes=1))
    assert "客户已取消" not in lin.page(CALLS)


def test_a_second_call_does_not_inherit_what_was_done_with_the_first(
    scene: Scene, call: CallbackRequest, lin: Agent
) -> None:
    cancelled(scene, call)
    booked(scene, call.conversation_id, wanted_on=date(2026, 11, 23))
    page = lin.page(CALLS)
    assert page.count("客户已取消") == 2  # the heading of the cancelled ones, and the line there
    assert page.index("2026-11-23") < page.index("客户已取消")


def test_who_says_how_it_went_too_late_is_told_why(
    scene: Scene, call: CallbackRequest, lin: Agent, database: Database
) -> None:
    cancelled(scene, call)
    told = lin.press(f"/desk/callbacks/{call.id}", status=409, outcome="reached")
    assert "客户已经取消了这次回电" in told
    with database.reading() as session:
        assert session.get_one(CallbackRequest, call.id).taken_back


def test_a_call_of_today_is_late_only_when_the_banks_day_is_over(
    scene: Scene, call: CallbackRequest, as_: SignedInAs
) -> None:
    moved(scene, call, wanted_on=date(2026, 11, 21))
    late = '<span class="tag late">'
    scene.clock.move(timedelta(hours=11, minutes=59))  # 23:59 in Shanghai
    assert late not in Agent(as_("agent")).page(CALLS)
    scene.clock.move(timedelta(minutes=2))
    assert late in Agent(as_("agent")).page(CALLS)
