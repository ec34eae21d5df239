"""Pushes to browsers: encrypted for the one browser that asked, signed with the house's key (RFC 8291, RFC 8292).

pywebpush encrypts and py_vapid signs; sending is ours, so that an address some browser gave leads nowhere inside.
"""

import base64
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from tongxin import postgres
from tongxin.apps.notify.media.parcel import Hosts, Outcome, Parcel, by_status
from tongxin.guard import destinations
from tongxin.rules.errors import Invalid

AT_ONCE = 8
DAY = 24 * 3600  # seconds a push service keeps what a sleeping phone cannot take
P256DH, AUTH = 65, 16  # octets of the two keys of a browser


def send(parcels: Iterable[Parcel]) -> Iterator[Outcome]:
    """Push messages, several at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(partial(_send, Hosts()), parcels)


def _send(hosts: Hosts, parcel: Parcel) -> Outcome:
    from pywebpush import WebPusher

    from tongxin.guard import outward

    told = {"title": parcel.title, "body": parcel.text, "url": parcel.link, "tag": parcel.key}
    asked = {"endpoint": parcel.to, "keys": dict(parcel.keys)}
    body = WebPusher(asked).encode(json.dumps(told, ensure_ascii=False).encode())["body"]
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(DAY),
        "Urgency": "high" if parcel.is_urgent else "normal",
        **_signed(parcel.to),
    }
    try:
        answer = hosts.post(parcel.to, body, headers)
    except outward.Unreached as why:
        return Outcome(False, str(why), is_final=str(why) == "refused_address")
    if answer.status in (404, 410):  # the browser took its wish back
        return Outcome(False, str(answer.status), is_final=True, is_gone=True)
    return by_status(answer.status, answer.headers.get("retry-after", ""))


def _signed(endpoint: str) -> dict[str, str]:
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + DAY // 2,
        "sub": f"mailto:{settings.DEFAULT_FROM_EMAIL}",
    }
    signed: dict[str, str] = _key().sign(claims)
    return signed


def read(text: str) -> tuple[str, dict[str, str]]:
    """Return address and keys of what a browser's `JSON.stringify(subscription)` says. Raises Invalid."""
    try:
        told = json.loads(text)
        endpoint, keys = str(told["endpoint"]), told["keys"]
        found = {name: str(keys[name]) for name in ("p256dh", "auth")}
        if [len(_octets(found[name])) for name in ("p256dh", "auth")] != [P256DH, AUTH]:
            raise ValueError("length")
    except (ValueError, KeyError, TypeError) as wrong:
        raise Invalid("subscription.push") from wrong
    destinations.checked(endpoint)
    return endpoint, found


@cache
def public_key() -> str:
    """Return the house's key as a browser's `applicationServerKey`: base64url of the uncompressed point.

    It is kept beside the private one, named after it, so that a web worker needs no cryptography in memory to show it.
    """
    kept = _kept(settings.HOME)
    shown = kept.with_suffix(f".{hashlib.sha256(kept.read_bytes()).hexdigest()[:16]}.pub")
    if not shown.exists():
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        point = _key().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        fresh = shown.with_suffix(f".{os.getpid()}")
        fresh.write_text(base64.urlsafe_b64encode(point).rstrip(b"=").decode(), encoding="ascii")
        fresh.replace(shown)
    return shown.read_text(encoding="ascii")


def mark_of(endpoint: str) -> str:
    """Return by what a page tells its browser that it is known, without telling any other whose address is kept."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


@cache
def _key() -> Any:
    from py_vapid import Vapid02

    return Vapid02.from_file(str(_kept(settings.HOME)))


def _kept(home: Path) -> Path:
    """Return where the key lies, made once and readable by its owner only."""
    kept = postgres.private(home) / "vapid.pem"
    if not kept.exists():
        from py_vapid import Vapid02

        made = Vapid02()
        made.generate_keys()
        fresh = kept.with_suffix(f".{os.getpid()}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made.private_pem())
        with suppress(FileExistsError):
            os.link(fresh, kept)  # whole or not at all, and the first of several processes wins
        fresh.unlink()
    return kept


def _octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
