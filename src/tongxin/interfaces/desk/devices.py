"""设备台账: what stands where and whether it works, one device with what it measured, and all of it on the map."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongxin.apps.areas import queries as areas
from tongxin.apps.devices import actions, kinds, queries
from tongxin.apps.devices.models import Device, Episode
from tongxin.apps.devices.queries import Group, Narrowed
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import devices_kept, layers
from tongxin.interfaces.desk.admin.doors import attempt, choices, label
from tongxin.interfaces.desk.frame import page
from tongxin.interfaces.desk.map import box_of
from tongxin.interfaces.desk.narrowing import areas_below
from tongxin.interfaces.desk.places import home_of
from tongxin.look.forms import Field
from tongxin.rules.area_codes import Level
from tongxin.rules.devices import Cause, DeviceKind, DeviceState, Fault, Sighting, Upkeep, keeps
from tongxin.rules.permissions import Actor, Permission, may

SHOWN = (DeviceState.WORKING, DeviceState.SILENT, DeviceState.FAULTY, DeviceState.EXPECTED, DeviceState.RETIRED)
ICONS = {
    DeviceState.WORKING: "access-point",
    DeviceState.SILENT: "access-point-off",
    DeviceState.FAULTY: "tool",
    DeviceState.EXPECTED: "clock",
    DeviceState.RETIRED: "archive",
}
PIECES, WIDE, HIGH = 240, 720, 160  # points of the line; units of its picture
MOST_GROUPS = 24


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List devices, their states, what goes on now, and how many work by owner and area."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked, now = asked_of(request.GET), timezone.now()
    rows, following = queries.page(actor, asked, after=request.GET.get("after", "").replace("\0", "")[:40])
    states = queries.by_state(actor, asked._replace(state=""))
    area = asked.area or home_of(actor)
    whole = Group("", states)
    context = {
        "now": now,
        "rows": [_line(device, now) for device in rows],
        "next_url": f"?{query_of(asked, after=following)}" if following else "",
        "search": _fields(actor, asked),
        "states": list(_segments(asked, states)),
        "online": _share(whole),
        "is_asked": any(asked),
        "raised": [_episode(each, now) for each in queries.raised(actor)],
        "owners": [(unit_names().get(int(g.key), "—"), _share(g)) for g in _first(queries.by_owner(actor, asked))],
        "grounds": _grounds(actor, asked, area),
        "may_enter": may(actor, Permission.KEEP_DEVICES),
        "may_export": may(actor, Permission.EXPORT),
        "export_query": query_of(asked),
        "layers": _layers(asked),
        "view": layers.view_of(area),
    }
    return page(request, "desk/devices.html", context)


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a device: what it is, what it measured, its episodes with their matters, and what was done to it."""
    return show(request, code)


