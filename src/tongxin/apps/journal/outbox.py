"""The outbox: who reacts to which entries, what is still owed to them, and the drain that delivers it.

A reaction is a function over a batch of entries. What it owes is written with the entry, in the same statement; it runs
later, in the transaction that strikes the debt, so that its effects in the database happen exactly once.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

Reaction = Callable[[Sequence[Any], datetime], None]

_REACTIONS: dict[str, Reaction] = {}
_READERS: dict[str, list[str]] = {}  # kind, or "matter.*" → names of reactions


def reacts_to(*kinds: str, name: str = "") -> Callable[[Reaction], Reaction]:
    """Register a reaction to these kinds of entries ("matter.report"), or to all of a noun ("matter.*").

    It is called with a batch of entries, oldest first as far as one drain sees, and the clock. It must not count on
    order between batches. Its name is kept in the rows of the outbox: by default `<app>.<function>`; renaming one
    needs a migration of what is owed.
    """

    def register(reaction: Reaction) -> Reaction:
        known_as = name or f"{reaction.__module__.split('.')[-2]}.{reaction.__name__}"
        if known_as in _REACTIONS:
            raise ValueError(f"two reactions are called {known_as}")
        _REACTIONS[known_as] = reaction
        for kind in kinds:
            _READERS.setdefault(kind, []).append(known_as)
        return reaction

    return register


def owed(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs (kind, reaction) that entries of these kinds owe."""
    if not _READERS:
        return []
    return [
        (kind, reaction)
        for kind in kinds
        for reaction in dict.fromkeys(_READERS.get(kind, []) + _READERS.get(kind.partition(".")[0] + ".*", []))
    ]
