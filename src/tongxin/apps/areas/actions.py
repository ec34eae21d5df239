"""Writing areas: load a city's tables and outlines, end an area, put others in its place."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

import shapely
from django.db import transaction
from django.utils import timezone

from tongxin.apps.areas import editions, outlines, tables, tiling
from tongxin.apps.areas.files import Fault
from tongxin.apps.areas.models import Lineage
from tongxin.apps.areas.outlines import Outline
from tongxin.apps.areas.sheets import Sheet, is_valid
from tongxin.apps.areas.tables import Row
from tongxin.apps.journal.entries import record
from tongxin.rules.area_codes import AreaKind, Change, Level, is_special, level_of, parent_of
from tongxin.rules.datum import Datum
from tongxin.rules.errors import Invalid, Missing, Refused
from tongxin.rules.permissions import Actor, Permission, require

SUBJECT = "areas"  # one chain for all: writes of areas follow one another anyhow
FAULTS_SHOWN = 200
FLAWS = frozenset({"area.gap", "area.overlap", "area.beyond", "outline.invalid"})
ALWAYS_TOLD = frozenset({"outline.unknown"})


class Flaws(StrEnum):
    """What is done about areas that gap, overlap or leave their parent, and about outlines that cross themselves.

    Told: such outlines are mended, such areas taken as they are, and the caller hears of each place.
    """

    REFUSED = "refused"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did; `told` are the faults it was allowed to live with."""

    added: int
    changed: int
    unchanged: int
    drawn: int
    told: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class NewArea:
    """An area that takes the place of others; its shape is WGS-84."""

    code: str
    name: str
    shape: shapely.Geometry | None = None
    households: int | None = None


@transaction.atomic
def load(
    *,
    tables_at: Sequence[Path],
    outlines_at: Sequence[Path] = (),
    key: str | None = None,
    datum: Datum = Datum.WGS84,
    flaws: Flaws = Flaws.REFUSED,
    by: Actor,
    now: datetime,
) -> Loaded:
    """Take over areas from CSV tables and GeoJSON outlines; what is there and alike stays as it is.

    `key` is the property that says whose outline it is. All or nothing: raises Invalid with every faulty row, or for a
    file that cannot be read at all.
    """
    require(by, Permission.EDIT_AREAS)
    editions.bump()
    sheet, today = Sheet(), timezone.localdate(now)

    rows, faults = _read_tables(tables_at)
    faults += _misplaced(rows, faults, sheet, today)
    drawn, wrong = _read_outlines(outlines_at, rows, key, datum)
    lived_with = FLAWS | ALWAYS_TOLD if flaws is Flaws.TOLD else ALWAYS_TOLD
    told = _refuse([*faults, *wrong], lived_with, rows)
    renamed = [row.code for row in rows if row.code in sheet.areas and sheet.areas[row.code].name != row.name]
    _write(sheet, rows, drawn)
    told += _refuse(sheet.settle(today), lived_with, rows)

    sheet.save()
    _follow([(code, code, Change.RENAME) for code in renamed], on=today)

    added, changed = len(sheet.added), len(sheet.changed - sheet.added)
    record("area.load", SUBJECT, by=by, at=now, added=added, changed=changed, drawn=len(drawn), told=len(told))
    return Loaded(added, changed, len({row.code for row in rows} - sheet.changed), len(drawn), tuple(told))


@transaction.atomic
def retire(*, code: str, on: date, by: Actor, now: datetime) -> None:
    """End an area that nothing follows, on that day. Raises Missing, Refused while areas below it stand."""
    require(by, Permission.EDIT_AREAS, code)
    editions.bump()
    sheet = Sheet()

    _end([code], sheet, on)
    _refuse_orphans(sheet, on)
    sheet.settle(on)

    sheet.save()
    record("area.retire", SUBJECT, by=by, at=now, code=code, on=on.isoformat())


@transaction.atomic
def replace(
    *,
    codes: Sequence[str],
    by_areas: Sequence[NewArea],
    on: date,
    flaws: Flaws = Flaws.REFUSED,
    by: Actor,
    now: datetime,
) -> list[Lineage]:
    """Split, merge or recode: end these areas on that day, begin the others, and note which follows which.

    An area is followed by those of its own level that share ground with it; by all of them where shapes are missing.
    Open matters are not touched here: the matters app reads the lineage. Raises Missing, Refused, Invalid.
    """
    for each in (*codes, *(area.code for area in by_areas)):
        require(by, Permission.EDIT_AREAS, each)
    editions.bump()
    sheet = Sheet()

    _end(codes, sheet, on)
    _begin(by_areas, sheet, on)
    _refuse_orphans(sheet, on)
    _refuse(sheet.settle(on), FLAWS if flaws is Flaws.TOLD else frozenset(), ())

    sheet.save()
    lines = _follow(_heirs(codes, [area.code for area in by_areas], sheet), on=on)
    followed = [(line.from_code, line.to_code, line.change) for line in lines]
    record("area.replace", SUBJECT, by=by, at=now, on=on.isoformat(), lineage=followed)
    return lines


def _read_tables(paths: Iterable[Path]) -> tuple[list[Row], list[Fault]]:
    rows: list[Row] = []
    faults: list[Fault] = []
    lines: dict[str, int] = {}
    for path in paths:
        read, wrong = tables.read(path)
        repeated = [row for row in read if row.code in lines]
        wrong += [
            Fault(row.line, row.code, {"rule": "area.code_repeated", "first_line": lines[row.code]}) for row in repeated
        ]
        lines |= {row.code: row.line for row in read}
        rows += read
        faults += [fault._replace(facts={**fault.facts, "file": path.name}) for fault in wrong]
    return rows, faults


