"""What a customer, once verified, and the bank's people are shown of a party: masked."""

from typing import Literal

from pydantic import BaseModel

Tier = Literal["platinum", "quality", "ordinary"]


class MoneyView(BaseModel):
    amount: str
    currency: str


class AccountView(BaseModel):
    kind: Literal["debit_card", "credit_card", "savings", "loan"]
    tail: str
    balance: MoneyView | None
    status: Literal["active", "frozen", "closed"]


class ProfileView(BaseModel):
    """Names and numbers are masked; `relationship_manager` is a member of staff and is not.

    `accounts` are None for who is known, but has not proved it by a code."""

    name: str
    phone: str
    tier: Tier
    relationship_manager: str | None
    accounts: list[AccountView] | None
