"""巡查: when a plan's round is due, who may check in at its points, and what a check-in may say.

A check-in keeps whether it was made near the point and the metres to it, coarse and capped. It keeps no position and
no person: what is counted is the ground that was covered. Source: domain.md §1 S0-15, S3-12, §8.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from math import isfinite
from typing import NamedTuple

from tongxin.rules.distances import meters_between
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.permissions import Actor, Duty, Permission, duties_for
from tongxin.rules.working_time import SHANGHAI

A_DAY = timedelta(days=1)
WEEKEND = 6  # the sixth and seventh day of the week
LONGEST_BREAK = 15  # days; the State Council's longest had nine
BACK = timedelta(days=3)  # how long a phone may keep a check-in before it finds a network. Design default
AHEAD = timedelta(minutes=5)  # a phone's clock may run ahead of ours by this much
STEP_M, MOST_M = 10, 1000  # metres are kept in steps of ten, and from a kilometre on only as that
RADIUS_M = range(10, 501)
MOST_POINTS = 30  # of one plan: what one pair of legs does in a day. Design default


class GridDuty(StrEnum):
    """The eight duties of grid workers. Source: domain.md §4, end (S3-12 names three, the rest is our reading)."""

    INFORMATION = "information"  # 基础信息采集: places, facilities, organizations; never persons
    OPINION = "opinion"  # 社情民意收集
    SAFETY = "safety"  # 安全隐患巡查
    DISPUTES = "disputes"  # 矛盾纠纷排查化解
    PUBLICITY = "publicity"  # 政策法规宣传
    SERVICE = "service"  # 民生服务代办
    EMERGENCY = "emergency"  # 突发事件报告与先期处置
    VERIFICATION = "verification"  # 事件核实、核查与协助


class Rhythm(StrEnum):
    """How often a round is due."""

    DAILY = "daily"  # 每天
    WORKDAYS = "workdays"  # 工作日
    WEEKLY = "weekly"  # 每周一次
    MONTHLY = "monthly"  # 每月一次


class Found(StrEnum):
    """What a check-in says of its point."""

    FINE = "fine"  # 正常
    REPORTED = "reported"  # 发现问题，已上报
    UNREACHED = "unreached"  # 无法到达


class Window(NamedTuple):
    """The hours of a round, aware, `[opens_at, due_at)`; after `due_at`, until `shuts_at`, a check-in is late."""

    opens_at: datetime
    due_at: datetime

    @property
    def shuts_at(self) -> datetime:
        """The midnight that ends the day on which the round was due."""
        local = (self.due_at - timedelta(seconds=1)).astimezone(SHANGHAI)
        return datetime.combine(local.date() + A_DAY, time.min, SHANGHAI)


class CheckIn(NamedTuple):
    """A check-in as somebody made it: `at` by their phone, `metres` rounded, None without a position."""

    found: Found
    at: datetime
    metres: int | None = None
    reason: str = ""
    has_matter: bool = False


ON_DAY = {Rhythm.WEEKLY: 7, Rhythm.MONTHLY: 31}  # days a plan of this rhythm chooses from
IsWorked = Callable[[date], bool]


def check_rhythm(rhythm: Rhythm, on_day: int | None) -> None:
    """Raise Invalid unless a weekly plan names a day of the week (1–7), a monthly one a day of the month (1–31)."""
    days = ON_DAY.get(rhythm)
    if days is not None and not (on_day is not None and 1 <= on_day <= days):
        raise Invalid("patrol.on_day", rhythm=rhythm, most=days)


def is_due(rhythm: Rhythm, on_day: int | None, day: date, is_worked: IsWorked) -> bool:
    """Tell whether a round falls on this day.

    A weekly or monthly round that would fall on a day off is walked on the next worked day; one that was set on a
    Saturday or Sunday stays there. A month too short for its day ends with it.
    """
    if rhythm is Rhythm.DAILY:
        return True
    if rhythm is Rhythm.WORKDAYS:
        return is_worked(day)
    if is_named(rhythm, on_day, day) and (is_worked(day) or not _gives_way(rhythm, on_day)):
        return True
    return _gives_way(rhythm, on_day) and is_worked(day) and _missed_before(rhythm, on_day, day, is_worked)


def is_named(rhythm: Rhythm, on_day: int | None, day: date) -> bool:
    """Tell whether this is the plan's own day of the week or month, worked or not."""
    if rhythm is Rhythm.WEEKLY:
        return day.isoweekday() == on_day
    last = (day.replace(day=28) + 4 * A_DAY).replace(day=1) - A_DAY
    return day.day == min(on_day or 1, last.day)


