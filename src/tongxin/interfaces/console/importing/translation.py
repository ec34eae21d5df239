"""From a row of somebody else's table to a report of ours, as the mapping says."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from tongxin.apps.matters.actions import Incoming, Past
from tongxin.interfaces.console.importing.mapping import ISO, REST, Plan
from tongxin.interfaces.console.importing.tables import Cell, Record, as_text
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency, Verdict
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.lifecycles.matter import OPEN, CloseKind, State

CHUNK_ROWS = 20_000


class Row(NamedTuple):
    """A row of the source with what it tells us, or why it cannot; `theirs` is the source's own verdict."""

    line: int
    cells: Sequence[Cell]
    told: Incoming | Refused
    theirs: Verdict | None = None


class Translator:
    """Reads rows under one header. `names` are our areas, name by code."""

    def __init__(self, plan: Plan, header: Sequence[str], names: Mapping[str, str]) -> None:
        counted = Counter(header)
        for column in sorted(plan.wanted_columns()):
            if counted[column] != 1:
                code = "mapping.column_twice" if counted[column] else "mapping.column"
                raise Invalid(code, column=column, found=", ".join(header)[:400])
        self._plan = plan
        self._width = len(header)
        position = {column: at for at, column in enumerate(header)}
        self._at = {field: [position[column] for column in columns] for field, columns in plan.columns.items()}
        self._judged_at = position[plan.judged.column] if plan.judged else None
        self._codes = frozenset(names)
        often = Counter(names.values())
        self._code_of = {name: code for code, name in names.items() if often[name] == 1}

    def row(self, record: Record) -> Row:
        """Return the row of a record; what is wrong with it stands in its place."""
        line, cells = record
        try:
            if len(cells) != self._width:
                raise Invalid("import.columns", expected=self._width, found=len(cells))
            return Row(line, cells, self._told(cells), self._theirs(cells))
        except Refused as refusal:
            return Row(line, cells, refusal)

    def _told(self, cells: Sequence[Cell]) -> Incoming:
        key = self._text(cells, "key")
        if not key:
            raise Invalid("import.no_key")
        at = self._moment(cells, "reported_at")
        if at is None:
            raise Invalid("import.no_date", field="reported_at")
        lon, lat = self._degrees(cells, "lon"), self._degrees(cells, "lat")
        urgency = self._value(cells, "urgency", "urgencies")
        return Incoming(
            template=self._value(cells, "template", "templates") or "",
            text=self._text(cells, "text"),
            title=self._text(cells, "title"),
            place=self._text(cells, "place"),
            lon=lon,
            lat=lat,
            datum=self._plan.datum,
            area=self._area(cells),
            channel=Channel(self._value(cells, "channel", "channels") or Channel.PARTNER),
            urgency=Urgency(urgency) if urgency else None,
            contact_name=self._text(cells, "contact_name"),
            contact_phone=self._text(cells, "contact_phone"),
            source_key=key,
            at=at,
            past=self._past(cells),
        )

    def _past(self, cells: Sequence[Cell]) -> Past:
        closed_at = self._moment(cells, "closed_at")
        told = self._value(cells, "state", "states")
        state = State(told) if told else State.CLOSED if closed_at else State.AWAITING_ACCEPTANCE
        kind = self._value(cells, "close_kind", "close_kinds") if state is State.CLOSED else None
        due_at = self._moment(cells, "due_at")
        return Past(state, due_at, None if state in OPEN else closed_at, CloseKind(kind) if kind else None)

    def _text(self, cells: Sequence[Cell], field: str) -> str:
        columns = self._at.get(field, ())
        if len(columns) == 1:
            return as_text(cells[columns[0]]).strip()
        parts = [as_text(cells[at]).strip() for at in columns]
        return "\n".join(dict.fromkeys(filter(None, parts)))

    def _moment(self, cells: Sequence[Cell], field: str) -> datetime | None:
        """Return a moment in UTC: what the zone's clock showed. An hour shown twice is taken as the first."""
        at = self._at.get(field)
        if at is None:
            return None
        cell = cells[at[0]]
        if not isinstance(cell, datetime):
            text = as_text(cell).strip()
            if not text:
                return None
            cell = self._read(text, field)
        try:
            return (cell if cell.tzinfo else cell.replace(tzinfo=self._plan.zone)).astimezone(UTC)
        except OverflowError as wrong:
            raise Invalid("import.date", field=field, value=str(cell)[:40]) from wrong

    def _read(self, text: str, field: str) -> datetime:
        for form in self._plan.dates:
            try:
                return datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)
            except ValueError:
                continue
        raise Invalid("import.date", field=field, value=text[:40])

    def _degrees(self, cells: Sequence[Cell], field: str) -> float | None:
        text = self._text(cells, field)
        if not text:
            return None
        try:
            return float(text)
        except ValueError as wrong:
            raise Invalid("import.number", field=field, value=text[:40]) from wrong

    def _value(self, cells: Sequence[Cell], field: str, table: str) -> str | None:
        """Return ours for a value of theirs; where the mapping has no table for it, theirs must be one of ours."""
        values = self._plan.values[table]
        told = self._text(cells, field)
        found = values.get(told) or values.get(REST)
        if found or not told:
            return found
        if values or (table in OURS and told not in OURS[table]):
            raise Invalid("import.unmapped", field=field, value=told[:40], table=table)
        return told

    def _area(self, cells: Sequence[Cell]) -> str:
        told, areas = self._text(cells, "area"), self._plan.values["areas"]
        if told in areas:
            return areas[told]
        return told if told in self._codes else self._code_of.get(told) or areas.get(REST, "")

    def _theirs(self, cells: Sequence[Cell]) -> Verdict | None:
        if self._judged_at is None or self._plan.judged is None:
            return None
        judged = self._plan.judged
        told = as_text(cells[self._judged_at]).strip()
        return {judged.on_time: Verdict.ON_TIME, judged.overdue: Verdict.OVERDUE}.get(told)


OURS: Mapping[str, frozenset[str]] = {
    "channels": frozenset(Channel),
    "states": frozenset(State),
    "urgencies": frozenset(Urgency),
    "close_kinds": frozenset(CloseKind),
}


def chunks(rows: Iterable[Row], size: int = CHUNK_ROWS) -> Iterator[list[Row]]:
    """Yield the rows in lists of that many."""
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


def check_codes(plan: Plan, *, templates: Iterable[str], areas: Iterable[str]) -> None:
    """Raise Invalid where the mapping leads to a template or an area that does not stand."""
    for table, standing in (("templates", frozenset(templates)), ("areas", frozenset(areas))):
        for theirs, ours in plan.values[table].items():
            if ours not in standing:
                raise Invalid("mapping.unknown", key=f'{table}."{theirs}"', value=ours[:40])
