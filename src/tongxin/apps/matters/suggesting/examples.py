"""What the guesser learns from: the city's own matters whose kind somebody confirmed, and the catalog's own words.

Sealed and secret matters are never read. Names of places are cut out and figures folded before anything is counted.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from tongxin.apps.matters.suggesting import keywords
from tongxin.apps.matters.suggesting.gazetteer import gazetteer
from tongxin.apps.matters.suggesting.grams import folded, without
from tongxin.postgres.batches import run, stream
from tongxin.rules.lifecycles.matter import CloseKind, State

MOST = 200_000  # the newest; more teach little and take long
# a kind is confirmed once somebody filed and dispatched the matter; what was closed as a mistake proves nothing
CONFIRMED = (
    State.AWAITING_SIGNATURE,
    State.HANDLING,
    State.AWAITING_REVIEW,
    State.AWAITING_CHECK,
    State.AWAITING_CLOSING,
    State.CLOSED,
)
WHERE = """
    FROM matters_matter m JOIN matters_report r ON r.matter_id = m.id
    WHERE NOT m.is_sealed AND m.state = ANY(%s::text[]) AND m.close_as <> %s
        AND m.template_code = ANY(%s::text[])"""
READ = f"SELECT m.template_code, m.reported_at, r.text {WHERE} ORDER BY m.reported_at DESC, m.id DESC LIMIT %s"


class Example(NamedTuple):
    """A confirmed kind and what was told of it, folded, without names of places."""

    code: str
    plain: str
    at: datetime


def count() -> int:
    """Return how many matters there are to learn from, at most so many as are read. One statement."""
    found = run(f"SELECT count(*) FROM (SELECT 1 {WHERE} LIMIT %s) AS counted", [*_asked(), MOST])
    return int(found[0][0])


def read(advance: Callable[[int], None] = lambda _: None) -> list[Example]:
    """Return the examples, the newest first. One statement, read in pieces; `advance` hears of each row."""
    places = gazetteer()
    found = []
    with transaction.atomic():
        for code, at, text in stream(READ, [*_asked(), MOST]):
            found.append(Example(code, content(text, places.spans(text)), at))
            advance(1)
    return found


def content(text: str, places: list[tuple[int, int]]) -> str:
    """Return what a text tells of: folded, with gaps where places are named."""
    return without(folded(text), places)


def told_by_the_catalog() -> list[tuple[str, str]]:
    """Return each template's code with its name, its keywords and its samples, folded: what is known without a past."""
    return [
        (kind.code, folded(text)) for kind in keywords.known() for text in (kind.name, *kind.keywords, *kind.samples)
    ]


def _asked() -> list[object]:
    states = [state.value for state in CONFIRMED]
    return [states, CloseKind.MISTAKE.value, [kind.code for kind in keywords.known()]]
