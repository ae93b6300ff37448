"""Money as the bank counts it: a decimal amount and a currency, stored in whole minor units."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from service_api.core.problems import Problem

MINOR_DIGITS = {"CNY": 2, "USD": 2, "EUR": 2, "HKD": 2, "GBP": 2, "JPY": 0}  # ISO 4217
LARGEST = Decimal(10) ** 13


class BadMoney(Problem):
    status = 422
    type = "bad-money"
    title = "金额无效"


@dataclass(frozen=True, slots=True)
class Money:
    """`Money(Decimal("12.50"), "CNY")`. Never a float."""

    amount: Decimal
    currency: str = "CNY"

    @classmethod
    def parse(cls, amount: str, currency: str = "CNY") -> "Money":
        """Raises `BadMoney` for an unknown currency, more decimals than it has, a sign, or 10^13 and more."""
        digits = MINOR_DIGITS.get(currency)
        if digits is None:
            raise BadMoney(f"unknown currency: {currency[:3]}")
        try:
            value = Decimal(amount)
        except InvalidOperation:
            raise BadMoney("not a number") from None
        if not value.is_finite() or value < 0 or value >= LARGEST:
            raise BadMoney("out of range")
        if value != value.quantize(Decimal(1).scaleb(-digits)):
            raise BadMoney(f"{currency} has {digits} decimals")
        return cls(value.quantize(Decimal(1).scaleb(-digits)), currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> "Money":
        return cls(Decimal(minor).scaleb(-MINOR_DIGITS[currency]), currency)

    @property
    def minor(self) -> int:
        return int(self.amount.scaleb(MINOR_DIGITS[self.currency]))
