"""The clocks of one matter while an act moves them: what starts, ends, stands still and runs on; written at the end.

The law behind every row: due = f(start, limit, stops, calendar). So a longer limit, a stop more and another calendar
are each one change and a new reckoning (`deadlines.recomputed`).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tongxin.apps.matters import rows
from tongxin.rules import deadlines
from tongxin.rules.deadlines import CLOCK_PROFILES, Clock, Running, Urgency
from tongxin.rules.firing import TELLS, rescheduled
from tongxin.rules.rulebook import Rulebook
from tongxin.rules.working_time import Limit, WorkingCalendar

DROPPED = "dropped"  # neither met nor missed


class Open(NamedTuple):
    """A deadline row that may still move; `ended_at` is set on a handling clock that stands finished until checked.

    `of`, `of_id` name the overlay it belongs to, `id` is None before it is written.
    """

    id: int | None
    running: Running
    ended_at: datetime | None = None
    outcome: str = ""
    of: str = ""
    of_id: int | None = None
    stops: tuple[datetime, ...] = ()
    stopped_at: datetime | None = None

    @property
    def runs(self) -> bool:
        return self.ended_at is None


class Clockwork:
    """All clocks of a matter. Every method is one thing that happens to them at `now`."""

    __slots__ = ("_changed", "_started", "book", "days", "now", "others", "own", "urgency")

    def __init__(
        self, clocks: Sequence[Open], urgency: Urgency, book: Rulebook, days: WorkingCalendar, now: datetime
    ) -> None:
        self.now, self.days, self.book, self.urgency = now, days, book, urgency
        self.own = _this_round([each for each in clocks if not each.of])
        self.others = [each for each in clocks if each.of and each.runs]
        self._changed: dict[int, Open] = {}
        self._started: list[Open] = []

    def running(self, clock: Clock) -> Running | None:
        """Return the matter's own clock if it runs, standing still or not."""
        found = self.own.get(clock)
        return found.running if found and found.runs else None

    def start(self, clock: Clock, limit: Limit) -> None:
        """Start one of the matter's own clocks, unless it runs."""
        found = self.own.get(clock)
        if found is None or not found.runs:
            self.own[clock] = self._begin(clock, limit)

    def resume(self, clock: Clock) -> bool:
        """Run a finished clock on: the time it stood finished is given back. Returns False where there is none."""
        found = self.own.get(clock)
        if found is None:
            return False
        if found.ended_at is not None:
            self._keep(self._after_stop(found._replace(ended_at=None, outcome=""), found.ended_at))
        return True

    def end(self, clock: Clock, outcome: str = "") -> None:
        """End one of the matter's own clocks, if it runs: met, missed, or dropped."""
        found = self.own.get(clock)
        if found and found.runs:
            self._keep(self._ended(found, outcome))

    def end_all(self, outcome: str = "") -> None:
        """End whatever of the matter's own still runs."""
        for clock in list(self.own):
            self.end(clock, outcome)

    def undo(self, clock: Clock, started_at: datetime | None) -> None:
        """Drop a clock as if it had never run, where it started at this very moment."""
        found = self.own.get(clock)
        if found and found.runs and found.running.started_at == started_at:
            self.end(clock, DROPPED)

    def stop(self) -> None:
        """Have all of the matter's own clocks stand still, and those of its joint parts, which lie inside them."""
        for each in self._inside():
            if each.runs and each.stopped_at is None:
                self._keep(each._replace(stopped_at=self.now))

    def go(self) -> None:
        """Run them on, with the time they stood still added."""
        for each in self._inside():
            if each.runs and each.stopped_at is not None:
                self._keep(self._after_stop(each._replace(stopped_at=None), each.stopped_at))

    def lengthen(self, clock: Clock, more: Limit) -> Running | None:
        """Give a running clock more of its own unit; returns it as it runs then."""
        found = self.own.get(clock)
        if found is None or not found.runs:
            return None
        limit = found.running.limit
        if limit.unit is not more.unit:
            return found.running
        longer = self._counted(found, Limit(limit.amount + more.amount, limit.unit))
        self._keep(longer)
        return longer.running

    def relimit(self, clock: Clock, limit: Limit, urgency: Urgency) -> None:
        """Give a running clock another limit, counted from the start it has; it warns as this urgency wants it."""
        found = self.own.get(clock)
        if found and found.runs:
            self._keep(self._counted(found, limit, urgency))

    def hasten(self, clock: Clock, limit: Limit) -> None:
        """Count a running clock anew from now where it runs out sooner so: nobody is late for what was not known."""
        found, anew = self.own.get(clock), self._begin(clock, limit)
        if found and found.runs and found.stopped_at is None and anew.running.due_at < found.running.due_at:
            self.end(clock, DROPPED)
            self.own[clock] = anew

    def start_of(self, of: str, of_id: int, clock: Clock, limit: Limit) -> Running:
        """Start a clock of an overlay."""
        begun = self._begin(clock, limit)._replace(of=of, of_id=of_id)
        self._started.append(begun)
        self.others.append(begun)
        return begun.running

    def end_of(self, of: str, of_id: int, *clocks: Clock, outcome: str = "") -> None:
        """End these clocks of an overlay (none named: all of them)."""
        for each in [each for each in self.others if (each.of, each.of_id) == (of, of_id)]:
            if each.runs and (not clocks or each.running.clock in clocks):
                self._keep(self._ended(each, outcome))

    def drop_of(self, of: str, of_id: int) -> None:
        """Let an overlay's clocks go: what was missed stays missed, what still had time was neither met nor missed."""
        for each in [each for each in self.others if (each.of, each.of_id) == (of, of_id) and each.runs]:
            self._keep(self._ended(each, "" if self.now > each.running.due_at else DROPPED))

    def due_of(self, of: str, of_id: int) -> datetime | None:
        """Return when the first of an overlay's running clocks runs out."""
        clocks = (each for each in self.others if (each.of, each.of_id) == (of, of_id) and each.runs)
        return min((each.running.due_at for each in clocks), default=None)

    # --- what is written -----------------------------------------------------------------------------------

    def moved(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows that changed, in the order of MOVED."""
        for each in self._changed.values():
            running = each.running
            fires_at, fired = (None, None) if each.ended_at or each.stopped_at else self._next_fire(running)
            yield (
                each.id,
                each.ended_at,
                each.outcome,
                running.due_at,
                running.amber_at,
                str(running.limit),
                rows.moments(each.stops),
                each.stopped_at,
                fires_at,
                fired,
                running.is_provisional,
            )

    def started(self, matter_id: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows that are new, in the order of rows.DEADLINE and rows.OF."""
        for each in [*self._started, *(each for each in self.own.values() if each.id is None)]:
            running = each.running
            yield (
                matter_id,
                running.clock.value,
                str(running.limit),
                running.started_at,
                running.due_at,
                running.amber_at,
                running.amber_at if each.runs else None,
                each.ended_at,
                each.outcome,
                running.is_provisional,
                self.days.version,
                each.of,
                each.of_id,
                CLOCK_PROFILES[running.clock].name,
            )

    # --- inside --------------------------------------------------------------------------------------------

    def _inside(self) -> list[Open]:
        return [*self.own.values(), *(each for each in self.others if each.running.clock is Clock.BRANCH)]

    def _begin(self, clock: Clock, limit: Limit) -> Open:
        profile = CLOCK_PROFILES[clock]
        running = deadlines.start(
            clock, self.now, limit, self.urgency, self.days, profile=profile, amber=self.book.amber
        )
        return Open(None, running)

    def _after_stop(self, each: Open, stopped_at: datetime) -> Open:
        return self._counted(each._replace(stops=(*each.stops, stopped_at, self.now)), each.running.limit)

    def _counted(self, each: Open, limit: Limit, urgency: Urgency | None = None) -> Open:
        """Return the clock as the law counts it."""
        clock = each.running.clock
        running = deadlines.recomputed(
            clock, each.running.started_at, limit, urgency or self.urgency, each.stops, self.days,
            profile=CLOCK_PROFILES[clock], amber=self.book.amber,
        )  # fmt: skip
        return each._replace(running=running)

    def _next_fire(self, running: Running) -> tuple[datetime | None, int]:
        """Return when to look at a clock that was moved, and the most it can have told by now.

        What has told less keeps its count; where something may be told already, the worker looks at once.
        """
        most, profile = len(TELLS[running.clock]), CLOCK_PROFILES[running.clock]
        past = rescheduled(most, running, self.urgency, self.days, self.now, profile=profile)
        return (self.now if past.fired else past.next_at), past.fired

    def _ended(self, each: Open, outcome: str) -> Open:
        """A clock that stands still when it ends was neither met nor missed."""
        at = max(self.now, each.running.started_at)
        judged = outcome or (DROPPED if each.stopped_at else deadlines.verdict(each.running.due_at, self.now).value)
        return each._replace(ended_at=at, outcome=judged, stopped_at=None)

    def _keep(self, each: Open) -> None:
        if not each.of:
            self.own[each.running.clock] = each
        else:
            self.others = [each if _same(other, each) else other for other in self.others]
            self._started = [each if _same(other, each) else other for other in self._started]
        if each.id is not None:
            self._changed[each.id] = each


def _same(one: Open, other: Open) -> bool:
    return (one.of, one.of_id, one.running.clock) == (other.of, other.of_id, other.running.clock)


def _this_round(clocks: Iterable[Open]) -> dict[Clock, Open]:
    """Return the clocks that count now: a finished one of before a reopening stays finished for good."""
    by_clock = {each.running.clock: each for each in clocks}
    whole = by_clock.get(Clock.WHOLE)
    for clock in (Clock.HANDLE, Clock.RING):
        found = by_clock.get(clock)
        if found and found.ended_at and (whole is None or found.running.started_at < whole.running.started_at):
            del by_clock[clock]
    return by_clock


MOVED = (
    ("id", "bigint"),
    ("ended_at", "timestamptz"),
    ("outcome", "text"),
    ("due_at", "timestamptz"),
    ("amber_at", "timestamptz"),
    ("limit", "text"),
    ("stops", "text"),
    ("stopped_at", "timestamptz"),
    ("next_fire_at", "timestamptz"),
    ("fired", "smallint"),
    ("is_provisional", "boolean"),
)
MOVE = f"""
    UPDATE matters_deadline AS d
    SET ended_at = new.ended_at, outcome = new.outcome, due_at = new.due_at, amber_at = new.amber_at,
        "limit" = new."limit", stops = new.stops::timestamptz[], stopped_at = new.stopped_at,
        next_fire_at = new.next_fire_at, fired = least(d.fired, new.fired), is_provisional = new.is_provisional
    FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in MOVED)})
        AS new({", ".join(f'"{name}"' for name, _ in MOVED)})
    WHERE d.id = new.id"""
