"""上报: photo, kind, place. Three taps with the phone's script; one plain form without it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.apps.areas.queries import named
from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.matters import ground as work
from tongxin.apps.matters import kinds
from tongxin.apps.matters.kinds import Kind
from tongxin.apps.matters.suggesting import keywords
from tongxin.interfaces.field import frame, ground, syncing, taking
from tongxin.look import filters
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import Actor, Permission, may, require

LATELY = timedelta(days=90)
TILES = 6


class Offer(NamedTuple):
    """One kind to choose. `typed` holds all that one may type to find it: code, name, pinyin, initials, keywords."""

    code: str
    name: str
    limit: str
    typed: str
    may_settle: bool
    before: int
    after: int
    needs_text: bool
    often: int = 0  # how many of it were reported on this ground lately


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Show the form, or take in what was sent without script."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Permission.REPORT)
    now = timezone.now()
    if request.method != "POST":
        return frame.page(request, "field/report.html", _form(actor, now))
    try:
        number = _take(request, now)
    except Refused as refusal:
        context = _form(actor, now) | {"given": request.POST, "wrong": filters.say(refusal)}
        return frame.page(request, "field/report.html", context, status=refusal.status)
    messages.success(request, _("Reported as %(number)s.") % {"number": number})
    return redirect("field:today")


@gzip_page
@require_safe
def forms(request: HttpRequest) -> HttpResponse:
    """Send the own questions of every kind: the phone keeps them, so that each is there without a network."""
    shown = [
        (kind.code, {**kind.form, "required": []}) for kind in kinds.current().values() if kind.form.get("properties")
    ]
    return render(request, "field/report_forms.html", {"forms": shown})


def _take(request: HttpRequest, now: datetime) -> str:
    """Take in a report with its photos; settled on the spot, it is settled too. Raises Refused."""
    answer = syncing.plainly(request, "report", now)
    number = str(answer["number"])
    for name, kind in (("photos", EvidenceKind.BEFORE), ("after", EvidenceKind.AFTER)):
        for file in request.FILES.getlist(name):
            syncing.photo(request, number, kind, file, now)
    if "settle" in request.POST:
        syncing.settle(request, number, now)
    return number


def _form(actor: Actor, now: datetime) -> dict[str, Any]:
    here = frame.seat(actor)
    area = here.area if here else ""
    often = dict(work.busiest(actor, area, now - LATELY, most=TILES)) if area else {}
    offers = sorted(_offers(often), key=lambda each: (-each.often, not each.may_settle, each.code))
    grids = ground.grids(actor)
    return {
        "now": now,
        "tiles": offers[:TILES],
        "offers": sorted(offers, key=lambda each: each.code),
        "grids": grids,
        "own": area if named(area) and any(grid.code == area for grid in grids) else "",
        "sketch": ground.around(area) if named(area) else None,
        "may_settle": may(actor, Permission.SETTLE),
        "settle": Act.SETTLE.value,
        "key": syncing.fresh_key(),
        "given": {},
        "wrong": "",
    }


def _offers(often: dict[str, int]) -> Iterator[Offer]:
    known = {each.code: each for each in keywords.known()}
    for kind in kinds.current().values():
        typed = known.get(kind.code)
        yield Offer(
            code=kind.code,
            name=_name(kind),
            limit=filters.limit(kind.limit.amount, kind.limit.unit),
            typed=" ".join([typed.typed, *typed.keywords]) if typed else kind.name,
            may_settle=kind.may_settle,
            before=kind.before_photos,
            after=kind.after_photos,
            needs_text=not taking.default_text(kind),
            often=often.get(kind.code, 0),
        )


def _name(kind: Kind) -> str:
    return kind.name_en if filters.is_english() and kind.name_en else kind.name
