"""Readings: when values that come in raise an episode and when it is over.

Thresholds with hysteresis (raised at one value, cleared at another), debouncing (so many of so many, over so many
seconds), quiet time before the same device raises again, and old readings that never raise. What is decided is a
function of the set of readings: duplicates and the order within a batch change nothing. Several listeners may bring the
readings of one device out of order; where they are numbered, nothing is decided over a gap that may still be filled.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from tongxin.rules.errors import Invalid

CLOCK_SKEW = timedelta(minutes=5)  # a device's clock may run ahead of ours by this much
KEPT = 12  # readings a device remembers between two batches; one that comes later than these is history only
PATIENCE = timedelta(minutes=1)  # so long a reading that is missing between two others is waited for
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Reading(NamedTuple):
    """One value. `mark` tells two readings of one device apart (see `mark_of`), `seq` counts them; `at` is aware."""

    at: datetime
    mark: int
    value: float
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """When values of a kind raise an episode: at `raise_at`, until `clear_at`. Where the second is greater, low is bad.

    `need` of the last `of` readings must lie beyond, and so for `seconds`, however many are told in them; the same
    number must lie back as long to clear. After that `quiet_minutes` must pass before it is raised again. What is older
    than `stale_minutes` when it comes in decides nothing.
    """

    raise_at: float
    clear_at: float
    need: int = 1
    of: int = 1
    seconds: int = 0
    quiet_minutes: int = 30
    stale_minutes: int = 30

    def is_beyond(self, value: float) -> bool:
        return value >= self.raise_at if self.raise_at > self.clear_at else value <= self.raise_at

    def is_back(self, value: float) -> bool:
        return value <= self.clear_at if self.raise_at > self.clear_at else value >= self.clear_at


def limits_of(told: Mapping[str, Any], own: Mapping[str, Any]) -> Limits:
    """Return the limits of a kind with what one device has of its own. Raises Invalid, naming the field."""
    known = {each.name: each.type for each in fields(Limits)}
    for name, value in own.items():
        if name not in known:
            raise Invalid("device.limit_unknown", field=name[:40], allowed="、".join(known))
        if isinstance(value, bool) or not isinstance(value, int if known[name] is int else int | float):
            raise Invalid("device.limit_value", field=name, found=str(value)[:40])
    found = Limits(**{name: value for name, value in {**told, **own}.items() if name in known})
    is_high_bad = told["raise_at"] > told["clear_at"]  # of a kind: no device turns it around
    if found.raise_at == found.clear_at or (found.raise_at > found.clear_at) != is_high_bad:
        raise Invalid("device.limit_band", raise_at=found.raise_at, clear_at=found.clear_at)
    if not (1 <= found.need <= found.of <= KEPT):
        raise Invalid("device.limit_count", need=found.need, of=found.of, most=KEPT)
    stale = found.stale_minutes  # what is older is not looked at
    if not (1 <= stale <= 1_440 and 0 <= found.seconds <= stale * 60 and 0 <= found.quiet_minutes <= 10_080):
        raise Invalid("device.limit_span")
    return found


@dataclass(frozen=True, slots=True)
class Watch:
    """What is remembered of a device between two batches: whether it is raised, since which reading, and the last
    readings that have not been part of a turn.

    A device that tells something every second tells more in `seconds` than is remembered: `since` is since when, up to
    the first of the `recent` ones that has all its `of` beside it, enough of them have lain beyond.
    """

    is_raised: bool = False
    turned: tuple[datetime, int] | None = None  # `at` and `mark` of the reading of the last turn
    quiet_until: datetime | None = None
    recent: tuple[Reading, ...] = field(default=())
    since: datetime | None = None


class Turn(NamedTuple):
    """An episode begins (`is_raise`) or ends with this reading."""

    reading: Reading
    is_raise: bool


def watched(before: Watch, fresh: Iterable[Reading], limits: Limits, now: datetime) -> tuple[Watch, list[Turn]]:
    """Return what is remembered after these readings, and where they made a turn, in the order of the readings."""
    oldest = now - timedelta(minutes=limits.stale_minutes)
    known = {(each.at, each.mark) for each in before.recent}
    horizon = before.recent[0][:2] if len(before.recent) == KEPT else None
    line = {
        each[:2]: each
        for each in (*before.recent, *fresh)
        if each.at >= oldest
        and (before.turned is None or each[:2] > before.turned)
        and (each[:2] in known or horizon is None or each[:2] > horizon)
    }
    rest = [line[key] for key in sorted(line)]
    is_raised, turned, quiet_until = before.is_raised, before.turned, before.quiet_until
    settled = before.recent[limits.of - 1][:2] if horizon else None  # up to here it has been decided
    run = [before.since for each in rest if settled and each[:2] <= settled]  # since when enough, at each of the rest
    turns: list[Turn] = []
    at = len(run)
    while at < len(rest):
        window = rest[max(0, at + 1 - limits.of) : at + 1]
        run.append(_since(window, limits, is_raised, run[-1] if run else None))
        if _turns(window[-1], run[-1], limits, is_raised, quiet_until) and _is_whole(window, now):
            reading = rest[at]
            is_raised, turned = not is_raised, reading[:2]
            quiet_until = quiet_until if is_raised else reading.at + timedelta(minutes=limits.quiet_minutes)
            turns.append(Turn(reading, is_raised))
            rest, run, at = rest[at + 1 :], [], 0
        else:
            at += 1
    since = run[-KEPT:][limits.of - 1] if len(rest) >= KEPT else None
    return Watch(is_raised, turned, quiet_until, tuple(rest[-KEPT:]), since), turns


def _counts(value: float, limits: Limits, is_raised: bool) -> bool:
    return limits.is_back(value) if is_raised else limits.is_beyond(value)


def _since(window: Sequence[Reading], limits: Limits, is_raised: bool, before: datetime | None) -> datetime | None:
    """Return since when enough of the readings count, None where too few of these do; `before`: one reading ago."""
    found = [each.at for each in window if _counts(each.value, limits, is_raised)]
    return (before or found[0]) if len(found) >= limits.need else None


def _turns(
    last: Reading, since: datetime | None, limits: Limits, is_raised: bool, quiet_until: datetime | None
) -> bool:
    """Tell whether this reading makes a turn."""
    if not _counts(last.value, limits, is_raised) or (not is_raised and quiet_until and last.at < quiet_until):
        return False
    return since is not None and (last.at - since).total_seconds() >= limits.seconds


def _is_whole(line: Sequence[Reading], now: datetime) -> bool:
    """Tell whether none of these numbered readings is missing, or has been missing for too long to be waited for."""
    counted = [each.seq for each in line if each.seq is not None]
    is_counted_on = all(after - before == 1 for before, after in pairwise(counted))
    return is_counted_on or len(counted) < len(line) or line[-1].at <= now - PATIENCE


def mark_of(at: datetime | None, seq: int | None) -> int:
    """Return what tells two readings of one device apart: the moment, in milliseconds with three digits of `seq` or in
    microseconds without; where no moment is given the number alone, which must then never start anew.

    A device whose counter falls back to zero after a power cut loses nothing as long as it sends the moment too.
    """
    if at is None:
        return seq or 0
    micros = (at - EPOCH) // timedelta(microseconds=1)
    return micros if seq is None else micros // 1000 * 1000 + seq % 1000


def joins(at: datetime, begun_at: datetime, group_minutes: int) -> bool:
    """Tell whether what begins at `at` belongs to what began at `begun_at` close by."""
    return abs(at - begun_at) <= timedelta(minutes=group_minutes)
