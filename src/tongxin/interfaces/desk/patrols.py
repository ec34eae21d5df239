"""巡查 at the desk: how much of the ground was covered, by area and team, and what was found on single rounds."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.apps.areas.queries import names
from tongxin.apps.patrols.models import Round
from tongxin.apps.patrols.queries import rounds
from tongxin.apps.patrols.queries.rounds import GROUPS, Covered, Sheet
from tongxin.apps.patrols.reach import within
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import frame, places
from tongxin.interfaces.desk.admin.doors import label
from tongxin.interfaces.desk.narrowing import areas_below, roots
from tongxin.look import filters
from tongxin.look.forms import Field
from tongxin.look.maps import Mark, SmallMap, small_map
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.patrols import Found, GridDuty
from tongxin.rules.permissions import OVERSIGHT, UNIT, Actor, Permission, may, scope

MOST_DAYS = 92
SHOWN = 100  # rounds of one list
A_DAY = timedelta(days=1)


class Line(NamedTuple):
    """One area or team: what of its rounds was covered. `url` lists them."""

    name: str
    url: str
    told: Covered
    lamp: str
    words: str
    percent: float


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show how much was covered in a period, by grid, village, town or team. One statement besides the frame's."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    require_ground(actor)
    day_from, day_to, by, area = asked = asked_of(request, actor, now)
    found = rounds.coverage(actor, now, **asked._asdict())
    told = {"since": day_from.isoformat(), "until": day_to.isoformat(), "area": area}
    context = {
        "now": now,
        "tabs": tabs("patrols"),
        "area_name": names().get(area, _("All areas")),
        "is_today": day_from == day_to == timezone.localdate(now),
        "fields": [
            Field("since", _("From"), "date", told["since"]),
            Field("until", _("To"), "date", told["until"]),
            area_field(actor, area),
        ],
        "groups": [_group(name, by, told) for name in (*GROUPS, "team")],
        "quick": list(_quick(now, asked)),
        "may_export": may(actor, Permission.EXPORT),
        "export_query": urlencode({**told, "by": by}),
        "by": by,
        "lines": [_line(each, by, told) for each in found],
        "total": _total(found),
        "may_plan": may(actor, Permission.PLAN_PATROLS),
    }
    return frame.page(request, "desk/patrols/coverage.html", context)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the single rounds of a period in an area, or of a team, the first due on top."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    require_ground(actor)
    day_from, day_to = _period(request, now)
    area, unit = area_asked(request, actor), request.GET.get("unit", "")
    chosen = rounds.visible_rounds(actor).filter(within(area), day__gte=day_from, day__lte=day_to)
    if unit.isdecimal() and len(unit) < 19:
        chosen = chosen.filter(unit_id=int(unit))
    sheets = rounds.sheets(Round.objects.filter(pk__in=chosen.order_by("day", "due_at", "id")[:SHOWN]))
    context = {
        "now": now,
        "tabs": tabs("patrols"),
        "title": unit_names().get(int(unit), "") if unit.isdecimal() else names().get(area, ""),
        "day_from": day_from,
        "day_to": day_to,
        "rows": [shown(each, now) for each in sorted(sheets, key=lambda each: (each.round.due_at, each.round.pk))],
        "is_cut": len(sheets) == SHOWN,
    }
    return frame.page(request, "desk/patrols/rounds.html", context)


@require_safe
def one(request: HttpRequest, round_id: int) -> HttpResponse:
    """Show one round: its points on a map, and what was found at each."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    sheets = rounds.sheets(rounds.visible_rounds(actor).filter(pk=round_id))
    if not sheets:
        raise Missing("patrol.missing")
    sheet = sheets[0]
    context = {
        "now": now,
        "tabs": tabs("patrols"),
        "row": shown(sheet, now),
        "way": places.way(sheet.round.area),
        "view": sketch(sheet.round.area, [(each.point.lon, each.point.lat) for each in sheet.places]),
        "done": {str(n) for n, each in enumerate(sheet.places, 1) if each.is_done},
        "places": [_place(each, now) for each in sheet.places],
        "may_plan": may(actor, Permission.PLAN_PATROLS, sheet.round.area),
    }
    return frame.page(request, "desk/patrols/round.html", context)


# --- what the pages of patrols share ---------------------------------------------------------------------


def require_ground(actor: Actor) -> None:
    """Raise Missing for who sees no ground and belongs to no team: such pages hold nothing for them."""
    if not (scope(actor).areas or actor.roles & UNIT):
        raise Missing("patrol.missing")


def tabs(here: str) -> list[dict[str, Any]]:
    """Return the parts of this corner of the desk."""
    titles = {
        "patrols": _("Coverage"),
        "patrol-plans": _("Plans"),
        "patrol-visits": _("Visits"),
        "patrol-duties": _("Eight duties"),
        "patrol-vans": _("Service vans"),
        "patrol-help": _("One-tap help"),
    }
    return [{"label": titles[name], "url": reverse(f"desk:{name}"), "is_on": name == here} for name in titles]


def area_asked(request: HttpRequest, actor: Actor) -> str:
    """Return the area of the page: the one asked for, or the one that holds the posts."""
    asked = request.GET.get("area", "")
    return asked if asked in names() else places.home_of(actor)


def area_field(actor: Actor, area: str) -> Field:
    """Return the choice of area: the way down from the own one, and what lies below."""
    return Field("area", _("Area"), "select", area, choices=tuple(areas_below(actor, area)), placeholder=_("All"))


