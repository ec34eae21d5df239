"""Tables as files, made line by line while they are sent: CSV and XLSX, in memory that does not grow with the lines.

The workbook is written by hand, for openpyxl closes its file before the first byte may leave: whoever waits sees the
download run instead. A cell is text or a number; the first line is repeated in the head of every printed page.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.html import escape

Line = Sequence[Any]

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula (OWASP: CSV injection)
AT_ONCE = 500  # lines between two pieces of the file
BOM = "\ufeff"  # tells Excel that a CSV file is UTF-8
HEAD_LIMIT = 250  # characters of a printed head; Excel takes 255 with its marks
LEVEL = 3  # of deflate: twice as fast as 6, for a tenth more bytes
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # not allowed in XML 1.0

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
FORM = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{FORM}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{FORM}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{FORM}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    # style 1 is bold, for the titles of columns
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill'
    ' patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border>'
    '<left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs'
    ' count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def csv_of(mark: str, heads: Line, lines: Iterable[Line]) -> Iterator[bytes]:
    """Yield a CSV file in pieces: who took it out, the titles, the lines."""
    held = StringIO()
    writer = csv.writer(held)
    held.write(BOM)
    writer.writerows([[mark], heads])
    for many, line in enumerate(lines, start=1):
        writer.writerow([safe(cell) for cell in line])
        if many % AT_ONCE == 0:
            yield _taken(held)
    yield _taken(held)


def xlsx_of(title: str, mark: str, heads: Line, widths: Sequence[float], lines: Iterable[Line]) -> Iterator[bytes]:
    """Yield a workbook of one sheet in pieces; `widths` of the columns are in characters."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=LEVEL) as book:
        for name, text in PARTS.items():
            book.writestr(name, XML + text)
        book.writestr("xl/workbook.xml", XML + _workbook(title))
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write((XML + _top(widths) + _row([mark]) + _row(heads, style=1)).encode())
            held: list[str] = []
            for line in lines:
                held.append(_row([safe(cell) for cell in line]))
                if len(held) == AT_ONCE:
                    sheet.write("".join(held).encode())
                    held.clear()
                    yield sink.taken()
            sheet.write(("".join(held) + _bottom(mark)).encode())
    yield sink.taken()


def safe(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


class _Sink:
    """A file that cannot seek, and hands over what was written to it."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._held.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        piece = b"".join(self._held)
        self._held.clear()
        return piece


def _taken(held: StringIO) -> bytes:
    piece = held.getvalue().encode()
    held.seek(0)
    held.truncate()
    return piece


def _workbook(title: str) -> str:
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="{escape(title)}" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    )


def _top(widths: Sequence[float]) -> str:
    """Begin the sheet: mark and titles stay while one scrolls, a printed page is as wide as the columns."""
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, start=1)
    )
    return (
        f'<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView'
        ' workbookViewId="0"><pane ySplit="2" topLeftCell="A3" activePane="bottomLeft" state="frozen"/></sheetView>'
        f"</sheetViews><cols>{columns}</cols><sheetData>"
    )


def _bottom(mark: str) -> str:
    head = _text(mark[:HEAD_LIMIT].replace("&", "&&"))
    return (
        '</sheetData><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        f"<headerFooter><oddHeader>&amp;L{head}</oddHeader><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>"
        "</worksheet>"
    )


def _row(cells: Line, style: int = 0) -> str:
    styled = f' s="{style}"' if style else ""
    return f"<row>{''.join([_cell(cell, styled) for cell in cells])}</row>"


def _cell(value: Any, styled: str) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, int | float):
        return f"<c{styled}><v>{value!r}</v></c>"
    return f'<c{styled} t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'


def _text(value: object) -> str:
    text = UNPRINTABLE.sub("", str(value))
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text
