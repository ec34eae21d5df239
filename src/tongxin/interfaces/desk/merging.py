"""Several reports of one thing: what may be the same, with its reasons; whom a matter follows, and who follows it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin import words
from tongxin.apps.matters import queries
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.queries import Filters, Row
from tongxin.apps.matters.suggesting.likeness import Near, near_duplicates, of_matter
from tongxin.interfaces.desk import lines
from tongxin.look import filters
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Missing
from tongxin.rules.lifecycles.matter import LIVE, State
from tongxin.rules.numbers import is_number
from tongxin.rules.permissions import Actor

SHOWN = 3  # suggestions at once, each with a key of its own (ui.md §8: 1 2 3)
FOUND = 8  # matters that answer to what was typed
FOLLOWERS = 20


class Same(NamedTuple):
    """A matter that may be the same one: why, and whether it can be followed."""

    number: str
    url: str
    title: str
    likeness: str
    why: tuple[str, ...]
    state: str
    is_live: bool
    lon: float | None = None
    lat: float | None = None


def same(actor: Actor, found: Matter, now: datetime, *, limit: int = SHOWN) -> list[Same]:
    """Return what may be the same matter, the likest first, with the reasons; of an ended one nothing.

    Two statements at most.
    """
    if found.state not in LIVE:
        return []
    text = found.report.text if hasattr(found, "report") else ""
    return [_same(found, each, now) for each in near_duplicates(actor, of_matter(found, text), now, limit)]


def masters(actor: Actor, found: Matter, typed: str, now: datetime) -> list[Same]:
    """Return matters that this one may follow: those suggested, or those that answer to a number or to words."""
    if not typed:
        return [each for each in same(actor, found, now) if each.is_live]
    if is_number(typed):
        try:
            rows: Iterable[Any] = [queries.one(actor, typed)]
        except Missing:
            return []
    else:
        wanted = Filters(words=typed, area=found.area[: Level.TOWN])
        rows = queries.worklist(actor, wanted, now, size=FOUND * 2).rows
    return [_row(each, now) for each in rows if each.number != found.number and each.state in LIVE][:FOUND]


class Follower(NamedTuple):
    """A matter at the other end of a merge."""

    number: str
    url: str
    title: str
    state: str


class Merged(NamedTuple):
    """A matter among those it was merged with: its master, if it follows one, and who follows it."""

    master: Follower | None
    is_hidden: bool  # it follows one that this reader does not see
    followers: list[Follower]
    more: int


def merged(actor: Actor, found: Matter) -> Merged | None:
    """Return what a matter was merged with, as far as the reader sees it; None where nothing. One statement."""
    if found.master_id is None and not found.children:
        return None
    seen = queries.visible_to(actor).only("number", "title", "state")
    if found.master_id is not None and found.state == State.MERGED:
        master = seen.filter(pk=found.master_id).first()
        return Merged(_follower(master) if master else None, master is None, [], 0)
    rows = [_follower(each) for each in seen.filter(master_id=found.pk).order_by("id")[:FOLLOWERS]]
    return Merged(None, False, rows, max(found.children - len(rows), 0)) if rows else None


@require_safe
def masters_found(request: HttpRequest, number: str) -> HttpResponse:
    """Show the matters that answer to what was typed, for the form of merging."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.one(actor, number)
    return render(request, "desk/masters.html", {"masters": offered(actor, found, request.GET, timezone.now())})


def offered(actor: Actor, found: Matter, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the matters to choose from, which of them is chosen, and what was typed."""
    typed = asked.get("q", "").strip()
    listed = masters(actor, found, typed, now)
    chosen = asked.get("master", "") or (listed[0].number if is_number(typed) and listed else "")
    return {"typed": typed, "listed": listed, "chosen": chosen}


def _same(found: Matter, near: Near, now: datetime) -> Same:
    language = get_language() or "zh-hans"
    other = near.matter
    why = [
        _("The same grid") if near.metres is None else _("%(metres)s away") % {"metres": filters.distance(near.metres)},
        _apart(near.hours),
        _("The same kind") if other.template_code == found.template_code else "",
        _("Both say %(words)s") % {"words": "、".join(f"“{each}”" for each in near.words[:3])} if near.words else "",
    ]
    return Same(
        other.number,
        f"{lines.base()}{other.number}/",
        other.title,
        words.label(near.likeness, language),
        tuple(filter(None, why)),
        words.label(State(other.state), language),
        other.state in LIVE,
        other.lon,
        other.lat,
    )


def _apart(hours: float) -> str:
    if hours < 1:
        return _("Within the hour")
    if hours < 48:
        many = round(hours)
        return ngettext("%(n)s hour apart", "%(n)s hours apart", many) % {"n": many}
    many = round(hours / 24)
    return ngettext("%(n)s day apart", "%(n)s days apart", many) % {"n": many}


def _row(row: Row | Matter, now: datetime) -> Same:
    language = get_language() or "zh-hans"
    state = words.label(State(row.state), language)
    reported = filters.recent(row.reported_at, now)
    return Same(row.number, f"{lines.base()}{row.number}/", row.title, "", (reported,), state, row.state in LIVE)


def _follower(row: Matter) -> Follower:
    state = words.label(State(row.state), get_language() or "zh-hans")
    return Follower(row.number, f"{lines.base()}{row.number}/", row.title, state)
