"""Duty rosters: a unit's week as a table, written by who runs the unit, and who is on duty there now."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.apps.people import rosters
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.models import Post
from tongxin.apps.people.rosters import AHEAD, Cells, OnDuty, Week, on_duty
from tongxin.interfaces.desk.admin.doors import attempt, joined, label
from tongxin.interfaces.desk.frame import page, seat
from tongxin.look import filters
from tongxin.look.forms import Choice
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.permissions import Permission, Role, arranging_duty, may_see_roster
from tongxin.rules.rosters import DAYS, Part, days_of, monday_of

A_WEEK = timedelta(days=DAYS)
SHOWN = timedelta(days=366)  # how far a roster is leafed through


class Day(NamedTuple):
    """A column: what heads it, and whether work rests, it is today, or it is over."""

    day: date
    weekday: str
    is_rest: bool
    is_today: bool
    is_over: bool


class Cell(NamedTuple):
    """One post on one day. `name` is the field's; `said` describes it to those who do not see the table."""

    name: str
    value: str
    words: str
    said: str
    is_open: bool
    day: Day


class Row(NamedTuple):
    """A post with its week."""

    role: str
    person: str
    cells: tuple[Cell, ...]


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the roster of the unit the person sits in."""
    here = seat(request)
    if here is None:
        raise NotAllowed("permission.denied", permission=Permission.ARRANGE_DUTIES)
    return redirect("desk:roster-unit", here.unit_id)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Show a unit's week; a post publishes it. `copy` fills in the week before, which nobody is held to until then."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    today = timezone.localdate(now)
    monday = _week(request.GET.get("week", ""), today)
    week = rosters.week(unit_id, monday)
    if not may_see_roster(actor, unit_id=unit_id, area=week.unit.area):
        raise NotAllowed("permission.denied", permission=Permission.ARRANGE_DUTIES)
    posted = request.POST if request.method == "POST" else None
    if posted is not None and _publish(request, week, posted, now):
        return redirect(f"{reverse('desk:roster-unit', args=[unit_id])}?week={monday.isoformat()}")
    is_ahead = monday_of(today) <= monday <= today + AHEAD
    may_write = is_ahead and arranging_duty(actor, unit_id=unit_id, area=week.unit.area) is not None
    is_copied = posted is None and may_write and "copy" in request.GET
    cells = _read(posted, week) if posted is not None else _copied(week) if is_copied else week.cells
    context = {
        "unit": week.unit,
        "monday": monday,
        "sunday": monday + A_WEEK - rosters.A_DAY,
        "before": (monday - A_WEEK).isoformat(),
        "after": (monday + A_WEEK).isoformat() if monday + A_WEEK <= today + AHEAD else "",
        "is_this_week": monday == monday_of(today),
        "days": (days := list(_days(monday, today))),
        "rows": [_row(post, days, cells, may_write) for post in week.posts],
        "parts": [Choice(part.value, label(part)) for part in Part],
        "mark": week.mark,
        "may_write": may_write,
        "is_copied": is_copied,
        "is_empty": not cells,
        "on_duty": [called(each, now) for each in on_duty(unit_id, now)],
    }
    return page(request, "desk/roster.html", context)


class Called(NamedTuple):
    """Who is on duty, as one calls them: a role, the unit's telephone, until when."""

    role: str
    is_lent: bool
    phone: str
    until: str


def called(duty: OnDuty, now: datetime) -> Called:
    """Return who is on duty in words."""
    return Called(label(duty.role), duty.is_lent, duty.phone, filters.moment(duty.until, now))


def said(unit_id: int, now: datetime) -> str:
    """Return who of a unit is on duty in one line: roles and the unit's telephone. One statement."""
    found = on_duty(unit_id, now)
    roles = joined(dict.fromkeys(label(duty.role) for duty in found))
    phone = next((duty.phone for duty in found if duty.phone), "")
    return " · ".join(filter(None, [roles, phone])) or _("nobody is put down")


def _publish(request: HttpRequest, week: Week, posted: QueryDict, now: datetime) -> bool:
    mark = posted.get("mark", "")
    told = {"cells": _read(posted, week), "mark": int(mark) if mark.isdecimal() and len(mark) < 19 else 0}
    told |= {"unit_id": week.unit.pk, "monday": week.monday, "by": request.actor}  # type: ignore[attr-defined]
    said = _("Published. Everybody sees who is on duty from now on.")
    return attempt(request, lambda: rosters.publish(**told, now=now), said) is not None


def _read(posted: QueryDict, week: Week) -> Cells:
    """Return the parts chosen in the form; what it does not offer is no part."""
    known = set(Part)
    asked = {(post.pk, day): posted.get(_name(post.pk, day), "") for post in week.posts for day in days_of(week.monday)}
    return {place: Part(part) for place, part in asked.items() if part in known}


def _copied(week: Week) -> Cells:
    """Return the week before, moved to this one, for the posts that are held still; days that are over stay."""
    before = rosters.week(week.unit.pk, week.monday - A_WEEK).cells
    held = {post.pk: post for post in week.posts}
    return {
        (post_id, day + A_WEEK): part
        for (post_id, day), part in before.items()
        if post_id in held and _holds(held[post_id], day + A_WEEK)
    }


def _days(monday: date, today: date) -> Iterator[Day]:
    shown = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    for day, name in zip(days_of(monday), shown, strict=True):
        yield Day(day, name, _rests(day), day == today, day < today)


def _rests(day: date) -> bool:
    try:
        return not calendar().is_working(day)
    except Refused:
        return day.weekday() >= 5


def _row(post: Post, days: list[Day], cells: Cells, may_write: bool) -> Row:
    role = label(Role(post.role))
    return Row(role, post.person.name, tuple(_cell(post, role, day, cells, may_write) for day in days))


def _cell(post: Post, role: str, day: Day, cells: Cells, may_write: bool) -> Cell:
    part = cells.get((post.pk, day.day))
    said = _("%(role)s %(person)s, %(day)s") % {
        "role": role,
        "person": post.person.name,
        "day": f"{day.weekday} {day.day.isoformat()}",
    }
    is_open = may_write and not day.is_over and _holds(post, day.day)
    return Cell(_name(post.pk, day.day), part.value if part else "", label(part) if part else "", said, is_open, day)


def _holds(post: Post, day: date) -> bool:
    return post.start_on <= day and (post.end_on is None or post.end_on > day)


def _name(post_id: int, day: date) -> str:
    return f"{post_id}-{day.isoformat()}"


def _week(text: str, today: date) -> date:
    """Return the Monday of the week asked for; this week's where none is, or one that nobody will look up."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        asked = today
    return monday_of(asked if abs(asked - today) <= SHOWN else today)
