"""Icons by name: one sprite, built by `tongxin assets`, holding just the symbols in use.

Names are Tabler's; the suffix `-filled` means the filled set, which is kept for lamps.
"""

from functools import cache

from django.templatetags.static import static
from markupsafe import Markup

SPRITE = "look/built/sprite.svg"

LAMPS = {
    "green": "circle-check-filled",
    "amber": "alert-triangle-filled",
    "orange": "alert-triangle-filled",
    "red": "alert-octagon-filled",
    "hold": "player-pause-filled",
}

NOTES = {
    "info": "info-circle",
    "success": "circle-check",
    "amber": "alert-triangle",
    "red": "alert-circle",
    "seal": "lock",
    "plain": "info-circle",
}

# Act to icon. Source: ui.md §8.
ACTS = {
    "report": "camera",
    "accept": "inbox",
    "verify": "search",
    "file": "file-plus",
    "dispatch": "send",
    "reroute": "building-community",
    "merge": "git-merge",
    "join": "users-group",
    "escalate": "arrow-up-circle",
    "sign": "signature",
    "handle": "circle-check",
    "return": "arrow-back-up",
    "progress": "message-2",
    "extend": "clock-plus",
    "hold": "player-pause",
    "whistle": "speakerphone",
    "supervise": "gavel",
    "press": "bell-ringing",
    "check": "clipboard-check",
    "rework": "rotate",
    "close": "checkbox",
    "void": "ban",
    "rate": "star",
    "mediate": "scale",
    "confirm": "building-bank",
    "unmask": "eye",
    "readers": "history",
}


@cache
def icon(name: str, size: str = "") -> Markup:
    """Draw the icon. `size` is "s", "l" or "x" for 1, 1.5 and 2 em; without it 1.25 em."""
    classes = f"i i-{size}" if size else "i"
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(classes, static(SPRITE), name)
