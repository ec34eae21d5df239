"""Steps: moving matters along their life. One step is a batch of one, and as many round trips as a thousand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from tongxin.apps.journal.entries import Draft, Head, guarded, record_many
from tongxin.apps.matters import rows
from tongxin.apps.matters.choices import facts_of
from tongxin.apps.matters.standing import Open, Standing, locked
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import offices
from tongxin.postgres.batches import pipeline, send
from tongxin.rules import deadlines
from tongxin.rules.deadlines import Clock, Running, Urgency
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused, Stale
from tongxin.rules.lifecycles.matter import (
    LAMP_CLOCK,
    OPEN,
    STATE_CLOCK,
    TEXT_LIMIT,
    Act,
    Ask,
    CloseKind,
    Ground,
    Move,
    State,
    Step,
    decide,
)
from tongxin.rules.permissions import Actor, Duty, Role, duties_at, scope
from tongxin.rules.returning import return_until
from tongxin.rules.working_time import WorkingCalendar

ROUTE_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """One step somebody asks for. `rev` guards against somebody else's change; None: whatever it is now."""

    act: Act
    matter_id: int
    by: Actor
    now: datetime
    reason: str = ""
    ground: Ground | None = None
    route: str = ""
    unit_id: int | None = None
    close_as: CloseKind | None = None
    rev: int | None = None


class Taken(NamedTuple):
    """The answer to one step: where the matter stands now."""

    id: int
    number: str
    state: State
    rev: int
    due_at: datetime | None
    unit_id: int | None


CHANGED = (
    ("id", "bigint"),
    ("state", "text"),
    ("unit_id", "bigint"),
    ("dispatched_at", "timestamptz"),
    ("return_until", "timestamptz"),
    ("due_at", "timestamptz"),
    ("amber_at", "timestamptz"),
    ("is_provisional", "boolean"),
    ("verified", "boolean"),
    ("void_proposed_by", "bigint"),
    ("returns", "smallint"),
    ("reworks", "smallint"),
    ("reopened", "smallint"),
    ("entered_at", "timestamptz"),
    ("closed_at", "timestamptz"),
    ("close_as", "text"),
    ("is_late", "boolean"),
    ("level", "text"),
    ("new_handler", "bigint"),
    ("new_returner", "bigint"),
)
_SET = ", ".join(f'"{name}" = new."{name}"' for name, _ in CHANGED[1:-2])
WRITE = f"""
    WITH clocks AS (
        UPDATE matters_deadline AS d
        SET ended_at = new.ended_at, outcome = new.outcome, due_at = new.due_at, amber_at = new.amber_at,
            next_fire_at = CASE WHEN new.ended_at IS NULL THEN new.amber_at END
        FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[], %s::timestamptz[])
            AS new(id, ended_at, outcome, due_at, amber_at)
        WHERE d.id = new.id)
    UPDATE matters_matter AS m SET {_SET}, rev = m.rev + 1,
        handlers = CASE WHEN new_handler = ANY(m.handlers) THEN m.handlers
                        ELSE array_remove(m.handlers || new_handler, NULL) END,
        returned_by = array_remove(m.returned_by || new_returner, NULL)
    FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in CHANGED)})
        AS new({", ".join(f'"{name}"' for name, _ in CHANGED)})
    WHERE m.id = new.id"""


@dataclass(slots=True)
class _Change:
    """All that one step will write."""

    matter: tuple[Any, ...]
    taken: Taken
    moved: list[tuple[Any, ...]]
    started: list[tuple[Any, ...]]
    note: str
    entry: Draft


def take(act: Act, *, matter_id: int, by: Actor, now: datetime, **details: Any) -> Taken:
    """Move a matter one step along its life. Raises StepRefused, NotAllowed, Missing, Stale, Invalid."""
    answer = take_many([Asked(act, matter_id, by, now, **details)])[0]
    if isinstance(answer, Refused):
        raise answer
    return answer


@transaction.atomic
def take_many(batch: Sequence[Asked]) -> list[Taken | Refused]:
    """Take one step on each of these matters; a refused one leaves no trace and stops no other.

    A matter may stand in a batch once. At most six statements in two round trips however many matters.
    """
    ids = [asked.matter_id for asked in batch]
    if len(set(ids)) != len(ids):
        raise ValueError("a matter may stand in a batch once")

    standing, clocks, heads = locked(ids)

    days = calendar()
    answers: list[Taken | Refused] = []
    changes: list[_Change] = []
    for asked in batch:
        try:
            change = _decide(asked, standing.get(asked.matter_id), clocks, days)
        except Refused as refusal:
            answers.append(refusal)
        else:
            answers.append(change.taken)
            changes.append(change)

    _save(changes, heads)
    return answers


# --- decide ----------------------------------------------------------------------------------------------


