"""How much each role may promise, and which decisions a second person must approve. Read from data."""

from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, field_validator

from service_api.complaints.models import Complaint
from service_api.core.money import MINOR_DIGITS, Money
from service_api.staff.models import ROLES

DATA = Path(__file__).parent / "data" / "limits.yml"
HIGHEST = "supervisor"


class Limits(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    redress: dict[str, dict[str, Decimal]]
    second_person_from: dict[str, Decimal]

    @field_validator("redress")
    @classmethod
    def _known(cls, redress: dict[str, dict[str, Decimal]]) -> dict[str, dict[str, Decimal]]:
        if unknown := redress.keys() - MINOR_DIGITS.keys():
            raise ValueError(f"unknown currencies: {sorted(unknown)}")
        if unknown := {role for roles in redress.values() for role in roles} - set(ROLES):
            raise ValueError(f"unknown roles: {sorted(unknown)}")
        return redress

    def may_promise(self, role: str, money: Money) -> bool:
        """Whether the role may promise this much in all. Only the highest role for an unlisted currency."""
        by_role = self.redress.get(money.currency)
        if by_role is None:
            return role == HIGHEST
        return role in by_role and money.amount <= by_role[role]

    def needs_second_person(self, complaint: Complaint, promised: list[Money]) -> bool:
        """True for legal, regulatory and media cases, and from an amount in dispute or promised on."""
        sums = [*promised, complaint.amount] if complaint.amount is not None else promised
        large = any(money.amount >= self.second_person_from.get(money.currency, Decimal(0)) for money in sums)
        return complaint.legal or complaint.regulatory or complaint.media or large


@cache
def packaged_limits() -> Limits:
    with DATA.open(encoding="utf-8") as file:
        return Limits.model_validate(yaml.safe_load(file))
