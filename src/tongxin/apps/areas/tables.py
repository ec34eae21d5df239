"""The table of areas: a CSV of code, name, level, parent and what else is known, each row checked by itself."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tongxin.apps.areas.files import Fault, bytes_of, text_of
from tongxin.rules.area_codes import AreaKind, Level, canonical, is_special, level_of, parent_of
from tongxin.rules.errors import Invalid

COLUMNS = {
    "代码": "code",
    "区划代码": "code",
    "名称": "name",
    "别名": "aliases",
    "级别": "level",
    "上级": "parent",
    "上级代码": "parent",
    "类型": "kind",
    "户数": "households",
    "启用日期": "valid_from",
}
LEVELS = {level.name.lower(): level for level in Level} | {
    "省": Level.PROVINCE,
    "市": Level.CITY,
    "县": Level.COUNTY,
    "镇": Level.TOWN,
    "村": Level.VILLAGE,
    "网格": Level.GRID,
    "微网格": Level.MICRO_GRID,
}
KINDS = {kind.value: kind for kind in AreaKind} | {"普通网格": AreaKind.ORDINARY, "专属网格": AreaKind.SPECIAL}
DELIMITERS = ",;\t|"
NAME_LIMIT = 80
ALIASES_LIMIT = 120  # characters of all of them together
ALIAS_MARKS = re.compile(r"[、，,；;/|]+")
CODE = re.compile(f"(?:{'|'.join(f'[0-9]{{{level}}}' for level in Level)})")


class Row(NamedTuple):
    """One area as the table gives it; None where the table is silent."""

    line: int
    code: str
    name: str
    aliases: str | None
    kind: AreaKind
    households: int | None
    valid_from: date | None


def read(path: Path) -> tuple[list[Row], list[Fault]]:
    """Return the rows that stand by themselves and what is wrong with the others. Raises Invalid for the whole file."""
    rows: list[Row] = []
    faults: list[Fault] = []
    first_lines: dict[str, int] = {}
    for line, columns, values in _records(text_of(bytes_of(path), path.name), path.name):
        fields = {column: value.strip() for column, value in zip(columns, values, strict=False)}
        code = canonical(fields.get("code", ""))
        if len(values) != len(columns):
            faults.append(Fault(line, code, {"rule": "area.columns", "expected": len(columns), "found": len(values)}))
        elif rule := _fault(code, fields):
            faults.append(Fault(line, code, rule))
        elif first := first_lines.get(code):
            faults.append(Fault(line, code, {"rule": "area.code_repeated", "first_line": first}))
        else:
            first_lines[code] = line
            rows.append(_row(line, code, fields))
    return rows, faults


def _records(text: str, file: str) -> Iterator[tuple[int, list[str], list[str]]]:
    """Yield first line, columns and values of each record. Raises Invalid for broken quoting and missing columns."""
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    line = 1
    try:
        for values in reader:
            if not columns:
                columns = [COLUMNS.get(each.strip(), each.strip().lower()) for each in values]
                if missing := {"code", "name"} - set(columns):
                    raise Invalid("file.columns", file=file, missing=", ".join(sorted(missing)))
            elif any(value.strip() for value in values):
                yield line, columns, values
            line = reader.line_num + 1
    except csv.Error as error:
        raise Invalid("file.quoting", file=file, line=line, reason=str(error)) from error


def _fault(code: str, fields: dict[str, str]) -> dict[str, object] | None:
    """Return the first thing wrong with a row, or None."""
    if not CODE.fullmatch(code):
        return {"rule": "area.code_width", "found": fields["code"]}
    if not 0 < len(fields["name"]) <= NAME_LIMIT:
        return {"rule": "area.name", "limit": NAME_LIMIT}
    level, parent = fields.get("level", "").lower(), canonical(fields.get("parent", ""))
    if level and LEVELS.get(level) != level_of(code):
        return {"rule": "area.level", "found": level, "width": len(code)}
    if parent and parent != parent_of(code):
        return {"rule": "area.parent_differs", "found": fields["parent"], "expected": parent_of(code)}
    kind = fields.get("kind", "").lower()
    if kind and kind not in KINDS:
        return {"rule": "area.kind", "found": kind}
    if kind and (KINDS[kind] is AreaKind.SPECIAL) != is_special(code):
        return {"rule": "area.special_serial", "kind": kind}
    if len(_aliases(fields)) > ALIASES_LIMIT:
        return {"rule": "area.aliases", "limit": ALIASES_LIMIT}
    if (households := fields.get("households")) and not (households.isdecimal() and int(households) < 10_000_000):
        return {"rule": "area.households", "found": households}
    if (day := fields.get("valid_from")) and not _is_date(day):
        return {"rule": "area.date", "found": day}
    return None


def aliases_of(text: str) -> tuple[str, ...]:
    """Return the aliases that a column holds or a table writes, each once: 荷花菜场、荷花市场."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, ALIAS_MARKS.split(text)))))


def _aliases(fields: dict[str, str]) -> str:
    return "、".join(aliases_of(fields.get("aliases", "")))


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _row(line: int, code: str, fields: dict[str, str]) -> Row:
    kind = AreaKind.SPECIAL if is_special(code) else AreaKind.ORDINARY
    households, day = fields.get("households"), fields.get("valid_from")
    return Row(
        line,
        code,
        fields["name"],
        _aliases(fields) if "aliases" in fields else None,
        kind,
        int(households) if households else None,
        date.fromisoformat(day) if day else None,
    )
