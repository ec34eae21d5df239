"""The clocks of a matter as pages show them: bars, remainders, and how each is counted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.matters.models import Deadline
from tongxin.apps.people.calendar import calendar
from tongxin.interfaces.desk import lines
from tongxin.look import filters
from tongxin.rules import lamps
from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import LAMP_CLOCK, State
from tongxin.rules.working_time import OFFICE, Limit, Unit, position, worked_between

WORKED = (Unit.WORKING_MINUTE, Unit.WORKING_HOUR, Unit.WORKING_DAY)


class Bar(NamedTuple):
    """One clock: `used` and `amber_at` in percent of the limit."""

    name: str
    colour: str
    used: int
    text: str
    amber_at: int


class Counted(NamedTuple):
    """How a clock is counted, in words."""

    name: str
    text: str


def bars(clocks: Sequence[Deadline], now: datetime) -> list[Bar]:
    """Return the clocks, running ones first; of those that were stopped for good, nothing."""
    kept = [each for each in clocks if each.outcome != "dropped"]
    return [_bar(each, now) for each in sorted(kept, key=lambda each: (each.ended_at is not None, -each.pk))]


def counted(clocks: Sequence[Deadline], now: datetime) -> list[Counted]:
    """Return of each running clock since when it runs, how long, until when, and what does not count."""
    return [
        Counted(
            _name(each),
            _("%(start)s + %(limit)s → %(due)s. %(rule)s")
            % {
                "start": filters.recent(each.started_at, now),
                "limit": _limit(each),
                "due": filters.recent(each.due_at, now, day_end=True),
                "rule": _rule(Limit.parse(each.limit).unit),
            },
        )
        for each in clocks
        if each.ended_at is None
    ]


def due_sentence(state: State, clocks: Sequence[Deadline], now: datetime) -> str:
    """Return when the running step is due, and by which limit: `处置到期 今天 24:00（1 工作日，起算当日不计）`."""
    wanted = LAMP_CLOCK.get(state)
    running = next((each for each in reversed(clocks) if each.clock == wanted and each.ended_at is None), None)
    if running is None:
        return ""
    told = {
        "clock": _name(running),
        "due": filters.recent(running.due_at, now, day_end=True),
        "limit": _limit(running),
    }
    if Limit.parse(running.limit).unit in (Unit.WORKING_DAY, Unit.DAY):
        return _("%(clock)s due %(due)s (%(limit)s, the first day not counted)") % told
    return _("%(clock)s due %(due)s (%(limit)s)") % told


def _bar(each: Deadline, now: datetime) -> Bar:
    amber_at = _share(each, each.amber_at)
    if each.ended_at is not None:
        is_late = each.outcome == "overdue"
        used = filters.span(_used(each, each.ended_at))
        late = _("late")
        text = f"{used} / {_limit(each)} · {late}" if is_late else f"{used} / {_limit(each)}"
        return Bar(_name(each), "done", _share(each, each.ended_at), text, amber_at)
    colour = lamps.lamp(now, each.due_at, each.amber_at).value
    return Bar(_name(each), colour, _share(each, now), lines.remainder(each.due_at, now), amber_at)


def _used(each: Deadline, at: datetime) -> timedelta:
    """Return how long a clock ran: working time of limits in working time, else natural time."""
    try:
        if Limit.parse(each.limit).unit in (Unit.WORKING_MINUTE, Unit.WORKING_HOUR):
            return worked_between(each.started_at, at, calendar())
    except Refused:
        pass  # a clock of before the calendar, taken over from elsewhere
    return at - each.started_at


def _share(each: Deadline, at: datetime) -> int:
    """Return how much of the limit was used by then, in percent; nights and rest days count only where they do."""
    try:
        if Limit.parse(each.limit).unit in WORKED:
            days = calendar()
            begun, due, then = (position(m, days, OFFICE) for m in (each.started_at, each.due_at, at))
        else:
            begun, due, then = (m.timestamp() for m in (each.started_at, each.due_at, at))  # type: ignore[assignment]
    except Refused:
        begun, due, then = (m.timestamp() for m in (each.started_at, each.due_at, at))  # type: ignore[assignment]
    return round(min(max((then - begun) / (due - begun), 0), 1) * 100) if due > begun else 100


def _name(each: Deadline) -> str:
    return words.label(Clock(each.clock), get_language() or "zh-hans")


def _limit(each: Deadline) -> str:
    limit = Limit.parse(each.limit)
    return filters.limit(limit.amount, limit.unit)


def _rule(unit: Unit) -> str:
    if unit is Unit.WORKING_DAY:
        return _("The first day, weekends and holidays do not count; the last working day counts until 24:00.")
    if unit is Unit.DAY:
        return _("Calendar days without the first; a last day without work moves to the next working day.")
    if unit in WORKED:
        return _("Only working time counts: no nights, weekends or holidays.")
    return _("Natural time: nights and rest days count.")
