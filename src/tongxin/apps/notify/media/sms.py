"""Short messages through a gateway over HTTP: JSON, signed; what a carrier wants besides is the gateway's to know.

`POST {gateway}` with {"id", "to", "sign", "text"}; `X-Timestamp` in seconds and `X-Signature`, the hexadecimal
HMAC-SHA256 of "{timestamp}.{body}" under the shared secret. 2xx with {"code": "0"} took it; "id" is the same when a
message is sent again, so that a gateway can leave out what it has. docs/operations.md describes it to its makers.
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.conf import settings

from tongxin.apps.notify.media.parcel import Hosts, Outcome, Parcel, by_status

AT_ONCE = 8
MOBILE = re.compile(r"1[3-9]\d{9}")


def send(parcels: Iterable[Parcel]) -> Iterator[Outcome]:
    """Hand messages to the gateway, several at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(partial(_send, Hosts()), parcels)


def _send(hosts: Hosts, parcel: Parcel) -> Outcome:
    from tongxin.guard import outward

    number = mobile(parcel.to)
    if not number:
        return Outcome(False, "no_mobile", is_final=True)
    if not settings.SMS_GATEWAY:
        return Outcome(False, "no_gateway", is_final=True)
    text = f"{parcel.text}{parcel.link}" if parcel.link else parcel.text
    told = {"id": parcel.key, "to": number, "sign": settings.SMS_SIGN, "text": text}
    body = json.dumps(told, ensure_ascii=False).encode()
    at = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Timestamp": at,
        "X-Signature": signature(settings.SMS_SECRET, at, body),
        "Idempotency-Key": parcel.key,
    }
    try:
        answer = hosts.post(settings.SMS_GATEWAY, body, headers, is_trusted=True)
    except outward.Unreached as why:
        return Outcome(False, str(why))
    outcome = by_status(answer.status, answer.headers.get("retry-after", ""))
    return _read(answer.body) if outcome.is_sent else outcome


def _read(body: bytes) -> Outcome:
    try:
        code = str(json.loads(body).get("code", ""))[:16]
    except (ValueError, AttributeError):
        return Outcome(False, "unreadable")
    return Outcome(True, "200") if code == "0" else Outcome(False, f"gateway_{code}", is_final=True)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what proves that a message comes from this house."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def mobile(text: str) -> str:
    """Return the mobile number in a telephone as it was written, empty where it is none of this country."""
    digits = re.sub(r"[ ()+-]", "", text).removeprefix("86")
    return digits if MOBILE.fullmatch(digits) else ""
