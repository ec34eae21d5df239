"""Icons by name: one sprite, built by `tongxin assets`, holding just the symbols in use.

Names are Tabler's; the suffix `-filled` means the filled set, which is kept for lamps.
"""

from functools import cache

from django.templatetags.static import static
from markupsafe import Markup

from tongxin.rules.lifecycles.matter import Act

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

# What each act of a matter looks like, and its key. Source: ui.md §8.
ACTS: dict[str, str] = {
    Act.SETTLE: "tool",
    Act.ACCEPT: "inbox",
    Act.REFUSE: "circle-x",
    Act.VERIFY: "search",
    Act.CONFIRM: "check",
    Act.DENY: "x",
    Act.FILE: "file-plus",
    Act.DECLINE: "file-x",
    Act.DISPATCH: "send",
    Act.RECALL: "arrow-bear-left",
    Act.SIGN: "signature",
    Act.RETURN: "arrow-back-up",
    Act.PROGRESS: "message-2",
    Act.HANDLE: "circle-check",
    Act.REVIEW: "file-check",
    Act.REDO: "rotate-2",
    Act.CHECK: "clipboard-check",
    Act.REWORK: "rotate",
    Act.CLOSE: "checkbox",
    Act.PROPOSE_VOID: "ban",
    Act.VOID: "ban",
    Act.REOPEN: "refresh",
    Act.REINSTATE: "arrow-forward-up",
}
KEYS: dict[str, str] = {
    Act.ACCEPT: "S",
    Act.VERIFY: "V",
    Act.FILE: "L",
    Act.DISPATCH: "A",
    Act.SIGN: "Q",
    Act.HANDLE: "F",
    Act.RETURN: "B",
    Act.PROGRESS: "P",
    Act.CHECK: "H",
    Act.REWORK: "R",
    Act.CLOSE: "O",
    Act.VOID: "D",
}


@cache
def icon(name: str, size: str = "") -> Markup:
    """Draw the icon. `size` is "s", "l" or "x" for 1, 1.5 and 2 em; without it 1.25 em."""
    classes = f"i i-{size}" if size else "i"
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(classes, static(SPRITE), name)
