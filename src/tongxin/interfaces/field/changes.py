"""What others did to a matter since a phone last saw it."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import get_language

from tongxin import words
from tongxin.apps.journal.models import Entry
from tongxin.apps.journal.queries import story
from tongxin.apps.people.directory import post
from tongxin.apps.people.queries import unit_names
from tongxin.look import filters
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.overlays.tables import BY_ACT
from tongxin.rules.permissions import Actor

BESIDE = frozenset({Act.URGE, Act.REPLY})  # they move nothing that an act on the ground rests on


def last_seen(matter_id: int) -> int:
    """Return the number of a matter's last entry: what a page shows rests on it. One statement."""
    seen: int | None = story(f"matter:{matter_id}").order_by("-seq").values_list("seq", flat=True).first()
    return seen or 0


def since(actor: Actor, matter_id: int, seen: int, now: datetime) -> list[dict[str, str]]:
    """Return what somebody else did to a matter after an entry: what, which unit, when. Oldest first."""
    entries = story(f"matter:{matter_id}").filter(seq__gt=seen).exclude(actor=actor.ref)
    return list(_told(entries, now))


def _told(entries: "Iterator[Entry]", now: datetime) -> Iterator[dict[str, str]]:
    for entry in entries:
        if title := _title(entry.kind):
            yield {"what": title, "who": _unit(entry.post_id), "when": filters.recent(entry.at, now)}


def _title(kind: str) -> str:
    """Return what an entry is called; nothing for what changes neither the matter nor who has it."""
    language = get_language() or "zh-hans"
    word = kind.partition(".")[2]
    if kind in BY_ACT:
        return words.label(next(step.act for step in BY_ACT[kind].steps if step.act == kind), language)
    if kind.startswith("matter.") and word in set(Act) - BESIDE:
        return words.label(Act(word), language)
    return ""


def _unit(post_id: int | None) -> str:
    held = post(post_id) if post_id else None
    return unit_names().get(held.unit_id, "") if held else ""
