"""Clocks taken in batches: those that have something to tell, and those that another calendar counts.

A batch locks deadlines together with their matters and passes over what anybody else holds: it never waits for a long
act, so it cannot stand in a circle with one, and whatever number of workers side by side each take others.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tongxin.apps.journal.entries import Draft
from tongxin.postgres.batches import run, send
from tongxin.rules.deadlines import Clock, Running, Urgency
from tongxin.rules.permissions import Actor
from tongxin.rules.working_time import OFFICE, PROFILES, Limit, Profile


class Timer(NamedTuple):
    """A locked clock and what its matter says to it, in the order of TAKEN."""

    id: int
    matter_id: int
    clock: str
    limit: str
    started_at: datetime
    due_at: datetime
    amber_at: datetime
    is_provisional: bool
    ended_at: datetime | None
    stops: list[datetime]
    stopped_at: datetime | None
    of: str
    of_id: int | None
    fired: int
    profile_name: str
    urgency_letter: str
    state: str
    shown_due_at: datetime | None
    return_until: datetime | None
    rulebook: int

    @property
    def subject(self) -> str:
        return f"matter:{self.matter_id}"

    @property
    def running(self) -> Running:
        limit = Limit.parse(self.limit)
        return Running(Clock(self.clock), self.started_at, limit, self.due_at, self.amber_at, self.is_provisional)

    @property
    def urgency(self) -> Urgency:
        return Urgency(self.urgency_letter)

    @property
    def profile(self) -> Profile:
        return PROFILES.get(self.profile_name, OFFICE)

    def entry(self, kind: str, by: Actor, now: datetime, **data: Any) -> Draft:
        """Return what the journal of the matter is told about this clock."""
        overlay = {"of": self.of, "of_id": self.of_id} if self.of else {}
        return Draft(
            f"clock.{kind}",
            self.subject,
            by.ref,
            None,
            now,
            {"clock": self.clock, "deadline": self.id, **data, **overlay},
        )


TAKEN = """d.id, d.matter_id, d.clock, d."limit", d.started_at, d.due_at, d.amber_at, d.is_provisional, d.ended_at,
        d.stops, d.stopped_at, d."of", d.of_id, d.fired, d.profile,
        m.urgency, m.state, m.due_at, m.return_until, m.rulebook"""
# The number of rows is written into the text: a plan for any number would sort a million rows to take five hundred.
DUE = f"""
    SELECT {TAKEN} FROM matters_deadline d JOIN matters_matter m ON m.id = d.matter_id
    WHERE d.next_fire_at <= %s::timestamptz
    ORDER BY d.next_fire_at, d.id LIMIT {{limit}} FOR NO KEY UPDATE OF d, m SKIP LOCKED"""
STRAYED = f"""
    SELECT {TAKEN} FROM matters_deadline d JOIN matters_matter m ON m.id = d.matter_id
    WHERE d.ended_at IS NULL AND d.calendar_version > %s::bigint AND d.calendar_version < %s::bigint
    ORDER BY d.calendar_version, d.id LIMIT {{limit}} FOR NO KEY UPDATE OF d, m SKIP LOCKED"""
FOLLOW = """
    UPDATE {table} AS o SET due_at = clocks.due_at
    FROM (SELECT x.id, min(d.due_at) AS due_at FROM {table} x
        JOIN matters_deadline d ON d.matter_id = x.matter_id AND d."of" = %s AND d.of_id = x.id AND d.ended_at IS NULL
        WHERE x.id = ANY(%s::bigint[]) GROUP BY x.id) AS clocks
    WHERE o.id = clocks.id"""
FIRED = (("id", "bigint"), ("fired", "smallint"), ("next_fire_at", "timestamptz"))
COUNTED = (
    *FIRED,
    ("due_at", "timestamptz"),
    ("amber_at", "timestamptz"),
    ("is_provisional", "boolean"),
    ("calendar_version", "bigint"),
)
SHOWN = (
    ("id", "bigint"),
    ("due_at", "timestamptz"),
    ("amber_at", "timestamptz"),
    ("is_provisional", "boolean"),
    ("return_until", "timestamptz"),
)


def due(now: datetime, limit: int) -> list[Timer]:
    """Lock clocks that have something to tell, the longest waiting first, and return them. One statement."""
    return [Timer(*row) for row in run(DUE.format(limit=limit), [now])]


def strayed(version: int, limit: int) -> list[Timer]:
    """Lock running clocks counted by another calendar than this one, and return them. One statement, or two.

    Version 0 is no calendar of ours: what was promised elsewhere stays promised.
    """
    sql = STRAYED.format(limit=limit)
    return [Timer(*row) for row in run(sql, [0, version]) or run(sql, [version, 2**62])]


def move(rows: Iterable[Sequence[Any]], columns: tuple[tuple[str, str], ...]) -> None:
    """Write what clocks have told, or how they are counted now. One statement."""
    _change("matters_deadline", rows, columns)


def show(rows: Iterable[Sequence[Any]]) -> None:
    """Write what matters show of their clocks; None leaves a column as it is. One statement."""
    _change("matters_matter", rows, SHOWN, keep=True)


def follow(table: str, ids: Sequence[int], kind: str) -> None:
    """Write when overlays of one kind are due: with the first of their running clocks. One statement."""
    send(FOLLOW.format(table=table), [kind, list(ids)])


def text(at: datetime) -> str:
    """Return a moment as the journal keeps it."""
    return at.astimezone(UTC).isoformat()


def _change(
    table: str, rows: Iterable[Sequence[Any]], columns: tuple[tuple[str, str], ...], *, keep: bool = False
) -> None:
    given = [list(column) for column in zip(*rows, strict=True)]
    if not given:
        return
    names = [name for name, _ in columns]
    sets = ", ".join(f"{name} = {f'coalesce(new.{name}, old.{name})' if keep else f'new.{name}'}" for name in names[1:])
    arrays = ", ".join(f"%s::{kind}[]" for _, kind in columns)
    send(
        f"UPDATE {table} AS old SET {sets} FROM unnest({arrays}) AS new({', '.join(names)}) WHERE old.id = new.id",
        given,
    )
