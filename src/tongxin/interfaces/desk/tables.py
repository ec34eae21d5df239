"""Tables of the desk beside the list of matters, taken out as files: coverage, duties, devices, first reports.

Each is what its page shows for the same address, with the same limits of sight, and is recorded like every export.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tongxin.apps.areas.queries import names
from tongxin.apps.devices import queries as devices_known
from tongxin.apps.devices.models import Device
from tongxin.apps.insight import queries as insight
from tongxin.apps.matters.actions.exporting import record_export
from tongxin.apps.patrols.queries import duties, rounds
from tongxin.apps.patrols.queries.duties import Month
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import devices, patrol_visits, patrols, reverse_check
from tongxin.interfaces.desk.admin.doors import label
from tongxin.interfaces.desk.export import MEDIA, MOST, Columns, sent
from tongxin.interfaces.desk.sheets import Line
from tongxin.rules.area_codes import Level
from tongxin.rules.devices import DeviceKind, DeviceState, Fault
from tongxin.rules.errors import Invalid
from tongxin.rules.permissions import Actor, Permission, require
from tongxin.rules.working_time import SHANGHAI

PLACES = (Level.COUNTY, Level.TOWN, Level.VILLAGE, Level.GRID)


class Table(NamedTuple):
    """A table to take out. `filters` are the codes it is narrowed by, for the record; `count` its lines."""

    title: str
    columns: Columns
    lines: Iterable[Line]
    count: int
    filters: Mapping[str, Any]


def _taken_out(what: str, made: Callable[[HttpRequest, Actor, datetime], Table]) -> Callable[..., HttpResponseBase]:
    """Return the view that lets a table out as csv or xlsx, and keeps who took it."""

    @require_GET
    def view(request: HttpRequest, form: str) -> HttpResponseBase:
        actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
        require(actor, Permission.EXPORT)
        if form not in MEDIA:
            raise Http404(form)
        table = made(request, actor, now)
        if table.count > MOST:
            raise Invalid("export.too_many", limit=f"{MOST:,}")
        record_export(filters=table.filters, count=table.count, form=form, what=what, by=actor, now=now)
        return sent(table.title, table.columns, table.lines, form=form, by=actor, now=now, name=what)

    return view


def _coverage(request: HttpRequest, actor: Actor, now: datetime) -> Table:
    patrols.require_ground(actor)
    asked = patrols.asked_of(request, actor, now)
    found = rounds.coverage(actor, now, **asked._asdict())
    columns = (
        (_("Team") if asked.by == "team" else _("Area"), 24),
        (_("Code"), 18),
        (_("Rounds"), 8),
        (_("Points due"), 8),
        (_("Points checked"), 8),
        (_("Share checked"), 8),
        (_("Missed"), 8),
        (_("Late"), 8),
        (_("Problems"), 8),
        (_("Could not be reached"), 10),
    )
    lines = [
        (
            patrols.name_of(each.key, asked.by),
            each.key,
            each.rounds,
            each.due,
            each.seen,
            _percent(each.share),
            each.missed,
            each.late,
            each.problems,
            each.unreached,
        )
        for each in found
    ]
    filters = {"since": f"{asked.day_from}", "until": f"{asked.day_to}", "by": asked.by, "area": asked.area}
    return Table(_("Coverage"), columns, lines, len(lines), filters)


def _duty_evidence(request: HttpRequest, actor: Actor, now: datetime) -> Table:
    patrols.require_ground(actor)
    day, area, by = patrol_visits.month_of(request, actor, now)
    found = duties.evidence(actor, Month.of(day), area=area, by=by)
    codes = sorted({code for each in found for code in each.by_area})
    columns = ((_("Area"), 24), (_("Code"), 18), *((label(each.duty), 12) for each in found), (_("All"), 8))
    lines = []
    for code in codes:
        counts = [each.by_area.get(code, 0) for each in found]
        lines.append((names().get(code, code), code, *counts, sum(counts)))
    return Table(_("Eight duties"), columns, lines, len(lines), {"month": f"{day:%Y-%m}", "by": by, "area": area})


def _ledger(request: HttpRequest, actor: Actor, now: datetime) -> Table:
    asked = devices.asked_of(request.GET)
    found = devices_known.narrowed(actor, asked)
    columns = (
        (_("Code"), 14),
        (_("Kind"), 14),
        (_("State"), 8),
        (_("Fault"), 10),
        (_("Owner unit"), 24),
        (_("Place"), 28),
        (_("County"), 10),
        (_("Town"), 12),
        (_("Village"), 14),
        (_("Grid"), 20),
        (_("Longitude"), 11),
        (_("Latitude"), 11),
        (_("Model"), 14),
        (_("Heartbeat, minutes"), 10),
        (_("Heard of"), 17),
        (_("Last value"), 10),
        (_("Value at"), 17),
    )
    # a search within the ledger may hold what somebody typed: the record keeps the codes alone
    filters = {name: value for name, value in asked._asdict().items() if value and name != "words"}
    return Table(_("Devices"), columns, map(_device, found.order_by("code").iterator()), found.count(), filters)


def _device(device: Device) -> Line:
    known = names()
    return (
        device.code,
        label(DeviceKind(device.kind)),
        label(DeviceState(device.state)),
        label(Fault(device.fault)) if device.fault else "",
        unit_names().get(device.owner_id, ""),
        device.place,
        *(known.get(device.area[:width], "") if width <= len(device.area) else "" for width in PLACES),
        device.lon,
        device.lat,
        device.model,
        device.heartbeat_minutes,
        _moment(device.seen_at),
        "" if device.value is None else device.value,
        _moment(device.value_at),
    )


def _reported_first(request: HttpRequest, actor: Actor, now: datetime) -> Table:
    since, until, area, below = reverse_check.asked_of(request, actor, now)
    found = insight.figures(actor, day_from=since, day_to=until, area=area, level=below)
    columns = (
        (_("Area"), 24),
        (_("Code"), 18),
        (_("Compared"), 8),
        (_("Reported before"), 8),
        (_("Missed"), 8),
        (_("Undecided"), 8),
        (_("Excused"), 8),
        (_("Reported first"), 10),
    )
    lines = [(names().get(each.area, each.area), each.area, *reverse_check.values_of(each.tally)) for each in found]
    filters = {"since": f"{since}", "until": f"{until}", "area": area}
    return Table(_("Reported first by the grid"), columns, lines, len(lines), filters)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.2%}"


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


coverage = _taken_out("patrol", _coverage)
duty_evidence = _taken_out("duty", _duty_evidence)
ledger = _taken_out("device", _ledger)
reported_first = _taken_out("reverse", _reported_first)
