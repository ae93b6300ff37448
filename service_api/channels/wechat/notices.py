"""A notice about a complaint that WeChat will not take goes by another way the customer gave, once.

Inside the window the notice goes out like every other message. Outside it, or when the customer left, the
contact of the complaint is tried, then the phone the bank knows; when there is none, that is recorded.
"""

import uuid
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.channels.wechat import queries, windows
from service_api.channels.wechat.delivery import NOT_FOLLOWING, Delivery
from service_api.channels.wechat.intake import CHANNEL
from service_api.channels.wechat.models import WeChatSending
from service_api.complaints.models import Complaint
from service_api.conversations import queries as conversations
from service_api.conversations.models import Conversation
from service_api.core.database import Database
from service_api.core.i18n import say
from service_api.core.upsert import insert_once
from service_api.customers import queries as customers
from service_api.customers.sms import Sms, SmsNotConfigured
from service_api.notifications.handlers import MAIL
from service_api.outbox import service as outbox
from service_api.outbox.service import Event, Sending

log = structlog.get_logger(__name__)
PATIENT_ATTEMPTS = 5  # of the outbox: about three minutes
UNREACHABLE = "wechat_unreachable"
HELD_BACK = (windows.CLOSED, NOT_FOLLOWING)
LONGEST_SMS = 500


class StillTrying(RuntimeError):
    """Neither sent nor refused yet; the outbox asks again."""


def sending(database: Database, delivery: Delivery | None, sms: Sms) -> Sending:
    """The outbox's handler of what customers were told. A notice has one record: repeats are harmless."""

    def see_to(event: Event, now: datetime) -> None:
        conversation_id, seq = uuid.UUID(event.payload["conversation_id"]), int(event.payload["seq"])
        with database.reading() as session:
            if conversations.conversation(session, conversation_id).channel != CHANNEL:
                return
        if delivery is not None:
            delivery.deliver(conversation_id)
        with database.writing() as session:
            user = queries.locked_user_of(session, conversation_id)
            passed = user is not None and user.sent_seq >= seq
            refused = queries.refusal_of(session, conversation_id, seq=seq, waits=HELD_BACK) if passed else ""
            if passed and not refused:
                return
            if user is not None and not (passed or user.blocked_by) and event.attempt < PATIENT_ATTEMPTS:
                raise StillTrying
            why = NOT_FOLLOWING if user is None else refused or user.blocked_by or UNREACHABLE
            complaint = session.get_one(Complaint, uuid.UUID(event.payload["complaint_id"]))
            fall_back(session, sms, complaint, conversation_id=conversation_id, seq=seq, why=why, now=now)

    return see_to


def fall_back(
    session: Session,
    sms: Sms,
    complaint: Complaint,
    *,
    conversation_id: uuid.UUID,
    seq: int,
    why: str,
    now: datetime,
) -> None:
    """Write to the customer by phone or mail, and record by which way, or why by none."""
    row = {
        "conversation_id": conversation_id,
        "through_seq": seq,
        "way": "none",
        "reason": why,
        "key": f"notice:{conversation_id}:{seq}",
        "at": now,
    }
    if not insert_once(session, WeChatSending, row, unique=["key"]):
        return
    record = session.scalars(select(WeChatSending).where(WeChatSending.key == row["key"])).one()
    talk = conversations.conversation(session, conversation_id)
    text = _text_of(session, talk, seq)
    contact = complaint.contact or _known_phone(session, complaint.customer_id or talk.customer_id)
    if not contact:
        record.reason = f"{why}, no_contact"
    elif "@" in contact:
        _mail(session, contact, text, language=talk.language, key=str(record.key), now=now)
        record.way = "mail"
    else:
        try:
            sms.check()
            short = say(talk.language, "wechat_sms", text=text)[:LONGEST_SMS]
            sms.send(session, phone=contact, text=short, now=now)
            record.way = "sms"
        except SmsNotConfigured:
            record.reason = f"{why}, no_sms"
    log.info("notice not by wechat", conversation_id=str(conversation_id), way=record.way, why=record.reason)


def _text_of(session: Session, talk: Conversation, seq: int) -> str:
    found = conversations.messages_after(session, talk.id, after=seq - 1, limit=1)
    return found[0].text if found else ""


def _known_phone(session: Session, customer_id: uuid.UUID | None) -> str:
    phones = customers.phones_of(session, customer_id) if customer_id is not None else ()
    return phones[0] if phones else ""


def _mail(session: Session, to: str, text: str, *, language: str, key: str, now: datetime) -> None:
    subject = say(language, "wechat_mail_subject")
    payload = {"to": to, "subject": subject, "lines": [text]}
    outbox.write(session, topic=MAIL, key=f"{MAIL}:{key}", payload=payload, now=now)
