"""What the desk's API says and takes, as far as the assistant needs it."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Money(_View):
    """An amount in a currency; the amount is decimal text."""

    amount: str = Field(pattern=r"^-?\d+(\.\d+)?$")
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Article(_View):
    """A question of the knowledge base; the answer is empty in suggestions."""

    id: str
    question: str
    answer: str | None = None
    actions: list[str] = []


class SearchResult(_View):
    """What the search found, and how sure it is."""

    outcome: Literal["answer", "suggestions", "none"]
    confidence: float
    articles: list[Article] = []


class CodeSent(_View):
    """Where a one-time code went (masked) and for how many seconds it is good."""

    sent_to: str
    expires_in: int


class Salutation(_View):
    """How to address the customer."""

    family_name: str = ""


class Verified(_View):
    """The customer has proved who they are."""

    verified: Literal[True]
    salutation: Salutation = Salutation()


class Account(_View):
    """One account; the number only by its last four digits."""

    kind: str
    tail: str
    balance: Money | None = None
    status: str


class Profile(_View):
    """The customer, masked. `accounts` are None until a code has proved who asks."""

    name: str
    phone: str
    tier: str
    relationship_manager: str | None = None
    accounts: list[Account] | None = []


class Filing(BaseModel):
    """A complaint as the customer confirmed it."""

    conversation_id: str
    language: Literal["zh", "en"]
    business: str
    cause: str | None = None
    description: str
    amount: Money | None = None
    incident_date: date | None = None
    contact: str | None = None
    strong_emotion: bool = False
    channel: str = "web"


class Duplicate(_View):
    """An earlier complaint that looks like the same matter."""

    number: str
    state: str


class Complaint(_View):
    """A filed complaint: what the customer is told."""

    number: str
    state: str
    due_date: date
    possible_duplicates: list[Duplicate] = []


class ComplaintItem(_View):
    """One line of the customer's complaints."""

    number: str
    state: str
    due_date: date | None = None
    summary: str = ""


class ComplaintList(_View):
    """The complaints that may be shown in this conversation."""

    items: list[ComplaintItem]


class HandOver(_View):
    """Whether agents are at work, and the place in their queue."""

    open: bool
    position: int | None = None
    hours: str = ""


class Draft(_View):
    """A half-told complaint: what the form held, by the names of the API; `elsewhere`: in another channel."""

    key: str
    fields: dict[str, Any]  # texts and an amount, as the form holds them
    changed_at: datetime
    elsewhere: bool = False


class DraftFound(_View):
    """The one this customer may go on with, if there is any."""

    draft: Draft | None


class Callback(_View):
    """A call-back that people will make; the phone is masked."""

    id: str
    phone: str
    wanted: str = ""
    wanted_on: date


class EndedCallback(_View):
    """How a call-back ended: as a person said, or cancelled by the customer."""

    outcome: Literal["reached", "not_reached", "not_needed", "cancelled"]
    ended_at: datetime


class CallbackStanding(_View):
    """The one that is still to be made, else the one that ended in the last days."""

    open: Callback | None
    ended: EndedCallback | None


class Rating(_View):
    """Stars as they were kept."""

    score: int
