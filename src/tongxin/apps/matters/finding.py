"""Finding one matter by what is remembered of its number, within what the reader may see."""

from collections.abc import Iterator
from datetime import date

from tongxin.apps.areas.queries import children
from tongxin.apps.matters.numbers import letters_of
from tongxin.apps.matters.queries import COLUMNS, Row
from tongxin.apps.matters.scoping import scope_clause
from tongxin.postgres.batches import run
from tongxin.rules.area_codes import Level, up_to
from tongxin.rules.numbers import is_number, tail_of
from tongxin.rules.permissions import Actor, scope

DAYS = 31  # an end of a number means a matter of this last month


def by_number(actor: Actor, text: str, today: date, *, limit: int = 5) -> list[Row]:
    """Return the matters whose number this is, or may end so, the latest first. At most one statement.

    An end is tried as whole numbers, of the counties of the reader's posts and the last month: numbers are looked up,
    never searched through.
    """
    if is_number(text):
        wanted = [text.strip().upper()]
    elif tail := tail_of(text, today):
        wanted = tail.numbers({letters_of(county) for county in _counties(actor)}, today, DAYS)
    else:
        return []
    clause, params = scope_clause(scope(actor))
    found = run(
        f"SELECT {COLUMNS} FROM matters_matter WHERE number = ANY(%s::text[]) AND {clause}"
        " ORDER BY reported_at DESC LIMIT %s",
        [wanted, *params, limit],
    )
    return [Row(*row) for row in found]


def _counties(actor: Actor) -> set[str]:
    return {county for duty in actor.duties for county in _counties_of(duty.area)}


def _counties_of(area: str) -> Iterator[str]:
    """Yield the county an area lies in; of a wider area, those below it."""
    if len(area) >= Level.COUNTY:
        yield up_to(area, Level.COUNTY)
        return
    for each in children(area):
        yield from _counties_of(each.code)
