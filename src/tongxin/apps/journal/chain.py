"""The hash chain of a subject: what exactly is hashed, so that anybody can check an export with a few lines of code.

For each entry, `hash = letter ‖ H(prev ‖ canonical)`, where

- `letter` is one byte that names H: `s` SHA-256, `m` SM3 (GB/T 32905-2016);
- `prev` is the `hash` of the subject's entry before (33 bytes, letter included), empty for the first;
- `canonical` is the UTF-8 text of the JSON array `[subject, seq, kind, actor, post_id, at, data]` without spaces,
  object keys sorted, only `"`, `\\` and control characters escaped, `at` in UTC as `2026-11-20T08:00:00.000000Z`.
  `data` holds strings, whole numbers, true, false, null, lists and objects; never fractions, which JSON can write in
  more ways than one.

In Python: `b"s" + sha256(prev + json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())`.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from django.conf import settings

SHA256, SM3 = b"s", b"m"
NONE = b""  # the `prev` of a subject's first entry

_HASHES: dict[bytes, Callable[..., Any]] = {SHA256: hashlib.sha256, SM3: partial(hashlib.new, "sm3")}
_PLAIN = frozenset({str, int, bool, type(None)})
_compact = msgspec.json.Encoder(order="deterministic").encode


def digest(letter: bytes, text: bytes) -> bytes:
    """Return the letter and the digest it names. Raises KeyError for a letter nobody knows."""
    tail: bytes = hashed(letter, text).digest()
    return letter + tail


def hashed(letter: bytes, text: bytes = b"") -> Any:
    """Return a running hash, as hashlib's, begun with this text. Raises KeyError for a letter nobody knows."""
    return _HASHES[letter](text)


def chosen() -> bytes:
    """Return the letter of the hash this house uses: the setting JOURNAL_HASH, SHA-256 where there is none."""
    return getattr(settings, "JOURNAL_HASH", SHA256.decode()).encode()


def encoded(data: Mapping[str, Any]) -> bytes:
    """Return the data of an entry in its canonical text. Raises TypeError for what has no single way to be written."""
    if not _PLAIN.issuperset(map(type, data.values())):
        _check(data)
    return _compact(data)


def recoded(data: str) -> bytes:
    """Return stored data in its canonical text again, whatever order and spaces the store gave it."""
    return _compact(msgspec.json.decode(data))


def line(*values: Any) -> bytes:
    """Return a row of plain values as one line of canonical text."""
    return _compact(values) + b"\n"


def _check(value: Any) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _check(key)
            _check(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif not isinstance(value, str | int | None):
        raise TypeError(f"the journal cannot keep a {type(value).__name__}: give a code, a whole number or a reference")


def written(at: datetime) -> str:
    """Return an aware time as it stands in the canonical text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def link(letter: bytes, prev: bytes, head: tuple[str, int, str, str, int | None, str], data: bytes) -> bytes:
    """Return the hash of an entry: of (subject, seq, kind, actor, post_id, at) and data, as `written` and `encoded`."""
    return digest(letter, prev + _compact(head)[:-1] + b"," + data + b"]")
