"""Reads of joint handling: the parts of a matter, and what one's own units were asked to take part in."""

from dataclasses import dataclass
from datetime import datetime

from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.scoping import Clause, scope_clause
from tongxin.postgres.batches import run
from tongxin.rules import lamps
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import Ground
from tongxin.rules.overlays.branch import Join, Kind, State
from tongxin.rules.permissions import Actor, scope

MOST_OWN = 50


@dataclass(frozen=True, slots=True)
class Part:
    """One invited unit's part of a matter: what it is asked, by when, and what it said. Units, never persons."""

    id: int
    matter_id: int
    number: str
    unit_id: int
    state: State
    kind: Kind
    join: Join
    invitation: int  # the parts of one invitation share it
    asked: str
    answer: str  # its result, or why it is not its own
    ground: Ground | None
    is_bound: bool
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None  # None: not approved, or never
    amber_at: datetime | None
    outcome: str  # of its clock: on_time, overdue, dropped; empty while it runs
    stands_still: bool  # with a held matter

    def lamp(self, now: datetime) -> Lamp | None:
        """Return the lamp of its own clock while that runs; the matter's is another one."""
        if self.due_at is None or self.amber_at is None or self.outcome or self.stands_still:
            return None
        return lamps.lamp(now, self.due_at, self.amber_at)


PARTS = """
    SELECT b.id, b.matter_id, matters_matter.number, b.unit_id, b.state, b.kind, b."join", b.said, said.text,
        answer.text, b.ground, b.is_bound, b.opened_at, b.ended_at, d.due_at, d.amber_at, d.outcome, d.stopped_at
    FROM matters_branch b JOIN matters_matter ON matters_matter.id = b.matter_id
    LEFT JOIN matters_note said ON said.matter_id = b.matter_id AND said.seq = b.said
    LEFT JOIN matters_note answer ON answer.matter_id = b.matter_id AND answer.seq = b.answer
    LEFT JOIN matters_deadline d ON d.matter_id = b.matter_id AND d."of" = 'branch' AND d.of_id = b.id"""


def branches_of(actor: Actor, matter: Matter) -> list[Part]:
    """Return the parts of a matter the actor may see, running and over, as they were invited. One statement."""
    seen, params = scope_clause(scope(actor))
    return _parts((f"b.matter_id = %s AND {seen} ORDER BY b.id", [matter.pk, *params]))


def own_parts(actor: Actor) -> list[Part]:
    """Return what the actor's own units were asked to take part in, the newest first; over, it is in no list else.

    A part that the command room has not approved is nobody's yet. One statement.
    """
    units = list(scope(actor).units)
    wanted = "b.unit_id = ANY(%s::bigint[]) AND b.state NOT IN ('asked', 'denied') ORDER BY b.id DESC LIMIT %s"
    return _parts((wanted, [units, MOST_OWN])) if units else []


def _parts(wanted: Clause) -> list[Part]:
    return [_part(*row) for row in run(f"{PARTS} WHERE {wanted[0]}", wanted[1])]


def _part(
    id_: int, matter_id: int, number: str, unit_id: int, state: str, kind: str, join: str, said: int | None,
    asked: str | None, answer: str | None, ground: str, is_bound: bool, opened_at: datetime,
    ended_at: datetime | None, due_at: datetime | None, amber_at: datetime | None, outcome: str | None,
    stopped_at: datetime | None,
) -> Part:  # fmt: skip
    return Part(
        id_, matter_id, number, unit_id, State(state), Kind(kind), Join(join), said or 0, asked or "", answer or "",
        Ground(ground) if ground else None, is_bound, opened_at, ended_at, due_at, amber_at, outcome or "",
        stopped_at is not None,
    )  # fmt: skip
