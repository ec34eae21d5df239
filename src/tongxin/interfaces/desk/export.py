"""Exports: the list as somebody sees it, as CSV or XLSX, streamed, with who took it out written on top."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.matters import kinds
from tongxin.apps.matters.actions.exporting import record_export
from tongxin.apps.matters.queries import Row, count, each_of
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import sheets
from tongxin.interfaces.desk.filtering import as_data, filters_of
from tongxin.look.filters import is_english
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.permissions import Actor, Permission, duty_for, require
from tongxin.rules.working_time import SHANGHAI

MOST = 100_000
PLACES = (Level.COUNTY, Level.TOWN, Level.VILLAGE, Level.GRID)
Columns = Sequence[tuple[str, float]]  # titles with their widths in characters
MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@require_GET
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Answer the filtered list as a file, begun at once and made while it is sent, in one snapshot of the database.

    Raises NotAllowed, and Invalid beyond 100,000 rows. Two statements besides the record.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Permission.EXPORT)
    if form not in MEDIA:
        raise Http404(form)
    filters, now = filters_of(request.GET), timezone.now()
    found = count(actor, filters, now, cap=MOST)
    if found > MOST:
        raise Invalid("export.too_many", limit=f"{MOST:,}")

    record_export(filters=as_data(filters), count=found, form=form, by=actor, now=now)
    lines = map(Cells(now).of, each_of(actor, filters, now, most=MOST))
    return sent(_("Matters"), columns(), lines, form=form, by=actor, now=now)


def sent(
    title: str, heads: Columns, lines: Iterable[sheets.Line], *, form: str, by: Actor, now: datetime, name: str = ""
) -> StreamingHttpResponse:
    """Return a table as a file that is made while it is sent, with who took it out on top."""
    titles, widths = zip(*heads, strict=True)
    mark = watermark(by, now)
    pieces = sheets.csv_of(mark, titles, lines) if form == "csv" else sheets.xlsx_of(title, mark, titles, widths, lines)
    answer = StreamingHttpResponse(pieces, content_type=MEDIA[form])
    file = "-".join(filter(None, ("tongxin", name, f"{timezone.localtime(now):%Y%m%d-%H%M}")))
    answer["Content-Disposition"] = f'attachment; filename="{file}.{form}"'
    answer["Cache-Control"] = "no-store"
    return answer


def watermark(actor: Actor, now: datetime) -> str:
    """Return who took the list out, as post, unit and moment: the line on top of every export."""
    return _("Exported by %(post)s at %(moment)s. For work only; do not pass on.") % {
        "post": post_of(actor),
        "moment": f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
    }


def post_of(actor: Actor) -> str:
    """Return the post by which somebody may take matters out: `荷花街道综合信息指挥室 · 派遣员 · 12`."""
    duty = duty_for(actor, Permission.EXPORT)
    return f"{unit_names().get(duty.unit_id, '')} · {_word(duty.role)} · {duty.post_id}" if duty else actor.ref


def columns() -> Columns:
    """Return the titles of the columns with their widths in characters."""
    return (
        (_("Number"), 16),
        (_("Title"), 32),
        (_("Template"), 6),
        (_("Name of the template"), 20),
        (_("State"), 10),
        (_("Lamp"), 8),
        (_("County"), 10),
        (_("Town"), 12),
        (_("Village"), 14),
        (_("Grid"), 20),
        (_("Area code"), 17),
        (_("Place"), 24),
        (_("Unit"), 24),
        (_("Level"), 8),
        (_("Urgency"), 8),
        (_("Channel"), 10),
        (_("Reported at"), 17),
        (_("Due at"), 17),
        (_("Closed at"), 17),
        (_("Reworks"), 8),
        (_("Longitude"), 11),
        (_("Latitude"), 11),
    )


class Cells:
    """What the lines of one file share, looked up once, before the first of them is sent."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._areas, self._units = names(), unit_names()
        english = is_english()
        self._kinds = {code: kind.name_en if english else kind.name for code, kind in kinds.current().items()}
        self._levels = words.LEVELS_EN if english else words.LEVELS
        self._words = {
            column: {member.value: _word(member) for member in kind}
            for column, kind in (("state", State), ("urgency", Urgency), ("channel", Channel))
        }
        self._lamps = {lamp: _word(lamp) for lamp in Lamp} | {None: ""}

    def of(self, row: Row) -> list[Any]:
        """Return one matter as the cells of a line. No statement."""
        said = self._words
        return [
            row.number,
            row.title,
            row.template_code,
            self._kinds.get(row.template_code, ""),
            said["state"][row.state],
            self._lamps[row.lamp(self._now)],
            *(self._areas.get(row.area[:width], "") if width <= len(row.area) else "" for width in PLACES),
            row.area,
            row.place,
            self._units.get(row.unit_id or 0, ""),
            self._levels.get(row.level, row.level),
            said["urgency"][row.urgency],
            said["channel"][row.channel],
            _moment(row.reported_at),
            _moment(row.due_at),
            _moment(row.closed_at),
            row.reworks,
            row.lon,
            row.lat,
        ]


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _word(member: Any) -> str:
    return words.label(member, get_language() or "zh-hans")
