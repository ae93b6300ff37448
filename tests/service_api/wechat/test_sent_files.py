"""What an agent sends reaches the customer in WeChat: a picture as a picture, a document by an address."""

import uuid
from datetime import timedelta
from pathlib import Path
from string import ascii_letters

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from service_api.channels import files
from service_api.channels.file_links import LASTS, FileLinks
from service_api.channels.web_models import ChatFile
from service_api.channels.wechat.arrivals import arrivals
from service_api.channels.wechat.delivery import Delivery
from service_api.channels.wechat.enclosures import Enclosures
from service_api.channels.wechat.models import WeChatWindow
from service_api.channels.wechat.platform import Refused
from service_api.channels.wechat.sender import Sender
from service_api.conversations import handover, service
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.core.files import LARGEST, check_file
from service_api.core.problems import NotFound
from service_api.settings import Settings
from tests.service_api.signed_in import a_member
from tests.service_api.wechat.conftest import PEPPER, PUBLIC_URL
from tests.service_api.wechat.fake import FakeWeChat
from tests.service_api.wechat.people import Follower

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 50
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 " + b"\x00" * 50
PDF = b"%PDF-1.7\n" + b"x" * 50


class Desk:
    """An agent who answers one customer in WeChat."""

    def __init__(self, database: Database, follower: Follower, clock: FrozenClock, folder: Path) -> None:
        self.database, self.follower, self.clock, self.folder = database, follower, clock, folder
        with database.writing() as session:
            self.agent_id = a_member(session, "lin").id
            talk = service.locked(session, follower.conversation_id)
            handover.claim(session, talk, staff_id=self.agent_id, name="Lin", now=clock.now())

    def sends(self, name: str, content: bytes, *, by_link: bool = True) -> int:
        with self.database.writing() as session:
            talk = service.locked(session, self.follower.conversation_id)
            file = check_file(name=name, content=content)
            return files.send_file(
                session,
                self.folder,
                talk,
                staff_id=self.agent_id,
                file=file,
                by_link=by_link,
                now=self.clock.now(),
            )

    def sees(self, seq: int) -> str:
        with self.database.reading() as session:
            return arrivals(session, self.follower.conversation_id, [seq])[seq]

    @property
    def left(self) -> int:
        """How many messages may still be sent."""
        with self.database.reading() as session:
            return session.scalars(select(WeChatWindow.messages_left)).one()


@pytest.fixture
def follower(database: Database, frozen_fake: FakeWeChat, clock: FrozenClock, settings: Settings) -> Follower:
    follower = Follower(database, frozen_fake, clock, settings)
    follower.writes()
    return follower


@pytest.fixture
def desk(
    database: Database, follower: Follower, clock: FrozenClock, enclosures: Enclosures, delivery: Delivery
) -> Desk:
    desk = Desk(database, follower, clock, enclosures.folder)
    delivery.deliver(follower.conversation_id)
    return desk


def test_a_picture_arrives_as_it_was_and_the_agent_sees_that_it_did(
    desk: Desk, delivery: Delivery, follower: Follower, frozen_fake: FakeWeChat
) -> None:
    seq = desk.sends("回单.png", PNG)
    assert desk.sees(seq) == "sending"
    delivery.deliver(follower.conversation_id)
    assert frozen_fake.pictures("oABC") == [PNG]
    assert desk.sees(seq) == "sent"


def test_words_and_pictures_arrive_in_the_order_they_were_sent(
    desk: Desk, delivery: Delivery, follower: Follower, frozen_fake: FakeWeChat
) -> None:
    follower.is_told("请看：", author="agent")
    desk.sends("一.png", PNG)
    follower.is_told("就是这张。", author="agent")
    delivery.deliver(follower.conversation_id)
    _greeting, before, picture, after = follower.read
    assert (before, after) == ("请看：", "就是这张。")
    assert frozen_fake.uploaded[picture[1:-1]] == PNG


@pytest.mark.parametrize(
    ("name", "content"), [("年费说明.pdf", PDF), ("截图.webp", WEBP), ("明细.txt", b"1,2")]
)
def test_what_wechat_has_no_kind_for_arrives_as_words_with_an_address(
    desk: Desk, delivery: Delivery, follower: Follower, frozen_fake: FakeWeChat, name: str, content: bytes
) -> None:
    desk.sends(name, content)
    delivery.deliver(follower.conversation_id)
    words, address, hint = follower.read[-1].split("\n")
    assert words.startswith("Lin：") and words.endswith(name)
    assert address.startswith(PUBLIC_URL + "files/")
    assert "24 小时内有效" in hint
    assert frozen_fake.uploaded == {}


