"""What time brings about: clocks tell what they have to tell, and are counted anew when the calendar changes."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tongxin.apps.journal.entries import Draft, guarded, heads_of, record_many
from tongxin.apps.matters import kinds, timers
from tongxin.apps.matters.overlaying import MODELS
from tongxin.apps.matters.timers import Timer
from tongxin.apps.people import calendar
from tongxin.postgres.batches import pipeline
from tongxin.rules import firing
from tongxin.rules.deadlines import Clock, Running, recomputed
from tongxin.rules.lifecycles.matter import LAMP_CLOCK, State
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.permissions import SYSTEM, Actor, Permission, require
from tongxin.rules.returning import return_until
from tongxin.rules.working_time import CalendarTooShort, WorkingCalendar

BATCH = 500
CHUNK = 2_000


@transaction.atomic
def fire_due(*, now: datetime, limit: int = BATCH, by: Actor = SYSTEM) -> int:
    """Let the clocks whose moment has come tell it, the longest waiting first; return how many were looked at.

    Each telling is an entry on its matter (`clock.amber`, `clock.overdue`, `clock.urge`, `clock.notice`), written in
    the transaction that counts it as told: once, whatever is killed. Any number of workers may do this side by side;
    what somebody else holds is left for the next look. Four statements, however many clocks.
    """
    require(by, Permission.RUN_OUTBOX)
    due = timers.due(now, limit)
    if not due:
        return 0

    heads = heads_of({timer.subject for timer in due})
    days = calendar.calendar()

    moved, told = [], []
    for timer in due:
        fired = _fire(timer, days, now)
        moved.append((timer.id, fired.fired, fired.next_at))
        if fired.telling:
            told.append(timer.entry(fired.telling.value, by, now, due_at=timers.text(timer.due_at)))

    with guarded(), pipeline():
        timers.move(moved, timers.FIRED)
        record_many(told, heads=heads)
    return len(due)


def _fire(timer: Timer, days: WorkingCalendar, now: datetime) -> firing.Fired:
    """A clock that ended or stands still tells nothing, whatever its row waits for."""
    if timer.ended_at or timer.stopped_at:
        return firing.Fired(None, timer.fired, None)
    return firing.fire(timer.fired, timer.running, timer.urgency, days, now, profile=timer.profile)


@transaction.atomic
def count_anew(*, now: datetime, limit: int = CHUNK, by: Actor = SYSTEM) -> int:
    """Count running clocks by the calendar in force that were counted by another; return how many, at most so many.

    Their calendar's version is the progress: what is killed goes on where it was. A matter is told where an end moved
    (`clock.recompute`). Seven statements, and one more a kind of overlay that has clocks.
    """
    require(by, Permission.EDIT_CALENDAR)
    calendar.forget()  # two workers that remember different calendars would count to and fro
    days = calendar.calendar()
    strayed = timers.strayed(days.version, limit)
    if not strayed:
        return 0

    heads = heads_of({timer.subject for timer in strayed})

    counted = [(timer, _counted(timer, days)) for timer in strayed]
    moved = [_row(timer, running, days, now) for timer, running in counted]
    shown = _shown(counted, days)

    with guarded(), pipeline():
        timers.move(moved, timers.COUNTED)
        timers.show(shown)
        for kind, ids in _overlays(counted).items():
            timers.follow(MODELS[kind]._meta.db_table, sorted(ids), kind.value)
        record_many(_moves(counted, days, by, now), heads=heads)
    return len(strayed)


def _counted(timer: Timer, days: WorkingCalendar) -> Running:
    """Return the clock as this calendar counts it; as it was where the calendar does not reach."""
    try:
        return recomputed(
            Clock(timer.clock),
            timer.started_at,
            timer.running.limit,
            timer.urgency,
            timer.stops,
            days,
            profile=timer.profile,
            amber=kinds.book(timer.rulebook).amber,
        )
    except CalendarTooShort:
        return timer.running


def _row(timer: Timer, running: Running, days: WorkingCalendar, now: datetime) -> tuple[object, ...]:
    _, fired, next_at = firing.rescheduled(timer.fired, running, timer.urgency, days, now, profile=timer.profile)
    if timer.stopped_at:
        fired, next_at = timer.fired, None
    return (timer.id, fired, next_at, running.due_at, running.amber_at, running.is_provisional, days.version)


def _shown(counted: Sequence[tuple[Timer, Running]], days: WorkingCalendar) -> list[tuple[object, ...]]:
    """Return what matters show: the clock of their lamp, and until when the unit may return them."""
    shown: dict[int, tuple[object, ...]] = {}
    for timer, running in counted:
        if timer.of:
            continue
        due_at, amber_at, is_provisional, until = shown.get(timer.matter_id, (None,) * 4)
        if timer.shown_due_at and LAMP_CLOCK.get(State(timer.state)) == timer.clock:
            due_at, amber_at, is_provisional = running.due_at, running.amber_at, running.is_provisional
        if timer.return_until and running.clock is Clock.HANDLE:
            until = return_until(running, days)
        shown[timer.matter_id] = (due_at, amber_at, is_provisional, until)
    return [(matter_id, *columns) for matter_id, columns in shown.items() if any(columns)]


def _overlays(counted: Sequence[tuple[Timer, Running]]) -> dict[Overlay, set[int]]:
    """Return the overlays whose clocks moved, by kind."""
    moved: dict[Overlay, set[int]] = {}
    for timer, running in counted:
        if timer.of and timer.of_id is not None and running.due_at != timer.due_at:
            moved.setdefault(Overlay(timer.of), set()).add(timer.of_id)
    return moved


def _moves(counted: Sequence[tuple[Timer, Running]], days: WorkingCalendar, by: Actor, now: datetime) -> list[Draft]:
    return [
        timer.entry(
            "recompute",
            by,
            now,
            from_due_at=timers.text(timer.due_at),
            due_at=timers.text(running.due_at),
            calendar=days.version,
        )
        for timer, running in counted
        if running.due_at != timer.due_at
    ]
