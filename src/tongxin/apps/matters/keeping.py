"""Who keeps which matters: the person who signed for one goes on with it, until the unit passes it to another."""

from tongxin.postgres.batches import run
from tongxin.rules.lifecycles.matter import State

IN_HAND = frozenset({State.HANDLING, State.AWAITING_REVIEW})  # states in which a unit's person should have it

COUNT = """
    SELECT count(*) FROM matters_matter WHERE unit_id = %s AND keeper = %s AND closed_at IS NULL"""
SOME = """
    SELECT number, title FROM matters_matter WHERE unit_id = %s AND keeper = %s AND closed_at IS NULL
    ORDER BY due_at, id LIMIT %s"""


def kept(person_id: int, unit_id: int) -> int:
    """Return how many open matters of a unit somebody keeps. One statement."""
    return int(run(COUNT, [unit_id, person_id])[0][0])


def some_kept(person_id: int, unit_id: int, most: int = 10) -> list[tuple[str, str]]:
    """Return numbers and titles of the most urgent ones somebody keeps in a unit. One statement."""
    return [(number, title) for number, title in run(SOME, [unit_id, person_id, most])]


def is_unkept(state: str, keeper: int | None) -> bool:
    """Tell whether a unit has a matter in hand that nobody in it has signed for any more: 无人经办."""
    return keeper is None and state in IN_HAND
