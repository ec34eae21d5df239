"""The tables of a matter as batches see them: columns, types, and one statement that writes any number of rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from tongxin.postgres.batches import copy_rows, in_pipeline, send

COPY_FROM = 5_000  # from here on COPY is faster than arrays (design.md §7)

Columns = tuple[tuple[str, str], ...]

MATTER: Columns = (
    ("id", "bigint"),
    ("number", "text"),
    ("receipt", "uuid"),
    ("source", "text"),
    ("source_key", "text"),
    ("template_code", "text"),
    ("template_version", "smallint"),
    ("rulebook", "smallint"),
    ("title", "text"),
    ("place", "text"),
    ("channel", "text"),
    ("level", "text"),
    ("urgency", "text"),
    ("is_sealed", "boolean"),
    ("seal", "text"),
    ("area", "text"),
    ("located", "text"),
    ("located_m", "float8"),
    ("lon", "float8"),
    ("lat", "float8"),
    ("state", "text"),
    ("entered_at", "timestamptz"),
    ("reported_at", "timestamptz"),
    ("reported_by", "bigint"),
    ("desk_id", "bigint"),
    ("first_desk_id", "bigint"),
    ("suggested_id", "bigint"),
    ("suggested_by", "text"),
    ("unit_id", "bigint"),
    ("due_at", "timestamptz"),
    ("amber_at", "timestamptz"),
    ("is_provisional", "boolean"),
    ("closed_at", "timestamptz"),
    ("close_as", "text"),
    ("is_late", "boolean"),
    ("households", "smallint"),
    ("wants_reply", "boolean"),
)
MATTER_CONSTANTS = {
    "handlers": "'{}'::bigint[]",
    "returned_by": "'{}'::bigint[]",
    "before_photos": "0",
    "after_photos": "0",
    "returns": "0",
    "reworks": "0",
    "reopened": "0",
    "rev": "1",
}
REPORT: Columns = (
    ("matter_id", "bigint"),
    ("text", "text"),
    ("form", "jsonb"),
    ("datum", "text"),
    ("words", "tsvector"),
    ("told_at", "timestamptz"),
)
CONTACT: Columns = (("matter_id", "bigint"), ("name", "text"), ("phone", "text"), ("is_secret", "boolean"))
DEADLINE: Columns = (
    ("matter_id", "bigint"),
    ("clock", "text"),
    ("limit", "text"),
    ("started_at", "timestamptz"),
    ("due_at", "timestamptz"),
    ("amber_at", "timestamptz"),
    ("next_fire_at", "timestamptz"),
    ("ended_at", "timestamptz"),
    ("outcome", "text"),
    ("is_provisional", "boolean"),
    ("calendar_version", "bigint"),
)
OF: Columns = (("of", "text"), ("of_id", "bigint"), ("profile", "text"))  # whose clock it is, in whose hours
NOTE: Columns = (("matter_id", "bigint"), ("seq", "integer"), ("text", "text"))


def moments(many: Iterable[datetime]) -> str:
    """Return moments as the text of an array: rows of arrays cannot be unnested as arrays."""
    return "{" + ",".join(each.isoformat() for each in many) + "}"


class Table:
    """One table and the statement that inserts a batch into it."""

    def __init__(self, name: str, columns: Columns, constants: dict[str, str] | None = None) -> None:
        self.name = name
        self.columns = [column for column, _ in columns]
        self._constants = constants or {}
        named = ", ".join(f'"{column}"' for column in [*self.columns, *self._constants])
        arrays = ", ".join(f"%s::{'text' if kind == 'tsvector' else kind}[]" for _, kind in columns)
        taken = [f'"{column}"::tsvector' if kind == "tsvector" else f'"{column}"' for column, kind in columns]
        given = ", ".join(f'"{column}"' for column in self.columns)
        chosen = ", ".join([*taken, *self._constants.values()])
        self._insert = (
            f'INSERT INTO "{name}" ({named}) SELECT {chosen} '
            f'FROM unnest({arrays}) WITH ORDINALITY AS given({given}, "#") ORDER BY "#"'
        )

    def add(self, rows: Iterable[Sequence[Any]], many: int | None = None) -> None:
        """Append rows, each in the order of the columns. Inside a pipeline nothing waits for the answer.

        `many` says how many will come: a large batch is then written row by row while it is being built.
        """
        if many is None:
            rows = list(rows)
            many = len(rows)
        if many >= COPY_FROM and not in_pipeline():
            copy_rows(self.name, [*self.columns, *self._constants], self._with_constants(rows))
        elif columns := [list(column) for column in zip(*rows, strict=True)]:
            send(self._insert, columns)

    def _with_constants(self, rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
        rest = tuple("{}" if "[]" in value else int(value) for value in self._constants.values())
        return ((*row, *rest) for row in rows)


matters = Table("matters_matter", MATTER, MATTER_CONSTANTS)
reports = Table("matters_report", REPORT)
contacts = Table("matters_contact", CONTACT)
deadlines = Table("matters_deadline", DEADLINE)
deadlines_of = Table("matters_deadline", (*DEADLINE, *OF))
notes = Table("matters_note", NOTE)
