"""A matter on paper: an A4 document with the QR code of its number, and the door such a code leads through."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.apps.journal.evidence import open_evidence
from tongxin.apps.journal.models import Evidence
from tongxin.apps.journal.queries import evidence_of
from tongxin.apps.matters import queries
from tongxin.apps.matters.actions.exporting import record_print
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.interfaces.desk import matter as pages
from tongxin.interfaces.desk.export import post_of
from tongxin.look import filters
from tongxin.look.paper import pdf_of, qr
from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import Missing
from tongxin.rules.masking import masked_text
from tongxin.rules.permissions import Permission, require
from tongxin.rules.working_time import Limit

STYLE = Path(__file__).parent / "jinja2" / "desk" / "print" / "matter.css"


@require_safe
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Answer a matter as a document, and note on it who printed it. Personal fields stay masked, also inside words.

    Raises Missing, NotAllowed, and Refused where the system lacks the library that sets type.
    """
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    require(actor, Permission.EXPORT)
    found = queries.one(actor, number)
    paper = pdf_of(page_of(request, found, now), STYLE)

    record_print(matter_id=found.pk, by=actor, now=now)
    answer = HttpResponse(paper, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def go(request: HttpRequest, number: str) -> HttpResponse:
    """Lead from a printed code to the matter's page: the address on paper stays when pages move."""
    return redirect("desk:matter", number.strip().upper()[:24])


def page_of(request: HttpRequest, found: Matter, now: datetime) -> str:
    """Return what is set on paper, as a page that needs nothing from outside: its pictures stand in it."""
    told = pages.page_of(request, found, now)
    kept = evidence_of(f"matter:{found.pk}").in_bulk()
    address = request.build_absolute_uri(reverse("desk:go-matter", args=[found.number]))
    mark = _("Printed by %(post)s at %(moment)s. For work only; do not pass on.")
    more = {
        "mark": mark % {"post": post_of(request.actor), "moment": filters.full_moment(now)},  # type: ignore[attr-defined]
        "qr": qr(address),
        "facts": list(_facts(found, told)),
        "timed": list(_timed(found.deadlines.order_by("id"), now)),
        "pictures": list(_pictures(kept, told["evidence"])),
        "documents": [_caption(each, kept[each.id]) for each in told["evidence"] if not each.is_picture],
        "hidden": masked_text,
    }
    return str(get_template("desk/print/matter.html").template.render(told | more))


def _facts(found: Matter, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what stands in the table on top; empty ones are left out."""
    yield _("Reported at"), filters.full_moment(found.reported_at)
    yield _("Channel"), told["channel"]
    yield _("Place"), masked_text(found.place) or told["area_name"]
    yield _("Area"), " › ".join(told["way"])
    if told["contact"]:
        yield _("Reporter"), told["contact"]
    yield from (fact for fact in told["responsible"] if fact[1])
    for name, moment in ((_("Due at"), found.due_at), (_("Closed at"), found.closed_at)):
        if moment:
            yield name, filters.full_moment(moment, day_end=True)
    yield from ((title, masked_text(str(answer))) for title, answer in told["answers"])


class Timed(NamedTuple):
    """One clock on paper: what was granted, from when until when, and how it went."""

    name: str
    limit: str
    started: str
    due: str
    ended: str
    verdict: str


def _timed(clocks: Sequence[Deadline], now: datetime) -> Iterator[Timed]:
    """Yield the clocks in the order in which they began; those stopped for good are left out."""
    for each in clocks:
        if each.outcome == "dropped":
            continue
        is_late = each.due_at < (each.ended_at or each.stopped_at or now)
        limit = Limit.parse(each.limit)
        running = _("overdue, running") if is_late else _("On hold") if each.stopped_at else _("running")
        yield Timed(
            filters.label(Clock(each.clock)),
            filters.limit(limit.amount, limit.unit),
            filters.full_moment(each.started_at),
            filters.full_moment(each.due_at, day_end=True),
            filters.full_moment(each.ended_at),
            running if each.ended_at is None else _("late") if is_late else _("in time"),
        )


class Picture(NamedTuple):
    """A thumbnail as a document carries it."""

    src: str
    caption: str


def _pictures(kept: Mapping[int, Evidence], shown: Sequence[pages.Shown]) -> Iterator[Picture]:
    for each in shown:
        if not each.is_picture:
            continue
        row = kept[each.id]
        try:
            file = open_evidence(row, thumb=True)
        except Missing:  # erased since, or kept on another machine: the record still names it
            continue
        data = base64.b64encode(file.path.read_bytes()).decode()
        yield Picture(f"data:image/jpeg;base64,{data}", _caption(each, row))


def _caption(each: pages.Shown, row: Evidence) -> str:
    return f"{each.badge} · {filters.full_moment(row.taken_at or row.kept_at)}"