def sketch(area: str, points: list[tuple[float, float]], *, width: int = 460, height: int = 240) -> SmallMap:
    """Draw points by their numbers on the area they lie in."""
    marks = [Mark(lon, lat, str(n)) for n, (lon, lat) in enumerate(points, 1)]
    alt = _("Sketch map of %(n)s points") % {"n": len(points)}
    return small_map(places.around(area), marks=marks, fit=points, width=width, height=height, alt=alt)


class Row(NamedTuple):
    """A round as a list shows it."""

    sheet: Sheet
    url: str
    place: str
    duty: str
    team: str
    lamp: str
    words: str
    hours: str
    problems: int


def shown(sheet: Sheet, now: datetime) -> Row:
    """Return a round in words."""
    round_ = sheet.round
    lamp = sheet.lamp(now)
    left = filters.remainder(round_.due_at, now) if lamp else _("all visited")
    problems = sum(each.check is not None and each.check.found == Found.REPORTED for each in sheet.places)
    hours = f"{timezone.localtime(round_.opens_at):%H:%M}–{timezone.localtime(round_.due_at):%H:%M}"
    return Row(
        sheet,
        reverse("desk:patrol-round", args=[round_.pk]),
        names().get(round_.area, round_.area),
        label(GridDuty(round_.plan.duty)),
        round_.unit.name,
        lamp.value if lamp else "green",
        left,
        hours,
        problems,
    )


def _place(place: rounds.Place, now: datetime) -> dict[str, Any]:
    check = place.check
    told: dict[str, Any] = {"point": place.point, "check": check, "found": "", "near": "", "at": ""}
    if check is not None:
        told["found"] = label(Found(check.found))
        told["at"] = filters.moment(check.at, now)
        told["near"] = near(check.is_within, check.metres)
    return told


def near(is_within: bool | None, metres: int | None) -> str:
    """Say whether a check-in was made at its point, as far as that is kept."""
    if metres is None:
        return _("without position")
    if is_within:
        return _("at the point")
    return _("over 1 km off") if metres >= 1000 else _("%(n)s m off") % {"n": metres}


# --- coverage --------------------------------------------------------------------------------------------


def _usual(actor: Actor) -> str:
    if actor.roles & OVERSIGHT or any(len(root) < Level.TOWN for root in roots(actor)):
        return "town"
    return "grid"


class Asked(NamedTuple):
    """What coverage is asked for: days, both in; by what it is counted; where."""

    day_from: date
    day_to: date
    by: str
    area: str


def asked_of(request: HttpRequest, actor: Actor, now: datetime) -> Asked:
    """Return what an address asks for. Raises Invalid."""
    by = request.GET.get("by", "")
    return Asked(*_period(request, now), by if by in (*GROUPS, "team") else _usual(actor), area_asked(request, actor))


def _period(request: HttpRequest, now: datetime) -> tuple[date, date]:
    """Return the days asked for, both in; today where none are. Raises Invalid."""
    today = timezone.localdate(now)
    texts = request.GET.get("since", ""), request.GET.get("until", "")
    try:
        day_from, day_to = (date.fromisoformat(text) if text else today for text in texts)
    except ValueError as wrong:
        raise Invalid("period.invalid", since=texts[0][:20], until=texts[1][:20], most=MOST_DAYS) from wrong
    if not timedelta(0) <= day_to - day_from <= MOST_DAYS * A_DAY:
        raise Invalid("period.invalid", since=day_from, until=day_to, most=MOST_DAYS)
    return day_from, day_to


def _quick(now: datetime, asked: Asked) -> Iterator[dict[str, Any]]:
    today = timezone.localdate(now)
    for title, since in (
        (_("Today"), today),
        (_("This week"), today - today.weekday() * A_DAY),
        (_("This month"), today.replace(day=1)),
    ):
        url = f"?since={since}&until={today}&by={asked.by}&area={asked.area}"
        is_on = (asked.day_from, asked.day_to) == (since, today)
        yield {"label": title, "url": url, "is_on": is_on, "colour": ""}


def _group(name: str, by: str, told: dict[str, str]) -> dict[str, Any]:
    titles = {"grid": _("Grids"), "village": _("Villages"), "town": _("Towns"), "team": _("Teams")}
    query = "&".join(f"{key}={value}" for key, value in told.items())
    return {"label": titles[name], "url": f"?{query}&by={name}", "is_on": name == by, "colour": ""}


def _line(told: Covered, by: str, asked: dict[str, str]) -> Line:
    query = f"since={asked['since']}&until={asked['until']}"
    if by == "team":
        query += f"&area={asked['area']}&unit={told.key}"
    else:
        query += f"&area={told.key}"
    lamp = told.lamp
    if told.missed:
        words = _("%(n)s missed") % {"n": told.missed}
    elif told.soon:
        words = _("%(n)s within the hour") % {"n": told.soon}
    else:
        words = _("all visited") if told.seen >= told.due else _("in time")
    percent = round(100 * (told.share or 0), 1)
    return Line(
        name_of(told.key, by),
        f"{reverse('desk:patrol-rounds')}?{query}",
        told,
        lamp.value if lamp else "",
        words,
        percent,
    )


def name_of(key: str, by: str) -> str:
    """Return the name of an area or of a team."""
    return unit_names().get(int(key), "") if by == "team" else names().get(key, key)


def _total(found: list[Covered]) -> Covered:
    sums = (sum(each[place] for each in found) for place in range(1, len(Covered._fields)))
    return Covered("", *sums)
