"""What a customer is told of a complaint arrives: in WeChat inside its window, else another way, once."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service_api.channels.wechat.delivery import Delivery
from service_api.channels.wechat.intake import unlink
from service_api.channels.wechat.models import WeChatSending
from service_api.channels.wechat.notices import sending
from service_api.complaints.handling import NOTICE, tell_customer
from service_api.complaints.models import Complaint
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.customers.models import DemoMessage
from service_api.customers.sms import DemoSms, NoSms, Sms
from service_api.notifications.handlers import MAIL, TOLD, Notifier
from service_api.outbox import service as outbox
from service_api.outbox.models import OutboxEvent
from service_api.settings import Settings
from tests.service_api.complaints.conftest import SHANGHAI, a_complaint
from tests.service_api.wechat.fake import FakeWeChat
from tests.service_api.wechat.people import OPENID, Follower

TEXT = "您的投诉 {number} 已升级至分行处理，我们会尽快给您答复。"
Tell = Callable[..., str]


@pytest.fixture
def follower(database: Database, frozen_fake: FakeWeChat, clock: FrozenClock, settings: Settings) -> Follower:
    return Follower(database, frozen_fake, clock, settings)


@pytest.fixture
def tell(database: Database, follower: Follower, delivery: Delivery, clock: FrozenClock) -> Tell:
    """Tell the customer that their complaint was escalated; gives the words."""

    def tell(
        *,
        contact: str = "",
        sms: Sms | None = None,
        rounds: int = 2,
        sentence: str = "complaint_escalated",
        **facts: object,
    ) -> str:
        notifier = Notifier(SHANGHAI)
        handlers = outbox.Handlers(
            effects={NOTICE: notifier.customer_notice},
            sendings={TOLD: sending(database, delivery, sms or DemoSms())},
        )
        with database.writing() as session:
            complaint = a_complaint(
                session, conversation_id=str(follower.conversation_id), contact=contact or None
            )
            session.query(OutboxEvent).delete()
            said = facts or {"level": "分行"}
            tell_customer(session, complaint, sentence, key=uuid.uuid4().hex, now=clock.now(), **said)
            number = complaint.number
        for _ in range(rounds):
            outbox.deliver(database, handlers, now=clock.now())
        return TEXT.format(number=number)

    return tell


def ways(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.scalars(
            select(WeChatSending).where(WeChatSending.key.is_not(None)).order_by(WeChatSending.id)
        ).all()
        return [(row.way, row.reason) for row in rows]


def sms_texts(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(DemoMessage).order_by(DemoMessage.id)).all()
        return [(row.phone, row.text) for row in rows]


def test_inside_the_window_it_goes_by_wechat_and_by_nothing_else(
    tell: Tell, follower: Follower, database: Database
) -> None:
    follower.writes()
    text = tell(contact="13800138000")
    assert follower.read == [text]
    assert ways(database) == []
    assert sms_texts(database) == []


def test_outside_the_window_it_goes_to_the_contact_of_the_complaint(
    tell: Tell, follower: Follower, database: Database
) -> None:
    text = tell(contact="13800138000")
    assert follower.read == []
    assert sms_texts(database) == [("+8613800138000", f"【听澜银行】{text}")]
    assert ways(database) == [("sms", "window_closed")]


@pytest.mark.parametrize(
    ("code", "reason"), [(45015, "window_closed"), (45002, "errcode_45002")], ids=["window over", "never"]
)
def test_what_wechat_will_not_take_goes_another_way_at_once(
    tell: Tell, follower: Follower, database: Database, frozen_fake: FakeWeChat, code: int, reason: str
) -> None:
    follower.writes()
    frozen_fake.next_codes = [code]
    tell(contact="13800138000")
    assert follower.read == []
    assert ways(database) == [("sms", reason)]


def test_a_mail_address_is_written_to(tell: Tell, database: Database) -> None:
    text = tell(contact="li@example.com")
    with database.reading() as session:
        letter = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == MAIL)).one()
    assert (letter.payload["to"], letter.payload["lines"]) == ("li@example.com", [text])
    assert ways(database) == [("mail", "window_closed")]


def test_without_any_contact_the_reason_is_recorded(tell: Tell, database: Database) -> None:
    tell()
    assert ways(database) == [("none", "window_closed, no_contact")]


def test_without_a_provider_of_text_messages_the_reason_is_recorded(tell: Tell, database: Database) -> None:
    tell(contact="13800138000", sms=NoSms())
    assert ways(database) == [("none", "window_closed, no_sms")]


def test_who_left_wechat_is_told_another_way(
    tell: Tell, follower: Follower, database: Database, clock: FrozenClock
) -> None:
    with database.writing() as session:
        assert unlink(session, OPENID, now=clock.now())
    tell(contact="13800138000")
    assert ways(database) == [("sms", "not_following")]


def test_a_platform_that_is_down_is_waited_for_but_not_for_ever(
    tell: Tell, follower: Follower, database: Database, frozen_fake: FakeWeChat, clock: FrozenClock,
    delivery: Delivery,
) -> None:  # fmt: skip
    follower.writes()
    frozen_fake.http_status = 503
    tell(contact="13800138000", rounds=1)
    handlers = outbox.Handlers(effects={}, sendings={TOLD: sending(database, delivery, DemoSms())})
    for _ in range(5):
        assert ways(database) == []
        clock.move(timedelta(minutes=5))
        outbox.deliver(database, handlers, now=clock.now())
    assert ways(database) == [("sms", "wechat_unreachable")]


def test_the_same_event_twice_tells_once(
    tell: Tell, database: Database, delivery: Delivery, clock: FrozenClock
) -> None:
    tell(contact="13800138000")
    with database.writing() as session:
        event = session.scalars(select(OutboxEvent).where(OutboxEvent.topic == TOLD)).one()
        again = outbox.Event(event.id, event.key, TOLD, event.payload, event.created_at, 2)
        assert session.scalars(select(Complaint.number)).one()
    sending(database, delivery, DemoSms())(again, clock.now())
    assert len(sms_texts(database)) == 1
    assert len(ways(database)) == 1


@pytest.mark.parametrize(
    ("sentence", "facts"),
    [
        ("complaint_filed", {"due_date": "2026-12-06"}),
        ("complaint_escalated", {"level": "分行"}),
        ("complaint_answered", {"summary": "年费已退还。"}),
        ("complaint_rate_us", {"due_date": ""}),
    ],
)
def test_every_notice_of_a_complaint_falls_back_to_the_contact_given(
    tell: Tell, database: Database, sentence: str, facts: dict[str, object]
) -> None:
    tell(contact="13800138000", sentence=sentence, **facts)

    ((way, _reason),) = ways(database)
    ((phone, text),) = sms_texts(database)
    assert (way, phone) == ("sms", "+8613800138000")
    assert "C-2026" in text
