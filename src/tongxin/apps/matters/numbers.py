"""Giving numbers: serials are taken in blocks on a connection of their own, so that intake never waits for one."""

import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

import psycopg
from django.db import connection

from tongxin.apps.areas.queries import named
from tongxin.rules import numbers
from tongxin.rules.area_codes import Level, up_to

ORDERS = "DB"  # 督办
BLOCK = 16  # a process holds so many ahead, of up to FEW series at a time
FEW = 8
# Taking serials commits at once: a number may be lost with its transaction, but none is ever given twice. In the order
# of the series, so that two imports never wait for each other in a circle
TAKE = """
    INSERT INTO matters_serial (series, next)
    SELECT series, 1 + wanted FROM unnest(%s::text[], %s::integer[]) AS asked (series, wanted) ORDER BY series
    ON CONFLICT (series) DO UPDATE SET next = matters_serial.next + excluded.next - 1
    RETURNING series, next"""
DJANGOS_OWN = {"cursor_factory", "context", "prepare_threshold"}


class Serials:
    """The serials this process holds, by series."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, range] = {}
        self._own: psycopg.Connection | None = None

    def take(self, wanted: Mapping[str, int]) -> dict[str, Iterator[int]]:
        """Return that many serials of each series, never given before. One statement where something is missing."""
        ahead = BLOCK if len(wanted) <= FEW else 0
        with self._lock:
            lacking = {
                series: max(missing, ahead)
                for series, many in wanted.items()
                if (missing := many - len(self._held.get(series, ()))) > 0
            }
            fresh = self._taken(lacking) if lacking else {}
            given: dict[str, Iterator[int]] = {}
            for series, many in wanted.items():
                serials = [*self._held.pop(series, ()), *fresh.get(series, ())]
                given[series] = iter(serials[:many])
                if rest := serials[many:]:
                    self._held[series] = range(rest[0], rest[-1] + 1)
            return given

    def forget(self) -> None:
        """Drop what is held; the serials are lost, which is allowed."""
        with self._lock:
            self._held.clear()
            self._part()

    def _taken(self, lacking: Mapping[str, int]) -> dict[str, range]:
        asked = [list(lacking), list(lacking.values())]
        try:
            rows = self._connection().execute(TAKE, asked).fetchall()
        except psycopg.OperationalError:  # the server was restarted since; what it may have given is lost
            self._part()
            rows = self._connection().execute(TAKE, asked).fetchall()
        return {series: range(after - lacking[series], after) for series, after in rows}

    def _connection(self) -> psycopg.Connection:
        if self._own is None or self._own.closed or self._own.broken:
            given = connection.get_connection_params()
            self._own = psycopg.connect(
                **{name: value for name, value in given.items() if name not in DJANGOS_OWN}, autocommit=True
            )
        return self._own

    def _part(self) -> None:
        if self._own is not None:
            self._own.close()
            self._own = None


_serials = Serials()


def give(areas: Sequence[str], days: Sequence[date]) -> list[str]:
    """Return a number for each matter, given the area it lies in and the local day of its report."""
    places = [(up_to(area, Level.COUNTY), day) for area, day in zip(areas, days, strict=True)]
    series_of = {place: numbers.series(letters_of(place[0]), place[1]) for place in set(places)}
    wanted = [series_of[place] for place in places]
    taken = _serials.take(Counter(wanted))
    return [numbers.number(series, next(taken[series])) for series in wanted]


def give_order(day: date) -> str:
    """Return a number for a supervision order of this local day: `DB261120-0007`, a series of their own."""
    series = numbers.series(ORDERS, day)
    return numbers.number(series, next(_serials.take({series: 1})[series]))


def forget() -> None:
    """Drop the serials held by this process."""
    _serials.forget()
    letters_of.cache_clear()


os.register_at_fork(before=_serials.forget)  # where a process becomes two, both would give the same


@lru_cache(maxsize=4096)
def letters_of(county: str) -> str:
    """Return the letters of a county: 柯城区 → KC. Two counties with the same letters share one series of serials."""
    known = named(county)
    if known is None:
        return county[-4:]
    initials = known.name if known.name.isascii() else known.pinyin.rpartition(" ")[2]
    letters = "".join(letter for letter in initials.upper() if letter.isascii() and letter.isalnum())
    return letters[:2] or county[-4:]
