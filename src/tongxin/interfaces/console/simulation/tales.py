"""Tales: which matters come, when and where. Drawn from the seed alone, each from a number of its own.

Most are ordinary. A few, at home, are laid so that they stand in a wished state under a wished lamp when the clock
stops: whoever signs in then finds work in every queue.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from tongxin.apps.areas.locator import locator
from tongxin.apps.areas.queries import names
from tongxin.apps.matters.actions import Incoming
from tongxin.interfaces.console.simulation import chances, phrases
from tongxin.interfaces.console.simulation.layout import along, back
from tongxin.interfaces.console.simulation.stage import Grid, Stage
from tongxin.rules import deadlines
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Clock
from tongxin.rules.lamps import Lamp, lamp
from tongxin.rules.lifecycles.matter import LAMP_CLOCK, State
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import SHANGHAI

QUEUES = (  # how the states follow one another, and how many steps lead to each
    (State.AWAITING_ACCEPTANCE, 0),
    (State.AWAITING_FILING, 1),
    (State.AWAITING_DISPATCH, 2),
    (State.AWAITING_SIGNATURE, 3),
    (State.HANDLING, 4),
    (State.AWAITING_REVIEW, 5),
    (State.AWAITING_CHECK, 6),
    (State.AWAITING_CLOSING, 7),
    (State.VERIFYING, 1),
)
G, A, R = Lamp.GREEN, Lamp.AMBER, Lamp.RED
LAMPS = (G, A, G, R, G, A, G, A, R, G, A, G)  # of the matters of each queue
SHARES = {Lamp.GREEN: (0.05, 0.45), Lamp.AMBER: (0.5, 0.97), Lamp.RED: (1.1, 2.4)}  # of the clock that shows
TRIES = 24
AT_MOST = 8  # one matter in so many may be laid
KNOWN_FOR = timedelta(days=6)  # of what the grid reported, how long people still call about it
IN_THE_VILLAGE, IN_THE_FIRST_GRID = 0.7, 0.4
TURN = (  # whose work it is, in turn
    UnitKind.SANITATION,
    UnitKind.DESK_ENFORCEMENT,
    UnitKind.SANITATION,
    UnitKind.VILLAGE_STATION,
    UnitKind.DESK_ENFORCEMENT,
    UnitKind.SANITATION,
)


class Pose(NamedTuple):
    """How a laid matter stands at the end: the state, and the moments of the steps that lead there."""

    state: State
    moments: tuple[datetime, ...]


class Tale(NamedTuple):
    """One matter before it is reported. `number` is its own: the same number and seed tell the same tale."""

    number: int
    at: datetime
    channel: Channel
    template: str = ""
    grid: Grid | None = None
    pose: Pose | None = None


def told(stage: Stage, *, start: datetime, first: int, many: int) -> list[Tale]:
    """Return the tales from this number on, oldest first."""
    days = _days(stage, start)
    laid = min(len(QUEUES) * len(LAMPS), many // AT_MOST) if first == 0 else 0
    tales = [_laid(stage, number) for number in range(laid)]
    tales += [_ordinary(stage, days, number) for number in range(first + laid, first + many)]
    return sorted(tales, key=lambda tale: (tale.at, tale.number))


# --- ordinary ones ---------------------------------------------------------------------------------------


class _Days(NamedTuple):
    """The days of the period, and how much they bring, summed up."""

    days: Sequence[tuple[date, bool]]  # and whether it is worked
    sums: Sequence[float]
    start: datetime
    end: datetime


def _days(stage: Stage, start: datetime) -> _Days:
    first, last = start.astimezone(SHANGHAI).date(), stage.end.astimezone(SHANGHAI).date()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    known = [(day, stage.calendar.is_working(day)) for day in days]
    by_month = {month: sum(_templates(stage, month, None)[1][-1:]) for month in range(1, 13)}
    sums = accumulate(by_month[day.month] * (1.0 if works else chances.REST_DAY) for day, works in known)
    return _Days(known, list(sums), start, stage.end)


def _ordinary(stage: Stage, days: _Days, number: int) -> Tale:
    rng = Random(f"{stage.seed}/{number}/when")
    while True:
        day, works = days.days[bisect(days.sums, rng.random() * days.sums[-1])]
        channel = rng.choices(*_channels(works))[0]
        hour = rng.choices(range(24), chances.weights(chances.HOURS[channel]))[0]
        at = datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60), tzinfo=SHANGHAI)
        if days.start <= at < days.end:
            return Tale(number, at, channel)


@lru_cache
def _channels(works: bool) -> tuple[tuple[Channel, ...], tuple[float, ...]]:
    weights = chances.CHANNELS
    return tuple(weights), tuple(
        many * (1.0 if works else chances.ON_REST_DAYS.get(channel, 1.0)) for channel, many in weights.items()
    )


@lru_cache(maxsize=256)
def _seasonal(codes: tuple[str, ...], month: int, channel: Channel | None) -> list[float]:
    return list(
        accumulate(
            chances.popularity(code)
            * (chances.weights(chances.SEASONS[code])[month - 1] if code in chances.SEASONS else 1.0)
            * (chances.affinity(code, channel) if channel else 1.0)
            for code in codes
        )
    )


def _templates(stage: Stage, month: int, channel: Channel | None) -> tuple[tuple[str, ...], list[float]]:
    codes = tuple(sorted(stage.kinds))
    sums = _seasonal(codes, month, channel)
    return (codes, sums) if sums[-1] else _templates(stage, month, None)


def _subject(stage: Stage, rng: Random, tale: Tale) -> tuple[str, Grid]:
    """Return what the tale is about and where: fixed for a laid one, drawn for an ordinary one."""
    if tale.grid is not None:
        return tale.template, tale.grid
    codes, sums = _templates(stage, tale.at.month, tale.channel)
    template = codes[bisect(sums, rng.random() * sums[-1])]
    share = (
        chances.RURAL_SHARE
        if template in chances.RURAL
        else chances.TOWN_SHARE
        if template in chances.TOWNSHIP
        else chances.URBAN_SHARE
    )
    return template, (stage.urban if rng.random() < share else stage.rural).draw(rng)


# --- laid ones -------------------------------------------------------------------------------------------


def _laid(stage: Stage, number: int) -> Tale:
    """Return a matter at home that will stand in its queue under its lamp."""
    rng = Random(f"{stage.seed}/{number}/laid")
    (state, steps), wished = QUEUES[number % len(QUEUES)], LAMPS[number // len(QUEUES)]
    template, grid = _at_home(stage, rng, TURN[number // len(QUEUES) % len(TURN)])
    entered = _entered(stage, rng, template, state, wished)
    kind = stage.kinds[template]
    if state is State.HANDLING:  # its clock runs from dispatch; signed some time after
        signed = along(entered, stage.end, rng.uniform(0.1, 0.5), stage.calendar, is_natural=False)
        before, lead = steps - 2, deadlines.LIMITS[Clock.DISPATCH][kind.urgency]
        tail: tuple[datetime, ...] = (entered, max(signed, entered + timedelta(minutes=1)))
    else:
        handled = steps > 4
        before, lead = steps - 1, kind.limit if handled else deadlines.LIMITS[Clock.DISPATCH][kind.urgency]
        tail = (entered,)
    reported = back(entered, lead, rng.uniform(0.3, 0.9), stage.calendar) if steps else entered
    between = (
        along(reported, entered, n / (before + 1), stage.calendar, is_natural=False) for n in range(1, before + 1)
    )
    moments = (*between, *tail) if steps else ()
    channel = rng.choice((Channel.RESIDENT, Channel.HOTLINE)) if state is State.VERIFYING else _door(rng)
    return Tale(number, reported, channel, template, grid, Pose(state, moments))


def _door(rng: Random) -> Channel:
    return rng.choices((Channel.GRID, Channel.RESIDENT, Channel.HOTLINE), (55, 25, 20))[0]


def _at_home(stage: Stage, rng: Random, unit: UnitKind) -> tuple[str, Grid]:
    """Return a plain template that the home town handles itself, and a grid: most in the village, many in its first."""
    own = stage.at_home
    grid = rng.choice(own if rng.random() < IN_THE_VILLAGE else stage.home_town)
    if rng.random() < IN_THE_FIRST_GRID:
        grid = own[0]
    plain = [code for code in stage.by_unit_kind.get(unit, ()) if not stage.kinds[code].is_sealed]
    codes = plain or [code for code in sorted(stage.kinds) if not stage.kinds[code].is_sealed]
    return rng.choices(codes, [chances.popularity(code) for code in codes])[0], grid


def _entered(stage: Stage, rng: Random, template: str, state: State, wished: Lamp) -> datetime:
    """Return when the matter came into the state (for handling: was dispatched), so that its lamp is as wished."""
    kind, clock = stage.kinds[template], LAMP_CLOCK[state]
    limit = kind.limit if clock is Clock.HANDLE else deadlines.LIMITS[clock][kind.urgency]
    at = stage.end
    for _ in range(TRIES):
        at = back(stage.end, limit, rng.uniform(*SHARES[wished]), stage.calendar)
        running = deadlines.start(clock, at, limit, kind.urgency, stage.calendar)
        if lamp(stage.end, running.due_at, running.amber_at) is wished:
            break
    return at


# --- what is said ----------------------------------------------------------------------------------------


def written(stage: Stage, tales: Sequence[Tale]) -> list[Incoming]:
    """Return the reports of these tales, in their order."""
    before: dict[str, Incoming] = {}
    reports = []
    for tale in tales:
        report = _called_about(stage, tale, before, _written(stage, tale))
        if tale.channel is Channel.GRID:
            before[report.template] = report
        reports.append(report)
    found, _, _ = locator().at_many([each.lon for each in reports], [each.lat for each in reports])
    return [
        report if code == report.area else _without_point(report) for report, code in zip(reports, found, strict=True)
    ]


def _called_about(stage: Stage, tale: Tale, before: Mapping[str, Incoming], report: Incoming) -> Incoming:
    """Return a call's report at the place where the grid saw the same lately, as many calls are about what is known."""
    rng, seen = Random(f"{stage.seed}/{tale.number}/again"), before.get(report.template)
    if tale.channel is not Channel.HOTLINE or tale.pose is not None or rng.random() > chances.KNOWN_TO_THE_GRID:
        return report
    if seen is None or seen.at is None or seen.lon is None or seen.lat is None or tale.at - seen.at > KNOWN_FOR:
        return report
    lon, lat = (round(each + rng.uniform(-3e-4, 3e-4), 6) for each in (seen.lon, seen.lat))
    text, title = (each.replace(report.place, seen.place) for each in (report.text, report.title))
    return replace(report, place=seen.place, area=seen.area, lon=lon, lat=lat, text=text, title=title)


