"""The words a matter is found by. The index finds, LIKE has the last word; place and month narrow inside the index."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tongxin.apps.matters.scoping import Clause
from tongxin.postgres.batches import Rows, expected, run
from tongxin.rules.area_codes import Level
from tongxin.rules.matching import mark_of, marks_of, months_of, words_of
from tongxin.rules.numbers import is_number

LONGEST = 60  # characters of a search
RECENT = timedelta(days=14)  # a search looks first through these days and the rest of the month they begin in
FREQUENT = 4_000  # reports that take longer to look through than the newest matters
AHEAD = timedelta(days=1)  # the clock of who reported may run before ours


class Candidates(NamedTuple):
    """The newest reports that hold the words: ids where the text says them, and ids where title or place must.

    `last`: moment and id of the oldest, where there may be more behind it.
    """

    said: list[int]
    unsaid: list[int]
    last: tuple[datetime, int] | None


def lexemes(*texts: str, area: str, reported_at: datetime) -> str:
    """Return what `Report.words` holds of a matter."""
    return " ".join((*words_of(*texts), *marks_of(area, reported_at)))


def is_worded(words: str) -> bool:
    """Tell whether these are words to look for: neither nothing nor a number."""
    return bool(words_of(words)) and not is_number(words)


def words_clause(words: str, area: str = "") -> Clause:
    """Return the condition that a matter within this area holds the words; the area must be asked for besides.

    A number finds itself; other words must all stand in the report.
    """
    if not words.strip():
        return "true", []
    if is_number(words):
        return "number = %s", [words.strip().upper()]
    # Written into the statement, not bound: PostgreSQL must know the word to choose between walking the newest, for a
    # frequent one, and the index of words. Lexemes hold nothing but letters, digits and Chinese characters.
    return _standing(words, f"'{_query(words, [area])}'") if is_worded(words) else ("false", [])


def bound_clause(words: str) -> Clause:
    """Return the same for matters that another index finds whatever the words are: one statement for all words."""
    clause, params = _standing(words, "%s")
    return clause, [_query(words, [""]).replace("''", "'"), *params]


def _standing(words: str, query: str) -> Clause:
    like, pattern = _like(words)
    return (
        f"EXISTS (SELECT FROM matters_report r WHERE r.matter_id = matters_matter.id AND r.words @@ {query}::tsquery"
        f" AND (r.text {like} OR title {like} OR place {like}))",
        [pattern, pattern, pattern],
    )


def among(found: Candidates, words: str) -> Clause:
    """Return the condition that a matter is one of the candidates, and holds the words."""
    like, pattern = _like(words)
    clause = f"(id = ANY(%s::bigint[]) OR id = ANY(%s::bigint[]) AND (title {like} OR place {like}))"
    return clause, [found.said, found.unsaid, pattern, pattern]


def newest(words: str, areas: Sequence[str], bounds: Clause, latest: datetime, *, most: int) -> Candidates | None:
    """Return the newest reports of these areas and within the bounds (of `told_at`) that hold the words.

    In more than a town, the last weeks are looked through first. None for words so frequent that walking the newest
    matters meets enough of them. Two statements, or three.
    """
    is_wide = any(len(area) < Level.TOWN for area in areas)
    looks = [months_of(latest - RECENT, latest + AHEAD), ()] if is_wide else [()]
    like, pattern = _like(words)
    clause, params = bounds
    found: Rows = []
    for n, months in enumerate(looks):
        source = f"FROM matters_report WHERE words @@ '{_query(words, areas, months)}'::tsquery AND {clause}"
        if n == 0 and expected(f"SELECT {source}", params) > FREQUENT:
            return None
        newest_first = f"SELECT matter_id, told_at, text {like} {source} ORDER BY told_at DESC, matter_id DESC LIMIT %s"
        found = run(newest_first, [pattern, *params, most], prepare=False)
        if len(found) == most:
            break
    return Candidates(
        [id_ for id_, _, is_said in found if is_said],
        [id_ for id_, _, is_said in found if not is_said],
        (found[-1][1], found[-1][0]) if len(found) == most else None,
    )


def _query(words: str, areas: Sequence[str], months: Sequence[str] = ()) -> str:
    """Return what the index is asked for, as it stands between quotes: all the words, in one of the areas and months.

    An area wider than a county bears no mark: then all of them are looked through.
    """
    places = [mark_of(area) for area in areas]
    terms = [[each] for each in words_of(words.strip()[:LONGEST])]
    terms += [places] if all(places) else []
    terms += [[f"@{month}" for month in months]] if months else []
    return " & ".join("(" + " | ".join(f"''{each}''" for each in dict.fromkeys(term)) + ")" for term in terms)


def _like(words: str) -> tuple[str, str]:
    """Return operator and pattern of a text that holds the words; where no letter has a case, the quicker one."""
    words = words.strip()[:LONGEST]
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return ("LIKE %s" if words.lower() == words.upper() else "ILIKE %s"), pattern
