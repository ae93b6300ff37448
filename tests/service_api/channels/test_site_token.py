"""The bank's own site says who the customer is; nobody else can."""

import hmac
import time
import uuid
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from service_api.channels.site_token import read_key
from service_api.core.clock import FrozenClock
from service_api.core.database import Database
from service_api.customers.service import add_customer
from service_api.settings import Settings
from tests.service_api.conftest import SERVICE_TOKEN
from tests.service_api.visitor import Visitor

SITE = ECKey.import_key(ec.generate_private_key(ec.SECP256R1()))
STRANGER = ECKey.import_key(ec.generate_private_key(ec.SECP256R1()))
OF_ANOTHER_KIND = RSAKey.import_key(rsa.generate_private_key(public_exponent=65537, key_size=2048))
PUBLIC = SITE.as_pem(private=False).decode()
AS_SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "site_token_key": PUBLIC.replace("\n", "\\n"),
            "site_token_issuer": "https://www.bank.example",
        }
    )


@pytest.fixture
def lilei(database: Database, clock: FrozenClock) -> uuid.UUID:
    return customer(database, clock, "李雷", "13800138000")


def customer(database: Database, clock: FrozenClock, name: str, phone: str) -> uuid.UUID:
    with database.writing() as session:
        who = add_customer(
            session,
            name=name,
            certificate=uuid.uuid4().hex,
            phone=phone,
            tier="ordinary",
            now=clock.now(),
            pepper="code-pepper-of-the-tests",
        )
        return who.id


def signed(key: Any = SITE, *, algorithm: str = "ES256", **claims: object) -> str:
    now = int(time.time())
    body = {"iss": "https://www.bank.example", "aud": "ting", "iat": now, "exp": now + 300} | claims
    return jwt.encode(
        {"alg": algorithm}, {k: v for k, v in body.items() if v is not None}, key, algorithms=[algorithm]
    )


def opened_with(client: TestClient, token: str) -> Any:
    return client.post("/chat/sessions", json={"language": "zh", "site_token": token})


def name_known(client: TestClient, conversation_id: str) -> int:
    path = f"/api/v1/conversations/{conversation_id}/profile"
    status: int = client.get(path, headers=AS_SERVICE).status_code
    return status


def test_a_customer_signed_in_at_the_bank_is_known_at_once(client: TestClient, lilei: uuid.UUID) -> None:
    opened = opened_with(client, signed(sub=str(lilei)))

    assert opened.status_code == 201
    assert name_known(client, opened.json()["conversation_id"]) == 200


def test_who_is_only_signed_in_sees_no_accounts(client: TestClient, lilei: uuid.UUID) -> None:
    opened = opened_with(client, signed(sub=str(lilei)))
    path = f"/api/v1/conversations/{opened.json()['conversation_id']}/profile"

    shown = client.get(path, headers=AS_SERVICE).json()
    assert (shown["name"], shown["accounts"]) == ("李*", None)


def test_a_site_may_name_the_customer_by_phone(client: TestClient, lilei: uuid.UUID) -> None:
    opened = opened_with(client, signed(sub="site-user-7", phone_number="+8613800138000"))

    assert name_known(client, opened.json()["conversation_id"]) == 200


def test_somebody_the_desk_does_not_know_is_anonymous(client: TestClient) -> None:
    opened = opened_with(client, signed(sub="nobody-here"))

    assert opened.status_code == 201
    assert name_known(client, opened.json()["conversation_id"]) == 403


def test_signing_in_during_a_talk_is_told_to_the_desk(client: TestClient, lilei: uuid.UUID) -> None:
    visitor = Visitor(client)
    assert visitor.look()["state"]["verified"] is False

    told = client.post("/chat/identity", json={"site_token": signed(sub=str(lilei))}, headers=visitor.headers)

    assert told.json() == {"verified": True}
    assert visitor.look()["state"]["verified"] is True


def test_a_talk_of_one_customer_never_becomes_anothers(
    client: TestClient, lilei: uuid.UUID, database: Database, clock: FrozenClock
) -> None:
    other = customer(database, clock, "韩梅梅", "13900139000")
    visitor = Visitor(client)
    client.post("/chat/identity", json={"site_token": signed(sub=str(lilei))}, headers=visitor.headers)

    told = client.post("/chat/identity", json={"site_token": signed(sub=str(other))}, headers=visitor.headers)

    assert (told.status_code, told.json()["type"]) == (409, "/problems/another-customer")


def signed_with_our_public_key(head_and_body: str) -> str:
    # The oldest trick: our public key taken for a shared secret.
    head = urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=").decode()
    text = f"{head}.{head_and_body.partition('.')[2]}"
    mac = hmac.digest(PUBLIC.encode(), text.encode(), "sha256")
    return f"{text}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def forged() -> dict[str, str]:
    """To be made when they are used: some are wrong only in their time, the others must not become old."""
    who, now = str(uuid.uuid4()), int(time.time())
    head, body, signature = signed(sub=who).split(".")
    return {
        "another key": signed(STRANGER, sub=who),
        "another algorithm": signed(OF_ANOTHER_KIND, algorithm="RS256", sub=who),
        "public key as secret": signed_with_our_public_key(f"{head}.{body}"),
        "no algorithm": f"eyJhbGciOiJub25lIn0.{body}.",
        "changed body": f"{head}.{body[:-4]}AAAA.{signature}",
        "cut short": f"{head}.{body}.{signature[:20]}",
        "another issuer": signed(sub=who, iss="https://evil.example"),
        "another audience": signed(sub=who, aud="other"),
        "old": signed(sub=who, iat=now - 900, exp=now - 600),
        "from the future": signed(sub=who, iat=now + 600, exp=now + 900),
        "too long a life": signed(sub=who, exp=now + 86_400),
        "no end": signed(sub=who, exp=None),
        "no subject": signed(),
        "no token": "a.b.c",
        "nothing": "",
        "not ASCII": "听.听.听",
    }


@pytest.mark.parametrize("forgery", list(forged()))
def test_a_forged_or_old_token_opens_nothing(client: TestClient, forgery: str) -> None:
    refused = opened_with(client, forged()[forgery])

    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/bad-site-token")


def test_a_key_of_another_kind_is_refused_at_start() -> None:
    wrong = ec.generate_private_key(ec.SECP384R1()).public_key()
    pem = wrong.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(ValueError, match="P-256"):
        read_key(pem)


def test_without_a_key_no_token_is_taken(client: TestClient, settings: Settings) -> None:
    visitors = client.app.state.visitors  # type: ignore[attr-defined]  # the ASGI app is ours
    object.__setattr__(visitors, "site_tokens", None)

    assert opened_with(client, signed(sub="x")).status_code == 401