def _misplaced(rows: Iterable[Row], faults: Iterable[Fault], sheet: Sheet, day: date) -> list[Fault]:
    """Return the rows whose code has ended, or whose parent is neither valid nor in the tables."""
    here = {code for code, area in sheet.areas.items() if is_valid(area, day)}
    here |= {row.code for row in rows} | {fault.code for fault in faults}  # a faulty parent is told once
    found = []
    for row in rows:
        standing, parent = sheet.areas.get(row.code), parent_of(row.code)
        if standing and standing.valid_to and standing.valid_to <= day:
            found.append(Fault(row.line, row.code, {"rule": "area.ended", "on": standing.valid_to.isoformat()}))
        elif level_of(row.code) > Level.CITY and parent not in here:
            found.append(Fault(row.line, row.code, {"rule": "area.parent_unknown", "parent": parent}))
    return found


def _read_outlines(
    paths: Iterable[Path], rows: Iterable[Row], key: str | None, datum: Datum
) -> tuple[dict[str, Outline], list[Fault]]:
    by_name: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_name[row.name].append(row.code)
    codes = {row.code for row in rows}
    drawn: dict[str, Outline] = {}
    faults: list[Fault] = []
    for path in paths:
        read, wrong = outlines.read(path, by_name=by_name, codes=codes, key=key, datum=datum)
        if not read and all(fault.facts["rule"] == "outline.unknown" for fault in wrong):
            raise Invalid("outline.none_known", file=path.name, keys=wrong[0].facts["keys"])
        wrong += [Fault(0, code, {"rule": "outline.repeated"}) for code in read if code in drawn]
        drawn |= read
        faults += [fault._replace(facts={**fault.facts, "file": path.name}) for fault in wrong]
    return drawn, faults


def _refuse(faults: Sequence[Fault], told: frozenset[str], rows: Iterable[Row]) -> list[Fault]:
    """Return the faults to be told only. Raises Invalid with all of them if there is any other."""
    lines = {row.code: row.line for row in rows}
    placed = (fault._replace(line=fault.line or lines.get(fault.code, 0)) for fault in faults)
    faults = sorted(placed, key=lambda fault: (fault.line, fault.code))
    if any(fault.facts["rule"] not in told for fault in faults):
        raise Invalid("areas.rejected", count=len(faults), rows=faults[:FAULTS_SHOWN])
    return faults


def _write(sheet: Sheet, rows: Iterable[Row], drawn: dict[str, Outline]) -> None:
    for row in rows:
        known = {"aliases": row.aliases, "households": row.households, "valid_from": row.valid_from}
        given = {column: value for column, value in known.items() if value is not None}
        sheet.put(row.code, name=row.name, kind=row.kind.value, **given)
    for code, outline in drawn.items():
        sheet.draw(code, outline.shape, is_synthetic=outline.is_synthetic)


def _end(codes: Iterable[str], sheet: Sheet, on: date) -> None:
    for code in codes:
        area = sheet.areas.get(code)
        if area is None:
            raise Missing("area.missing", area=code)
        if not is_valid(area, on) or area.valid_from == on:
            raise Refused("area.not_valid", area=code, on=on.isoformat())
        sheet.put(code, valid_to=on)


def _begin(areas: Iterable[NewArea], sheet: Sheet, on: date) -> None:
    for area in areas:
        if not tables.CODE.fullmatch(area.code):
            raise Invalid("area.code_width", found=area.code)
        if area.code in sheet.areas:
            raise Refused("area.code_taken", area=area.code)
        kind = AreaKind.SPECIAL if is_special(area.code) else AreaKind.ORDINARY
        sheet.put(area.code, name=area.name, kind=kind.value, households=area.households, valid_from=on)
        if area.shape is not None:
            sheet.draw(area.code, area.shape, is_synthetic=False)


def _refuse_orphans(sheet: Sheet, day: date) -> None:
    """Raise Refused if an area would stand on that day below one that does not."""
    valid = {code for code, area in sheet.areas.items() if is_valid(area, day)}
    for code in sorted(valid):
        parent = parent_of(code)
        if level_of(code) > Level.CITY and parent not in valid:
            raise Refused("area.orphan", area=code, parent=parent, on=day.isoformat())


def _heirs(codes: Iterable[str], successors: Sequence[str], sheet: Sheet) -> list[tuple[str, str, Change]]:
    """Return which area follows which, and by what change."""
    pairs = [(one, other) for one in codes for other in successors if _shares_ground(one, other, sheet)]
    heirs, ancestors = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    change = {(False, False): Change.RECODE, (False, True): Change.MERGE}
    return [(one, other, change.get((heirs[one] > 1, ancestors[other] > 1), Change.SPLIT)) for one, other in pairs]


def _shares_ground(one: str, other: str, sheet: Sheet) -> bool:
    """Tell whether two areas of one level share more than the width of the pen, as far as their shapes are known."""
    if len(one) != len(other):
        return False
    if one not in sheet.shapes or other not in sheet.shapes:
        return True
    return bool(tiling.ground(shapely.intersection(sheet.shapes[one], sheet.shapes[other])))


def _follow(changes: Iterable[tuple[str, str, Change]], on: date) -> list[Lineage]:
    lines = [Lineage(from_code=one, to_code=other, on=on, change=change.value) for one, other, change in changes]
    return Lineage.objects.bulk_create(lines, ignore_conflicts=True)
