"""The fast way to PostgreSQL, inside Django's connection and transaction but without its ORM.

Django's own cursor writes the parameters into the text of each statement. Here they are bound on the server, statements
are prepared once per connection, a Python list travels as a PostgreSQL array (for `unnest … WITH ORDINALITY`), several
statements share a round trip, and large batches go by COPY. Everything else stays Django's: `atomic`, a broken
transaction, database errors, query counts (`django_assert_num_queries` sees each statement; COPY counts as one).

Aware datetimes go in as they are and come out in UTC; jsonb comes out decoded.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime
from itertools import count, islice
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql as syntax
from psycopg.adapt import AdaptersMap, Buffer, Dumper
from psycopg.types.numeric import Int8Dumper

Rows = list[tuple[Any, ...]]


class _Writers(dict[type, Callable[[Any], str]]):
    """How a value is written, by its type; enums write as their values."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        if issubclass(kind, str):
            self[kind] = lambda value, write=self[str]: write(str.__str__(value))  # type: ignore[misc]
        elif issubclass(kind, int):
            self[kind] = lambda value, write=self[int]: write(int.__int__(value))  # type: ignore[misc]
        else:
            raise TypeError(f"no way to write a {kind.__name__} into a batch")
        return self[kind]


def _quoted(text: str) -> str:
    if '"' in text or "\\" in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _escaped(text: str) -> str:
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        return text.translate(_ESCAPES)
    return text


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SAME = {
    int: int.__repr__,
    float: float.__repr__,
    bool: lambda value: "t" if value else "f",
    datetime: datetime.isoformat,
    date: date.isoformat,
}
_IN_ARRAY = _Writers(_SAME | {type(None): lambda _: "NULL", str: _quoted, bytes: lambda value: f'"\\\\x{value.hex()}"'})
_IN_COPY = _Writers(
    _SAME
    | {
        type(None): lambda _: "\\N",
        str: _escaped,
        bytes: lambda value: f"\\\\x{value.hex()}",
        list: lambda values: _escaped(_array(values)),
    }
)


def _array(values: Iterable[Any]) -> str:
    return "{" + ",".join([_IN_ARRAY[type(value)](value) for value in values]) + "}"


class ArrayDumper(Dumper):
    """Write a flat list as PostgreSQL's own text of an array, untyped: the cast in the statement says what it is.

    psycopg's own dumper names the narrowest type that fits (int2[], int4[], …), so one statement would be prepared
    once per mixture of sizes; it also works item by item, at several times the cost.
    """

    def dump(self, values: Any) -> Buffer:
        return _array(values).encode()


# A map of our own, not the connection's: Django's loaders leave jsonb as text and read times in Python.
_ADAPTERS = AdaptersMap(psycopg.adapters)
_ADAPTERS.register_dumper(int, Int8Dumper)
_ADAPTERS.register_dumper(list, ArrayDumper)


class _Cursor(psycopg.Cursor[tuple[Any, ...]]):
    adapters = _ADAPTERS

    prepares = True

    def execute(self, query: Any, params: Any = None, **options: Any) -> "_Cursor":
        return super().execute(query, params, prepare=self.prepares, **options)


class _Once(_Cursor):
    prepares = False


class _Stream(psycopg.ServerCursor[tuple[Any, ...]]):
    adapters = _ADAPTERS


_numbers = count()
_LINES = 1000  # of COPY in one write


def send(sql: str, params: Sequence[Any] = (), *, prepare: bool = True) -> Any:
    """Send one statement and return its cursor. Inside `pipeline()` nothing waits until rows are fetched from it."""
    db = connections["default"]
    db.close_if_health_check_failed()
    db.ensure_connection()
    raw = db.connection
    raw.prepare_threshold = 0  # Django switches preparing off; its own cursors never prepare anyway
    cursor = db.make_cursor((_Cursor if prepare else _Once)(raw))
    with _logged(db, sql):
        cursor.execute(sql, params)
    return cursor


def run(sql: str, params: Sequence[Any] = (), *, prepare: bool = True) -> Rows:
    """Run one statement and return its rows; none if it returns none. Inside `pipeline()` only for one that does.

    One that is not said twice, as a search with its words in it, is not worth preparing.
    """
    cursor = send(sql, params, prepare=prepare)
    if in_pipeline() or cursor.pgresult.nfields:
        rows: Rows = cursor.fetchall()
        return rows
    return []


def expected(sql: str, params: Sequence[Any] = ()) -> int:
    """Return how many rows PostgreSQL expects of a statement, which is planned and not run."""
    for (line,) in run(f"EXPLAIN {sql}", params, prepare=False):
        return int(line.rpartition("rows=")[2].split()[0])
    return 0


def in_pipeline() -> bool:
    """Is a pipeline open, so that errors come later and COPY cannot be used?"""
    raw = connections["default"].connection
    return raw is not None and bool(raw.pgconn.pipeline_status)


@contextmanager
def pipeline() -> Iterator[None]:
    """Let the statements sent inside share round trips. Errors surface where rows are fetched, or at the end."""
    db = connections["default"]
    db.ensure_connection()
    with db.wrap_database_errors, db.connection.pipeline():
        yield


def stream(sql: str, params: Sequence[Any] = (), *, size: int = 5000) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a large query, so many a round trip, from one snapshot. Only inside a transaction."""
    db = connections["default"]
    db.ensure_connection()
    db.validate_no_broken_transaction()
    with db.wrap_database_errors, _Stream(db.connection, f"stream_{next(_numbers)}") as cursor:
        cursor.itersize = size
        with _logged(db, sql):
            cursor.execute(sql, params)
        yield from cursor


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows to a table by COPY. For many thousands; not inside `pipeline()`. jsonb values are given as text."""
    db = connections["default"]
    db.ensure_connection()
    db.validate_no_broken_transaction()
    statement = syntax.SQL("COPY {} ({}) FROM STDIN").format(
        syntax.Identifier(table), syntax.SQL(", ").join(map(syntax.Identifier, columns))
    )
    with _logged(db, f"COPY {table}"), db.wrap_database_errors, _Cursor(db.connection).copy(statement) as copy:
        lines = ("\t".join([_IN_COPY[type(value)](value) for value in row]) for row in rows)
        while some := list(islice(lines, _LINES)):
            copy.write("\n".join(some) + "\n")


def _logged(db: Any, sql: str) -> AbstractContextManager[Any]:
    """Enter the statement in Django's query log, if one is kept."""
    if not db.queries_logged:
        return nullcontext()
    log: AbstractContextManager[Any] = db.make_debug_cursor(None).debug_sql(sql)
    return log
