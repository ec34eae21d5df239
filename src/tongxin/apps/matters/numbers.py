"""Giving numbers: serials are taken in blocks on a connection of their own, so that intake never waits for one."""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import psycopg
from django.db import connection
from pypinyin import Style, lazy_pinyin

from tongxin.apps.areas.queries import names
from tongxin.rules import numbers
from tongxin.rules.area_codes import Level, up_to

BLOCK = 16
# taking a block commits at once: a number may be lost with its transaction, but none is ever given twice
TAKE = """
    INSERT INTO matters_serial (series, next) VALUES (%(series)s, 1 + %(wanted)s)
    ON CONFLICT (series) DO UPDATE SET next = matters_serial.next + %(wanted)s
    RETURNING next - %(wanted)s"""


class Serials:
    """The serials this process holds, by series."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, range] = {}
        self._own: psycopg.Connection | None = None

    def take(self, series: str, wanted: int) -> list[int]:
        """Return that many serials of a series, never given before."""
        with self._lock:
            held = self._held.get(series, range(0))
            if len(held) < wanted:
                size = max(wanted - len(held), BLOCK)
                first = self._connection().execute(TAKE, {"series": series, "wanted": size}).fetchone()[0]
                fresh = range(first, first + size)
                taken = [*held, *fresh][:wanted]
                self._held[series] = fresh[wanted - len(held) :]
                return taken
            self._held[series] = held[wanted:]
            return list(held[:wanted])

    def forget(self) -> None:
        """Drop what is held; the serials are lost, which is allowed."""
        with self._lock:
            self._held.clear()
            if self._own is not None:
                self._own.close()
                self._own = None

    def _connection(self) -> psycopg.Connection:
        if self._own is None or self._own.closed or self._own.broken:
            given = connection.get_connection_params()
            keep = {key: given[key] for key in ("dbname", "user", "password", "host", "port") if given.get(key)}
            self._own = psycopg.connect(**keep, autocommit=True)
        return self._own


_serials = Serials()


def give(areas: Sequence[str], days: Sequence[date]) -> list[str]:
    """Return a number for each matter, given the area it lies in and the local day of its report."""
    wanted = [numbers.series(letters_of(up_to(area, Level.COUNTY)), day) for area, day in zip(areas, days, strict=True)]
    taken = {series: iter(_serials.take(series, many)) for series, many in Counter(wanted).items()}
    return [numbers.number(series, next(taken[series])) for series in wanted]


def forget() -> None:
    """Drop the serials held by this process."""
    _serials.forget()
    letters_of.cache_clear()


@lru_cache(maxsize=4096)
def letters_of(county: str) -> str:
    """Return the letters of a county: 柯城区 → KC. Two counties with the same letters share one series of serials."""
    name = names().get(county, county)
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).upper()
    letters = "".join(letter for letter in initials if letter.isascii() and letter.isalnum())
    return letters[:2] or county[-4:]
