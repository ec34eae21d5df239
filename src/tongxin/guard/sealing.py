"""Sealing what may lie in the database only unreadable: callers' numbers, drafts, the secrets of whom we talk to.

Sealed by a key drawn from the house's own, another one for each purpose: a copy of the database alone opens nothing.
Whoever changes the house's key loses what is sealed.
"""

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Box(NamedTuple):
    """What is sealed for one purpose opens for no other."""

    purpose: str

    def seal(self, text: str) -> bytes:
        """Return a text so that only this house reads it."""
        return self.seal_file(text.encode())

    def opened(self, sealed: bytes | memoryview | None) -> str:
        """Return what was sealed; nothing where there is nothing, or the key was another one."""
        return self.opened_file(sealed).decode()

    def seal_file(self, content: bytes) -> bytes:
        return _fernet(self.purpose, settings.SECRET_KEY).encrypt(content)

    def opened_file(self, sealed: bytes | memoryview | None) -> bytes:
        from cryptography.fernet import InvalidToken

        if sealed is None:
            return b""
        try:
            return _fernet(self.purpose, settings.SECRET_KEY).decrypt(bytes(sealed))
        except InvalidToken:
            return b""


@lru_cache(maxsize=8)
def _fernet(purpose: str, key: str) -> "Fernet":
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{key}".encode()).digest()))
