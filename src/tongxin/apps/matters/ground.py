"""Reads for those who work on the ground: what waits for them there, and what is reported there most."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tongxin.apps.matters.queries import COLUMNS, Row
from tongxin.apps.matters.scoping import area_clause, scope_clause
from tongxin.postgres.batches import run
from tongxin.rules.lifecycles.matter import CHECKERS, State
from tongxin.rules.permissions import GRID, UNIT, Actor, Role, scope

TO_LOOK_AT = (State.VERIFYING, State.AWAITING_CHECK)
TO_HANDLE = (State.AWAITING_SIGNATURE, State.HANDLING)
TO_REVIEW = (State.AWAITING_REVIEW,)
MOST = 60


def tasks(actor: Actor, *, most: int = MOST) -> list[Row]:
    """Return what waits for a person on the ground, the most urgent first: to verify or check, to sign or handle.

    Whoever handled a matter does not check it. One statement.
    """
    clause, params = _waiting(actor)
    found = run(
        f"SELECT {COLUMNS} FROM matters_matter WHERE closed_at IS NULL AND ({clause}) ORDER BY due_at, id LIMIT %s",
        [*params, most],
    )
    return [Row(*row) for row in found]


def waiting(actor: Actor, *, cap: int = 99) -> int:
    """Return how many tasks wait, at most one more than the cap. One statement."""
    clause, params = _waiting(actor)
    found = run(
        f"SELECT count(*) FROM (SELECT FROM matters_matter WHERE closed_at IS NULL AND ({clause}) LIMIT %s) AS w",
        [*params, cap + 1],
    )
    return int(found[0][0])


def busiest(actor: Actor, area: str, since: datetime, *, most: int = 8) -> list[tuple[str, int]]:
    """Return the kinds reported most within an area since a moment, as far as the actor sees it. One statement."""
    seen, params = scope_clause(scope(actor))
    within, values = area_clause(area)
    found = run(
        f"SELECT template_code, count(*) FROM matters_matter WHERE {seen} AND {within}"
        " AND reported_at > %s::timestamptz GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s",
        [*params, *values, since, most],
    )
    return [(str(code), int(count)) for code, count in found]


def own_reports(actor: Actor, since: datetime, *, most: int = 20) -> list[Row]:
    """Return what a person reported since a moment, the newest first: for that very person only. One statement."""
    if actor.person_id is None:
        return []
    found = run(
        f"SELECT {COLUMNS} FROM matters_matter WHERE reported_by = %s AND reported_at > %s::timestamptz"
        " ORDER BY reported_at DESC, id DESC LIMIT %s",
        [actor.person_id, since, most],
    )
    return [Row(*row) for row in found]


def _waiting(actor: Actor) -> tuple[str, list[object]]:
    """Return the condition for what waits: on the person's ground to look at, in the person's unit to handle."""
    parts: list[str] = ["false"]
    params: list[object] = []
    ground = replace(scope(_only(actor, GRID & CHECKERS)), person_id=None, units=())
    unit = replace(scope(_only(actor, UNIT)), person_id=None, areas=())
    heads = sorted({duty.unit_id for duty in actor.holding({Role.HANDLER_HEAD})})
    for states, seen, more in (
        (TO_LOOK_AT, ground, " AND NOT (state = 'awaiting_check' AND %s = ANY(handlers))"),
        (TO_HANDLE, unit, " AND unit_id = ANY(%s::bigint[])"),
    ):
        if not (seen.areas or seen.units):
            continue
        clause, values = scope_clause(seen)
        parts.append(f"(state = ANY(%s::text[]) AND {clause}{more})")
        params += [_values(states), *values, actor.person_id if seen is ground else list(seen.units)]
    if heads:
        parts.append("(state = ANY(%s::text[]) AND unit_id = ANY(%s::bigint[]) AND NOT %s = ANY(handlers))")
        params += [_values(TO_REVIEW), heads, actor.person_id]
    return " OR ".join(parts), params


def _only(actor: Actor, roles: frozenset[Role]) -> Actor:
    return Actor(actor.ref, actor.person_id, tuple(actor.holding(roles)), actor.acts)


def _values(states: Sequence[State]) -> list[str]:
    return [state.value for state in states]
