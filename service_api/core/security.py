"""Secrets and tokens: made at random, stored only as keyed hashes, compared in constant time."""

import hashlib
import hmac
import secrets
from typing import Annotated

from fastapi import Depends, Request

from service_api.core.problems import Unauthenticated


def new_token() -> str:
    """256 random bits, safe in an address or a header."""
    return secrets.token_urlsafe(32)


def token_hash(token: str, *, pepper: str) -> str:
    """What is stored of a token: HMAC-SHA256 under the pepper, hexadecimal (64 characters)."""
    return hmac.new(pepper.encode(), token.encode(), hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def bearer_token(request: Request) -> str:
    """The token of the Authorization header. Raises `Unauthenticated` when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("a bearer token is needed")
    return token.strip()


def require_service(request: Request) -> None:
    """Let in our own processes only. Raises `Unauthenticated` for a wrong or missing service token."""
    expected: str = request.app.state.settings.service_token.get_secret_value()
    if not same(bearer_token(request), expected):
        raise Unauthenticated("wrong service token")


ServiceOnly = Depends(require_service)
BearerToken = Annotated[str, Depends(bearer_token)]
