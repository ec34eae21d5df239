"""What the hotline seals: callers' numbers, drafts, letters, the secrets of lines.

Whoever changes the house's key loses a day's numbers, drafts, letters that wait, and secrets that are then given anew.
"""

import json
from typing import Any

from tongxin.guard.sealing import Box

_BOX = Box("tongxin.hotline.sealing.1")


def seal(text: str) -> bytes:
    """Return a text so that only this house reads it."""
    return _BOX.seal(text)


def opened(sealed: bytes | memoryview | None) -> str:
    """Return what was sealed; nothing where there is nothing, or the key was another one."""
    return _BOX.opened(sealed)


def seal_file(content: bytes) -> bytes:
    return _BOX.seal_file(content)


def opened_file(sealed: bytes | memoryview | None) -> bytes:
    return _BOX.opened_file(sealed)


def sealed_form(form: dict[str, Any]) -> bytes:
    return seal(json.dumps(form, ensure_ascii=False))


def opened_form(sealed: bytes | memoryview) -> dict[str, Any]:
    return dict(json.loads(opened(sealed) or "{}"))
