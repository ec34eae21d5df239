"""The mapping: how a table of somebody else's becomes matters here. A TOML file, checked whole before a row is read."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tongxin.rules.channels import Channel
from tongxin.rules.datum import Datum
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.lifecycles.matter import CloseKind, State

REST = "*"  # in a table of values: everything else, an empty cell included
ISO = "iso"  # 2026-11-20 15:42:00, with or without an offset
FIELDS = (
    "key",
    "template",
    "title",
    "text",
    "place",
    "lon",
    "lat",
    "area",
    "channel",
    "urgency",
    "contact_name",
    "contact_phone",
    "reported_at",
    "due_at",
    "closed_at",
    "state",
    "close_kind",
)
JOINED = ("text", "title", "place")  # several columns may be joined; the others take one
WANTED = ("key", "text", "reported_at")
TABLES: Mapping[str, frozenset[str] | None] = {  # None: checked against the database, when it is known
    "templates": None,
    "areas": None,
    "channels": frozenset(Channel),
    "states": frozenset(State),
    "urgencies": frozenset(Urgency),
    "close_kinds": frozenset(CloseKind),
}
PLAIN = ("source", "time_zone", "dates", "datum", "outside")


class Outside(StrEnum):
    """What is done with a point that lies in no area, nor near one."""

    REJECT = "reject"
    AREA = "area"  # the point is dropped, the area named by the row counts


@dataclass(frozen=True, slots=True)
class Judged:
    """The column that holds the source's own verdict, and how it writes the two."""

    column: str
    on_time: str
    overdue: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked mapping. `columns` gives the columns of the source for each field; `values` the tables, by name."""

    source: str
    zone: ZoneInfo
    dates: tuple[str, ...]
    datum: Datum
    outside: Outside
    columns: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]]
    judged: Judged | None

    def wanted_columns(self) -> set[str]:
        """Return every column of the source that is read."""
        columns = {each for names in self.columns.values() for each in names}
        return columns | {self.judged.column} if self.judged else columns


def read(path: Path) -> Plan:
    """Return the mapping in a file. Raises Invalid, naming the key that is wrong and what is allowed there."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as wrong:
        raise Invalid("file.missing", file=path.name) from wrong
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise Invalid("mapping.unreadable", file=path.name, reason=str(wrong)[:120]) from wrong
    return checked(told)


def checked(told: Mapping[str, Any]) -> Plan:
    """Return the mapping these settings describe. Raises Invalid."""
    _known(told, [*PLAIN, "columns", "verdict", *TABLES], "")
    columns = _columns(_table(told, "columns"))
    values = {name: _values(name, _table(told, name), allowed) for name, allowed in TABLES.items()}
    if "template" not in columns and REST not in values["templates"]:
        raise Invalid("mapping.missing", key='columns.template / templates."*"')
    return Plan(
        source=_source(told.get("source")),
        zone=_zone(told.get("time_zone", "Asia/Shanghai")),
        dates=_dates(told.get("dates", [ISO])),
        datum=Datum(_one_of("datum", told.get("datum", "wgs84"), list(Datum))),
        outside=Outside(_one_of("outside", told.get("outside", "reject"), list(Outside))),
        columns=columns,
        values=values,
        judged=_judged(_table(told, "verdict")),
    )


def _table(told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = told.get(key, {})
    if not isinstance(table, Mapping):
        raise Invalid("mapping.value", key=key, value=_short(table), allowed=f"[{key}]")
    return table


def _known(told: Iterable[str], allowed: Iterable[str], within: str) -> None:
    for key in told:
        if key not in allowed:
            raise Invalid("mapping.key", key=f"{within}{key}", allowed=" ".join(allowed))


def _columns(told: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    _known(told, FIELDS, "columns.")
    columns: dict[str, tuple[str, ...]] = {}
    for field, given in told.items():
        names = [given] if isinstance(given, str) else given
        several = field in JOINED
        if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
            raise Invalid("mapping.value", key=f"columns.{field}", value=_short(given), allowed="列名 / column name")
        if len(names) > 1 and not several:
            raise Invalid("mapping.one_column", key=f"columns.{field}", allowed=" ".join(JOINED))
        columns[field] = tuple(names)
    for field in WANTED:
        if field not in columns:
            raise Invalid("mapping.missing", key=f"columns.{field}")
    if ("lon" in columns) != ("lat" in columns):
        raise Invalid("mapping.missing", key="columns.lat" if "lon" in columns else "columns.lon")
    return columns


def _values(name: str, told: Mapping[str, Any], allowed: frozenset[str] | None) -> dict[str, str]:
    for key, value in told.items():
        if not isinstance(value, str) or (allowed is not None and value not in allowed):
            wanted = " ".join(sorted(allowed)) if allowed else "编码 / code"
            raise Invalid("mapping.value", key=f'{name}."{key}"', value=_short(value), allowed=wanted)
    return {key.strip(): value for key, value in told.items()}


def _source(name: object) -> str:
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
        raise Invalid("mapping.value", key="source", value=_short(name), allowed="a-z 0-9 _ -")
    return f"import:{name}"


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]
    except (KeyError, ValueError, TypeError, OSError) as wrong:
        raise Invalid("mapping.value", key="time_zone", value=_short(name), allowed="Asia/Shanghai …") from wrong


def _dates(formats: object) -> tuple[str, ...]:
    if isinstance(formats, list) and formats and all(_is_format(each) for each in formats):
        return tuple(formats)
    raise Invalid("mapping.value", key="dates", value=_short(formats), allowed='["iso", "%Y/%m/%d %H:%M"]')


def _is_format(each: object) -> bool:
    """Tell whether a date can be read by this format: one it wrote itself."""
    if each == ISO:
        return True
    if not isinstance(each, str) or "%" not in each:
        return False
    try:
        return datetime.strptime(datetime(2013, 12, 31, 23, 59).strftime(each), each).year == 2013
    except ValueError:
        return False


def _one_of(key: str, value: object, allowed: list[str]) -> str:
    if value not in allowed:
        raise Invalid("mapping.value", key=key, value=_short(value), allowed=" ".join(allowed))
    return str(value)


def _judged(told: Mapping[str, Any]) -> Judged | None:
    if not told:
        return None
    keys = ("column", "on_time", "overdue")
    _known(told, keys, "verdict.")
    for key in keys:
        if not isinstance(told.get(key), str):
            raise Invalid("mapping.missing", key=f"verdict.{key}")
    return Judged(told["column"], told["on_time"], told["overdue"])


def _short(value: object) -> str:
    return str(value)[:40]
