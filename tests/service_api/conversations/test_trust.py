"""Three levels of trust, and the one table of what each of them opens."""

import uuid
from datetime import datetime, timedelta

import pytest

from service_api.conversations.models import Conversation
from service_api.conversations.service import VerificationRequired
from service_api.conversations.trust import MAY_SEE, Level, Thing, level_of, may_see, must_see, whose
from tests.service_api.conftest import NOON

CUSTOMER = uuid.UUID(int=7)
ALL_DAY = timedelta(hours=12)


def talk(
    *,
    channel: str = "web",
    customer: uuid.UUID | None = CUSTOMER,
    known: datetime | None = None,
    code: datetime | None = None,
) -> Conversation:
    return Conversation(channel=channel, customer_id=customer, verified_at=known, code_proved_at=code)


def test_who_told_nothing_is_anonymous() -> None:
    assert level_of(talk(customer=None), now=NOON) is Level.ANONYMOUS


def test_who_signed_in_at_the_banks_page_is_recognised() -> None:
    assert level_of(talk(known=NOON), now=NOON) is Level.RECOGNISED


def test_a_code_proves_for_twelve_hours() -> None:
    proved = talk(known=NOON, code=NOON)

    assert level_of(proved, now=NOON + ALL_DAY - timedelta(seconds=1)) is Level.PROVED
    assert level_of(proved, now=NOON + ALL_DAY) is Level.ANONYMOUS


def test_a_code_still_proves_who_signs_in_later() -> None:
    assert level_of(talk(known=NOON + timedelta(hours=1), code=NOON), now=NOON + ALL_DAY) is Level.RECOGNISED
    assert level_of(talk(known=NOON + timedelta(hours=1), code=NOON), now=NOON) is Level.PROVED


def test_a_wechat_account_that_a_code_once_tied_stays_recognised() -> None:
    tied = talk(channel="wechat", known=NOON, code=NOON)

    assert level_of(tied, now=NOON) is Level.PROVED
    assert level_of(tied, now=NOON + timedelta(days=30)) is Level.RECOGNISED


def test_a_wechat_account_that_was_left_is_nobodys() -> None:
    assert level_of(talk(channel="wechat", known=None), now=NOON) is Level.ANONYMOUS


@pytest.mark.parametrize(
    ("thing", "least"),
    [
        ("complaints_filed_here", Level.ANONYMOUS),
        ("own_complaints", Level.RECOGNISED),
        ("own_draft", Level.RECOGNISED),
        ("own_callback", Level.RECOGNISED),
        ("profile", Level.RECOGNISED),
        ("accounts", Level.PROVED),
    ],
)
def test_each_thing_is_open_from_its_level_on(thing: Thing, least: Level) -> None:
    by_level = {
        Level.ANONYMOUS: talk(customer=None),
        Level.RECOGNISED: talk(known=NOON),
        Level.PROVED: talk(known=NOON, code=NOON),
    }
    opened = {level for level, one in by_level.items() if may_see(one, thing, now=NOON)}
    assert opened == {level for level in Level if level >= least}


def test_the_table_names_everything_once() -> None:
    own = {"own_complaints", "own_draft", "own_callback"}
    assert set(MAY_SEE) == {"complaints_filed_here", *own, "profile", "accounts"}


def test_nobodys_things_are_shown_below_the_level() -> None:
    assert whose(talk(known=NOON), "accounts", now=NOON) is None
    assert whose(talk(known=NOON), "own_complaints", now=NOON) == CUSTOMER
    with pytest.raises(VerificationRequired):
        must_see(talk(known=NOON), "accounts", now=NOON)
