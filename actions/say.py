"""How actions speak: by the names of responses in domain.yml, never by sentences of their own."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.desk_views import Money
from actions.turn import BANK_ZONE, Turn


class Say:
    """Collects the responses of one action."""

    def __init__(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        self._dispatcher = dispatcher
        self._turn = turn

    def __call__(self, response: str, **facts: object) -> None:
        """Say a response; the facts fill its places."""
        self._dispatcher.utter_message(response=response, **facts)

    def word(self, group: str, key: str) -> str:
        """A single word in the customer's language, e.g. ("business", "loan"); the key when it has none."""
        return text_of(self._turn.domain, f"utter_word_{group}_{key}", self._turn.language) or key

    def line(self, response: str, **facts: object) -> str:
        """A response as text, to be put into another one."""
        return (text_of(self._turn.domain, response, self._turn.language) or "").format(**facts)

    def money(self, money: Money) -> str:
        """An amount as the customer reads it: 3,500.00元, CNY 3,500.00."""
        return self.word("currency", money.currency).format(amount=f"{Decimal(money.amount):,.2f}")

    def day(self, day: date) -> str:
        """A day with its weekday, so that a wrong one is noticed."""
        return self.word("date", "long").format(
            year=day.year,
            month=day.month,
            day=day.day,
            month_name=self.word("month", str(day.month)),
            weekday=self.word("weekday", str(day.weekday())),
        )

    def past_day(self, moment: datetime) -> str:
        """Today, yesterday, or the day."""
        day = moment.astimezone(BANK_ZONE).date()
        if day == self._turn.today:
            return self.word("when", "today")
        return (
            self.word("when", "yesterday") if day == self._turn.today - timedelta(days=1) else self.day(day)
        )


def text_of(domain: Mapping[str, Any], response: str, language: str) -> str | None:
    """The text of a response in one language, from the domain that came with the call."""
    for variation in domain.get("responses", {}).get(response, []):
        conditions = {one.get("value") for one in variation.get("condition", [])}
        if (language in conditions) if language == "en" else not conditions:
            return str(variation.get("text", ""))
    return None
