"""Keys: who is asking. Only API keys open this door; a session's cookie is never looked at."""

import time
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyHeader, HttpBearer

from tongxin.apps.people import queries as people
from tongxin.interfaces.api.problems import Unknown
from tongxin.rules.permissions import Actor

REMEMBER_SECONDS = 2.0  # how long a revoked key, or an ended post, may still be believed
REMEMBER_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Caller:
    """The actor behind a key, and the name under which reports through it are kept."""

    actor: Actor

    @property
    def source(self) -> str:
        return f"api:{self.actor.ref.removeprefix('key:')}"


_remembered: dict[bytes, tuple[Caller, float]] = {}


def caller_of(key: str) -> Caller:
    """Return who a key stands for. Two statements, none while it is remembered. Raises Unknown."""
    digest = people.digest_of(key)
    caller, until = _remembered.get(digest, (None, 0.0))
    if caller is None or time.monotonic() >= until:
        actor = people.actor_of_key(key, timezone.now())
        if actor is None:
            _remembered.pop(digest, None)
            raise Unknown("key.unknown")
        caller = Caller(actor)
        if len(_remembered) >= REMEMBER_MOST:
            _remembered.clear()
        _remembered[digest] = caller, time.monotonic() + REMEMBER_SECONDS
    return caller


def forget() -> None:
    """Look every key up anew."""
    _remembered.clear()


def given(request: HttpRequest) -> str:
    """Return the key a request brings, "" where it brings none.

    `X-API-Key` is the one that counts. Beside it `Authorization` is not looked at: it may be for a gateway on the way.
    """
    if own := request.META.get("HTTP_X_API_KEY", "").strip():
        return str(own)
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    return str(token.strip()) if scheme.lower() == "bearer" else ""


def _caller(request: HttpRequest) -> Caller | None:
    key = given(request)
    return caller_of(key) if key else None


class Bearer(HttpBearer):
    """`Authorization: Bearer tx_…`"""

    openapi_description = "接口密钥 | API key: `Authorization: Bearer tx_…`"

    def __call__(self, request: HttpRequest) -> Caller | None:
        return _caller(request)

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        return caller_of(token)


class Header(APIKeyHeader):
    """`X-API-Key: tx_…`"""

    param_name = "X-API-Key"

    def __call__(self, request: HttpRequest) -> Caller | None:
        return _caller(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        return caller_of(key) if key else None
