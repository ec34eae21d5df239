"""How moments, spans, numbers and distances are written. Source: ui.md §7. Times are shown in Asia/Shanghai."""

from datetime import date, datetime, timedelta
from enum import Enum

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.rules.errors import Refused
from tongxin.rules.working_time import SHANGHAI as LOCAL
from tongxin.rules.working_time import Unit

NOT_APPLICABLE = "—"
CAP = 1000


def is_english() -> bool:
    """Tell whether the page speaks English."""
    return (get_language() or "").startswith("en")


# ---- moments


def moment(at: datetime | None, now: datetime, *, day_end: bool = False) -> str:
    """Write a moment: `15:42` today, `11-20 15:42` this year, else `2026-11-20 15:42`.

    With `day_end`, a limit that falls on midnight is written `24:00` of the day it closes.
    """
    if at is None:
        return NOT_APPLICABLE
    day, hour = _day_and_hour(at, day_end)
    today = now.astimezone(LOCAL).date()
    return hour if day == today else f"{_short_day(day, today)} {hour}"


def recent(at: datetime | None, now: datetime, *, day_end: bool = False) -> str:
    """Write a moment with today and yesterday in words: `今天 09:30`, `昨天 15:06`."""
    if at is None:
        return NOT_APPLICABLE
    day, hour = _day_and_hour(at, day_end)
    today = now.astimezone(LOCAL).date()
    near = {0: _("today"), -1: _("yesterday"), 1: _("tomorrow")}.get((day - today).days)
    return f"{near or _short_day(day, today)} {hour}"


def full_moment(at: datetime | None, *, day_end: bool = False) -> str:
    """Write a moment for print and for machines: `2026-11-20 15:42`."""
    if at is None:
        return NOT_APPLICABLE
    day, hour = _day_and_hour(at, day_end)
    return f"{day} {hour}"


def long_moment(at: datetime | None, *, day_end: bool = False) -> str:
    """Write a moment for residents: `11 月 23 日（周一）10:42`."""
    if at is None:
        return NOT_APPLICABLE
    day, hour = _day_and_hour(at, day_end)
    if is_english():
        return f"{day:%a} {day.day} {day:%b} {hour}"
    return f"{day.month} 月 {day.day} 日（{_weekday(day)}）{hour}"


def wall_clock(now: datetime) -> str:
    """Write the clock of the top bar: `11月20日 周五 15:42`."""
    local = now.astimezone(LOCAL)
    if is_english():
        return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"
    return f"{local.month}月{local.day}日 {_weekday(local.date())} {local:%H:%M}"


def short_day(day: date | None, now: datetime) -> str:
    """Write a day: `11-20` this year, else `2026-11-20`."""
    return NOT_APPLICABLE if day is None else _short_day(day, now.astimezone(LOCAL).date())


def iso(at: datetime) -> str:
    """Write a moment for the `datetime` attribute of `<time>`."""
    return at.astimezone(LOCAL).isoformat(timespec="seconds")


def _day_and_hour(at: datetime, day_end: bool) -> tuple[date, str]:
    local = at.astimezone(LOCAL)
    if day_end and (local.hour, local.minute, local.second) == (0, 0, 0):
        return local.date() - timedelta(days=1), "24:00"
    return local.date(), f"{local:%H:%M}"


def _short_day(day: date, today: date) -> str:
    return f"{day:%m-%d}" if day.year == today.year else f"{day:%Y-%m-%d}"


def _weekday(day: date) -> str:
    return "周" + "一二三四五六日"[day.weekday()]


# ---- spans


