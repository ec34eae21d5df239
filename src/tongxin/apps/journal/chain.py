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
from typing import Any

import msgspec

SHA256, SM3 = b"s", b"m"
NONE = b""  # the `prev` of a subject's first entry

_DIGESTS: dict[bytes, Callable[[bytes], bytes]] = {
    SHA256: lambda text: hashlib.sha256(text).digest(),
    SM3: lambda text: hashlib.new("sm3", text).digest(),
}
_PLAIN = frozenset({str, int, bool, type(None)})
_compact = msgspec.json.Encoder(order="deterministic").encode


def digest(letter: bytes, text: bytes) -> bytes:
    """Return the letter and the digest it names. Raises KeyError for a letter nobody knows."""
    return letter + _DIGESTS[letter](text)


def encoded(data: Mapping[str, Any]) -> bytes:
    """Return the data of an entry in its canonical text. Raises TypeError for what has no single way to be written."""
    if not _PLAIN.issuperset(map(type, data.values())):
        _check(data)
    return _compact(data)


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
