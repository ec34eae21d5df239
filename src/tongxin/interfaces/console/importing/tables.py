"""Reading tables of any size as streams: CSV in UTF-8 or GB18030, XLSX. A broken one is refused before a row of it."""

import csv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import load_workbook

from tongxin.rules.errors import Invalid

LIMIT_MB = 2_048
LINE_LIMIT = 1_000_000  # bytes; a longer line is no line of a table
CELL_LIMIT = 131_072  # characters, as Python's csv holds them; more is a quotation mark left open
DELIMITERS = ",;\t|"
ZIP = b"PK\x03\x04"
TOLD_EVERY = 10_000  # rows between two words to whoever watches

Cell = Any  # text; from XLSX also numbers and moments


class Record(NamedTuple):
    """One row of the table and the line (of XLSX: the row) it begins on."""

    line: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be read again and again; `rows` without the header."""

    path: Path
    header: tuple[str, ...]
    rows: int
    _read: Callable[[], Iterator[Record]]

    def records(self) -> Iterator[Record]:
        """Yield the rows below the header, empty ones left out."""
        records = self._read()
        next(records)
        return records


def opened(path: Path, *, limit_mb: int = LIMIT_MB, advance: Callable[[int], object] = lambda _: None) -> Table:
    """Return the table in a file that has been read through once; `advance` is told how many rows were read.

    Memory stays the same however large the file is. Raises Invalid: `file.*` with the line where it goes wrong.
    """
    if not path.is_file():
        raise Invalid("file.missing", file=path.name)
    if path.stat().st_size > limit_mb * 1_000_000:
        raise Invalid("file.too_large", file=path.name, megabytes=path.stat().st_size // 1_000_000, limit=limit_mb)
    with path.open("rb") as file:
        is_zip = file.read(4) == ZIP
    read = _workbook(path, limit_mb) if is_zip else _text(path)
    records = read()
    first = next(records, None)
    if first is None:
        raise Invalid("file.empty", file=path.name)
    header = tuple(str(cell).strip() if cell is not None else "" for cell in first.cells)
    rows = told = 0
    for rows, _ in enumerate(records, 1):
        if rows - told == TOLD_EVERY:
            advance(rows - told)
            told = rows
    advance(rows - told)
    if not rows:
        raise Invalid("file.no_rows", file=path.name)
    return Table(path, header, rows, read)


# --- CSV -------------------------------------------------------------------------------------------------


def _text(path: Path) -> Callable[[], Iterator[Record]]:
    encoding = _encoding(path)

    def read() -> Iterator[Record]:
        with path.open(encoding=encoding, newline="") as file:
            delimiter = max(DELIMITERS, key=file.readline().count)
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            line = 1
            try:
                for cells in reader:
                    if any(cells):
                        yield Record(line, cells)
                    line = reader.line_num + 1
            except csv.Error as wrong:
                if "field limit" in str(wrong):
                    raise Invalid("file.cell_too_long", file=path.name, line=line, limit=CELL_LIMIT) from wrong
                raise Invalid("file.quoting", file=path.name, line=line, reason=str(wrong)) from wrong

    return read


def _encoding(path: Path) -> str:
    """Return UTF-8 or GB18030, whichever most lines speak. Raises Invalid with the first line that is in neither.

    GB18030 accepts almost any bytes: a UTF-8 file with one broken line would pass for it and come out as nonsense.
    """
    foreign = broken = 0
    first_broken = first_foreign_to_both = 0
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LINE_LIMIT):
            number += 1
            if len(line) == LINE_LIMIT:
                raise Invalid("file.line_too_long", file=path.name, line=number, limit=LINE_LIMIT)
            if b"\0" in line:
                raise Invalid("file.binary", file=path.name, line=number)
            if line.isascii():
                continue
            foreign += 1
            if not _reads(line, "utf-8"):
                broken += 1
                first_broken = first_broken or number
                if not _reads(line, "gb18030"):
                    first_foreign_to_both = first_foreign_to_both or number
    if 2 * broken <= foreign:
        if broken:
            raise Invalid("file.encoding", file=path.name, line=first_broken)
        return "utf-8-sig"
    if first_foreign_to_both:
        raise Invalid("file.encoding", file=path.name, line=first_foreign_to_both)
    return "gb18030"


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


# --- XLSX ------------------------------------------------------------------------------------------------


def _workbook(path: Path, limit_mb: int) -> Callable[[], Iterator[Record]]:
    try:
        with zipfile.ZipFile(path) as packed:
            megabytes = sum(each.file_size for each in packed.infolist()) // 1_000_000
            if megabytes > limit_mb:
                raise Invalid("file.too_large", file=path.name, megabytes=megabytes, limit=limit_mb)
    except zipfile.BadZipFile as wrong:
        raise Invalid("file.xlsx", file=path.name) from wrong

    def read() -> Iterator[Record]:
        try:
            book = load_workbook(path, read_only=True, data_only=True)
            width = 0  # of the header: empty cells at the end of a row are left out of the file
            try:
                for line, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
                    if any(cell is not None for cell in cells):
                        width = width or len(_trimmed(cells))
                        yield Record(line, [*_trimmed(cells), *[None] * width][: max(width, len(_trimmed(cells)))])
            finally:
                book.close()
        except GeneratorExit:
            raise
        except Exception as wrong:  # openpyxl raises nearly anything on a file made to hurt it
            raise Invalid("file.xlsx", file=path.name) from wrong

    return read


def _trimmed(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Return the cells without the empty ones at the end."""
    filled = len(cells)
    while filled and cells[filled - 1] is None:
        filled -= 1
    return cells[:filled]


def as_text(cell: Cell) -> str:
    """Return a cell as it would stand in a CSV."""
    if type(cell) is str:
        return cell
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat(sep=" ") if isinstance(cell, datetime) else str(cell)
