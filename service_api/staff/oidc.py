"""Sign-in through the bank's own OpenID Connect provider: code flow with PKCE (OpenID Connect Core 1.0 §3.1).

The provider says who somebody is; whether they may come in, and as what, is decided by our own list of staff.
Nobody is let in whom a supervisor has not entered there.
"""

import hmac
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
import structlog
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.audit.service import Actor, record
from service_api.core.clock import Clock
from service_api.core.problems import Problem, Unavailable
from service_api.settings import Settings
from service_api.staff.models import StaffIdentity, StaffMember

log = structlog.get_logger(__name__)
CALLBACK = "/login/oidc/callback"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # fixed: a token must not choose "none" or a shared secret
FRESH = timedelta(hours=1)
SKEW = 60  # seconds by which the provider's clock may differ
SECONDS = 5.0


class ProviderDown(Unavailable):
    type = "provider-unavailable"
    title = "统一身份认证暂不可用"


class NotLetIn(Problem):
    """The provider's answer does not hold, or names nobody on our list. One answer for all."""

    status = 403
    type = "not-let-in"
    title = "无法通过统一身份认证登录，请联系管理员"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is. `name` is the claim by which a person is found the first time."""

    issuer: str
    subject: str
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """Where the browser is sent, and what has to be remembered until it comes back."""

    address: str
    nonce: str
    code_verifier: str


class Provider:
    """The provider of the settings. Its description and keys are read when needed, again after an hour."""

    def __init__(self, settings: Settings, machine: Clock) -> None:
        self._settings = settings
        self._machine = machine
        self._lock = threading.Lock()
        self._known: tuple[datetime, dict[str, Any], KeySet] | None = None

    def question(self, state: str) -> Question:
        """Raises `ProviderDown`."""
        description, _ = self._read()
        nonce, verifier = generate_token(32), generate_token(64)
        with self._client() as client:
            address, _ = client.create_authorization_url(
                _text(description, "authorization_endpoint"), state=state, nonce=nonce, code_verifier=verifier
            )
        return Question(str(address), nonce, verifier)

    def identity(self, *, code: str, nonce: str, code_verifier: str) -> Identity:
        """Exchange the code and check the ID token. Raises `ProviderDown`, `NotLetIn`."""
        description, keys = self._read()
        try:
            with self._client() as client:
                answer = client.fetch_token(
                    _text(description, "token_endpoint"), code=code, code_verifier=code_verifier
                )
        except httpx2.HTTPError as error:
            raise ProviderDown from error
        except (OAuthError, ValueError) as error:
            raise self._refused(error) from error
        try:
            try:
                token = jwt.decode(str(answer["id_token"]), keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):  # signed with a key that is newer than what we read
                _, keys = self._read(anew=True)
                token = jwt.decode(str(answer["id_token"]), keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": description["issuer"]},
                    "aud": {"essential": True, "value": self._settings.oidc_client_id},
                    "nonce": {"essential": True},
                },
                params={
                    "nonce": nonce,
                    "client_id": self._settings.oidc_client_id,
                    "access_token": answer.get("access_token"),
                },
            )
            claims.validate(leeway=SKEW)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise self._refused(error) from error
        name = claims.get(self._settings.oidc_claim)
        return Identity(str(claims["iss"]), str(claims["sub"]), name if isinstance(name, str) else "")

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=self._settings.oidc_client_secret.get_secret_value(),
            scope="openid profile email",
            redirect_uri=self._settings.public_url.rstrip("/") + CALLBACK,
            code_challenge_method="S256",
            timeout=SECONDS,
            trust_env=False,
        )

    def _read(self, *, anew: bool = False) -> tuple[dict[str, Any], KeySet]:
        now = self._machine.now()
        with self._lock:
            if self._known is not None and not anew and now - self._known[0] < FRESH:
                return self._known[1:]
            issuer = self._settings.oidc_issuer.rstrip("/")
            try:
                with httpx2.Client(timeout=SECONDS, trust_env=False) as http:
                    found = http.get(f"{issuer}/.well-known/openid-configuration").raise_for_status().json()
                    if str(found["issuer"]).rstrip("/") != issuer:
                        raise ValueError("the provider's description names another issuer")
                    keys = KeySet.import_key_set(http.get(_text(found, "jwks_uri")).raise_for_status().json())
            except (httpx2.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                log.warning("the OpenID provider cannot be read", error=type(error).__name__)
                raise ProviderDown from error
            self._known = (now, found, keys)
            return found, keys

    @staticmethod
    def _refused(error: Exception) -> NotLetIn:
        log.warning("the OpenID provider's answer does not hold", error=type(error).__name__)
        return NotLetIn()


def member_for(
    session: Session, identity: Identity, *, now: datetime, settings: Settings
) -> StaffMember | None:
    """The person on our list: the first time by name or e-mail, afterwards by subject only."""
    link = session.get(StaffIdentity, (identity.issuer, identity.subject))
    if link is not None:
        member = session.get_one(StaffMember, link.staff_id)
        return member if member.active else None
    if not identity.name:
        return None
    column = StaffMember.email if settings.oidc_claim == "email" else StaffMember.username
    found = session.scalars(select(StaffMember).where(column == identity.name).limit(2)).all()
    if len(found) != 1 or not found[0].active or _is_linked(session, found[0], identity.issuer):
        return None
    member = found[0]
    session.add(
        StaffIdentity(issuer=identity.issuer, subject=identity.subject, staff_id=member.id, linked_at=now)
    )
    subject = ("staff", str(member.id))
    record(session, by=Actor("system"), action="staff.identity_linked", subject=subject, now=now)
    return member


def _is_linked(session: Session, member: StaffMember, issuer: str) -> bool:
    """Then another person at the provider has this name now, who must not come in as the first."""
    return (
        session.scalar(
            select(StaffIdentity.subject).where(
                StaffIdentity.staff_id == member.id, StaffIdentity.issuer == issuer
            )
        )
        is not None
    )


def same_browser(cookie: str, state: str) -> bool:
    """The answer must come back to the browser that asked: else one could sign a victim in as oneself."""
    return bool(cookie) and hmac.compare_digest(cookie.encode(), state.encode())


def _text(found: dict[str, Any], name: str) -> str:
    value = found[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value