def test_a_picture_costs_one_message_of_the_window_and_no_more(
    desk: Desk, delivery: Delivery, follower: Follower
) -> None:
    before = desk.left
    desk.sends("回单.png", PNG)
    delivery.deliver(follower.conversation_id)
    assert desk.left == before - 1


@pytest.mark.parametrize("code", [40004, 40006, 40009, 45001])
def test_a_picture_the_platform_will_not_take_goes_by_an_address_and_the_agent_sees_it(
    desk: Desk, delivery: Delivery, follower: Follower, frozen_fake: FakeWeChat, code: int
) -> None:
    frozen_fake.next_upload_codes = [code]
    seq = desk.sends("回单.png", PNG)
    delivery.deliver(follower.conversation_id)
    assert PUBLIC_URL in follower.read[-1]
    assert desk.sees(seq) == "as_link"


def test_without_an_address_of_ours_it_is_recorded_that_it_will_never_arrive(
    desk: Desk,
    database: Database,
    sender: Sender,
    enclosures: Enclosures,
    clock: FrozenClock,
    follower: Follower,
    frozen_fake: FakeWeChat,
) -> None:
    unreachable = Enclosures(enclosures.folder, FileLinks("", pepper=PEPPER))
    delivery = Delivery(database, sender, unreachable, clock=clock, machine=clock)
    frozen_fake.next_upload_codes = [40004]
    seq, after = desk.sends("回单.png", PNG), follower.is_told("还在吗？", author="agent")
    delivery.deliver(follower.conversation_id)
    assert follower.read[1:] == ["还在吗？"]
    assert (desk.sees(seq), desk.sees(after.seq)) == ("failed", "sent")
    with pytest.raises(files.OnlyPictures):
        desk.sends("年费说明.pdf", PDF, by_link=False)
    desk.sends("回单.png", PNG, by_link=False)


def test_a_picture_lost_from_the_disk_holds_up_nothing(
    desk: Desk, delivery: Delivery, follower: Follower
) -> None:
    seq = desk.sends("回单.png", PNG)
    for kept in desk.folder.iterdir():
        kept.unlink()
    follower.is_told("您好", author="agent")
    delivery.deliver(follower.conversation_id)
    assert (desk.sees(seq), follower.read[-1]) == ("failed", "您好")


def test_a_token_refused_in_an_upload_is_replaced_once_and_the_picture_arrives_once(
    desk: Desk, delivery: Delivery, follower: Follower, frozen_fake: FakeWeChat
) -> None:
    desk.sends("回单.png", PNG)
    frozen_fake.forget_token()
    delivery.deliver(follower.conversation_id)
    assert frozen_fake.pictures("oABC") == [PNG]
    assert frozen_fake.token_calls == [False, True]


def test_a_token_that_stays_refused_makes_no_storm(
    desk: Desk, delivery: Delivery, follower: Follower, frozen_fake: FakeWeChat, clock: FrozenClock
) -> None:
    frozen_fake.never_satisfied = True
    tried, seq = frozen_fake.tries, desk.sends("回单.png", PNG)
    assert not delivery.deliver(follower.conversation_id)
    assert frozen_fake.tries - tried == 2
    assert desk.sees(seq) == "delayed"

    frozen_fake.never_satisfied = False
    clock.move(timedelta(minutes=1))
    delivery.deliver(follower.conversation_id)
    assert frozen_fake.pictures("oABC") == [PNG]


@pytest.mark.parametrize("where", ["upload", "sending"])
def test_a_busy_platform_gets_the_picture_later_and_the_customer_gets_it_once(
    desk: Desk,
    delivery: Delivery,
    follower: Follower,
    frozen_fake: FakeWeChat,
    clock: FrozenClock,
    where: str,
) -> None:
    desk.sends("回单.png", PNG)
    codes = frozen_fake.next_upload_codes if where == "upload" else frozen_fake.next_codes
    codes.extend([-1, 45009])
    before = desk.left
    for _ in range(4):
        delivery.deliver(follower.conversation_id)
        clock.move(timedelta(minutes=6))
    assert frozen_fake.pictures("oABC") == [PNG]
    assert desk.left == before - 1