def show(request: HttpRequest, code: str, **more: Any) -> HttpResponse:
    """Render the page of one device; `more` brings what an act has to show."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    device, now = queries.one(actor, code), timezone.now()
    days = next((many for many in _periods() if str(many) == request.GET.get("days")), 1)
    sort = kinds.book().sorts[DeviceKind(device.kind)]
    limits = kinds.limits_for(device.kind, device.limits)
    is_kept = keeps(actor, owner_id=device.owner_id, area=device.area) and device.state != DeviceState.RETIRED
    context = {
        "now": now,
        "device": _line(device, now),
        "facts": _facts(device, now),
        "sort": sort,
        "limits": limits,
        "is_own": bool(device.limits),
        "chart": _chart(device, now, days) if limits else None,
        "days": [
            (_("24 hours"), "?days=1", days == 1),
            (_("7 days"), "?days=7", days == 7),
            (_("30 days"), "?days=30", days == 30),
        ],
        "told": [_told(each) for each in queries.told(device, now - timedelta(days=days), 30)],
        "episodes": [_episode(each, now) for each in queries.episodes_of(device)],
        "upkeep": [
            (each.on, label(Upkeep(each.what)), each.unit.name, each.note) for each in queries.upkeep_of(device)
        ],
        "keep_days": kinds.book().keep_days,
        **(devices_kept.forms(device, now) if is_kept else {}),
        "is_kept": is_kept,
        "has_key": bool(device.hint),
        "key_text": "",
        **more,
    }
    return page(request, "desk/device.html", context)


@never_cache
@require_POST
def rotate(request: HttpRequest, code: str) -> HttpResponse:
    """Give the device a new key, and show it this once."""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    device, said = queries.one(by, code), _("The old key no longer opens anything.")
    given = attempt(request, lambda: actions.rotate_key(device_id=device.pk, by=by, now=now), said)
    return show(request, code, key_text=given[1] if given else "")


@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Answer the devices within `bbox` as GeoJSON, narrowed as the list is, those in trouble first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    box = box_of(request.GET.get("bbox", ""))
    found = queries.points(actor, asked_of(request.GET), box) if box else []
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": each.code,
                "state": each.state,
                "is_raised": each.is_raised,
                "url": reverse("desk:device", args=[each.code]),
            },
            "geometry": {"type": "Point", "coordinates": [round(each.lon, 6), round(each.lat, 6)]},
        }
        for each in found
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return HttpResponse(text, content_type="application/geo+json")


def _periods() -> dict[int, str]:
    return {1: _("24 hours"), 7: _("7 days"), 30: _("30 days")}


# --- what is asked ---------------------------------------------------------------------------------------


def asked_of(told: QueryDict) -> Narrowed:
    """Return what an address narrows the ledger to."""
    kind, state, area = (told.get(name, "").strip() for name in ("kind", "state", "area"))
    owner = told.get("owner", "")
    return Narrowed(
        kind if kind in set(DeviceKind) else "",
        state if state in set(DeviceState) else "",
        area if area in areas.names() else "",
        int(owner) if owner.isdecimal() and len(owner) < 10 else None,
        told.get("find", "").replace("\0", "").strip()[:60],
    )


def query_of(asked: Narrowed, **more: Any) -> str:
    """Write it into an address again."""
    told = {"kind": asked.kind, "state": asked.state, "area": asked.area, "owner": asked.owner_id, "find": asked.words}
    return urlencode({name: value for name, value in {**told, **more}.items() if value})


def _fields(actor: Actor, asked: Narrowed) -> list[Field]:
    return [
        Field("find", _("Code or place"), "search", asked.words),
        Field("kind", _("Kind"), "select", asked.kind, choices=choices(DeviceKind), placeholder=_("All kinds")),
        Field(
            "area", _("Area"), "select", asked.area, choices=tuple(areas_below(actor, asked.area)), placeholder=_("All")
        ),
        Field("state", "", "hidden", asked.state),
    ]


def _segments(asked: Narrowed, states: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    every = _("All %(n)s") % {"n": f"{sum(states.values()):,}"}
    yield {"label": every, "url": f"?{query_of(asked, state='')}", "is_on": not asked.state, "colour": ""}
    for state in SHOWN:
        if many := states.get(state, 0):
            url = f"?{query_of(asked, state=state.value)}"
            yield {"label": f"{label(state)} {many:,}", "url": url, "is_on": asked.state == state, "colour": ""}


def _layers(asked: Narrowed) -> dict[str, str]:
    plain = {name: f"{reverse('desk:map-layer', args=[name])}?plain=1" for name in layers.LEVELS}
    query = query_of(asked)
    return plain | {"devices": reverse("desk:device-points") + (f"?{query}" if query else "")}


# --- what is shown ---------------------------------------------------------------------------------------


class Share(NamedTuple):
    """How many work of how many that should. `percent` for a bar, `words` to read, empty where none should."""

    working: int
    due: int
    words: str
    percent: float


def _share(group: Group) -> Share:
    if not group.due:
        return Share(0, 0, "—", 0.0)
    percent = 100 * group.working / group.due
    return Share(group.working, group.due, f"{percent:.2f}%", round(percent, 1))


def _first(groups: Sequence[Group]) -> list[Group]:
    """Return the groups that should work, those with the most missing first, as far as a page holds them."""
    due = [each for each in groups if each.due]
    return sorted(due, key=lambda each: (each.working - each.due, each.key))[:MOST_GROUPS]


def _grounds(actor: Actor, asked: Narrowed, area: str) -> list[tuple[str, str, Share]]:
    below = areas.children(area or None)
    if not below:
        return []
    found = {each.key: each for each in queries.by_area(actor, asked, Level(len(below[0].code)))}
    return [
        (each.name, f"?{query_of(asked, area=each.code)}", _share(found[each.code]))
        for each in below
        if each.code in found
    ]


def _place(area: str) -> str:
    """Return the town and the grid: a grid's name begins with its village's."""
    chain = areas.chain(area)
    return " ".join(dict.fromkeys([*chain[-3:-2], *chain[-1:]]))


def _line(device: Device, now: datetime) -> dict[str, Any]:
    sort, state = kinds.book().sorts[DeviceKind(device.kind)], DeviceState(device.state)
    value = "" if device.value is None else f"{device.value:g} {sort.named(_language())[1]}".strip()
    if device.value is not None and sort.limits and not sort.unit:
        value = _("alarm") if sort.limits.is_beyond(device.value) else _("normal")
    return {
        "code": device.code,
        "place": device.place,
        "kind": label(DeviceKind(device.kind)),
        "owner": unit_names().get(device.owner_id, "—"),
        "area": _place(device.area),
        "state": label(Fault(device.fault)) if state is DeviceState.FAULTY and device.fault else label(state),
        "icon": ICONS[state],
        "is_well": state is DeviceState.WORKING,
        "is_raised": device.is_raised,
        "seen_at": device.seen_at,
        "value": value,
        "value_at": device.value_at,
    }


def _facts(device: Device, now: datetime) -> list[tuple[str, Any]]:
    line = _line(device, now)
    return [
        (_("Kind"), line["kind"]),
        (_("Owner unit"), line["owner"]),
        (_("Place"), device.place),
        (_("Area"), f"{line['area']} {device.area}"),
        (_("Point"), f"{device.lon:.5f}, {device.lat:.5f}"),
        (_("Model"), device.model or "—"),
        (_("Heartbeat"), _("every %(n)s minutes") % {"n": device.heartbeat_minutes}),
        (_("Own key"), f"{device.hint}…" if device.hint else _("none")),
    ]


def _episode(each: Episode, now: datetime) -> dict[str, Any]:
    cause = Cause(each.cause)
    what = ""
    if cause is Cause.SIGHTING:
        what = label(Sighting(each.what))
    elif cause is Cause.FAULT:
        what = label(Fault(each.what))
    sort = kinds.book().sorts[DeviceKind(each.device.kind)]
    peak = f"{each.peak:g} {sort.named(_language())[1]}" if each.peak is not None and sort.unit else ""
    return {
        "code": each.device.code,
        "place": each.device.place,
        "title": what or (sort.named(_language())[0] if cause is Cause.READING else label(cause)),
        "began_at": each.began_at,
        "ended_at": each.ended_at,
        "peak": peak,
        "times": each.times,
        "number": each.matter.number if each.matter else "",
        "refused": each.refused,
        "leads": each.leads,
    }


def _told(reading: Any) -> tuple[datetime, str]:
    if not reading.what:
        return reading.at, f"{reading.value:g}"
    kind = next(kind for kind in (Sighting, Fault) if reading.what in set(kind))
    over = "" if reading.value else _(" (over)")
    return reading.at, f"{label(kind(reading.what))}{over}"


class Chart(NamedTuple):
    """A line of what was measured. Points and thresholds in units of the picture, times and values in words."""

    points: str
    raise_y: float
    clear_y: float
    top: str
    low: str
    since: datetime
    until: datetime
    summary: str


def _chart(device: Device, now: datetime, days: int) -> Chart | None:
    limits, sort = kinds.limits_for(device.kind, device.limits), kinds.book().sorts[DeviceKind(device.kind)]
    assert limits is not None
    since = now - timedelta(days=days)
    is_low_bad = limits.raise_at < limits.clear_at
    line = queries.series(device, since, now, pieces=PIECES, low_is_bad=is_low_bad)
    if not line:
        return None
    values = [value for _, value in line]
    low, top = (
        min(*values, limits.clear_at, limits.raise_at, sort.lowest),
        max(*values, limits.raise_at, limits.clear_at),
    )
    top += (top - low) * 0.08 or 1.0

    def height(value: float) -> float:
        return round(HIGH - (value - low) / (top - low) * HIGH, 1)

    span = (now - since).total_seconds()
    points = " ".join(f"{(at - since).total_seconds() / span * WIDE:.1f},{height(value)}" for at, value in line)
    worst = min(values) if is_low_bad else max(values)
    said = _(
        "%(measure)s: last %(last)s %(unit)s, furthest %(worst)s %(unit)s, raised at %(high)s, cleared at %(back)s"
    )
    facts = {"last": values[-1], "worst": worst, "high": limits.raise_at, "back": limits.clear_at}
    told = {name: f"{value:g}" for name, value in facts.items()}
    measure, unit = sort.named(_language())
    summary = said % {"measure": measure, "unit": unit, **told}
    return Chart(points, height(limits.raise_at), height(limits.clear_at), f"{top:g}", f"{low:g}", since, now, summary)


def _language() -> str:
    return get_language() or "zh-hans"
