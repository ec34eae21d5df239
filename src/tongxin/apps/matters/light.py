"""What a person keeps to work lightly: own lists, and which matters are read. Each is read by that person alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tongxin.apps.matters import queries
from tongxin.apps.matters.queries import Filters, Row
from tongxin.apps.matters.scoping import scope_clause
from tongxin.postgres.batches import run
from tongxin.rules.permissions import Actor, scope


class Kept(NamedTuple):
    """A list kept under a name: its filters as an address writes them; `is_own` or shared by a chief of the unit."""

    id: int
    name: str
    query: str
    unit_id: int | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class Mine:
    """What a person keeps. `read` holds the open matters opened since they entered their state, with that state."""

    lists: Sequence[Kept] = ()
    read: Mapping[int, str] = field(default_factory=dict)

    def is_unread(self, row: Row) -> bool:
        """Tell whether an open matter entered its state after the person last opened it."""
        return row.closed_at is None and row.id not in self.read

    def read_in(self) -> Mapping[str, int]:
        """Return how many matters of each state are read."""
        return Counter(self.read.values())


def mine(actor: Actor) -> Mine:
    """Return the lists and the read marks of the person who asks; of nobody else. One statement."""
    if actor.person_id is None:
        return Mine()
    seen, params = scope_clause(scope(actor))
    found = run(
        f"""
        (SELECT 0, r.matter_id, matters_matter.state::text, ''::text, NULL::bigint, true
        FROM matters_readmark r JOIN matters_matter ON matters_matter.id = r.matter_id
        WHERE r.person_id = %s AND r.read_at >= matters_matter.entered_at AND matters_matter.closed_at IS NULL
            AND {seen})
        UNION ALL
        (SELECT 1, id, name, query, unit_id, person_id = %s FROM matters_savedlist
        WHERE person_id = %s OR unit_id = ANY(%s::bigint[]) ORDER BY person_id = %s DESC, position, id)""",
        [
            actor.person_id,
            *params,
            actor.person_id,
            actor.person_id,
            sorted({duty.unit_id for duty in actor.duties}),
            actor.person_id,
        ],
    )
    lists = tuple(Kept(*row[1:]) for row in found if row[0] == 1)
    return Mine(lists, {row[1]: row[2] for row in found if row[0] == 0})


def counted(actor: Actor, narrowed: Sequence[Filters], now: datetime) -> list[int]:
    """Return how many matters each of these lists holds, capped. One statement for all; none for none."""
    if not narrowed:
        return []
    clauses = [queries.count_clause(actor, each, now) for each in narrowed]
    sql = "SELECT " + ", ".join(f"({text})" for text, _params in clauses)
    return list(run(sql, [value for _text, params in clauses for value in params])[0])
