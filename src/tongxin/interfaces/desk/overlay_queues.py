"""The lists of what waits over matters: approvals, joint parts, whistles, orders, call-backs, reviews."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.apps.areas.queries import names
from tongxin.apps.matters import overlay_queues
from tongxin.apps.matters.overlay_queues import QUEUES, Waiting
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import frame, lines, overlays
from tongxin.interfaces.desk.nav import OVERLAY_QUEUES
from tongxin.look import filters
from tongxin.rules.overlays.frame import Overlay

# what stands in the column of units: whom it is about
UNIT_HEADS: Mapping[Overlay, Promise] = {
    Overlay.WHISTLE: gettext_lazy("Blown by"),
    Overlay.ORDER: gettext_lazy("Answered by"),
    Overlay.OBJECTION: gettext_lazy("Returned by"),
}
TWINS = {"held": "extended", "extended": "held"}  # two lists on one page: clocks that stand still, clocks made longer


class Line(NamedTuple):
    """One line, ready to draw; `peek` shows its matter with this overlay first."""

    key: str
    number: str
    url: str
    peek: str
    colour: str
    words: str
    due: str
    code: str
    title: str
    place: str
    flags: tuple[lines.Flag, ...]
    unit: str
    opened: str


@require_safe
def queue(request: HttpRequest, name: str) -> HttpResponse:
    """Show what waits in one of the lists, the first due first. Five statements."""
    if name not in QUEUES:
        raise Http404
    now, actor, found = timezone.now(), request.actor, QUEUES[name]  # type: ignore[attr-defined]
    after = request.GET.get("after", "")
    page = overlay_queues.waiting(actor, found, after=after)
    tally = frame.overlay_tallies(request, now).get(name)
    entry = next(each for each in OVERLAY_QUEUES if name in (each.name, TWINS.get(each.name)))
    return frame.page(
        request,
        "desk/overlay_list.html",
        {
            "now": now,
            "title": entry.label,
            "lines": list(_lines(found.kind, page.rows, now)),
            "many": tally.count if tally else overlay_queues.count(actor, found),
            "tabs": list(_tabs(name)),
            "unit_head": UNIT_HEADS.get(found.kind, _("Unit")),
            "here": request.get_full_path(),
            "first_url": request.path if after else "",
            "next_url": f"?after={page.next}" if page.next else "",
            "is_to_do": bool(found.acts),
            "work_url": reverse("desk:call-backs") if name == "call_back" else "",
        },
    )


class Tab(NamedTuple):
    label: str
    url: str
    is_on: bool
    colour: str = ""


def _tabs(name: str) -> Iterator[Tab]:
    if name not in TWINS:
        return
    for each, label in (("held", _("Held")), ("extended", _("More time asked for"))):
        yield Tab(label, f"../{each}/", each == name)


def _lines(kind: Overlay, rows: list[Waiting], now: datetime) -> Iterator[Line]:
    """Yield the rows as drawn. No statement."""
    language = get_language() or "zh-hans"
    areas, units = names(), unit_names()
    drawn = lines.lines((each.matter for each in rows), now)
    for row, matter in zip(rows, drawn, strict=True):
        lamp = row.lamp(now)
        state = overlays.state_of(kind, row.state, language)
        due = filters.moment(row.due_at, now, day_end=True) if row.due_at else ""
        yield Line(
            f"{kind.value}-{row.id}",
            matter.number,
            matter.url,
            f"{matter.url}peek?over={kind.value}-{row.id}",
            lamp.value if lamp else "",
            lines.short_remainder(row.due_at, now, lines.unit_of(row.due_at)) if row.due_at else state,
            _("%(state)s by %(moment)s") % {"state": state, "moment": due} if due else "",
            matter.code,
            matter.title,
            areas.get(row.matter.area, row.matter.area),
            matter.flags,
            units.get(row.unit_id or row.matter.unit_id or 0, ""),
            filters.recent(row.opened_at, now),
        )
