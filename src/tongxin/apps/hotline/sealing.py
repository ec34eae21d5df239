"""Sealing what may lie in the database only unreadable: callers' numbers, drafts, the secrets of lines.

Sealed by a key drawn from the house's own: a copy of the database alone opens nothing. Whoever changes that key loses
what is sealed, which is a day's numbers, some drafts, and secrets that are then given anew.
"""

import base64
import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_FOR = b"tongxin.hotline.sealing.1:"


def seal(text: str) -> bytes:
    """Return a text so that only this house reads it."""
    return _box(settings.SECRET_KEY).encrypt(text.encode())


def opened(sealed: bytes | memoryview | None) -> str:
    """Return what was sealed; nothing where there is nothing, or the key was another one."""
    from cryptography.fernet import InvalidToken

    if sealed is None:
        return ""
    try:
        return _box(settings.SECRET_KEY).decrypt(bytes(sealed)).decode()
    except InvalidToken:
        return ""


def sealed_form(form: dict[str, Any]) -> bytes:
    return seal(json.dumps(form, ensure_ascii=False))


def opened_form(sealed: bytes | memoryview) -> dict[str, Any]:
    return dict(json.loads(opened(sealed) or "{}"))


@lru_cache(maxsize=2)
def _box(key: str) -> "Fernet":
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(_FOR + key.encode()).digest()))
