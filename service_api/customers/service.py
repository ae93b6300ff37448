"""Take customers and their accounts into the books."""

from datetime import datetime

from sqlalchemy.orm import Session

from service_api.core.money import Money
from service_api.core.security import token_hash
from service_api.core.text import mask_certificate, tail
from service_api.customers.models import Account, Customer, CustomerPhone
from service_api.customers.phone import normalise_phone

# Two-character family names in common use; every other Chinese family name is one character.
COMPOUND_FAMILY_NAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "司徒",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "夏侯",
        "端木",
        "独孤",
        "南宫",
        "西门",
        "轩辕",
        "宇文",
        "长孙",
        "呼延",
    ]
)


def family_name_of(name: str) -> str:
    """`张伟` → `张`, `欧阳娜` → `欧阳`, `John Smith` → `Smith`: for the salutation."""
    if name.isascii():
        return name.split()[-1] if name.split() else name
    return name[:2] if name[:2] in COMPOUND_FAMILY_NAMES and len(name) > 2 else name[:1]


def add_customer(
    session: Session,
    *,
    name: str,
    certificate: str,
    phone: str,
    tier: str,
    now: datetime,
    pepper: str,
    relationship_manager: str | None = None,
    language: str = "zh",
) -> Customer:
    """A new party. Of the certificate number only a mask and a keyed hash are stored. Raises `BadPhone`."""
    who = Customer(
        name=name,
        family_name=family_name_of(name),
        certificate_masked=mask_certificate(certificate),
        certificate_hash=token_hash(certificate, pepper=pepper),
        tier=tier,
        relationship_manager=relationship_manager,
        preferred_language=language,
        created_at=now,
    )
    session.add(who)
    session.flush()
    session.add(CustomerPhone(number=normalise_phone(phone), customer_id=who.id))
    session.flush()
    return who


def open_account(
    session: Session,
    customer: Customer,
    *,
    kind: str,
    number: str,
    balance: Money | None = None,
    status: str = "active",
) -> Account:
    """A card or account of the customer; only its masked number is stored."""
    account = Account(
        customer_id=customer.id,
        kind=kind,
        masked_number=f"{number[:4]}****{tail(number)}",
        tail=tail(number),
        balance_minor=balance.minor if balance else None,
        currency=balance.currency if balance else "CNY",
        status=status,
    )
    session.add(account)
    session.flush()
    return account