def _gives_way(rhythm: Rhythm, on_day: int | None) -> bool:
    return rhythm is Rhythm.MONTHLY or (on_day or 1) < WEEKEND


def _missed_before(rhythm: Rhythm, on_day: int | None, day: date, is_worked: IsWorked) -> bool:
    """Tell whether the plan's own day lies in the days off that end with this day."""
    for back in range(1, LONGEST_BREAK):
        before = day - back * A_DAY
        if is_worked(before):
            return False
        if is_named(rhythm, on_day, before):
            return True
    return False


def window(day: date, opens: time, closes: time) -> Window:
    """Return the hours of a day's round; one that closes no later than it opens ends on the next morning."""
    end_day = day if closes > opens else day + A_DAY
    return Window(datetime.combine(day, opens, SHANGHAI), datetime.combine(end_day, closes, SHANGHAI))


def coarse(metres: float) -> int:
    """Return a distance as it is kept: in steps of ten metres, at most a kilometre, so that it tells no place."""
    return min(round(metres / STEP_M) * STEP_M, MOST_M)


def metres_to(lon: float | None, lat: float | None, point_lon: float, point_lat: float) -> int | None:
    """Return how far from its point a check-in was made, as it is kept. Raises Invalid where the position is none."""
    if lon is None and lat is None:
        return None
    is_whole = lon is not None and lat is not None and isfinite(lon) and isfinite(lat)
    if not is_whole or abs(lon) > 180 or abs(lat) > 90:  # type: ignore[arg-type]
        raise Invalid("patrol.bad_point")
    return coarse(meters_between(lon, lat, point_lon, point_lat))  # type: ignore[arg-type]


def is_within(metres: int | None, radius_m: int) -> bool | None:
    """Tell whether a check-in was made at its point; None where there was no position to tell by."""
    return None if metres is None else metres <= radius_m


def check_moment(at: datetime, now: datetime) -> None:
    """Raise Refused unless a phone may say that this was done then: not to come, and not long ago."""
    if at > now + AHEAD:
        raise Refused("patrol.to_come", at=at)
    if at < now - BACK:
        raise Refused("patrol.long_ago", at=at, days=BACK.days)


def check(told: CheckIn, hours: Window, now: datetime) -> bool:
    """Return whether a check-in is late. Raises Refused, saying why it cannot be taken."""
    check_moment(told.at, now)
    if told.at < hours.opens_at - AHEAD:
        raise Refused("patrol.not_open", opens=hours.opens_at)
    if told.at >= hours.shuts_at:
        raise Refused("patrol.over", due=hours.due_at)
    if told.found is Found.UNREACHED and not told.reason.strip():
        raise Refused("patrol.no_reason")
    if told.found is Found.REPORTED and not told.has_matter:
        raise Refused("patrol.no_matter")
    return told.at > hours.due_at


def duty_on(by: Actor, area: str, unit_id: int) -> Duty | None:
    """Return the duty by which somebody walks here: of the team, on this ground, a part of it, or around it."""
    duties = duties_for(by, Permission.PATROL)
    return next((duty for duty in duties if duty.unit_id == unit_id and overlaps(duty.area, area)), None)


def overlaps(one: str, other: str) -> bool:
    """Tell whether one of two areas lies within the other."""
    return one.startswith(other) or other.startswith(one)


def is_on_duty(*, has_roster: bool, has_shift: bool) -> bool:
    """Tell whether who holds a post is on duty: by the roster where the team wrote one for that day, else always."""
    return has_shift or not has_roster
