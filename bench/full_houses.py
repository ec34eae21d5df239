"""Databases full of matters: some tens of thousands taken in by the product's own import, then multiplied in SQL.

Areas, kinds, states, units, clocks and words keep their distribution; the copies lie within the same year. Indexes are
set aside while the copies are written and built again afterwards, as they would have grown.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from django.utils import timezone

from bench import houses, reports
from bench.houses import connection
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions import Past
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.permissions import SYSTEM

BASE = 20_000
DAYS = 365
OPEN_SHARE = 0.03  # as in the simulated city; the rest is closed
OPEN_STATES = {  # how many of a hundred open matters stand where
    State.AWAITING_ACCEPTANCE: 10, State.AWAITING_FILING: 6, State.AWAITING_DISPATCH: 8, State.AWAITING_SIGNATURE: 12,
    State.HANDLING: 44, State.AWAITING_REVIEW: 6, State.AWAITING_CHECK: 8, State.AWAITING_CLOSING: 6,
}  # fmt: skip
SANITATION = "C02"  # 暴露垃圾
MONTH = "to_char(({}) AT TIME ZONE 'Asia/Shanghai', '\"@\"YYYY-MM')"  # the mark of `rules.matching.marks_of`
TABLES = ("matters_matter", "matters_report", "matters_deadline", "journal_entry")


@cache
def _filled(many: int) -> str:
    """Make a database with that many matters, kept until the end of the run; return its name."""
    name = f"bench_{houses.RUN}_full_{many}"
    houses.admin(f"CREATE DATABASE {name} TEMPLATE {houses.prepared_city()}")
    houses.use(name)
    _fill(many)
    connection.close()
    return name


@contextmanager
def standing(many: int) -> Iterator[str]:
    """Turn to a database with that many matters, made once a run; to be read only."""
    name = _filled(many)
    houses.use(name)
    yield name
    connection.close()


@contextmanager
def big(many: int) -> Iterator[str]:
    """Give a database with that many matters to write in: the one made once a run, for its last writer is harmless."""
    with standing(many) as name:
        yield name


def _fill(many: int) -> None:
    base = min(BASE, many)
    rng = random.Random(7)
    now = timezone.now()
    states = rng.choices(list(OPEN_STATES), list(OPEN_STATES.values()), k=base)
    told = []
    for each, state in zip(_reports(base), states, strict=True):
        at = now - timedelta(seconds=rng.randrange(3600, DAYS * 86400))
        if rng.random() < OPEN_SHARE:
            at = now - timedelta(seconds=rng.randrange(600, 20 * 86400))
            past = Past(state, at + timedelta(hours=rng.randrange(2, 500)))
        else:
            past = Past(State.CLOSED, at + timedelta(hours=72), min(at + timedelta(hours=rng.randrange(2, 90)), now))
        told.append(replace(each, at=at, past=past))
    for first in range(0, base, 10_000):
        answers = actions.report_many(told[first : first + 10_000], by=SYSTEM, now=now)
        assert all(isinstance(answer, actions.Reported) for answer in answers)
    if many > base:
        multiply(many // base)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _reports(many: int) -> list[actions.Incoming]:
    """Return reports of the whole city, a tenth of them in the cast's own town, half of these for its sanitation."""
    told = reports.incoming(many, seed=7)
    at_home = reports.points(many // 10, within=houses.city.HOME_TOWN, seed=8)
    for n, (lon, lat, village) in enumerate(at_home):
        each = told[n * 10]
        template = SANITATION if n % 2 else each.template
        told[n * 10] = replace(each, lon=lon, lat=lat, template=template, place=f"{village} {n % 97} 号")
    return told


def multiply(times: int) -> None:
    """Write every matter `times - 1` times more, each copy with a time shift of its own within the year."""
    with filling(TABLES), connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM matters_matter")
        top = cursor.fetchone()[0]
        cursor.execute(
            f"CREATE TEMP TABLE shift AS SELECT id, k, id + k * {top} AS copy, reported_at AS told_at,"
            f" CASE WHEN closed_at IS NULL THEN make_interval(secs => random() * 86400)"
            f" ELSE least(make_interval(secs => (random() - 0.5) * {DAYS} * 86400), now() - closed_at) END AS by"
            f" FROM matters_matter, generate_series(1, {times - 1}) AS k"
        )
        copy = {"number": "number || lpad(k::text, 4, '0')", "receipt": "gen_random_uuid()"}
        _copies(cursor, "matters_matter", "t.id = shift.id", {"id": "shift.copy", **copy})
        was, now = MONTH.format("shift.told_at"), MONTH.format("shift.told_at + shift.by")
        words = f"ts_delete(t.words, {was}) || array_to_tsvector(ARRAY[{now}])"
        _copies(cursor, "matters_report", "t.matter_id = shift.id", {"matter_id": "shift.copy", "words": words})
        _copies(cursor, "matters_deadline", "t.matter_id = shift.id", {"matter_id": "shift.copy"}, leave="id")
        subject = {"subject": "'matter:' || shift.copy"}
        _copies(cursor, "journal_entry", "t.subject = 'matter:' || shift.id", subject, leave="id")
        cursor.execute("SELECT setval('matters_matter_id_seq', (SELECT max(id) FROM matters_matter))")
        cursor.execute("DROP TABLE shift")


def _copies(cursor: Any, table: str, joined: str, given: dict[str, str], *, leave: str = "") -> None:
    """Copy the rows of one table: columns as given or as they are, moments shifted, `leave` by its default."""
    cursor.execute(
        "SELECT attname, atttypid = 'timestamptz'::regtype FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attname <> %s ORDER BY attnum",
        [table, leave],
    )
    columns = cursor.fetchall()
    named = ", ".join(f'"{name}"' for name, _ in columns)
    chosen = ", ".join(
        given.get(name) or (f't."{name}" + shift.by' if is_moment else f't."{name}"') for name, is_moment in columns
    )
    cursor.execute(
        f"INSERT INTO {table} ({named}) SELECT {chosen} FROM {table} AS t JOIN shift ON {joined} ORDER BY k, shift.id"
    )


@contextmanager
def filling(tables: Sequence[str], *, without: str = "\0") -> Iterator[None]:
    """Set the indexes and keys of these tables aside while millions of rows are written, and make them again.

    Those that are built `without` ("USING gin") are not made again: nobody searches there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET work_mem = '128MB'")
        cursor.execute("SET synchronous_commit = off")
        rebuild = _set_indexes_aside(cursor, list(tables))
        yield
        for statement in rebuild:
            if without not in statement:
                cursor.execute(statement)
    connection.close()  # settings of the session end with it


def _set_indexes_aside(cursor: Any, tables: list[str]) -> list[str]:
    """Drop the indexes and keys of these tables; return the statements that make them again."""
    again: list[str] = []
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'p', 'u')"
        " OR contype = 'f' AND confrelid = ANY(%s::regclass[])"
        " ORDER BY array_position(ARRAY['f', 'u', 'p'], contype::text)",
        [tables, tables],
    )
    for table, name, definition in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        again.insert(0, f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)", [tables])
    for name, definition in cursor.fetchall():
        cursor.execute(f'DROP INDEX "{name}"')
        again.append(definition)
    return again
