"""指标: the rates of a period with numerator and denominator, the definitions side by side, and area by area."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.matters import figures as matters
from tongxin.apps.matters.figures import Group, Period
from tongxin.interfaces.desk import frame
from tongxin.interfaces.desk.filtering import filters_of, query_of
from tongxin.interfaces.desk.places import home_of
from tongxin.look.forms import Field
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Invalid
from tongxin.rules.indices import Counts, Index, Rate, rates
from tongxin.rules.permissions import Actor
from tongxin.rules.working_time import SHANGHAI

WEEKS = 4
MOST_DAYS = 1_100
BELOW = {Level.CITY: "county", Level.COUNTY: "town", Level.TOWN: "village"}


class Card(NamedTuple):
    """One index of the period: `value` in percent or a dash, and how it comes about."""

    name: str
    value: str
    fraction: str
    formula: str
    is_small: bool


class Line(NamedTuple):
    """One area: `values` in the order of COLUMNS; `list_url` lists its matters, `url` goes one level down."""

    name: str
    url: str
    list_url: str
    values: tuple[str, ...]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the figures of a period and an area. One statement besides the frame's. Raises Invalid for a bad period."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    asked = filters_of(request.GET)
    period = _period(asked.day_from, asked.day_to, now)
    area = asked.area if asked.area in names() else home_of(actor)
    by = BELOW.get(Level(len(area)), "") if len(area) in set(Level) else ""
    whole, *groups = matters.counted(actor, now, period=period, area=area, by=by, template=asked.template)
    if request.GET.get("form") == "csv":
        return _as_csv(whole, groups, period, now)
    shown = {"area": area, "day_from": period.day_from, "day_to": period.day_to, "template": asked.template}
    context = {
        "now": now,
        "period": period,
        "area_name": names().get(area, _("All areas")),
        "up": _up(area, actor, period),
        "both": [_card(rate) for rate in rates(whole.counts)[:2]],
        "cards": [_card(rate) for rate in rates(whole.counts)[2:]],
        "counts": whole.counts,
        "rings": list(_rings(whole.counts)),
        "heads": _heads(),
        "lines": [_line(group, by, period) for group in groups],
        "total": _values(whole.counts),
        "csv_url": f"?{query_of(asked, since=shown['day_from'], until=shown['day_to'], area=area, form='csv')}",
        "fields": (
            Field("since", _("From"), "date", period.day_from.isoformat()),
            Field("until", _("To"), "date", period.day_to.isoformat()),
        ),
        "area": area,
        "quick": list(_quick(now, area)),
    }
    return frame.page(request, "desk/figures.html", context)


def _period(since: date | None, until: date | None, now: datetime) -> Period:
    """Return the days asked for; the last four weeks where nothing is."""
    today = now.astimezone(SHANGHAI).date()
    until = until or today
    since = since or until - timedelta(days=7 * WEEKS - 1)
    if since > until or (until - since).days > MOST_DAYS:
        raise Invalid("period.invalid", since=since, until=until, most=MOST_DAYS)
    return Period(since, until)


class Quick(NamedTuple):
    """A period at one click."""

    label: str
    url: str


def _quick(now: datetime, area: str) -> Iterator[Quick]:
    today = now.astimezone(SHANGHAI).date()
    monday = today - timedelta(days=today.weekday())
    for label, since in (
        (_("This week"), monday),
        (_("Four weeks"), today - timedelta(days=7 * WEEKS - 1)),
        (_("This month"), today.replace(day=1)),
        (_("This year"), today.replace(month=1, day=1)),
    ):
        yield Quick(str(label), f"?area={area}&since={since}&until={today}")


# --- words ---------------------------------------------------------------------------------------------------


def formulas() -> dict[Index, str]:
    """Return how each index comes about, in words."""
    return {
        Index.CLOSED_OF_REPORTED: _("closed ÷ reported"),
        Index.CLOSED_OF_DUE: _("closed ÷ due (closed, or open past its limit; voided and held ones left out)"),
        Index.CLOSED_IN_TIME: _("closed in time ÷ due"),
        Index.SETTLED_BELOW: _("closed by grid and village ÷ closed"),
        Index.DISPATCH_ACCURACY: _("dispatches no ruling found wrong ÷ dispatches"),
        Index.REWORKED: _("matters reworked ÷ matters handled"),
        Index.EXTENDED: _("matters extended ÷ matters handled"),
    }


def _card(rate: Rate) -> Card:
    name = words.label(rate.of, get_language() or "zh-hans")
    return Card(name, _percent(rate), f"{rate.part:,} / {rate.whole:,}", formulas()[rate.of], rate.is_small)


def _percent(rate: Rate) -> str:
    return "—" if rate.percent is None else f"{rate.percent:.2f}"


def _rings(counts: Counts) -> Iterator[tuple[str, str, str, float]]:
    """Yield where matters were settled: name, count, share in words, share in percent for the bar."""
    for name, many in (
        (_("by the grid"), counts.closed_by_grid),
        (_("by the village"), counts.closed_by_village),
        (_("by the town"), counts.closed_by_town),
        (_("by the county"), counts.closed_by_county),
        (_("by the city"), counts.closed_by_city),
    ):
        share = Rate(Index.SETTLED_BELOW, many, counts.closed).percent
        yield str(name), f"{many:,}", "—" if share is None else f"{share:.2f}%", share or 0.0


def _heads() -> list[tuple[str, bool]]:
    return [
        (_("Area"), False),
        (_("Reported"), True),
        (_("Closed"), True),
        (_("Closed ÷ reported"), True),
        (_("Closed ÷ due"), True),
        (_("Closed in time"), True),
        (_("Overdue"), True),
        (_("Stopped"), True),
        (_("Raised"), True),
    ]


def _values(counts: Counts) -> tuple[str, ...]:
    plain, due, in_time, *_rest = rates(counts)
    return (
        f"{counts.reported:,}",
        f"{counts.closed:,}",
        _or_small(plain),
        _or_small(due),
        _or_small(in_time),
        f"{counts.overdue:,}",
        f"{counts.stopped:,}",
        f"{counts.raised:,}",
    )


def _or_small(rate: Rate) -> str:
    """A rate of fewer than thirty is no basis for comparing (ui.md §7)."""
    if rate.percent is None:
        return "—"
    return _("small sample") if rate.is_small else f"{rate.percent:.2f}%"


def _line(group: Group, by: str, period: Period) -> Line:
    told = f"area={group.area}&since={period.day_from}&until={period.day_to}"
    url = f"?{told}" if by != "village" else ""
    return Line(names().get(group.area, group.area), url, f"{reverse('desk:matters')}?{told}", _values(group.counts))


def _up(area: str, actor: Actor, period: Period) -> str:
    """Return the address one level up, as long as it stays within what the person sees."""
    home = home_of(actor)
    wider = [level for level in sorted(Level, reverse=True) if level < len(area)]
    if not wider or len(area) <= len(home):
        return ""
    return f"?area={area[: wider[0]]}&since={period.day_from}&until={period.day_to}"


def _as_csv(whole: Group, groups: Sequence[Group], period: Period, now: datetime) -> HttpResponse:
    """Return the table as CSV with raw numbers, so that whoever recomputes a rate finds its parts."""
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="tongxin-{period.day_from}-{period.day_to}.csv"'
    sheet: Any = csv.writer(answer)
    sheet.writerow([_("Area code"), _("Area"), *Counts._fields, "due"])
    for group in (whole, *groups):
        name = names().get(group.area, _("All areas"))
        sheet.writerow([group.area, name, *group.counts, group.counts.due])
    sheet.writerow([_("Data of"), now.astimezone(SHANGHAI).isoformat(timespec="minutes")])
    return answer
