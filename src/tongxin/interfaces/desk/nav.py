"""The lines of the navigation that lead to what waits over matters, by post (ui.md §3)."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tongxin.apps.hotline import letters
from tongxin.apps.hotline import queries as hotline
from tongxin.apps.matters.overlay_queues import QUEUES, is_for
from tongxin.rules.permissions import OVERSIGHT, UNIT, Actor, Role


class OverlayQueue(NamedTuple):
    """One line: its list, its icon, and the posts that always see it; others see it while something waits for them."""

    name: str
    icon: str
    title: Promise
    home: frozenset[Role]
    counts: bool = True

    @property
    def label(self) -> str:
        return str(self.title)


R = Role
CHIEFS = frozenset({R.DUTY_CHIEF, R.COMMANDER})
OVERLAY_QUEUES = (
    OverlayQueue("objection", "message-exclamation", gettext_lazy("Disputed dispatches"), CHIEFS),
    OverlayQueue("extension", "clock-plus", gettext_lazy("More time to approve"), CHIEFS),
    OverlayQueue("hold", "player-pause", gettext_lazy("Holds to approve"), frozenset({R.COMMANDER})),
    OverlayQueue("branch", "users-group", gettext_lazy("Joint handling"), UNIT),
    OverlayQueue("summons", "map-pin-check", gettext_lazy("Whistles to answer"), UNIT),
    OverlayQueue("whistle", "speakerphone", gettext_lazy("Whistles to conclude"), frozenset()),
    OverlayQueue("order", "gavel", gettext_lazy("Orders to answer"), UNIT),
    OverlayQueue("call_back", "phone-outgoing", gettext_lazy("To be called back"), frozenset({R.CALLER_BACK})),
    OverlayQueue("appeal", "zoom-check", gettext_lazy("To be reviewed"), frozenset({R.SUPERVISOR})),
    OverlayQueue("verdict", "checks", gettext_lazy("Replies to judge"), frozenset({R.SUPERVISOR})),
    OverlayQueue("held", "clock-pause", gettext_lazy("Holds and extensions"), OVERSIGHT, counts=False),
)

CALLS = (  # the lines of whoever takes calls, each with the name of its count
    ("desk:call", "headset", gettext_lazy("The call at hand"), ""),
    ("desk:call-letters", "mail", gettext_lazy("Letters"), letters.TALLY),
    ("desk:call-drafts", "file-pencil", gettext_lazy("Drafts"), hotline.DRAFTS),
    ("desk:call-backs", "phone-outgoing", gettext_lazy("Call back"), "call_back"),
    ("desk:call-returned", "arrow-back-up", gettext_lazy("Came back"), ""),
    ("desk:call-figures", "chart-bar", gettext_lazy("Figures of the team"), ""),
)
HOMES = {R.CALLER_BACK: "call_back", R.SUPERVISOR: "verdict"}  # posts whose first work lies over matters


def queues_for(actor: Actor) -> Iterator[OverlayQueue]:
    """Yield the lists that can hold anything for the actor's posts, in the order of the navigation."""
    for each in OVERLAY_QUEUES:
        if each.home & actor.roles or (each.counts and is_for(actor, QUEUES[each.name])):
            yield each
