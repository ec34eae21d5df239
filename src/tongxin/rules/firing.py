"""Firing: what a clock tells while it runs, and when. People are reminded in their hours, facts are told at once."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.deadlines import Clock, Running, Urgency
from tongxin.rules.working_time import (
    OFFICE,
    CalendarTooShort,
    Limit,
    Profile,
    Unit,
    WorkingCalendar,
    due_at,
    opening,
    opening_of_next_day,
)


class Telling(StrEnum):
    """What a clock tells. Source: domain.md §3.1 row 15, §3.1d 三色预警."""

    AMBER = "amber"  # 临期提醒: little is left
    OVERDUE = "overdue"  # 逾期: the limit has run out; a fact, so at any hour
    URGE = "urge"  # 逾期催办: the day after
    NOTICE = "notice"  # 逾期通报: five working days after


MOMENT = timedelta(microseconds=1)  # a deadline is kept up to its very moment, and missed right after
A_DAY = timedelta(days=1)
NOTICE_AFTER = Limit.parse("5wd")  # none published: design default

_EACH = (Telling.AMBER, Telling.OVERDUE, Telling.URGE)
_NOTED = (*_EACH, Telling.NOTICE)

# what each clock tells, in the order of time; where work is owed to others it is made known in the end
TELLS: dict[Clock, tuple[Telling, ...]] = dict.fromkeys(Clock, _EACH) | {
    Clock.HANDLE: _NOTED,
    Clock.RING: _NOTED,
    Clock.BRANCH: _NOTED,
    Clock.TURNOUT_ARRIVE: _NOTED,
    Clock.ORDER: _NOTED,
    Clock.WHOLE: _EACH[:2],  # it is several hands' clock: whom to urge, the clock of the step says
}


class Next(NamedTuple):
    """The next thing a clock will tell, and when."""

    telling: Telling
    at: datetime


def next_fire(
    fired: int, running: Running, urgency: Urgency, calendar: WorkingCalendar, profile: Profile = OFFICE
) -> Next | None:
    """Return what a clock tells next, of which it has told so many; None: it has told all, or no calendar says when."""
    tells = TELLS[running.clock]
    if fired >= len(tells):
        return None
    try:
        return Next(tells[fired], _moment_of(tells[fired], running, urgency, calendar, profile))
    except CalendarTooShort:
        return None


class Fired(NamedTuple):
    """What a clock has to tell now, if anything; how many it has told then; when to look again."""

    telling: Telling | None
    fired: int
    next_at: datetime | None


def fire(
    fired: int,
    running: Running,
    urgency: Urgency,
    calendar: WorkingCalendar,
    now: datetime,
    *,
    profile: Profile = OFFICE,
) -> Fired:
    """Fire a clock whose moment has come: one telling at a time, none twice. What is overdue warns no more."""
    if fired == 0 and now > running.due_at:
        fired = 1
    coming = next_fire(fired, running, urgency, calendar, profile)
    if coming is None or coming.at > now:
        return Fired(None, fired, coming and coming.at)
    after = next_fire(fired + 1, running, urgency, calendar, profile)
    return Fired(coming.telling, fired + 1, after and after.at)


def rescheduled(
    fired: int,
    running: Running,
    urgency: Urgency,
    calendar: WorkingCalendar,
    now: datetime,
    *,
    profile: Profile = OFFICE,
) -> Fired:
    """Set a clock anew that was moved: by an extension, a stop, a calendar. It tells nothing now.

    A moment that was told and lies ahead again is told again when it comes; no other is told twice.
    """
    told = 0
    while told < fired and (past := next_fire(told, running, urgency, calendar, profile)) and past.at <= now:
        told += 1
    coming = next_fire(told, running, urgency, calendar, profile)
    return Fired(None, told, coming and coming.at)


def _moment_of(
    telling: Telling, running: Running, urgency: Urgency, calendar: WorkingCalendar, profile: Profile
) -> datetime:
    in_hours = _keeps_hours(running, urgency, profile)
    match telling:
        case Telling.AMBER:
            placed = opening(running.amber_at, calendar, profile) if in_hours else running.amber_at
            return min(placed, running.due_at)
        case Telling.OVERDUE:
            return running.due_at + MOMENT
        case Telling.URGE:
            return opening_of_next_day(running.due_at, calendar, profile) if in_hours else running.due_at + A_DAY
        case Telling.NOTICE:
            # from the last day on: 24:00 belongs to the day it ends
            ended_at = due_at(running.due_at - MOMENT, NOTICE_AFTER, calendar, OFFICE).at
            return opening(ended_at, calendar, profile) if in_hours else ended_at


def _keeps_hours(running: Running, urgency: Urgency, profile: Profile) -> bool:
    """Tell whether people are reminded of it in their hours only: not what is urgent, nor what runs by night."""
    by_night = running.limit.unit in (Unit.MINUTE, Unit.HOUR) or profile.is_natural
    return urgency is Urgency.NORMAL and not by_night
