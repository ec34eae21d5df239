"""Lines of a list as they are drawn: lamp, due moment and names, all from memory. No statement."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.matters.keeping import is_unkept
from tongxin.apps.matters.queries import Row
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import unit_names
from tongxin.look import filters
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import LAMP_CLOCK, State
from tongxin.rules.working_time import OFFICE, SHANGHAI, Unit, moment, position, remaining

A_DAY, AN_HOUR, A_MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WORKED = (Unit.WORKING_MINUTE, Unit.WORKING_HOUR, Unit.WORKING_DAY)


class Flag(NamedTuple):
    """A small mark behind a number: icon, words, weight ("", ink, brand)."""

    icon: str
    text: str
    kind: str = ""


class Tag(NamedTuple):
    """A small frame in the head of a page: words, icon, kind ("", brand, seal, strong)."""

    text: str
    icon: str
    kind: str = ""


class Line(NamedTuple):
    """One matter of a list, ready to draw."""

    number: str
    url: str
    colour: str
    words: str
    due: str
    code: str
    title: str
    place: str
    flags: tuple[Flag, ...]
    unit: str
    level: str
    channel: str


@cache
def base() -> str:
    """Return the beginning of every matter's address, so that lists need not look up one a row."""
    return reverse("desk:matters")


def level(letter: str) -> str:
    """Return the word for a level of handling."""
    return (words.LEVELS_EN if filters.is_english() else words.LEVELS).get(letter, letter)


def lines(rows: Iterable[Row], now: datetime) -> Iterator[Line]:
    """Yield the rows as drawn."""
    said = _Said(get_language() or "zh-hans")
    areas, units = names(), unit_names()
    for row in rows:
        lamp = row.lamp(now)
        unit = unit_of(row.due_at, row.urgency) if row.due_at else None
        yield Line(
            row.number,
            f"{base()}{row.number}/",
            lamp.value if lamp else "",
            said.left(row, unit, now) if row.due_at and unit else said.verdict(row),
            said.due(row, now),
            row.template_code,
            row.title,
            areas.get(row.area, row.area),
            tuple(said.flags(row)),
            units.get(row.unit_id or row.suggested_id or 0, ""),
            said.levels.get(row.level, row.level),
            said.channels.get(row.channel, row.channel),
        )


def remainder(due_at: datetime, now: datetime, unit: Unit | None = None) -> str:
    """Return what is left of a limit in what it counts: `剩 3 工作日`, `剩 2 工作时`; natural time on the last day."""
    return _worked(due_at, now, unit or unit_of(due_at), _hours) or filters.remainder(due_at, now)


def short_remainder(due_at: datetime, now: datetime, unit: Unit) -> str:
    """Return the same for a narrow column, where natural time is written `剩 2:10`."""
    if said := _worked(due_at, now, unit, _hours_briefly):
        return said
    is_dense = AN_HOUR <= abs(due_at - now) < 2 * A_DAY
    return filters.remainder_dense(due_at, now) if is_dense else filters.remainder(due_at, now)


def unit_of(due_at: datetime, urgency: str = Urgency.NORMAL) -> Unit:
    """Return what a limit counts of which only the end is known, as in a list: days end at 24:00, hours within a day.

    An hour of working time ends in working time, unless the matter is urgent.
    """
    local = due_at.astimezone(SHANGHAI)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return Unit.WORKING_DAY
    if urgency != Urgency.NORMAL:
        return Unit.HOUR
    try:
        is_worked = moment(position(due_at, calendar(), OFFICE), calendar(), OFFICE).at == due_at
    except Refused:
        return Unit.HOUR
    return Unit.WORKING_HOUR if is_worked else Unit.HOUR