@pytest.mark.parametrize("code", [45015, 45047])
def test_a_picture_outside_the_window_waits_for_the_customers_next_word(
    desk: Desk, delivery: Delivery, follower: Follower, frozen_fake: FakeWeChat, code: int
) -> None:
    frozen_fake.next_codes = [code]
    seq = desk.sends("回单.png", PNG)
    delivery.deliver(follower.conversation_id)
    assert (desk.sees(seq), frozen_fake.pictures("oABC")) == ("window_closed", [])
    follower.writes()
    delivery.deliver(follower.conversation_id)
    assert (desk.sees(seq), frozen_fake.pictures("oABC")) == ("sent", [PNG])


def test_who_left_gets_nothing_and_the_agent_sees_why(
    desk: Desk, delivery: Delivery, follower: Follower, frozen_fake: FakeWeChat
) -> None:
    frozen_fake.left("oABC")
    seq = desk.sends("回单.png", PNG)
    delivery.deliver(follower.conversation_id)
    assert desk.sees(seq) == "not_following"


def test_an_upload_that_outlasts_its_lease_leaves_the_picture_to_the_process_that_took_it_over(
    desk: Desk, delivery: Delivery, follower: Follower, frozen_fake: FakeWeChat, clock: FrozenClock
) -> None:
    def overtake() -> None:
        frozen_fake.before_upload = lambda: None
        clock.move(timedelta(seconds=61))
        frozen_fake._lock.release()
        try:
            delivery.deliver(follower.conversation_id)
        finally:
            frozen_fake._lock.acquire()

    desk.sends("回单.png", PNG)
    frozen_fake.before_upload = overtake
    delivery.deliver(follower.conversation_id)
    assert frozen_fake.pictures("oABC") == [PNG]


def test_wechat_itself_refuses_what_it_documents(frozen_fake: FakeWeChat, sender: Sender) -> None:
    for content, code in ((b"BM" + b"\x00" * 50, 40004), (PNG + b"\x00" * LARGEST, 45001)):
        with pytest.raises(Refused) as refusal:
            sender.upload(name="a.png", media_type="image/png", content=content)
        assert refusal.value.code == code


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"public_url": PUBLIC_URL})


def test_the_address_opens_the_file_without_asking_anything_and_for_a_day_only(
    client: TestClient, desk: Desk, database: Database
) -> None:
    desk.sends("年费说明.pdf", PDF)
    with database.reading() as session:
        file = session.scalars(select(ChatFile)).one()
    links = FileLinks(PUBLIC_URL, pepper=PEPPER)
    now = client.app.state.visitors.machine.now()  # type: ignore[attr-defined]  # TestClient's app is any ASGI app
    path = links.link_to(file.id, now=now).removeprefix(PUBLIC_URL.rstrip("/"))
    opened = client.get(path)
    assert (opened.status_code, opened.content) == (200, PDF)
    assert opened.headers["content-disposition"].startswith("inline")
    assert (opened.headers["cache-control"], opened.headers["x-robots-tag"]) == (
        "private, no-store",
        "noindex",
    )

    old = links.link_to(file.id, now=now - LASTS).removeprefix(PUBLIC_URL.rstrip("/"))
    over = client.get(old)
    assert (over.status_code, "链接已过期" in over.text) == (410, True)


def test_a_forged_address_opens_nothing(client: TestClient, clock: FrozenClock) -> None:
    links, stranger = (
        FileLinks(PUBLIC_URL, pepper=PEPPER),
        FileLinks(PUBLIC_URL, pepper="another-pepper-of-ours"),
    )
    good = links.link_to(uuid.uuid4(), now=clock.now()).rpartition("/")[2]
    forged = [stranger.link_to(uuid.uuid4(), now=clock.now()).rpartition("/")[2]]
    forged += [
        *(good[:-1] + sign for sign in ascii_letters if sign != good[-1]),
        ("A" if good[0] != "A" else "B") + good[1:],
        good[:-4],
        "",
        "x",
        "==",
        "长",
        "A" * 64,
    ]
    for word in forged:
        with pytest.raises(NotFound):
            links.file_of(word, now=clock.now())
        if word:
            assert client.get(f"/files/{word}").status_code == 404
