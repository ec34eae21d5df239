"""Envelopes of Standard Webhooks: whether what came in is who it says it is, from now; and signing what goes out.

Source: Standard Webhooks 1.0.0.
"""

import base64
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

TOLERANCE = 300.0  # seconds, as Standard Webhooks says
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Unsigned(Exception):
    """The envelope is not by any of these secrets, or not from now. Its message is a code: late or forged."""


def opened(keys: Iterable[str], headers: Mapping[str, str], body: bytes, now: datetime) -> dict[str, Any]:
    """Return what an envelope holds that one of these secrets signed. Raises Unsigned."""
    from standardwebhooks.webhooks import Webhook, WebhookVerificationError

    given = {name: headers.get(name, "") for name in HEADERS}
    if not _is_recent(given["webhook-timestamp"], now):
        raise Unsigned("late")
    for key in keys:
        try:
            found = Webhook(key).verify(body, given)
        except (WebhookVerificationError, ValueError, RecursionError):  # no base64, no JSON, no UTF-8; bottomless
            continue
        if isinstance(found, dict):
            return found
    raise Unsigned("forged")


def signed(keys: Iterable[str], id_: str, body: str, at: datetime) -> dict[str, str]:
    """Return the headers that name, date and sign a message sent at this moment, by each of these secrets."""
    from standardwebhooks.webhooks import Webhook

    at = at.astimezone(UTC)  # the library takes the wall clock for UTC
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(id_, at, body) for key in keys),
    }


def new_secret() -> str:
    """Return a fresh secret, as Standard Webhooks writes it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _is_recent(timestamp: str, now: datetime) -> bool:
    try:
        return abs(now.timestamp() - float(timestamp)) <= TOLERANCE
    except (ValueError, OverflowError):
        return False
