"""What every room stands on keeps its promises."""

import string
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from service_api.core import i18n
from service_api.core.clock import DemoClock, FrozenClock
from service_api.core.database import Database
from service_api.core.i18n import say
from service_api.core.migrate import is_current, newest_revision
from service_api.core.money import BadMoney, Money
from service_api.core.pagination import BadCursor, decode_cursor, encode_cursor
from service_api.core.security import same, token_hash
from service_api.core.text import clean, is_blank, mask_certificate, mask_name, mask_phone
from service_api.customers.models import DemoMessage
from service_api.customers.phone import BadPhone, normalise_office_phone, normalise_phone, shown_phone
from service_api.customers.service import family_name_of
from service_api.settings import Settings

MOMENT = datetime(2026, 11, 21, 4, tzinfo=UTC)


def a_message(session: Session, text: str) -> None:
    session.add(DemoMessage(phone="+8613800138000", text=text, created_at=MOMENT))


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(DemoMessage)) or 0


class TestDatabase:
    def test_a_writing_session_that_raises_leaves_nothing(self, database: Database) -> None:
        with pytest.raises(RuntimeError), database.writing() as session:
            a_message(session, "lost")
            session.flush()
            raise RuntimeError

        assert count(database) == 0

    def test_a_reading_session_changes_nothing(self, database: Database) -> None:
        with database.reading() as session:
            a_message(session, "lost")
            session.flush()

        assert count(database) == 0

    def test_writers_wait_for_each_other(self, database: Database) -> None:
        def write(number: int) -> None:
            with database.writing() as session:
                known = session.scalar(select(func.count()).select_from(DemoMessage))
                a_message(session, f"{number} after {known}")

        threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with database.reading() as session:
            texts = session.scalars(select(DemoMessage.text)).all()
        assert {text.split(" after ")[1] for text in texts} == set("01234567")

    def test_listeners_hear_of_commits_and_not_of_failures(self, database: Database) -> None:
        heard: list[object] = []
        database.after_write(heard.append)
        with database.writing() as session:
            a_message(session, "kept")
        with pytest.raises(RuntimeError), database.writing() as session:
            raise RuntimeError

        assert len(heard) == 1

    def test_moments_come_back_aware_and_naive_ones_are_refused(self, database: Database) -> None:
        with database.writing() as session:
            a_message(session, "kept")
        with database.reading() as session:
            assert session.scalars(select(DemoMessage.created_at)).one() == MOMENT
        with pytest.raises(StatementError), database.writing() as session:
            session.add(DemoMessage(phone="1", text="x", created_at=MOMENT.replace(tzinfo=None)))

    def test_the_migrated_database_is_current(self, database: Database) -> None:
        assert newest_revision() is not None
        assert is_current(database)


class TestClock:
    def test_the_demo_clock_is_shared_and_never_goes_back(self, database: Database) -> None:
        here, there = DemoClock(database), DemoClock(database)
        with database.writing() as session:
            here.move(session, by=timedelta(days=16))
            with pytest.raises(ValueError, match="forward"):
                here.move(session, by=timedelta(days=-1))

        assert abs(there.now() - here.now()) < timedelta(seconds=5)

    def test_a_frozen_clock_stands_still(self) -> None:
        clock = FrozenClock(MOMENT)
        clock.move(timedelta(days=1))
        assert clock.now() == clock.now() == MOMENT + timedelta(days=1)


class TestMoney:
    @given(st.integers(0, 10**15 - 1), st.sampled_from(["CNY", "USD", "JPY"]))
    def test_minor_units_come_back_as_they_went(self, minor: int, currency: str) -> None:
        assert Money.from_minor(minor, currency).minor == minor

    @pytest.mark.parametrize("amount", ["", "abc", "-1", "1.005", "NaN", "Infinity", "1e13", "1" * 40])
    def test_what_is_no_amount_is_refused(self, amount: str) -> None:
        with pytest.raises(BadMoney):
            Money.parse(amount)

    def test_an_amount_has_the_decimals_of_its_currency(self) -> None:
        assert Money.parse("12.5") == Money(Decimal("12.50"), "CNY")
        with pytest.raises(BadMoney):
            Money.parse("1", "XXX")


class TestText:
    @given(st.text())
    def test_cleaning_twice_is_cleaning_once(self, text: str) -> None:
        assert clean(clean(text)) == clean(text)

    @given(st.text())
    def test_what_is_clean_can_be_stored(self, text: str) -> None:
        cleaned = clean(text)
        cleaned.encode()
        assert "\x00" not in cleaned

    def test_emoji_stay_whole(self) -> None:
        assert clean("👩‍👩‍👧") == "👩‍👩‍👧"

    @pytest.mark.parametrize("text", ["", " ", "\u200b", "\x00", "\n\t", "\u3000"])
    def test_what_nobody_sees_is_blank(self, text: str) -> None:
        assert is_blank(text)

    def test_masks(self) -> None:
        assert mask_phone("13800138000") == "138****8000"
        assert [mask_name(name) for name in ("张伟", "欧阳娜", "John Smith", "")] == [
            "张*",
            "欧**",
            "J*** S****",
            "",
        ]
        assert mask_certificate("110105199001011234") == "1" + "*" * 16 + "4"


