"""What the bank tells by itself comes into the middle of a form, in its language, and breaks nothing."""

import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from sqlalchemy import select

from service_api.complaints.models import Complaint
from service_api.core.database import Database
from tests.journeys.__main__ import database_address, domain_responses
from tests.journeys.checks import Wordings
from tests.journeys.desk import Answer, Chat, Desk
from tests.running import RunningTing

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
WORDINGS = Wordings(domain_responses())
TOLD_WITHIN_SECONDS = 90.0
COMPLAINT = {
    "zh": "我要投诉，昨天信用卡被多扣了300元年费，客服态度还很差，我的电话13800138000",
    "en": "I want to complain: yesterday my credit card was charged a 300 yuan fee, my phone is 13800138000",
}
CONFIRM = {"zh": "确认", "en": "confirm"}
CALL_ME = {"zh": "让人给我打电话", "en": "please call me back"}
ESCALATED = {"zh": "已升级至", "en": "has been raised to"}


def says(answer: Answer, response: str, language: str) -> bool:
    return any(WORDINGS.says(one.text, response, language) for one in answer.heard)


def is_told(chat: Chat, words: str) -> bool:
    """Whether these words come without being asked for."""
    end = time.monotonic() + TOLD_WITHIN_SECONDS
    while time.monotonic() < end:
        if words in chat.listen().text:
            return True
        time.sleep(0.3)
    return False


@pytest.fixture
def waiting_for_an_answer(desk: Desk) -> Callable[[str], Chat]:
    """Somebody whose complaint was filed just now."""

    def somebody(language: str) -> Chat:
        chat = Chat(desk.http, language=language)
        chat.say([COMPLAINT[language]], silent=False)
        said = chat.say([CONFIRM[language]], silent=False)
        assert says(said, "utter_complaint_filed", language), said.text
        return chat

    return somebody


@pytest.fixture
def database(ting: RunningTing) -> Iterator[Database]:
    database = Database(database_address(ting.data_dir))
    yield database
    database.close()


def escalated(database: Database, chats: Sequence[Chat]) -> bool:
    """Whether the team leads know of all their complaints; the customers do not yet."""
    talks = [chat.conversation_id for chat in chats]
    with database.reading() as session:
        levels = session.scalars(select(Complaint.level).where(Complaint.conversation_id.in_(talks))).all()
    return min(levels) >= 1


def test_an_escalation_is_told_in_the_middle_of_forms_which_go_on(
    desk: Desk, database: Database, waiting_for_an_answer: Callable[[str], Chat]
) -> None:
    chats = {language: waiting_for_an_answer(language) for language in ("zh", "en")}
    desk.move_clock(days=7)
    end = time.monotonic() + TOLD_WITHIN_SECONDS
    while not escalated(database, list(chats.values())):
        assert time.monotonic() < end, "nobody was told of a complaint that is a week old"
        time.sleep(0.3)
    for language, chat in chats.items():
        asked = chat.say([CALL_ME[language]], silent=False)
        assert says(asked, "utter_ask_callback_phone", language), asked.text

    desk.move_clock(minutes=601)  # longer than a team lead may take to answer

    for language, chat in chats.items():
        assert is_told(chat, ESCALATED[language]), language
        went_on = chat.say(["13800138000"], silent=False)
        assert says(went_on, "utter_ask_callback_time", language), went_on.text
