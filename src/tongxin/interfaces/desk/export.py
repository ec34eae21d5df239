"""Exports: the list as somebody sees it, as CSV or XLSX, streamed, with who took it out written on top."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.matters import kinds
from tongxin.apps.matters.actions.exporting import record_export
from tongxin.apps.matters.queries import Row, all_of, count
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk.filtering import as_data, filters_of
from tongxin.look.filters import is_english
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.permissions import Actor, Permission, duty_for, require
from tongxin.rules.working_time import SHANGHAI

FORMS = ("csv", "xlsx")
MOST = 100_000
IN_MEMORY = 8_000_000  # bytes of a workbook kept in memory; beyond, on disk
PLACES = (Level.COUNTY, Level.TOWN, Level.VILLAGE, Level.GRID)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for a formula (OWASP: CSV injection)
BOM = "\ufeff"  # tells Excel that the file is UTF-8
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Answer the filtered list as a file. Raises NotAllowed, and Invalid beyond 100,000 rows. Four statements."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Permission.EXPORT)
    if form not in FORMS:
        raise Http404(form)
    filters, now = filters_of(request.GET), timezone.now()
    found = count(actor, filters, now, cap=MOST)
    if found > MOST:
        raise Invalid("export.too_many", limit=f"{MOST:,}")
    rows = all_of(actor, filters, now)

    record_export(filters=as_data(filters), count=len(rows), form=form, by=actor, now=now)
    name = f"tongxin-{timezone.localtime(now):%Y%m%d-%H%M}.{form}"
    lines = _lines(rows, watermark(actor, now), now)
    return _csv(lines, name) if form == "csv" else _xlsx(lines, name)


def watermark(actor: Actor, now: datetime) -> str:
    """Return who took the list out, as post, unit and moment: the line on top of every export."""
    duty = duty_for(actor, Permission.EXPORT)
    post = f"{unit_names().get(duty.unit_id, '')} · {_word(duty.role)} · {duty.post_id}" if duty else actor.ref
    return _("Exported by %(post)s at %(moment)s. For work only; do not pass on.") % {
        "post": post,
        "moment": f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
    }


def safe(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def heads() -> list[str]:
    """Return the titles of the columns."""
    return [
        _("Number"),
        _("Title"),
        _("Template"),
        _("Name of the template"),
        _("State"),
        _("Lamp"),
        _("County"),
        _("Town"),
        _("Village"),
        _("Grid"),
        _("Area code"),
        _("Place"),
        _("Unit"),
        _("Level"),
        _("Urgency"),
        _("Channel"),
        _("Reported at"),
        _("Due at"),
        _("Closed at"),
        _("Reworks"),
        _("Longitude"),
        _("Latitude"),
    ]


def cells(row: Row, now: datetime) -> list[Any]:
    """Return one matter as the cells of a line. No statement."""
    kind = kinds.current().get(row.template_code)
    lamp = row.lamp(now)
    levels = words.LEVELS_EN if is_english() else words.LEVELS
    places = [names().get(row.area[:width], "") if width <= len(row.area) else "" for width in PLACES]
    return [
        row.number,
        row.title,
        row.template_code,
        "" if kind is None else kind.name_en if is_english() else kind.name,
        _word(State(row.state)),
        "" if lamp is None else _word(lamp),
        *places,
        row.area,
        row.place,
        unit_names().get(row.unit_id or 0, ""),
        levels.get(row.level, row.level),
        _word(Urgency(row.urgency)),
        _word(Channel(row.channel)),
        _moment(row.reported_at),
        _moment(row.due_at),
        _moment(row.closed_at),
        row.reworks,
        row.lon,
        row.lat,
    ]


def _lines(rows: Iterable[Row], mark: str, now: datetime) -> Iterator[list[Any]]:
    yield [mark]
    yield heads()
    for row in rows:
        yield [safe(cell) for cell in cells(row, now)]


class _Echo:
    """A file that hands back what is written to it, so that lines stream as they are made."""

    def write(self, text: str) -> str:
        return text


def _csv(lines: Iterable[list[Any]], name: str) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def streamed() -> Iterator[str]:
        yield BOM
        for line in lines:
            yield writer.writerow(line)

    answer = StreamingHttpResponse(_chunks(streamed()), content_type="text/csv; charset=utf-8")
    return _named(answer, name)


def _xlsx(lines: Iterable[list[Any]], name: str) -> FileResponse:
    from openpyxl import Workbook  # a third of a second: only where a workbook is asked for

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Matters"))
    for line in lines:
        sheet.append(line)
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 the response closes it
    book.save(file)
    file.seek(0)
    return _named(FileResponse(file, content_type=XLSX), name)


def _chunks(texts: Iterable[str], size: int = 64_000) -> Iterator[str]:
    """Gather small texts into larger ones: a line at a time would cost a system call each."""
    held: list[str] = []
    length = 0
    for text in texts:
        held.append(text)
        length += len(text)
        if length >= size:
            yield "".join(held)
            held, length = [], 0
    yield "".join(held)


def _named(answer: Any, name: str) -> Any:
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _word(member: Any) -> str:
    return words.label(member, get_language() or "zh-hans")