def counting(by: Actor, matter: Standing) -> dict[Role, Duty]:
    """Return the actor's duties that count for this matter, by role."""
    return duties_at(by, area=matter.area, desk_id=matter.desk_id, unit_id=matter.unit_id)


def _decide(
    asked: Asked,
    matter: Standing | None,
    clocks: Mapping[int, list[Open]],
    days: WorkingCalendar,
) -> _Change:
    if matter is None or not scope(asked.by).sees(
        area=matter.area, unit_id=matter.unit_id, is_sealed=matter.is_sealed, reported_by=matter.reported_by
    ):
        raise Missing("matter.missing")
    if asked.rev is not None and asked.rev != matter.rev:
        raise Stale("matter.changed", rev=matter.rev)
    if asked.by.acts is not None and asked.act not in asked.by.acts:
        raise NotAllowed("key.narrowed", act=asked.act)
    _check(asked)
    by_clock = _this_round(clocks.get(matter.id, []))
    sign, whole = by_clock.get(Clock.SIGN), by_clock.get(Clock.WHOLE)
    handle = by_clock.get(Clock.HANDLE)
    late = any(each and (each.ended_at or asked.now) > each.running.due_at for each in (whole, handle))
    facts = facts_of(matter, matter.kind, sign.running.due_at if sign else None, late)
    duties = counting(asked.by, matter)
    ask = Ask(asked.now, asked.by.person_id, asked.reason, asked.ground, asked.route, asked.unit_id, asked.close_as)
    step = decide(asked.act, facts, ask, frozenset(duties))
    duty = next(duty for role, duty in duties.items() if role in step.takers(facts))
    return _change(asked, matter, step, duty, late, _moved(step, matter, by_clock, asked.now, days), days)


def _this_round(clocks: Sequence[Open]) -> dict[Clock, Open]:
    """Return the clocks that count now: a handling clock of before a reopening stays closed for good."""
    by_clock = {each.running.clock: each for each in clocks}
    handle, whole = by_clock.get(Clock.HANDLE), by_clock.get(Clock.WHOLE)
    if handle and handle.ended_at and (whole is None or handle.running.started_at < whole.running.started_at):
        del by_clock[Clock.HANDLE]
    return by_clock


def _check(asked: Asked) -> None:
    for name, text, limit in (("reason", asked.reason, TEXT_LIMIT), ("route", asked.route, ROUTE_LIMIT)):
        if len(text) > limit:
            raise Invalid("report.too_long", field=name, limit=limit, found=len(text))
        if "\x00" in text:
            raise Invalid("report.nul", field=name)
    if asked.act is Act.DISPATCH and asked.unit_id and asked.unit_id not in set(offices().values()):
        raise Invalid("unit.missing", unit=asked.unit_id)


@dataclass(slots=True)
class _Clocks:
    """What a step does to the clocks: rows that change, clocks that start, and the one the lamp shows afterwards."""

    moved: list[tuple[Any, ...]]
    started: list[Running]
    shown: Running | None
    handle: Running | None


def _moved(
    step: Step, matter: Standing, by_clock: Mapping[Clock, Open], now: datetime, days: WorkingCalendar
) -> _Clocks:
    before, after = State(matter.state), step.target or State(matter.state)
    moves: dict[Clock, Move] = {}
    if after is not before:
        if before in STATE_CLOCK:
            moves[STATE_CLOCK[before]] = Move.END
        if after in STATE_CLOCK:
            moves[STATE_CLOCK[after]] = Move.START
    moves |= step.clocks
    runs = {clock: each.running for clock, each in by_clock.items() if each.ended_at is None}
    done = _Clocks([], [], None, None)
    for clock, move in moves.items():
        row = by_clock.get(clock)
        if move in (Move.START, Move.RESUME):
            runs[clock] = _run_on(clock, row, matter, now, days, done)
        elif row is not None and row.ended_at is None:
            outcome = "dropped" if move is Move.DROP else deadlines.verdict(row.running.due_at, now).value
            done.moved.append(
                (row.id, max(now, row.running.started_at), outcome, row.running.due_at, row.running.amber_at)
            )
            del runs[clock]
    done.shown = runs.get(LAMP_CLOCK[after]) if after in LAMP_CLOCK else None
    done.handle = runs.get(Clock.HANDLE)
    return done


def _run_on(
    clock: Clock, row: Open | None, matter: Standing, now: datetime, days: WorkingCalendar, done: _Clocks
) -> Running:
    """Start a clock, or let it run on: a handling clock that was finished gets back the time it stood still."""
    if row is None or (row.ended_at is not None and clock is not Clock.HANDLE):
        urgency = Urgency(matter.urgency)
        limit = deadlines.limit_of(clock, urgency, matter.kind.limit)
        running = deadlines.start(clock, now, limit, urgency, days)
        done.started.append(running)
        return running
    if row.ended_at is None:
        return row.running
    running = deadlines.resume(row.running, row.ended_at, now, days)
    done.moved.append((row.id, None, "", running.due_at, running.amber_at))
    return running


