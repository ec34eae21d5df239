"""Limits and calendar: the year as a sheet of months, days set by hand, the table of clocks, and trying a limit."""

from calendar import Calendar
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.apps.matters import kinds
from tongxin.apps.people import actions, directory
from tongxin.apps.people.calendar import calendar as working_calendar
from tongxin.interfaces.desk.admin.doors import attempt, choices, joined, label, level_words, needs
from tongxin.interfaces.desk.admin.naming import limit_of
from tongxin.interfaces.desk.frame import page
from tongxin.look.filters import full_moment, say
from tongxin.look.forms import Choice, Field
from tongxin.rules.deadlines import Clock, Urgency, start
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import Permission
from tongxin.rules.working_time import OFFICE, SHANGHAI, Limit, Unit, WorkingCalendar

MONDAY_FIRST = Calendar(firstweekday=0)
LISTED = 12  # the days not counted that are named one by one


class Day(NamedTuple):
    """One day of the sheet: `kind` is work, rest, off (a weekday that rests) or on (a weekend day that is worked)."""

    number: int
    kind: str
    words: str
    is_override: bool
    is_today: bool


@require_safe
@needs(Permission.EDIT_CALENDAR)
def index(request: HttpRequest) -> HttpResponse:
    """Show a year, what was set by hand, the limits, and the answer to a limit that is tried."""
    now, days, book = timezone.now(), working_calendar(), kinds.current_book()
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and days.first.year <= int(text) <= days.last.year else _this_year(now, days)
    overrides = {row.date: row for row in directory.overrides(year)}
    context = {
        "year": year,
        "years": [each for each in (year - 1, year + 1) if days.first.year <= each <= days.last.year],
        "months": [_month(year, month, days, set(overrides), timezone.localdate(now)) for month in range(1, 13)],
        "weekdays": _weekdays(),
        "worked": days.working_days(date(year, 1, 1), date(year + 1, 1, 1)) if year < days.last.year else None,
        "is_provisional": days.is_provisional(date(year, 12, 31)),
        "overrides": overrides.values(),
        "fields": _day_fields(request.GET),
        "limits": [(label(clock), [limit_of(str(book.limits[clock][each])) for each in Urgency]) for clock in Clock],
        "levels": [(level_words()[letter], limit_of(str(limit))) for letter, limit in book.levels.items()],
        "urgencies": [label(each) for each in Urgency],
        "try_fields": _try_fields(request.GET, now),
        "tried": tried(request.GET, days) if request.GET.get("limit") else None,
        "is_tried": bool(request.GET.get("limit")),
    }
    return page(request, "desk/admin/calendar.html", context)


@require_POST
@needs(Permission.EDIT_CALENDAR)
def set_day(request: HttpRequest) -> HttpResponse:
    """Set a day worked or not, with the notice it rests on."""
    posted = request.POST
    day = _date(posted.get("day", ""))
    if day is None:
        return redirect("desk:calendar")
    said = _("%(day)s is set. Open limits are reckoned anew.") % {"day": day.isoformat()}
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    is_working, source = posted.get("is_working") == "true", posted.get("source", "").strip()[:200]
    attempt(
        request, lambda: actions.set_day(day=day, is_working=is_working, source=source, by=by, now=now) or True, said
    )
    return redirect(f"{reverse('desk:calendar')}?year={day.year}")


@require_POST
@needs(Permission.EDIT_CALENDAR)
def clear_day(request: HttpRequest) -> HttpResponse:
    """Take a day's own setting back."""
    day = _date(request.POST.get("day", ""))
    if day is None:
        return redirect("desk:calendar")
    said = _("%(day)s follows the published calendar again.") % {"day": day.isoformat()}
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    attempt(request, lambda: actions.clear_day(day=day, by=by, now=now), said)
    return redirect(f"{reverse('desk:calendar')}?year={day.year}")


# --- the sheet -------------------------------------------------------------------------------------------


