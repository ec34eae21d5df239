"""The clocks of a matter as pages show them: bars, remainders, and how each is counted."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.matters.models import Branch, Deadline, Extension, Matter, Summons
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import lines
from tongxin.look import filters
from tongxin.rules import lamps
from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import LAMP_CLOCK, State
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.working_time import OFFICE, PROFILES, Limit, Profile, Unit, position, worked_between

WORKED = (Unit.WORKING_MINUTE, Unit.WORKING_HOUR, Unit.WORKING_DAY)
# overlays that ask several units at once
ASKING: dict[str, Any] = {Overlay.BRANCH.value: Branch, Overlay.SUMMONS.value: Summons}


class Bar(NamedTuple):
    """One clock: `used` and `amber_at` in percent of the limit.

    `note` says how often it stood still and how long that was; `was` is when it was due before an extension; `unit` is
    the one asked, where several are.
    """

    name: str
    colour: str
    used: int
    text: str
    amber_at: int
    note: str = ""
    was: str = ""
    unit: str = ""


class Counted(NamedTuple):
    """How a clock is counted, in words."""

    name: str
    text: str


def bars(found: Matter, clocks: Sequence[Deadline], now: datetime) -> list[Bar]:
    """Return the clocks, running ones first, the matter's own before those of overlays; dropped ones not at all.

    One statement more where the matter was extended, and one a kind of overlay that asks units.
    """
    kept = [each for each in clocks if each.outcome != "dropped"]
    units, was = asked_units((each.of, each.of_id) for each in kept), _due_before(found, now)
    return [
        _bar(each, now, was if each.clock == Clock.HANDLE and not each.of else "")._replace(
            unit=units.get((each.of, each.of_id), "")
        )
        for each in sorted(kept, key=lambda each: (each.ended_at is not None, each.of, each.of_id or 0, -each.pk))
    ]


def left(found: Matter, clocks: Sequence[Deadline], now: datetime) -> str:
    """Return what is left of the clock the lamp shows; of one that stands still, what was left when it stopped."""
    if found.due_at is None:
        return ""
    shown = _shown(State(found.state), clocks)
    unit = Limit.parse(shown.limit).unit if shown else lines.unit_of(found.due_at, found.urgency)
    return lines.remainder(found.due_at, found.stopped_at or now, unit)


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
            }
            + "".join(f" {_stop(*stop, now)}" for stop in _stops(each)),
        )
        for each in clocks
        if each.ended_at is None
    ]


def due_sentence(state: State, clocks: Sequence[Deadline], now: datetime) -> str:
    """Return when the running step is due, and by which limit: `处置到期 今天 24:00（1 工作日，起算当日不计）`."""
    running = _shown(state, clocks)
    if running is None:
        return ""
    if running.stopped_at:
        since = {"clock": _name(running), "since": filters.recent(running.stopped_at, now)}
        return _("%(clock)s stopped %(since)s; what is left runs on afterwards") % since
    told = {
        "clock": _name(running),
        "due": filters.recent(running.due_at, now, day_end=True),
        "limit": _limit(running),
    }
    if Limit.parse(running.limit).unit in (Unit.WORKING_DAY, Unit.DAY):
        return _("%(clock)s due %(due)s (%(limit)s, the first day not counted)") % told
    return _("%(clock)s due %(due)s (%(limit)s)") % told


def _shown(state: State, clocks: Sequence[Deadline]) -> Deadline | None:
    """Return the running clock that the lamp of this state shows."""
    wanted = LAMP_CLOCK.get(state)
    running = (each for each in reversed(clocks) if each.clock == wanted and not each.of and each.ended_at is None)
    return next(running, None)


def _bar(each: Deadline, now: datetime, was: str) -> Bar:
    amber_at, name = _share(each, each.amber_at), _name(each)
    if each.ended_at is not None:
        is_late = each.outcome == "overdue"
        used = filters.span(_used(each, each.ended_at))
        late = _("late")
        text = f"{used} / {_limit(each)} · {late}" if is_late else f"{used} / {_limit(each)}"
        return Bar(name, "done", _share(each, each.ended_at), text, amber_at, _stood(each), was)
    stands_at = each.stopped_at or now
    text = lines.remainder(each.due_at, stands_at, Limit.parse(each.limit).unit)
    if each.stopped_at:
        text = _("stopped · %(left)s") % {"left": text}
    colour = lamps.lamp(now, each.due_at, each.amber_at, is_stopped=each.stopped_at is not None)
    return Bar(name, colour.value, _share(each, stands_at), text, amber_at, _stood(each), was)


def _stops(each: Deadline) -> list[tuple[datetime, datetime]]:
    return list(zip(each.stops[::2], each.stops[1::2], strict=True))


def _stood(each: Deadline) -> str:
    """Write how often a clock stood still and how long that was: `停表 2 次，共 3 天不计`."""
    if not each.stops:
        return ""
    length = sum((to - from_ for from_, to in _stops(each)), timedelta())
    many = len(each.stops) // 2
    told = {"n": many, "span": filters.span(length)}
    return (
        ngettext("stopped %(n)d time, %(span)s not counted", "stopped %(n)d times, %(span)s not counted", many) % told
    )


def _stop(stopped_at: datetime, resumed_at: datetime, now: datetime) -> str:
    span = {"from": filters.moment(stopped_at, now), "to": filters.moment(resumed_at, now)}
    return _("Not counted: %(from)s to %(to)s.") % span


def _due_before(found: Matter, now: datetime) -> str:
    """Write when the handling was due before it was first extended."""
    if not found.extensions:
        return ""
    first = Extension.objects.filter(matter=found, new_due_at__isnull=False).order_by("id").first()
    return filters.moment(first.old_due_at, now, day_end=True) if first else ""


def asked_units(overlays: Iterable[tuple[str, int | None]]) -> dict[tuple[str, int | None], str]:
    """Return the names of the units that these overlays ask: of several alike, whose clock is whose.

    Overlays are (kind, id), any number of times; one statement a kind that asks units.
    """
    asked: dict[tuple[str, int | None], str] = {}
    wanted = set(overlays)
    for kind, model in ASKING.items():
        ids = [id_ for of, id_ in wanted if of == kind]
        rows = model.objects.filter(pk__in=ids).values_list("id", "unit_id") if ids else ()
        asked |= {(kind, id_): unit_names().get(unit, "") for id_, unit in rows}
    return asked


def _used(each: Deadline, at: datetime) -> timedelta:
    """Return how long a clock ran: working time of limits in working time, else natural time; stops not counted."""
    spans = [(each.started_at, at), *_stops(each)]
    try:
        if Limit.parse(each.limit).unit in (Unit.WORKING_MINUTE, Unit.WORKING_HOUR):
            ran, *stood = (worked_between(*span, calendar(), _profile(each)) for span in spans)
            return ran - sum(stood, timedelta())
    except Refused:
        pass  # a clock of before the calendar, taken over from elsewhere
    ran, *stood = (to - from_ for from_, to in spans)
    return ran - sum(stood, timedelta())


def _share(each: Deadline, at: datetime) -> int:
    """Return how much of the limit was used by then, in percent; nights, rest days and stops count where they do."""
    measure: Callable[[datetime], float] = datetime.timestamp
    if Limit.parse(each.limit).unit in WORKED:
        measure = partial(position, calendar=calendar(), profile=_profile(each))
    try:
        return _percent(each, at, measure)
    except Refused:
        return _percent(each, at, datetime.timestamp)


def _percent(each: Deadline, at: datetime, measure: Callable[[datetime], float]) -> int:
    stood_in_all = stood = 0.0
    for from_, to in _stops(each):
        stood_in_all += measure(to) - measure(from_)
        stood += measure(min(to, at)) - measure(min(from_, at))
    used = measure(at) - measure(each.started_at) - stood
    total = measure(each.due_at) - measure(each.started_at) - stood_in_all
    return round(min(max(used / total, 0), 1) * 100) if total > 0 else 100


def _profile(each: Deadline) -> Profile:
    return PROFILES.get(each.profile, OFFICE)


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
