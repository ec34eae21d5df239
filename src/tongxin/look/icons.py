"""Icons by name: one sprite, built by `tongxin assets`, holding just the symbols in use.

Names are Tabler's; the suffix `-filled` means the filled set, which is kept for lamps.
"""

from functools import cache

from django.templatetags.static import static
from markupsafe import Markup

from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.overlays.tables import BY_ACT

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
    Act.ANSWER: "message-check",
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
    Act.TAKE_BACK: "arrow-back",
    Act.MERGE: "git-merge",
    Act.UNMERGE: "arrows-split",
    Act.FOLLOW: "link",
    Act.ESCALATE: "arrow-up-circle",
    Act.HAND_DOWN: "arrow-down-circle",
    Act.URGE: "bell-ringing",
    Act.REPLY: "message-reply",
    Act.REHANDLE: "refresh-alert",
    Act.WITHDRAW: "arrow-back",
    Act.RECLASSIFY: "category",
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
    Act.MERGE: "M",
    Act.ESCALATE: "E",
    Act.TAKE_BACK: "Z",
    Act.UNMERGE: "Z",
}
# What lies over a matter, and what each of its acts looks like where it has a picture of its own.
OVERLAYS: dict[str, str] = {
    Overlay.EXTENSION: "clock-plus",
    Overlay.HOLD: "player-pause",
    Overlay.BRANCH: "users-group",
    Overlay.WHISTLE: "speakerphone",
    Overlay.SUMMONS: "map-pin-check",
    Overlay.ORDER: "gavel",
    Overlay.OBJECTION: "message-exclamation",
    Overlay.CALL_BACK: "phone-outgoing",
    Overlay.APPEAL: "zoom-check",
}
OVERLAY_ACTS: dict[str, str] = {
    "ask": "send",
    "grant": "check",
    "approve": "check",
    "endorse": "signature",
    "accept": "check",
    "uphold": "check",
    "deny": "x",
    "overrule": "x",
    "sign": "signature",
    "done": "circle-check",
    "conclude": "checks",
    "arrive": "map-pin-check",
    "contact": "phone-outgoing",
    "reply": "message-reply",
    "withdraw": "arrow-back",
    "cancel": "ban",
    "resume": "player-play",
    "book": "archive",
    "rate": "star",
    "answer": "star",
    "refer": "building-bank",
}
OVERLAY_KEYS: dict[str, str] = {
    "extension.ask": "Y",
    "extension.ask_more": "Y",
    "hold.ask": "T",
    "branch.invite": "C",
    "whistle.blow": "W",
}


@cache
def overlay_icon(act: str) -> str:
    """Return what an act on an overlay looks like: one that opens it as the overlay, another one as what it does."""
    table = BY_ACT.get(act)
    if table is None or table.step(act, "") is not None:
        return OVERLAYS.get(act.partition(".")[0], "point")
    return OVERLAY_ACTS.get(act.partition(".")[2], OVERLAYS[table.overlay])


@cache
def icon(name: str, size: str = "") -> Markup:
    """Draw the icon. `size` is "s", "l" or "x" for 1, 1.5 and 2 em; without it 1.25 em."""
    classes = f"i i-{size}" if size else "i"
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(classes, static(SPRITE), name)