def span(length: timedelta | None) -> str:
    """Write a length of time: `8 分`, `2 小时 10 分`, `1 天 7 小时`, `12 天`. Rounded down, never up."""
    if length is None:
        return NOT_APPLICABLE
    minutes = max(int(length.total_seconds() // 60), 0)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    if days == 0:
        both = {"hours": hours, "minutes": minutes % 60}
        return _("%(hours)d h %(minutes)d min") % both if both["minutes"] else _("%(hours)d h") % both
    if days < 3 and hours:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def remainder(due_at: datetime | None, now: datetime, *, working_days: int | None = None) -> str:
    """Write what is left of a limit, `剩 8 分`, or by how much it is over, `逾期 1 小时 20 分`.

    `working_days`, when one or more, is said instead of natural time: `剩 3 工作日`.
    """
    if due_at is None:
        return NOT_APPLICABLE
    if due_at < now:
        return _("%(span)s overdue") % {"span": _span_or_less(now - due_at)}
    if working_days:
        left = ngettext("%(days)d working day", "%(days)d working days", working_days) % {"days": working_days}
        return _("%(span)s left") % {"span": left}
    return _("%(span)s left") % {"span": _span_or_less(due_at - now)}


def remainder_dense(due_at: datetime | None, now: datetime) -> str:
    """Write what is left in dense columns: `剩 2:10`, `逾期 1:20`; above two days as days."""
    if due_at is None:
        return NOT_APPLICABLE
    length = abs(due_at - now)
    minutes = int(length.total_seconds() // 60)
    left = span(length) if minutes >= 2 * 1440 else f"{minutes // 60}:{minutes % 60:02}"
    return (_("%(span)s overdue") if due_at < now else _("%(span)s left")) % {"span": left}


def remainder_brief(due_at: datetime | None, now: datetime) -> str:
    """Write what is left in a phone's list, rounded down to one unit: `剩 22 分`, `剩 15 小时`, `逾期 1 天`."""
    if due_at is None:
        return NOT_APPLICABLE
    length = abs(due_at - now)
    unit = next((each for each in (timedelta(days=1), timedelta(hours=1)) if length >= each), timedelta(minutes=1))
    left = _span_or_less(length // unit * unit)
    return (_("%(span)s overdue") if due_at < now else _("%(span)s left")) % {"span": left}


def limit(amount: int | None, unit: str) -> str:
    """Write a limit with its unit (a `working_time.Unit` or its value): `30 分钟`, `4 工作时`, `1 工作日`."""
    if amount is None:
        return NOT_APPLICABLE
    said = {
        Unit.MINUTE: ngettext("%(n)d minute", "%(n)d minutes", amount),
        Unit.HOUR: ngettext("%(n)d hour", "%(n)d hours", amount),
        Unit.WORKING_MINUTE: ngettext("%(n)d working minute", "%(n)d working minutes", amount),
        Unit.WORKING_HOUR: ngettext("%(n)d working hour", "%(n)d working hours", amount),
        Unit.WORKING_DAY: ngettext("%(n)d working day", "%(n)d working days", amount),
        Unit.DAY: ngettext("%(n)d calendar day", "%(n)d calendar days", amount),
    }
    return said[Unit(unit)] % {"n": amount}


def _span_or_less(length: timedelta) -> str:
    return span(length) if length >= timedelta(minutes=1) else _("under 1 min")


# ---- numbers


def number(value: float | None, digits: int = 0) -> str:
    """Write a number: `1,286`."""
    return NOT_APPLICABLE if value is None else f"{value:,.{digits}f}"


def capped(count: int | None, cap: int = CAP) -> str:
    """Write a count that was only taken up to a cap: `12`, `1000+`."""
    if count is None:
        return NOT_APPLICABLE
    return f"{cap}+" if count > cap else str(count)


def rate(value: float | None, digits: int = 2) -> str:
    """Write a share between 0 and 1: `94.99%`."""
    return NOT_APPLICABLE if value is None else f"{value:.{digits}%}"


def distance(meters: float | None) -> str:
    """Write a distance in meters: `38 米`, `1.2 公里`."""
    if meters is None:
        return NOT_APPLICABLE
    if meters < 1000:
        return _("%(n)s m") % {"n": f"{meters:.0f}"}
    return _("%(n)s km") % {"n": f"{meters / 1000:,.1f}"}


def area(square_meters: float | None) -> str:
    """Write an area in square meters: `20 平方米`, `1.2 平方公里`."""
    if square_meters is None:
        return NOT_APPLICABLE
    if square_meters < 1_000_000:
        return _("%(n)s m²") % {"n": f"{square_meters:,.0f}"}
    return _("%(n)s km²") % {"n": f"{square_meters / 1_000_000:,.1f}"}


# ---- words of the field


def label(member: Enum | None) -> str:
    """Write the word for a member of an enum of the rules, in the reader's language."""
    return NOT_APPLICABLE if member is None else words.label(member, get_language() or "zh-hans")


def say(refusal: Refused) -> str:
    """Write the sentence of a refusal, in the reader's language."""
    return words.say(refusal, get_language() or "zh-hans")


def dash(value: object) -> object:
    """Write `—` for what does not apply; zero stays zero."""
    return NOT_APPLICABLE if value is None or value == "" else value


FILTERS = {
    each.__name__: each
    for each in (
        moment,
        recent,
        full_moment,
        long_moment,
        wall_clock,
        short_day,
        iso,
        span,
        remainder,
        remainder_dense,
        remainder_brief,
        limit,
        number,
        capped,
        rate,
        distance,
        area,
        dash,
        label,
        say,
    )
}
