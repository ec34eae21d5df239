"""Acts on what lies over a matter: one form for all of them, made from the table's row, in a dialog or on a page."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin import words
from tongxin.apps.matters import actions, overlay_choices, queries
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.overlay_choices import Choice, Laid
from tongxin.apps.matters.overlaying import MODELS
from tongxin.interfaces.desk import frame, overlays, texts
from tongxin.interfaces.desk import matter as pages
from tongxin.interfaces.desk import overlay_asking as asking
from tongxin.interfaces.desk import units as directory
from tongxin.interfaces.desk.acts import onward
from tongxin.interfaces.desk.overlay_asking import Asking
from tongxin.look import filters
from tongxin.look.icons import overlay_icon
from tongxin.rules.errors import Missing, NotAllowed, Refused, Stale
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.overlays.frame import Overlay, Table
from tongxin.rules.overlays.tables import BY_ACT

OFFERED = 8  # units shown before anything was typed


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Show the form of an act on an overlay, or take it. A refusal keeps what was written."""
    table, now = _table(act), timezone.now()
    found = queries.one(request.actor, number)  # type: ignore[attr-defined]
    row = _row(table, found, request)
    if request.method != "POST":
        return _form(request, found, table, act, row, now)
    try:
        sentence = _take(request, found, table, act, row, now)
    except Refused as refusal:
        found = queries.one(request.actor, number)  # type: ignore[attr-defined]
        return _form(request, found, table, act, _row(table, found, request), now, refusal)
    messages.success(request, sentence)
    return HttpResponseRedirect(onward(request, found))