class TestPhone:
    @pytest.mark.parametrize(
        "typed",
        ["13800138000", "138 0013 8000", "+86 138-0013-8000", "008613800138000", "１３８００１３８０００"],
    )
    def test_every_way_of_typing_is_one_number(self, typed: str) -> None:
        assert normalise_phone(typed) == "+8613800138000"

    def test_a_foreign_number_keeps_its_country(self) -> None:
        assert shown_phone(normalise_phone("+44 20 7946 0958")) == "+44****0958"

    @pytest.mark.parametrize(
        "typed",
        [
            "0755-26881234转808",
            "0755-26881234-808",
            "(0755) 26881234 ext. 808",
            "+8675526881234-808",
            "0755-26881234 转 808",
        ],
    )
    def test_an_office_keeps_its_extension(self, typed: str) -> None:
        assert normalise_office_phone(typed) == "+8675526881234-808"
        assert shown_phone(normalise_office_phone(typed)) == "755****1234"

    @pytest.mark.parametrize("typed", ["13800138-000", "138-0013-8000", "13800138000"])
    def test_a_dash_inside_a_number_begins_no_extension(self, typed: str) -> None:
        assert normalise_office_phone(typed) == "+8613800138000"

    @given(st.text(alphabet=string.printable, max_size=60))
    def test_any_text_is_a_number_or_refused(self, typed: str) -> None:
        try:
            assert normalise_phone(typed).startswith("+")
        except BadPhone:
            return

    def test_family_names(self) -> None:
        names = [family_name_of(name) for name in ("张伟", "欧阳娜", "欧阳", "John Smith", "")]
        assert names == ["张", "欧阳", "欧", "Smith", ""]


class TestPagination:
    @given(st.lists(st.one_of(st.text(), st.integers()), min_size=2, max_size=2))
    def test_a_cursor_comes_back_as_it_went(self, keys: list[str | int]) -> None:
        assert decode_cursor(encode_cursor(*keys), length=2) == keys

    @given(st.text(max_size=50))
    def test_a_cursor_we_did_not_make_is_refused(self, cursor: str) -> None:
        with pytest.raises(BadCursor):
            decode_cursor(cursor, length=7)


class TestSecurity:
    def test_hashes_depend_on_the_pepper(self) -> None:
        assert token_hash("t", pepper="a") != token_hash("t", pepper="b")
        assert len(token_hash("t", pepper="a")) == 64

    @given(st.text(), st.text())
    def test_same_means_equal(self, left: str, right: str) -> None:
        assert same(left, right) == (left == right)

    @pytest.mark.parametrize("name", ["rasa_secret", "service_token", "code_pepper"])
    def test_short_secrets_are_refused(self, settings: Settings, name: str) -> None:
        with pytest.raises(ValueError, match="16 characters"):
            Settings(**(settings.model_dump() | {name: "short"}))

    def test_the_demo_stays_on_this_machine(self, settings: Settings) -> None:
        with pytest.raises(ValueError, match="loopback"):
            Settings(**(settings.model_dump() | {"web_host": "0.0.0.0"}))


class TestSentences:
    def test_both_languages_say_the_same_things_with_the_same_places(self) -> None:
        spoken = [
            yaml.safe_load((Path(i18n.LOCALES) / f"{language}.yml").read_text(encoding="utf-8"))
            for language in i18n.LANGUAGES
        ]
        places = [
            {
                key: {name for _, name, _, _ in string.Formatter().parse(text) if name}
                for key, text in one.items()
            }
            for one in spoken
        ]
        assert places[0] == places[1]

    @pytest.mark.parametrize("language", i18n.LANGUAGES)
    def test_a_plain_sentence_is_shorter_and_loses_no_number(self, language: str) -> None:
        sentences = yaml.safe_load((Path(i18n.LOCALES) / f"{language}.yml").read_text(encoding="utf-8"))
        plain = {key: text for key, text in sentences.items() if key.endswith("_plain")}
        assert len(plain) >= 13
        for key, text in plain.items():
            usual = sentences[key.removesuffix("_plain")]
            assert len(text) < len(usual)
            numbers = {name for _, name, _, _ in string.Formatter().parse(usual) if name}
            assert numbers == {name for _, name, _, _ in string.Formatter().parse(text) if name}

    def test_a_language_we_do_not_speak_gets_chinese(self) -> None:
        assert say("fr", "agent_joined", name="林悦") == say("zh", "agent_joined", name="林悦")