def _without_point(report: Incoming) -> Incoming:
    """A point that fell beyond the grid's edge is not known well enough: the grid alone is told."""
    return replace(report, lon=None, lat=None)


def _written(stage: Stage, tale: Tale) -> Incoming:
    rng = Random(f"{stage.seed}/{tale.number}/told")
    template, grid = _subject(stage, rng, tale)
    kind, known = stage.kinds[template], names()
    sample = rng.choice(stage.samples[template] or [{"text": f"{kind.name}，请核实处理。", "form": {}}])
    place = phrases.place(
        rng, template, known[grid.village], known.get(grid.code[: Level.TOWN], ""), is_urban=grid.is_urban
    )
    leaves = rng.random() < chances.LEAVES_CONTACT.get(tale.channel, 0.0)
    name, phone = phrases.contact(rng) if leaves else ("", "")
    return Incoming(
        template=template,
        text=phrases.text(rng, tale.channel, template, sample["text"], place),
        title=phrases.title(rng, kind.name, sample["text"], place),
        place=place,
        lon=round(grid.lon + rng.triangular(-0.7, 0.7, 0) * grid.reach[0], 6),
        lat=round(grid.lat + rng.triangular(-0.7, 0.7, 0) * grid.reach[1], 6),
        area=grid.code,
        form=sample["form"],
        channel=tale.channel,
        contact_name=name,
        contact_phone=phone,
        at=tale.at,
    )
