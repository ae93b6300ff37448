"""What comes in and goes out of this room."""

import re
import uuid
from collections.abc import Callable, Container, Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from service_api.complaints.codes import BUSINESSES, CAUSES, CHANNELS, SOURCES, Code, products
from service_api.complaints.contact import parse_contact
from service_api.core.money import BadMoney, Money
from service_api.core.text import clean, is_blank

LONGEST_DESCRIPTION = 5_000
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
Language = Literal["zh", "en"]
Clean = Annotated[str, AfterValidator(clean)]


def _code_of(what: str, table: Callable[[], Container[str]]) -> AfterValidator:
    def check(slug: str) -> str:
        if slug not in table():
            raise ValueError(f"unknown {what}")
        return slug

    return AfterValidator(check)


def _written_date(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and ISO_DATE.fullmatch(value)):
        return value
    raise ValueError("a date is written 2026-11-21")


Business = Annotated[str, _code_of("business", lambda: BUSINESSES)]
Cause = Annotated[str, _code_of("cause", lambda: CAUSES)]
Channel = Annotated[str, _code_of("channel", lambda: CHANNELS)]
Source = Annotated[str, _code_of("source", lambda: SOURCES)]
ProductCode = Annotated[str, _code_of("product", products)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]


class Sum(BaseModel):
    """An amount of money; `amount` is a decimal number in a string."""

    amount: Annotated[str, StringConstraints(pattern=r"^\d{1,20}(\.\d{1,6})?$")]
    currency: str = "CNY"

    @field_validator("currency")
    @classmethod
    def _known(cls, currency: str) -> str:
        try:
            Money.parse("0", currency)
        except BadMoney as error:
            raise ValueError(error.detail) from None
        return currency

    @property
    def money(self) -> Money:
        """Raises `BadMoney` for too many decimals or too large an amount."""
        return Money.parse(self.amount, self.currency)


class MoneyView(BaseModel):
    amount: str
    currency: str

    @classmethod
    def of(cls, money: Money | None) -> "MoneyView | None":
        return None if money is None else cls(amount=f"{money.amount:f}", currency=money.currency)


class ComplaintFiling(BaseModel):
    """A complaint as it is handed in, by the assistant or by staff for a caller."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    conversation_id: uuid.UUID | None = None
    customer_id: uuid.UUID | None = None
    language: Language = "zh"
    business: Business
    cause: Cause | None = None
    product: ProductCode | None = None
    channel: Channel = "web"
    source: Source = "customer"
    description: str = Field(max_length=4 * LONGEST_DESCRIPTION)
    demand: Annotated[Clean, Field(max_length=1000)] = ""
    amount: Sum | None = None
    incident_date: Annotated[date, BeforeValidator(_written_date)] | None = None
    contact: str | None = Field(None, max_length=300)
    complainant: Literal["self", "proxy", "heir", "group"] = "self"
    complainant_name: Annotated[Clean, Field(max_length=128)] = ""
    authority: Annotated[Clean, Field(max_length=200)] = ""
    branch: Slug | None = None
    complained_of_branch: Slug | None = None
    complained_of_staff: list[Annotated[str, StringConstraints(max_length=64)]] = Field([], max_length=20)
    group_size: int = Field(1, ge=1, le=1_000_000)
    media: bool = False
    legal: bool = False
    strong_emotion: bool = False

    @field_validator("description")
    @classmethod
    def _readable(cls, description: str) -> str:
        cleaned = clean(description)
        if is_blank(cleaned):
            raise ValueError("say what happened")
        if len(cleaned) > LONGEST_DESCRIPTION:
            raise ValueError(f"at most {LONGEST_DESCRIPTION} characters")
        return cleaned

    @field_validator("amount")
    @classmethod
    def _payable(cls, amount: Sum | None) -> Sum | None:
        if amount is not None:
            try:
                amount.money  # noqa: B018  (parsed for its refusal)
            except BadMoney as error:
                raise ValueError(error.detail) from None
        return amount

    @field_validator("contact")
    @classmethod
    def _reachable(cls, contact: str | None) -> str | None:
        return parse_contact(contact) if contact else None

    @model_validator(mode="after")
    def _proxy_shows_authority(self) -> "ComplaintFiling":
        if self.complainant == "proxy" and not self.authority:
            raise ValueError("a proxy names the authority to act")
        return self

    @model_validator(mode="after")
    def _product_is_of_the_business(self) -> "ComplaintFiling":
        if self.product is not None and products()[self.product].business != self.business:
            raise ValueError("the product belongs to another business")
        return self

    @property
    def money(self) -> Money | None:
        return None if self.amount is None else self.amount.money


class CodeLine(BaseModel):
    """`business` is set for products only."""

    slug: str
    zh: str
    en: str
    jrt_code: str | None
    business: str | None = None


class CodeTables(BaseModel):
    businesses: list[CodeLine]
    products: list[CodeLine]
    causes: list[CodeLine]
    channels: list[CodeLine]
    sources: list[CodeLine]


def code_lines(codes: Iterable[Code]) -> list[CodeLine]:
    return [CodeLine.model_validate(asdict(code)) for code in codes]


class AttachmentView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    name: str
    media_type: str
    size: int
    at: datetime


class PossibleDuplicate(BaseModel):
    """An earlier complaint that looks like the same matter, as far as whoever files may know of it."""

    number: str
    state: str
    received_at: datetime
    business: str


class FiledView(BaseModel):
    """What whoever files gets back at once."""

    number: str
    state: str
    received_at: datetime
    due_at: datetime
    due_date: date
    possible_duplicates: list[PossibleDuplicate] = []


class CustomerLine(BaseModel):
    """One of the customer's own complaints, as the assistant tells it."""

    number: str
    state: str
    received_at: datetime
    due_date: date
    summary: str
    level: int


class CustomerLines(BaseModel):
    items: list[CustomerLine]


LongText = Annotated[Clean, StringConstraints(min_length=1, max_length=LONGEST_DESCRIPTION)]
ShortText = Annotated[Clean, StringConstraints(min_length=1, max_length=500)]


class NoticeDraft(BaseModel):
    """A decision as the handler proposes it."""

    model_config = ConfigDict(extra="forbid")

    language: Language = "zh"
    findings: LongText
    basis: LongText
    reasons: LongText
    remedies: LongText


class CustomerStep(BaseModel):
    """What the customer does with their own complaint; adding to it needs words."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["withdraw", "accept", "reject", "add"]
    text: Annotated[Clean, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _words_to_add(self) -> "CustomerStep":
        if self.action == "add" and is_blank(self.text):
            raise ValueError("say what to add")
        return self
