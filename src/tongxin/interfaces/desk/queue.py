"""The lists: one queue a state, and all matters."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin import words
from tongxin.apps.matters import queries
from tongxin.apps.matters.queries import CAP, Filters, Row, Tally
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import bulk, export, frame, kept, lines, macros, narrowing, orders, saved
from tongxin.interfaces.desk.filtering import filters_of, query_of
from tongxin.look.filters import capped, limit
from tongxin.rules.deadlines import LIMITS, Clock, Urgency
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import LAMP_CLOCK, OPEN, State
from tongxin.rules.numbers import is_number
from tongxin.rules.permissions import Permission, may


class Segment(NamedTuple):
    """One choice of the filter by lamp."""

    label: str
    url: str
    is_on: bool
    colour: str


@require_safe
def queue(request: HttpRequest, state: str) -> HttpResponse:
    """Show what waits in one state, the most urgent first. Five statements, six where it is narrowed."""
    if state not in set(OPEN):
        raise Http404
    now, of = timezone.now(), State(state)
    filters = replace(filters_of(request.GET), states=(of,))
    tally = frame.tallies(request, now).get(of)
    is_narrowed = tally is None or replace(filters, lamp=None) != Filters(states=(of,))
    many = queries.count(request.actor, filters, now) if is_narrowed else _of(tally, filters.lamp)  # type: ignore[attr-defined,arg-type]
    return _page(
        request,
        filters,
        now,
        own=("state",),
        title=words.label(of, get_language() or "zh-hans"),
        lead=_limits(of),
        many=many,
        segments=tuple(_segments(request, filters, None if is_narrowed else tally, own=("state",))),
        acts=bulk.offers(request.actor, of),  # type: ignore[attr-defined]
        macros=macros.offered(request.actor, of),  # type: ignore[attr-defined]
        due_head=_("%(clock)s limit") % {"clock": words.label(LAMP_CLOCK[of], get_language() or "zh-hans")},
        unit_head=_("Suggested unit") if of in BEFORE_DISPATCH else _("Handling unit"),
    )


BEFORE_DISPATCH = frozenset(
    {State.AWAITING_ACCEPTANCE, State.VERIFYING, State.AWAITING_FILING, State.AWAITING_DISPATCH}
)


@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """Show all matters in scope, the newest first; a number leads right to its matter. Six statements."""
    now, filters = timezone.now(), filters_of(request.GET)
    if is_number(filters.words):
        return redirect("desk:matter", filters.words.strip().upper())
    return _page(
        request,
        filters,
        now,
        own=(),
        title=_("All matters"),
        lead="",
        many=queries.count(request.actor, filters, now),  # type: ignore[attr-defined]
        segments=tuple(_segments(request, filters, None, own=())),
        acts=[],
        macros=[],
        due_head=_("Limit"),
        unit_head=_("Unit"),
    )


def _page(request: HttpRequest, filters: Filters, now: datetime, *, own: tuple[str, ...], **more: Any) -> HttpResponse:
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.worklist(actor, filters, now, after=after, before=before)
    fixed = dict.fromkeys(own, "")
    return frame.page(
        request,
        "desk/list.html",
        {
            "now": now,
            "lines": list(lines.lines(found.rows, now)),
            "filters": filters,
            "panel": narrowing.panel(actor, filters, own) if "panel" in request.GET else None,
            "panel_url": f"?{query_of(filters, panel='1', **fixed)}",
            "chips": list(narrowing.chips(filters, own)),
            "first_url": f"?{query_of(filters, **fixed)}" if found.previous else "",
            "previous_url": f"?{query_of(filters, before=found.previous, **fixed)}" if found.previous else "",
            "next_url": f"?{query_of(filters, after=found.next, **fixed)}" if found.next else "",
            "here": request.get_full_path(),
            "is_queue": filters.is_queue,
            "unread": _unread(request, found.rows),
            "chosen": request.GET.get("at", ""),
            "units_led": [(unit, unit_names().get(unit, "")) for unit in saved.units_led(actor)],
            "may_export": may(actor, Permission.EXPORT),
            "most": f"{export.MOST:,}",
            "may_press": bool(orders.grades(actor)),
            "export_query": query_of(filters),
            "clear_url": request.path,
            **more,
        },
    )


def _unread(request: HttpRequest, rows: Sequence[Row]) -> frozenset[str]:
    """Return the numbers of the rows that wait in one of the person's queues and are not read."""
    waiting = {queue.state for queue in frame.queues_of(request)}
    mine = kept.mine(request)
    return frozenset(row.number for row in rows if row.state in waiting and mine.is_unread(row))


def _of(tally: Tally, lamp: Lamp | None) -> int:
    green = tally.count - tally.overdue - tally.amber - tally.held
    known = {None: tally.count, Lamp.RED: tally.overdue, Lamp.AMBER: tally.amber, Lamp.HOLD: tally.held}
    return known.get(lamp, green)


def _segments(
    request: HttpRequest, filters: Filters, tally: Tally | None, *, own: tuple[str, ...]
) -> Iterator[Segment]:
    """Yield the filter by lamp, with counts where the list is the whole queue; what stands still only where some do."""
    named = [(None, _("All")), (Lamp.RED, _("Overdue")), (Lamp.AMBER, _("Due soon")), (Lamp.GREEN, _("On time"))]
    if filters.lamp is Lamp.HOLD or tally is None or tally.held:
        named.append((Lamp.HOLD, _("On hold")))
    for lamp, text in named:
        if tally is not None:
            counted = _of(tally, lamp)
            # an amber or a green one past the cap was not seen: then the count says nothing
            is_known = tally.count <= CAP or lamp in (None, Lamp.RED)
            text = f"{text} {capped(counted)}" if is_known else text
        query = query_of(filters, lamp=lamp.value if lamp else "", **dict.fromkeys(own, ""))
        yield Segment(text, f"{request.path}?{query}", filters.lamp == lamp, lamp.value if lamp else "")


def _limits(state: State) -> str:
    """Return how long this step may take: `派遣时限 30 分钟，紧急 10 分钟`."""
    clock = LAMP_CLOCK[state]
    said = {"clock": words.label(clock, get_language() or "zh-hans")}
    if clock is Clock.HANDLE:
        return _("%(clock)s limit by template") % said
    normal, urgent = LIMITS[clock][Urgency.NORMAL], LIMITS[clock][Urgency.URGENT]
    said |= {"normal": limit(normal.amount, normal.unit), "urgent": limit(urgent.amount, urgent.unit)}
    return _("%(clock)s limit %(normal)s, urgent %(urgent)s") % said