def _worked(due_at: datetime, now: datetime, unit: Unit, hours: Callable[[timedelta], str]) -> str:
    """Write what is left in working time; nothing where natural time says it better: today, or when it is over."""
    is_days = unit is Unit.WORKING_DAY
    last = (due_at - timedelta(microseconds=1)).astimezone(SHANGHAI).date()
    is_near = due_at - now <= A_DAY if is_days else last == now.astimezone(SHANGHAI).date()
    if due_at <= now or is_near or unit not in WORKED:
        return ""
    try:
        left = remaining(now, due_at, unit, calendar())
    except Refused:
        return ""
    if is_days:
        return filters.remainder(due_at, now, working_days=left.days) if left.days else ""
    return _("%(span)s left") % {"span": hours(left)}


def _hours(left: timedelta) -> str:
    """Write an amount of working time, rounded down: `2 工作时`, `45 工作分钟`."""
    if left < AN_HOUR:
        return filters.limit(max(left // A_MINUTE, 1), Unit.WORKING_MINUTE)
    return filters.limit(left // AN_HOUR, Unit.WORKING_HOUR)


def _hours_briefly(left: timedelta) -> str:
    """Write the same for a narrow column: in English, words for it are long."""
    if left < AN_HOUR:
        return _("%(n)d work min") % {"n": max(left // A_MINUTE, 1)}
    return _("%(n)d work h") % {"n": left // AN_HOUR}


class _Said:
    """The words that rows of one page share, looked up once."""

    def __init__(self, language: str) -> None:
        self.levels: Mapping[str, str] = words.LEVELS_EN if filters.is_english() else words.LEVELS
        self.channels = {channel.value: words.label(channel, language) for channel in Channel}
        self._states = {state.value: words.label(state, language) for state in State}
        self._clocks = {state.value: words.label(clock, language) for state, clock in LAMP_CLOCK.items()}
        self._by = _("%(clock)s by %(moment)s")
        self._held = _("On hold")
        self._since = _("stopped %(moment)s")
        self._urgent = Flag("bolt", _("Urgent"), "ink")
        self._extreme = Flag("bolt", _("Extremely urgent"), "ink")
        self._rework = Flag("rotate", _("Rework"), "ink")
        self._added = Flag("message-plus", _("Reporter adds"), "brand")
        self._unwanted = Flag("message-off", _("No longer wanted"), "ink")
        self._sealed = Flag("lock", _("Sealed"))
        self._unkept = Flag("user-question", _("Kept by nobody"), "ink")
        self._provisional = Flag("calendar-exclamation", _("Estimated"))

    def left(self, row: Row, unit: Unit, now: datetime) -> str:
        """Return what is left of a limit; nothing runs out of one that stands still."""
        return self._held if row.stopped_at else short_remainder(row.due_at, now, unit)  # type: ignore[arg-type]

    def due(self, row: Row, now: datetime) -> str:
        """Return by when what has to be done; of what stands still, since when; of a finished matter, when it ended."""
        if row.due_at is None:
            return filters.recent(row.closed_at, now) if row.closed_at else self._states[row.state]
        if row.stopped_at:
            return self._since % {"moment": filters.moment(row.stopped_at, now)}
        due = filters.moment(row.due_at, now, day_end=True)
        return self._by % {"clock": self._clocks.get(row.state, ""), "moment": due}

    def verdict(self, row: Row) -> str:
        """Return how a finished matter ended: late or not where something was promised, else just its state."""
        if row.is_late is None:
            return self._states[row.state]
        return _("Closed late") if row.is_late else _("Closed on time")

    def flags(self, row: Row) -> Iterator[Flag]:
        if row.urgency == Urgency.EXTREME:
            yield self._extreme
        elif row.urgency == Urgency.URGENT:
            yield self._urgent
        if row.reworks:
            yield self._rework
        if row.is_unwanted:
            yield self._unwanted
        elif row.added:
            yield self._added
        if row.is_sealed:
            yield self._sealed
        if is_unkept(row.state, row.keeper):
            yield self._unkept
        if row.is_provisional:
            yield self._provisional
