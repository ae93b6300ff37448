"""Questions about customers."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.core.money import Money
from service_api.core.problems import NotFound
from service_api.core.text import mask_name
from service_api.customers.models import Account, Customer, CustomerPhone
from service_api.customers.phone import shown_phone
from service_api.customers.schemas import AccountView, MoneyView, ProfileView


def customer(session: Session, customer_id: uuid.UUID) -> Customer:
    """Raises `NotFound`."""
    found = session.get(Customer, customer_id)
    if found is None:
        raise NotFound
    return found


def customers_by_id(session: Session, ids: set[uuid.UUID]) -> dict[uuid.UUID, Customer]:
    """Those of the given ids that exist, in one query."""
    found = session.scalars(select(Customer).where(Customer.id.in_(ids)).order_by(Customer.id))
    return {c.id: c for c in found}


def phones_of(session: Session, customer_id: uuid.UUID) -> Sequence[str]:
    """E.164, in a stable order."""
    query = select(CustomerPhone.number).where(CustomerPhone.customer_id == customer_id)
    return session.scalars(query.order_by(CustomerPhone.number).limit(20)).all()


def accounts_of(session: Session, customer_id: uuid.UUID) -> Sequence[Account]:
    query = select(Account).where(Account.customer_id == customer_id)
    return session.scalars(query.order_by(Account.kind, Account.tail, Account.id).limit(100)).all()


def profile(session: Session, customer_id: uuid.UUID) -> ProfileView:
    """One customer's own view: masked name and phone, tier, accounts by their last four digits."""
    who = customer(session, customer_id)
    phones = phones_of(session, customer_id)
    return ProfileView.model_validate(
        {
            "name": mask_name(who.name),
            "phone": shown_phone(phones[0]) if phones else "",
            "tier": who.tier,
            "relationship_manager": who.relationship_manager,
            "accounts": [_account_view(a) for a in accounts_of(session, customer_id)],
        }
    )


def _account_view(account: Account) -> AccountView:
    balance = None
    if account.balance_minor is not None:
        money = Money.from_minor(account.balance_minor, account.currency)
        balance = MoneyView(amount=str(money.amount), currency=money.currency)
    return AccountView.model_validate(
        {"kind": account.kind, "tail": account.tail, "balance": balance, "status": account.status}
    )
