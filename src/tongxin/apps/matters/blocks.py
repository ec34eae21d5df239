"""Giving numbers to thousands at once: the serials of all series they need, in one statement.

An import of three years needs a few serials from each of some thousand series: taken one by one they cost more than
everything else. As in `numbers`, they are taken on a connection of their own and committed at once.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db import connection

from tongxin.apps.matters.numbers import letters_of
from tongxin.rules import numbers
from tongxin.rules.area_codes import Level, up_to

# in the order of the series, so that two imports never wait for each other in a circle
TAKE_ALL = """
    INSERT INTO matters_serial (series, next)
    SELECT series, 1 + wanted FROM unnest(%s::text[], %s::integer[]) AS asked (series, wanted) ORDER BY series
    ON CONFLICT (series) DO UPDATE SET next = matters_serial.next + excluded.next - 1
    RETURNING series, next"""


def give(areas: Sequence[str], days: Sequence[date]) -> list[str]:
    """Return a number for each matter, given the area it lies in and the local day of its report."""
    places = [(up_to(area, Level.COUNTY), day) for area, day in zip(areas, days, strict=True)]
    series_of = {place: numbers.series(letters_of(place[0]), place[1]) for place in set(places)}
    wanted = [series_of[place] for place in places]
    counted = Counter(wanted)
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute(TAKE_ALL, [list(counted), list(counted.values())])
            serials = {series: iter(range(after - counted[series], after)) for series, after in cursor.fetchall()}
    finally:
        own.close()
    return [numbers.number(series, next(serials[series])) for series in wanted]