def _change(
    asked: Asked, matter: Standing, step: Step, duty: Duty, late: bool, clocks: _Clocks, days: WorkingCalendar
) -> _Change:
    act, now = step.act, asked.now
    state = step.target or State(matter.state)
    new = _after(asked, matter, state, late, clocks, days)
    handler = asked.by.person_id if act in {Act.SIGN, Act.HANDLE, Act.PROGRESS, Act.SETTLE} else None
    returner = matter.unit_id if act is Act.RETURN else None
    rev = matter.rev + 1
    return _Change(
        matter=(*(new[name] for name, _ in CHANGED[:-2]), handler, returner),
        taken=Taken(matter.id, matter.number, state, rev, new["due_at"], new["unit_id"]),
        moved=clocks.moved,
        started=[_row(matter.id, clock, days.version) for clock in clocks.started],
        note=asked.reason.strip(),
        entry=_entry(asked, matter, state, duty, now),
    )


def _after(
    asked: Asked, matter: Standing, state: State, late: bool, clocks: _Clocks, days: WorkingCalendar
) -> dict[str, Any]:
    """Return the row's columns after the step."""
    act, now = asked.act, asked.now
    moved = state != matter.state
    new = matter._asdict() | {
        "state": state.value,
        "entered_at": now if moved else matter.entered_at,
        "due_at": clocks.shown.due_at if clocks.shown else None,
        "amber_at": clocks.shown.amber_at if clocks.shown else None,
        "is_provisional": bool(clocks.shown and clocks.shown.is_provisional),
    }
    match act:
        case Act.SETTLE:
            new |= {"level": "G"}
        case Act.CONFIRM | Act.DENY:
            new |= {"verified": act is Act.CONFIRM}
        case Act.DISPATCH:
            until = return_until(clocks.handle, days) if clocks.handle else None
            new |= {"unit_id": asked.unit_id, "dispatched_at": now, "return_until": until}
        case Act.RECALL:
            new |= {"unit_id": None}
        case Act.RETURN:
            new |= {"unit_id": None, "returns": matter.returns + 1}
        case Act.REWORK:
            new |= {"reworks": matter.reworks + 1}
        case Act.PROPOSE_VOID:
            new |= {"void_proposed_by": asked.by.person_id}
        case Act.CLOSE:
            new |= {"close_as": asked.close_as.value, "is_late": late}  # type: ignore[union-attr]
        case Act.REOPEN:
            new |= {"reopened": matter.reopened + 1, "close_as": "", "is_late": None, "unit_id": None}
        case Act.REINSTATE:
            new |= {"void_proposed_by": None, "unit_id": None}
    new["closed_at"] = None if state in OPEN else (matter.closed_at or now)
    return new


def _row(matter_id: int, clock: Running, version: int) -> tuple[Any, ...]:
    return (
        matter_id,
        clock.clock.value,
        str(clock.limit),
        clock.started_at,
        clock.due_at,
        clock.amber_at,
        clock.amber_at,
        None,
        "",
        clock.is_provisional,
        version,
    )


def _entry(asked: Asked, matter: Standing, state: State, duty: Duty, now: datetime) -> Draft:
    data: dict[str, Any] = {"from": matter.state, "state": state.value}
    given = {
        "ground": asked.ground.value if asked.ground else None,
        "unit": asked.unit_id if asked.act is Act.DISPATCH else matter.unit_id if asked.act is Act.RETURN else None,
        "close_as": asked.close_as.value if asked.close_as else None,
        "noted": True if asked.reason.strip() else None,
    }
    data |= {name: value for name, value in given.items() if value is not None}
    return Draft(f"matter.{asked.act.value}", f"matter:{matter.id}", asked.by.ref, duty.post_id, now, data)


# --- save ------------------------------------------------------------------------------------------------


def _save(changes: Sequence[_Change], heads: Mapping[str, Head]) -> None:
    if not changes:
        return
    moved = [row for change in changes for row in change.moved]
    notes = [(change.taken.id, heads[change.entry.subject][0] + 1, change.note) for change in changes if change.note]
    with guarded(), pipeline():
        clocks = [list(column) for column in zip(*moved, strict=True)] or [[]] * 5
        send(WRITE, [*clocks, *(list(column) for column in zip(*(change.matter for change in changes), strict=True))])
        rows.deadlines.add([row for change in changes for row in change.started])
        rows.notes.add(notes)
        record_many([change.entry for change in changes], heads=heads)
