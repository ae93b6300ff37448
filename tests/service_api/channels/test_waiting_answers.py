"""What the assistant hears of answers that wait for a customer's word: of their own, while they wait."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from service_api.complaints.lifecycle import State
from service_api.complaints.models import Complaint
from service_api.conversations import service
from service_api.conversations.models import Conversation
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.customers.models import Customer
from tests.service_api.complaints.conftest import a_complaint
from tests.service_api.stand_in import StandIn
from tests.service_api.visitor import Visitor


def answered(database: Database, clock: FrozenClock, **facts: Any) -> str:
    """A complaint that was answered just now."""
    with database.writing() as session:
        complaint = a_complaint(session, now=clock.now(), **facts)
        complaint.state, complaint.answered_at = State.ANSWERED.value, clock.now()
        return complaint.number


def told(
    visitor: Visitor, database: Database, clock: FrozenClock, text: str, *, author: str = "system"
) -> None:
    with database.writing() as session:
        talk = service.locked(session, visitor.conversation_id)
        service.add_message(session, talk, author=author, text=text, now=clock.now())


def heard(assistant: StandIn) -> dict[str, Any]:
    """What was told with the last message about answers that wait."""
    metadata = assistant.heard[-1]["metadata"]
    return {name: value for name, value in metadata.items() if name.startswith("answer_")}


def test_nothing_is_told_while_no_answer_waits(
    visitor: Visitor, assistant: StandIn, database: Database, clock: FrozenClock
) -> None:
    visitor.say("你好")
    with database.writing() as session:
        a_complaint(session, conversation_id=visitor.conversation_id, now=clock.now())
    visitor.say("行吧")
    assert heard(assistant) == {}


def test_an_answer_waits_and_has_just_been_read(
    visitor: Visitor, assistant: StandIn, database: Database, clock: FrozenClock
) -> None:
    visitor.say("你好")
    number = answered(database, clock, conversation_id=visitor.conversation_id)
    told(visitor, database, clock, f"您的投诉 {number} 已有处理决定。")
    told(visitor, database, clock, "客服已离开。")
    visitor.say("行吧")
    assert heard(assistant) == {"answer_waits": True, "answer_read": number}


def test_what_was_read_earlier_waits_on_without_being_the_last_word(
    visitor: Visitor, assistant: StandIn, database: Database, clock: FrozenClock
) -> None:
    number = answered(database, clock, conversation_id=visitor.conversation_id)
    told(visitor, database, clock, f"您的投诉 {number} 已有处理决定。")
    visitor.say("年费怎么收")
    visitor.say("好的")
    assert heard(assistant) == {"answer_waits": True}


def test_words_from_before_the_answer_are_not_the_answer(
    visitor: Visitor, assistant: StandIn, database: Database, clock: FrozenClock
) -> None:
    with database.writing() as session:
        number = a_complaint(session, conversation_id=visitor.conversation_id, now=clock.now()).number
    told(visitor, database, clock, f"已收到您的投诉 {number}。")
    clock.move(timedelta(minutes=1))
    with database.writing() as session:
        session.execute(
            update(Complaint)
            .where(Complaint.number == number)
            .values(state=State.ANSWERED.value, answered_at=clock.now())
        )
    visitor.say("好的")
    assert heard(assistant) == {"answer_waits": True}


def test_accepted_or_contested_it_waits_no_more(
    visitor: Visitor, assistant: StandIn, database: Database, clock: FrozenClock
) -> None:
    number = answered(database, clock, conversation_id=visitor.conversation_id)
    with database.writing() as session:
        complaint = session.scalars(select(Complaint).where(Complaint.number == number)).one()
        complaint.state = State.REVIEW.value
    told(visitor, database, clock, f"投诉 {number} 正在核查。")
    visitor.say("好的")
    assert heard(assistant) == {}


def test_somebody_elses_answer_is_never_told(
    visitor: Visitor, assistant: StandIn, database: Database, clock: FrozenClock, client: Any
) -> None:
    neighbour = Visitor(client)
    number = answered(database, clock, conversation_id=neighbour.conversation_id)
    told(visitor, database, clock, f"您问的是投诉 {number} 吗？")
    visitor.say("行吧")
    assert heard(assistant) == {}


def test_a_customers_answer_waits_wherever_they_are_known_and_until_the_proof_wears_off(
    visitor: Visitor, assistant: StandIn, database: Database, clock: FrozenClock, client: Any
) -> None:
    elsewhere = Visitor(client)
    number = answered(database, clock, conversation_id=elsewhere.conversation_id)
    with database.writing() as session:
        someone = Customer(
            name="张伟",
            family_name="张",
            certificate_masked="99****17",
            certificate_hash="x",
            created_at=clock.now(),
        )
        session.add(someone)
        session.flush()
        session.execute(update(Complaint).where(Complaint.number == number).values(customer_id=someone.id))
        session.execute(
            update(Conversation)
            .where(Conversation.id == visitor.conversation_id)
            .values(customer_id=someone.id, verified_at=clock.now())
        )
    visitor.say("你们的答复我不认")
    assert heard(assistant) == {"answer_waits": True}
    clock.move(timedelta(hours=13))
    visitor.say("我不认")
    assert heard(assistant) == {}