def _month(year: int, month: int, days: WorkingCalendar, overrides: set[date], today: date) -> dict[str, Any]:
    weeks = [
        [_day(day, days, overrides, today) if day.month == month else None for day in week]
        for week in MONDAY_FIRST.monthdatescalendar(year, month)
    ]
    return {"number": month, "name": MONTHS[month], "weeks": weeks}


def _day(day: date, days: WorkingCalendar, overrides: set[date], today: date) -> Day:
    is_worked, is_weekday = days.is_working(day), day.weekday() < 5
    kind = ("work" if is_weekday else "on") if is_worked else ("off" if is_weekday else "rest")
    said = {"work": _("worked"), "on": _("worked instead"), "off": _("day off"), "rest": _("rest day")}[kind]
    return Day(day.day, kind, said, day in overrides, day == today)


def _weekdays() -> list[str]:
    return [_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su")]


def _this_year(now: datetime, days: WorkingCalendar) -> int:
    return min(max(timezone.localdate(now).year, days.first.year), days.last.year)


def _day_fields(asked: QueryDict) -> list[Field]:
    kinds = (Choice("false", _("not worked")), Choice("true", _("worked")))
    hint = _("the notice it rests on, with its number")
    return [
        Field("day", _("Day"), "date", asked.get("day", ""), is_required=True),
        Field("is_working", _("That day is"), "radio", "false", is_required=True, choices=kinds),
        Field("source", _("Source"), value="", is_required=True, longest=200, hint=hint),
    ]


# --- trying a limit --------------------------------------------------------------------------------------


def tried(asked: QueryDict, days: WorkingCalendar) -> dict[str, Any]:
    """Return when a limit runs out and warns, and which days between are not counted."""
    try:
        began = datetime.fromisoformat(asked.get("start", "")).replace(tzinfo=SHANGHAI)
        limit = Limit.parse(asked.get("limit", "").strip())
        urgency = Urgency(asked.get("urgency") or Urgency.NORMAL)
    except ValueError:
        return {"refusal": _("Write a moment, and a limit such as 4wh, 3wd, 30m or 60d.")}
    try:
        running = start(Clock.HANDLE, began, limit, urgency, days)
    except Refused as refusal:
        return {"refusal": say(refusal)}
    is_natural = running.limit.unit in (Unit.MINUTE, Unit.HOUR, Unit.DAY)
    between = _days_between(began, running.due_at)
    resting = [] if is_natural else [day for day in between if not days.is_working(day)]
    spans = joined(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in OFFICE.spans)
    return {
        "refusal": "",
        "counts_as": limit_of(str(running.limit)),
        "due_at": full_moment(running.due_at),
        "amber_at": full_moment(running.amber_at),
        "is_provisional": running.is_provisional,
        "resting": joined(day.isoformat() for day in resting[:LISTED]),
        "more": max(len(resting) - LISTED, 0),
        "hours": "" if is_natural or running.limit.unit is Unit.WORKING_DAY else spans,
        "is_natural": is_natural,
    }


def _days_between(began: datetime, due: datetime) -> list[date]:
    first, last = began.date(), (due.astimezone(SHANGHAI) - timedelta(microseconds=1)).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _clock(microseconds: int) -> str:
    minutes = microseconds // 60_000_000
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _try_fields(asked: QueryDict, now: datetime) -> list[Field]:
    began = asked.get("start") or f"{timezone.localtime(now):%Y-%m-%dT%H:%M}"
    hint = _("m minutes, h hours, d days; with w before it working time: wm, wh, wd")
    return [
        Field("start", _("Begins"), "datetime-local", began, is_required=True),
        Field("limit", _("Limit"), value=asked.get("limit", "4wh"), is_required=True, hint=hint),
        Field("urgency", _("Urgency"), "radio", asked.get("urgency", "N"), choices=choices(Urgency)),
    ]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
