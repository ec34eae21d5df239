"""Events: what of the journal may go out to programs, as CloudEvents 1.0, and which of its facts: codes, never persons.

Source: CloudEvents 1.0.2 (CNCF); Standard Webhooks 1.0.0.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from tongxin.rules.errors import Invalid
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.overlays.tables import BY_ACT

TYPE = "cn.tongxin."
KINDS: tuple[str, ...] = (
    "matter.report",
    *(f"matter.{act.value}" for act in Act),
    *(str(act) for act in BY_ACT),
    "clock.amber",
    "clock.overdue",
    "clock.urge",
    "clock.notice",
)
NOUNS = tuple(dict.fromkeys(kind.partition(".")[0] for kind in KINDS))
# what an entry tells besides: codes and moments. Ids of rows, distances and whatever speaks of a person stay here
FACTS = frozenset({
    "from", "state", "ground", "close_as", "because", "level", "overdue", "lapsed", "answered", "limit", "round",
    "due_at", "review_on", "kind", "grade", "trigger", "reply_by", "rating", "solved", "outcome", "clock", "side",
    "about", "sent_back",
})  # fmt: skip
MOST_KINDS = 40
TWO_SECRETS = timedelta(hours=24)  # how long the old one of two goes on signing


def checked(kinds: Iterable[str]) -> list[str]:
    """Return the kinds an endpoint asks for: single ones, "matter.*", or "*". Raises Invalid for any other."""
    found = list(dict.fromkeys(each.strip() for each in kinds if each.strip()))
    if not found or len(found) > MOST_KINDS:
        raise Invalid("webhook.no_kinds", most=MOST_KINDS)
    known = {*KINDS, "*", *(f"{noun}.*" for noun in NOUNS)}
    for each in found:
        if each not in known:
            raise Invalid("webhook.unknown_kind", kind=each[:40])
    return found


def is_asked(kind: str, kinds: Iterable[str]) -> bool:
    """Tell whether an entry of this kind is among what an endpoint asks for."""
    return kind in KINDS and not {"*", kind, kind.partition(".")[0] + ".*"}.isdisjoint(kinds)


def facts(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of an entry's data goes out."""
    return {name: value for name, value in data.items() if name in FACTS}
