"""Who the customer is, as the bank's own site says it: a short-lived token signed with the site's key.

The algorithm is fixed, whatever the token's header says: ES256, of which we hold the public half only.
"""

import uuid
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_api.core.problems import Unauthenticated
from service_api.customers.models import Customer, CustomerPhone

ALGORITHM = "ES256"
CURVE = "P-256"
LONGEST_TOKEN = 4000
LONGEST_LIFE_SECONDS = 600
LEEWAY_SECONDS = 30


class BadSiteToken(Unauthenticated):
    type = "bad-site-token"
    title = "身份凭证无效"


@dataclass(frozen=True, slots=True)
class SiteTokens:
    """Reads the tokens of one site. `subject` of a token is the customer's id at the desk; a `phone_number`
    claim (E.164) serves as well, for sites that do not know our ids."""

    key: ECKey
    issuer: str
    audience: str

    def customer_of(self, session: Session, token: str) -> uuid.UUID | None:
        """The customer, None when the desk does not know whom the site means. Raises `BadSiteToken`."""
        claims = self._claims(token)
        subject, phone = claims["sub"], claims.get("phone_number")
        found = session.scalar(select(Customer.id).where(Customer.id == _as_id(subject)))
        if found is None and isinstance(phone, str):
            found = session.scalar(select(CustomerPhone.customer_id).where(CustomerPhone.number == phone))
        return found

    def _claims(self, token: str) -> dict[str, object]:
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            sub={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        )
        try:
            claims = jwt.decode(token, self.key, algorithms=[ALGORITHM]).claims
            rules.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise BadSiteToken(type(error).__name__) from None
        life = _seconds(claims["exp"]) - _seconds(claims["iat"])
        if not 0 < life <= LONGEST_LIFE_SECONDS:
            raise BadSiteToken(f"a token may live {LONGEST_LIFE_SECONDS} seconds at most")
        return claims


def read_key(pem: str) -> ECKey:
    """The public key of a PEM text, in which `\\n` may stand for a line's end. Raises `ValueError`."""
    key = ECKey.import_key(pem.replace("\\n", "\n"))
    if key.is_private or key.curve_name != CURVE:
        raise ValueError("the site's key must be an ECDSA public key on P-256")
    return key


def _as_id(subject: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(subject))
    except ValueError:
        return None


def _seconds(claim: object) -> float:
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        raise BadSiteToken("times are numbers of seconds")
    return claim
