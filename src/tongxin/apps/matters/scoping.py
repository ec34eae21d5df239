"""What a reader may see, as conditions of SQL: the same sentence as `Scope.sees`, in parts that indexes answer."""

from collections.abc import Sequence
from typing import Any

from tongxin.rules.area_codes import Level, span
from tongxin.rules.permissions import Scope

Clause = tuple[str, list[Any]]
AREA = "matters_matter.area"


def nothing() -> Clause:
    """Return the condition that holds for no matter; a fresh list, for callers add to it."""
    return "false", []


def scope_parts(seen: Scope) -> list[Clause]:
    """Return the SQL form of `Scope.sees` as alternatives, each of which an index answers; none: nothing is seen."""
    parts: list[Clause] = []
    for area in seen.areas:
        clause, values = area_clause(area)
        parts.append((f"NOT matters_matter.is_sealed AND {clause}", values))
    for area, seals in seen.sealed:
        clause, values = area_clause(area)
        named = "matters_matter.is_sealed AND matters_matter.seal = ANY(%s::text[])"
        parts.append((f"{named} AND {clause}", [list(seals), *values]))
    parts += [("matters_matter.unit_id = %s", [unit]) for unit in seen.units]
    if seen.units:  # joint handling, whistles and orders bring in units beside the handling one
        parts.append(
            ("matters_matter.involved && %s::bigint[] AND matters_matter.involved <> '{}'", [list(seen.units)])
        )
    if seen.person_id is not None:
        parts.append(("matters_matter.reported_by = %s", [seen.person_id]))
    if seen.matter_id is not None:
        parts.append(("matters_matter.id = %s", [seen.matter_id]))
    return parts


def scope_clause(seen: Scope) -> Clause:
    """Return the alternatives as one condition."""
    parts = scope_parts(seen)
    if not parts:
        return nothing()
    return f"({' OR '.join(f'({clause})' for clause, _ in parts)})", [value for _, values in parts for value in values]


def union(columns: str, parts: Sequence[Clause], rest: Clause, tail: Clause) -> Clause:
    """Return a selection that takes each alternative of the scope by its own index, in order, then merges what is few.

    One condition with OR would make PostgreSQL walk a whole city's queue to fill one page of a town.
    """
    selects = [
        (
            f"(SELECT {columns} FROM matters_matter WHERE {clause} AND {rest[0]} {tail[0]})",
            [*values, *rest[1], *tail[1]],
        )
        for clause, values in parts or [nothing()]
    ]
    sql = " UNION ".join(text for text, _ in selects)
    params = [value for _, values in selects for value in values]
    if len(selects) == 1:
        return sql, params
    return f"(SELECT {columns} FROM ({sql}) AS merged {tail[0]})", [*params, *tail[1]]


def area_clause(area: str) -> Clause:
    """Return the SQL for "lies within this area"; from towns down by the indexed town code."""
    if len(area) < Level.TOWN:
        return f'{AREA} >= %s COLLATE "C" AND {AREA} < %s COLLATE "C"', list(span(area))
    if len(area) == Level.TOWN:
        return f"left({AREA}, {int(Level.TOWN)}) = %s", [area]
    return (
        f'left({AREA}, {int(Level.TOWN)}) = %s AND {AREA} >= %s COLLATE "C" AND {AREA} < %s COLLATE "C"',
        [area[: Level.TOWN], *span(area)],
    )