@require_safe
def units(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Show the units that answer to what was typed, for the form of an act; what is ticked stays."""
    found = queries.one(request.actor, number)  # type: ignore[attr-defined]
    name = next(
        (each for step in _table(act).steps if step.act == act for each in asking.UNITS if each in step.asks), ""
    )
    return render(request, "desk/over_units.html", {"offered": _offered(found, name, request.GET), "matter": found})


@require_safe
def due(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Say when it would be due with the time that is filled in."""
    table, now = _table(act), timezone.now()
    found = queries.one(request.actor, number)  # type: ignore[attr-defined]
    form = _asking(request, found, table, act, _row(table, found, request), now)
    return HttpResponse(
        asking.preview(form, request.GET, now) if form else "", content_type="text/plain; charset=utf-8"
    )


def _table(act: str) -> Table:
    if act not in BY_ACT:
        raise Http404
    return BY_ACT[act]


def _row(table: Table, found: Matter, request: HttpRequest) -> Any:
    """Return the overlay that the address or the form names. Raises Missing."""
    named = request.POST.get("id") or request.GET.get("id") or ""
    if not named:
        return None
    rows = MODELS[table.overlay].objects.filter(matter_id=found.pk)  # type: ignore[attr-defined]
    row = rows.filter(pk=int(named)).first() if named.isdigit() and len(named) < 19 else None
    if row is None:
        raise Missing("overlay.missing")
    return row


def _take(request: HttpRequest, found: Matter, table: Table, act: str, row: Any, now: datetime) -> str:
    """Take the act on the matter as the person saw it; return what to say. Raises Refused."""
    posted = request.POST
    rev = int(posted["rev"]) if posted.get("rev", "").isdigit() else None
    step = table.step(act, row.state if row else "")
    details = asking.details(step, posted) if step else {}
    done = actions.take_over(
        act,
        matter_id=found.pk,
        by=request.actor,  # type: ignore[attr-defined]
        now=now,
        overlay_id=row.pk if row else None,
        rev=rev,
        **details,
    )
    language = get_language() or "zh-hans"
    told = {"act": _label(table, act), "number": done.number}
    told["state"] = overlays.state_of(table.overlay, done.state, language)
    return _("%(act)s done: %(number)s, “%(state)s”.") % told


def _label(table: Table, act: str) -> str:
    return words.label(next(step.act for step in table.steps if step.act == act), get_language() or "zh-hans")


def _asking(request: HttpRequest, found: Matter, table: Table, act: str, row: Any, now: datetime) -> Asking | None:
    step = table.step(act, row.state if row else "")
    if step is None:
        return None
    work = overlay_choices.clockwork(found, list(found.deadlines.order_by("id")), now)
    return asking.asking(step, found, row, work, request.actor, now)  # type: ignore[attr-defined]


def _choice(request: HttpRequest, found: Matter, table: Table, act: str, row: Any, now: datetime) -> Choice | None:
    actor, clocks = request.actor, list(found.deadlines.order_by("id"))  # type: ignore[attr-defined]
    if row is None:
        known = overlay_choices.openings(actor, found, clocks, now)
    else:
        standing, work = overlay_choices.standing_of(found), overlay_choices.clockwork(found, clocks, now)
        known = overlay_choices.of_row(actor, standing, table.overlay, row, work, now)
    return next((each for each in known if each.act == act), None)


def _form(
    request: HttpRequest, found: Matter, table: Table, act: str, row: Any, now: datetime, refusal: Refused | None = None
) -> HttpResponse:
    """Show an act's form: as a page of its own, or in the dialog of the page that asked for it."""
    given = request.POST if request.method == "POST" else request.GET  # looking for a unit keeps what was typed
    choice = _choice(request, found, table, act, row, now)
    is_possible = choice is not None and choice.refused is None
    if refusal is None and not is_possible:
        refusal = choice.refused if choice else _not_now(table, act, row, found)
    form = _asking(request, found, table, act, row, now) if is_possible else None
    fields = asking.fields_of(form, given, refusal) if form else ()
    ready = texts.picker(request, act, fields, found)
    if form and (written := texts.inserted(request, given, ready)) is not given:
        fields = asking.fields_of(form, written, None)
    wanted = form.wants_units if form else ""
    context = pages.head(found, [], now) | {
        "now": now,
        "act": act,
        "act_icon": overlay_icon(act),
        "label": _label(table, act),
        "overlay": row,
        "about": list(_about(table.overlay, row, now)) if row else [],
        "is_possible": is_possible,
        "fields": fields,
        "ready": ready,
        "preview": asking.preview(form, given, now) if form else "",
        "is_extension": bool(form and form.is_extension),
        "has_preview": bool(form and "limit" in form.names),
        "sentence": filters.say(refusal) if refusal else "",
        "is_stale": isinstance(refusal, Stale),
        "offered": _offered(found, wanted, given) if wanted else None,
        "next": given.get("next", ""),
    }
    status = refusal.status if refusal and request.method == "POST" else 200
    if request.htmx and request.method == "GET":  # type: ignore[attr-defined]
        return render(request, "desk/over_form.html", context)
    return frame.page(request, "desk/over.html", context, status=status)


def _about(kind: Overlay, row: Any, now: datetime) -> list[str]:
    """Return what the overlay is about that the act decides on."""
    language = get_language() or "zh-hans"
    said = [overlays.title(kind, row, language), *overlays.details(Laid(kind, row, []), now, language)]
    if kind is Overlay.ORDER:
        said.append(row.order.text)
    return [each for each in said if each]


def _not_now(table: Table, act: str, row: Any, found: Matter) -> Refused:
    """Say why an act that nobody offers is not possible: the state knows it not, or no post of this person takes it."""
    step = table.step(act, row.state if row else "")
    if step is None:
        named = next(each.act for each in table.steps if each.act == act)
        return Refused("overlay.wrong_state", act=named, state=row.state if row else "")
    if found.state not in (table.lives if step.within is None else step.within):
        return Refused("step.wrong_state", act=step.act, state=State(found.state))
    return NotAllowed("step.wrong_role", act=step.act, roles=sorted(step.by))


def _offered(found: Matter, name: str, given: Any) -> dict[str, Any]:
    """Return the units to choose from: those ticked before, those the rules name or those typed for."""
    ticked = [int(each) for each in given.getlist(name) if each.isdigit() and len(each) < 19] if name else []
    typed = given.get("q", "").strip()
    found_ = directory.search(typed, found.area) if typed else directory.around(found, OFFERED)
    kept = directory.named(ticked)
    listed = [*kept, *(unit for unit in found_ if unit.id not in ticked and unit.id != found.unit_id)]
    return {"name": name, "is_many": name == "units", "chosen": set(ticked), "typed": typed, "listed": listed}
