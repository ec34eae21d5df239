"""Deadlines: the clocks of a matter, how long each may run, when it warns, and whether it was kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.area_codes import Level
from tongxin.rules.working_time import (
    ALWAYS,
    OFFICE,
    Limit,
    Profile,
    Unit,
    WorkingCalendar,
    due_after,
    due_at,
    moment,
    position,
)


class Clock(StrEnum):
    """What is being timed. Source: domain.md §3.1d."""

    ACCEPT = "accept"  # 受理
    VERIFY = "verify"  # 核实
    FILE = "file"  # 立案
    DISPATCH = "dispatch"  # 派遣
    SIGN = "sign"  # 签收
    HANDLE = "handle"  # 处置: runs from dispatch, unsigned time must not be free (domain.md §3.1 row 7)
    REVIEW = "review"  # 反馈审核
    CHECK = "check"  # 核查
    CLOSE = "close"  # 结案
    CALL_BACK = "call_back"  # 回访
    WHOLE = "whole"  # 全流程
    RING = "ring"  # 层级: the sub-clock of the ring a matter was raised or handed to, while the first clock runs on
    REPLY = "reply"  # 答复: the first desk owes the reporter an answer
    # clocks of overlays
    EXTENSION = "extension"  # 延期审批
    HOLD = "hold"  # 挂账复查: the day on which a held matter must be looked at again
    BRANCH = "branch"  # 协办
    TURNOUT_SIGN = "turn_sign"  # 应哨签收
    TURNOUT_CONTACT = "turn_contact"  # 应哨联系
    TURNOUT_ARRIVE = "turn_arrive"  # 到场
    ORDER = "order"  # 督办答复
    HEARING = "hearing"  # 异议裁定
    APPEAL = "appeal"  # 复核


class Urgency(StrEnum):
    """How pressing a matter is. Source: domain.md §4 column U."""

    NORMAL = "N"  # 普通
    URGENT = "U"  # 紧急
    EXTREME = "E"  # 特急


class Verdict(StrEnum):
    """Whether a deadline was kept."""

    ON_TIME = "on_time"
    OVERDUE = "overdue"


def _row(normal: str, urgent: str, extreme: str) -> dict[Urgency, Limit]:
    limits = (Limit.parse(text) for text in (normal, urgent, extreme))
    return dict(zip(Urgency, limits, strict=True))


# domain.md §3.1; rows without a published figure are design defaults, and every one of them is a setting (§10)
LIMITS: dict[Clock, dict[Urgency, Limit]] = {
    Clock.ACCEPT: _row("30wm", "5m", "5m"),  # row 2: 30 分钟, 紧急 5 分钟
    Clock.VERIFY: _row("30wm", "30m", "30m"),  # row 3: 30 分钟 (egova)
    Clock.FILE: _row("30wm", "10m", "5m"),  # row 4: none published; as dispatch
    Clock.DISPATCH: _row("30wm", "10m", "10m"),  # row 6: 30 分钟, 紧急 10 分钟
    Clock.SIGN: _row("2wh", "15m", "15m"),  # row 7: 2 工作时, 紧急 15 分钟
    Clock.HANDLE: _row("5wd", "1wd", "4h"),  # where neither template nor level says
    Clock.REVIEW: _row("4wh", "1h", "30m"),  # row 16: none published
    Clock.CHECK: _row("1wd", "30m", "30m"),  # row 17: 30 分钟 to 1 工作日
    Clock.CLOSE: _row("1wd", "4h", "4h"),  # row 18: none published
    Clock.CALL_BACK: _row("3wd", "3wd", "3wd"),  # row 20: within 3 工作日, however urgent the matter was
    Clock.WHOLE: _row("15wd", "5wd", "2wd"),  # where no handling limit is known; else see whole()
    Clock.RING: _row("5wd", "2wd", "1wd"),  # where the ring is not known; else LEVEL_LIMITS
    Clock.REPLY: _row("1wd", "4h", "4h"),  # none published
    Clock.EXTENSION: _row("4wh", "2h", "1h"),  # none published
    Clock.HOLD: _row("60d", "60d", "60d"),  # row 14: review date within 60 days
    Clock.BRANCH: _row("2wd", "1wd", "4h"),  # where the invitation does not say
    Clock.TURNOUT_SIGN: _row("1h", "1h", "15m"),  # row 11: 1 h (南京鼓楼)
    Clock.TURNOUT_CONTACT: _row("24h", "24h", "30m"),  # row 11: 24 h
    Clock.TURNOUT_ARRIVE: _row("3wd", "3wd", "1h"),  # row 11: 3 or 5 working days, by the kind of whistle
    Clock.ORDER: _row("3wd", "2wd", "1wd"),  # row 15: a date of its own; none published
    Clock.HEARING: _row("1wd", "1wd", "4h"),  # §3.1d: 指挥室 hearing within a working day
    Clock.APPEAL: _row("10wd", "10wd", "10wd"),  # row 21: 10 工作日
}

# whose hours a clock counts, and in whose hours it reminds people; what is urgent runs through nights by its limit
CLOCK_PROFILES: dict[Clock, Profile] = dict.fromkeys(Clock, OFFICE) | {
    Clock.TURNOUT_SIGN: ALWAYS,  # a whistle is answered at any hour (row 11)
    Clock.TURNOUT_CONTACT: ALWAYS,
}

# §3.1d 分级: I 网格即办 24 h, II 村社 3 wd, III 镇街 5-10 wd, IV 县区 10-15 wd, V 市
LEVEL_LIMITS: dict[Level, Limit] = {
    Level.GRID: Limit.parse("24h"),
    Level.VILLAGE: Limit.parse("3wd"),
    Level.TOWN: Limit.parse("5wd"),
    Level.COUNTY: Limit.parse("10wd"),
    Level.CITY: Limit.parse("15wd"),
}

NATURAL = {Unit.WORKING_MINUTE: Unit.MINUTE, Unit.WORKING_HOUR: Unit.HOUR}


def more_urgent(one: Urgency, other: Urgency) -> Urgency:
    """Return the more pressing of two."""
    return max(one, other, key=list(Urgency).index)


def hastened(limit: Limit, urgency: Urgency) -> Limit:
    """Return the limit as the urgency counts it.

    紧急工作时 is continuous natural time: working minutes and hours of an urgent matter run through nights and rest
    days. When extremely urgent, a working day runs on as 24 hours. Days of statutes never change.
    Source: domain.md §2.2, §3.1d.
    """
    if urgency is Urgency.NORMAL:
        return limit
    if limit.unit is Unit.WORKING_DAY:
        return Limit(limit.amount * 24, Unit.HOUR) if urgency is Urgency.EXTREME else limit
    natural = NATURAL.get(limit.unit)
    return Limit(limit.amount, natural) if natural else limit


def whole(handle: Limit) -> Limit:
    """Return how long a matter may take in all, given its handling limit: two working days more for the two ends.

    Reception and dispatch take an hour, review, check and closing the rest (design default, a setting).
    """
    if handle.unit is Unit.WORKING_DAY:
        return Limit(handle.amount + 2, Unit.WORKING_DAY)
    if handle.unit is Unit.DAY:
        return Limit(handle.amount + 3, Unit.DAY)
    hours = {Unit.MINUTE: 24 * 60, Unit.HOUR: 24}.get(handle.unit, 7 if handle.unit is Unit.WORKING_HOUR else 7 * 60)
    return Limit(-(-handle.amount // hours) + 2, Unit.WORKING_DAY)


def limit_of(clock: Clock, urgency: Urgency, handle: Limit | None = None) -> Limit:
    """Return how long the clock may run; `handle` is the handling limit the template gives, if it gives one."""
    if handle is not None and clock is Clock.HANDLE:
        return hastened(handle, urgency)
    if handle is not None and clock is Clock.WHOLE:
        return whole(hastened(handle, urgency))
    return LIMITS[clock][urgency]


@dataclass(frozen=True, slots=True)
class AmberRule:
    """When a clock warns: a share of its counted time is used, or little is left.

    Amber stands from the earlier of these moments: `share` percent used; `hours_left` of working time left, or
    `natural_hours_left` where nights count. What is left warns only when half is used, else a limit of four hours
    would be amber from its first minute. Urgent and extremely urgent matters warn at `urgent_share`.
    No threshold is published; these are settings. Source: domain.md §3.1d 三色预警.
    """

    share: int = 70
    urgent_share: int = 50
    hours_left: int = 4
    natural_hours_left: int = 24

    def after(self, total: int, urgency: Urgency, *, is_natural: bool) -> int:
        """Return how much of this counted total (microseconds) may be used before amber."""
        if urgency is not Urgency.NORMAL:
            return total * self.urgent_share // 100
        left = (self.natural_hours_left if is_natural else self.hours_left) * 3_600_000_000
        return min(total * self.share // 100, max(total - left, total // 2))


AMBER = AmberRule()


class Running(NamedTuple):
    """A clock as it is kept in a row."""

    clock: Clock
    started_at: datetime
    limit: Limit
    due_at: datetime
    amber_at: datetime
    is_provisional: bool


def start(
    clock: Clock,
    at: datetime,
    limit: Limit,
    urgency: Urgency,
    calendar: WorkingCalendar,
    *,
    profile: Profile = OFFICE,
    amber: AmberRule = AMBER,
) -> Running:
    """Start a clock: when its limit runs out, and when it warns. Raises CalendarTooShort.

    A template writes its handling limit once, so that one is hastened here; the table's limits stand by urgency.
    """
    if clock is Clock.HANDLE:
        limit = hastened(limit, urgency)
    due = due_at(at, limit, calendar, profile)
    amber_at = _amber_at(at, due.at, limit, urgency, calendar, profile, amber)
    return Running(clock, at, limit, due.at, amber_at, due.is_provisional)


def recomputed(
    clock: Clock,
    started_at: datetime,
    limit: Limit,
    urgency: Urgency,
    stops: Sequence[datetime],
    calendar: WorkingCalendar,
    *,
    profile: Profile = OFFICE,
    amber: AmberRule = AMBER,
) -> Running:
    """Return the clock that these four make: due = f(start, limit, stops, calendar). Raises CalendarTooShort.

    `stops` are the spans in which it stood still, in order, as from, to, from, to. An extension is the same start with
    a longer limit; a new calendar is the same everything with another calendar. It warns as long before its end as it
    would have without the stops. Stops are 挂账, 补正, 鉴定 and a merged child, nothing else. Source: domain.md §3.1d.
    """
    running = start(clock, started_at, limit, urgency, calendar, profile=profile, amber=amber)
    if not stops:
        return running
    spans = zip(stops[::2], stops[1::2], strict=True)
    due = due_after(started_at, running.limit, spans, calendar, profile)
    if _is_natural(running.limit, profile):
        ahead = running.due_at.astimezone(UTC) - running.amber_at.astimezone(UTC)
        amber_at = (due.at.astimezone(UTC) - ahead).astimezone(calendar.tz)
    else:
        ahead_of = position(running.due_at, calendar, profile) - position(running.amber_at, calendar, profile)
        amber_at = moment(position(due.at, calendar, profile) - ahead_of, calendar, profile).at
    return running._replace(due_at=due.at, amber_at=amber_at, is_provisional=due.is_provisional)


def verdict(due_at: datetime, ended_at: datetime) -> Verdict:
    """Judge a deadline: kept if ended at the due moment or before. The one rule for our own and imported matters."""
    return Verdict.ON_TIME if ended_at <= due_at else Verdict.OVERDUE


def _amber_at(
    at: datetime,
    due: datetime,
    limit: Limit,
    urgency: Urgency,
    calendar: WorkingCalendar,
    profile: Profile,
    amber: AmberRule,
) -> datetime:
    is_days = limit.unit is Unit.DAY or limit.unit is Unit.WORKING_DAY
    if _is_natural(limit, profile):
        begun_at = at.astimezone(UTC)
        total = (due.astimezone(UTC) - begun_at) // timedelta(microseconds=1) if is_days else limit.counted
        used = timedelta(microseconds=amber.after(total, urgency, is_natural=True))
        return (begun_at + used).astimezone(calendar.tz)
    begun = position(at, calendar, profile)
    total = position(due, calendar, profile) - begun if is_days else limit.counted
    return moment(begun + amber.after(total, urgency, is_natural=False), calendar, profile).at


def _is_natural(limit: Limit, profile: Profile) -> bool:
    unit = limit.unit
    return unit is Unit.MINUTE or unit is Unit.HOUR or unit is Unit.DAY or profile.is_natural
