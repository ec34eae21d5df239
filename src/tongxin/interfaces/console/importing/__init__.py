"""Bringing in matters that were run elsewhere: a table, a mapping, and every row accounted for."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.matters import kinds
from tongxin.interfaces.console.importing import outcome, translation, writing
from tongxin.interfaces.console.importing.mapping import Plan
from tongxin.interfaces.console.importing.outcome import Outcome
from tongxin.interfaces.console.importing.tables import Table
from tongxin.interfaces.console.importing.translation import CHUNK_ROWS, Translator
from tongxin.rules.permissions import Actor, Permission, require


def run(
    table: Table,
    plan: Plan,
    *,
    rejected_at: Path,
    done: Outcome | None = None,
    advance: Callable[[int], object] = lambda _: None,
    chunk_rows: int = CHUNK_ROWS,
    by: Actor,
    now: datetime,
) -> Outcome:
    """Take in a table; what came in before is known by its key and not written again.

    `done` is counted on as chunks are committed, so that it is true even where the import is interrupted; `advance` is
    told how many rows that were. Raises Invalid before anything is written.
    """
    require(by, Permission.IMPORT)
    known = names()
    translation.check_codes(plan, templates=kinds.current(), areas=known)
    translator = Translator(plan, table.header, known)
    done = Outcome() if done is None else done

    rows = map(translator.row, table.records())
    with outcome.Rejects(rejected_at, table.header, words.say) as rejects:
        for answered in writing.take_in(
            translation.chunks(rows, chunk_rows), source=plan.source, outside=plan.outside, by=by, now=now
        ):
            rejects.add(done.count(answered))
            advance(len(answered))
    return done
