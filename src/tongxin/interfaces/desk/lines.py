"""Lines of a list as they are drawn: lamp, due moment and names, all from memory. No statement."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.matters.queries import Row
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import unit_names
from tongxin.look import filters
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import LAMP_CLOCK, State
from tongxin.rules.working_time import SHANGHAI

A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)


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
        yield Line(
            row.number,
            f"{base()}{row.number}/",
            lamp.value if lamp else "",
            short_remainder(row.due_at, now) if row.due_at else said.verdict(row),
            said.due(row, now),
            row.template_code,
            row.title,
            areas.get(row.area, row.area),
            tuple(said.flags(row)),
            units.get(row.unit_id or row.suggested_id or 0, ""),
            said.levels.get(row.level, row.level),
            said.channels.get(row.channel, row.channel),
        )


def remainder(due_at: datetime, now: datetime) -> str:
    """Return what is left of a limit, in working days where more than one is left."""
    return filters.remainder(due_at, now, working_days=_working_days(due_at, now))


def short_remainder(due_at: datetime, now: datetime) -> str:
    """Return what is left of a limit for a narrow column: minutes, `剩 2:10`, working days."""
    if AN_HOUR <= abs(due_at - now) < 2 * A_DAY and not _working_days(due_at, now):
        return filters.remainder_dense(due_at, now)
    return remainder(due_at, now)


def _working_days(due_at: datetime, now: datetime) -> int | None:
    """Return the working days after today until the due moment; None where hours say it better."""
    if due_at - now <= A_DAY:
        return None
    last = (due_at - timedelta(microseconds=1)).astimezone(SHANGHAI).date()
    try:
        return calendar().working_days(now.astimezone(SHANGHAI).date() + A_DAY, last + A_DAY) or None
    except Refused:
        return None


class _Said:
    """The words that rows of one page share, looked up once."""

    def __init__(self, language: str) -> None:
        self.levels: Mapping[str, str] = words.LEVELS_EN if filters.is_english() else words.LEVELS
        self.channels = {channel.value: words.label(channel, language) for channel in Channel}
        self._states = {state.value: words.label(state, language) for state in State}
        self._clocks = {state.value: words.label(clock, language) for state, clock in LAMP_CLOCK.items()}
        self._by = _("%(clock)s by %(moment)s")
        self._urgent = Flag("bolt", _("Urgent"), "ink")
        self._extreme = Flag("bolt", _("Extremely urgent"), "ink")
        self._rework = Flag("rotate", _("Rework"), "ink")
        self._sealed = Flag("lock", _("Sealed"))
        self._provisional = Flag("calendar-exclamation", _("Estimated"))

    def due(self, row: Row, now: datetime) -> str:
        """Return by when what has to be done; of a finished matter, when it ended."""
        if row.due_at is None:
            return filters.recent(row.closed_at, now) if row.closed_at else self._states[row.state]
        moment = filters.moment(row.due_at, now, day_end=True)
        return self._by % {"clock": self._clocks.get(row.state, ""), "moment": moment}

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
        if row.is_sealed:
            yield self._sealed
        if row.is_provisional:
            yield self._provisional
