"""Acts: one on one matter, with its form."""

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin import words
from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.matters import actions, queries
from tongxin.apps.matters.actions import Taken
from tongxin.apps.matters.actions.light import mark_read
from tongxin.apps.matters.choices import choices
from tongxin.apps.matters.models import Matter
from tongxin.interfaces.desk import frame, home, lines, merging, texts, undoing
from tongxin.interfaces.desk import matter as pages
from tongxin.interfaces.desk import units as directory
from tongxin.interfaces.desk.asking import fields_of
from tongxin.interfaces.desk.evidence import attach_all
from tongxin.interfaces.desk.offers import ASKS, is_open
from tongxin.look import filters
from tongxin.rules.errors import Refused, Stale
from tongxin.rules.lifecycles.matter import Act, Because, CloseKind, Ground, State
from tongxin.rules.permissions import Actor

E = TypeVar("E", bound=StrEnum)
COUNTED = (EvidenceKind.BEFORE, EvidenceKind.AFTER)


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """Show the form of an act, or take it. A refusal keeps what was written, and photos that were sent."""
    if act not in set(Act):
        raise Http404
    asked, now = Act(act), timezone.now()
    found = queries.one(request.actor, number)  # type: ignore[attr-defined]
    if request.method != "POST":
        return _form(request, found, asked, now)
    try:
        taken = _take(request, found, asked, now)
    except Refused as refusal:
        return _form(request, queries.one(request.actor, number), asked, now, refusal)  # type: ignore[attr-defined]
    mark_read([taken.id], by=request.actor, now=now)  # type: ignore[attr-defined]
    messages.success(request, _said(asked, taken))
    undoing.offer(request, asked, taken, now)
    return HttpResponseRedirect(onward(request, found))


def _take(request: HttpRequest, found: Matter, asked: Act, now: datetime) -> Taken:
    """Keep the photos of the form, then take the act on the matter as the person saw it. Raises Refused."""
    posted, actor = request.POST, request.actor  # type: ignore[attr-defined]
    rev = int(posted["rev"]) if posted.get("rev", "").isdigit() else None
    if rev is not None and rev != found.rev:
        raise Stale("matter.changed", rev=found.rev)
    for kind in EvidenceKind:
        kept, refused = attach_all(request.FILES.getlist(kind.value), matter_id=found.pk, kind=kind, by=actor, now=now)
        if rev is not None and kind in COUNTED:
            rev += kept
        for sentence in refused:
            messages.error(request, sentence)
    master = posted.get("master", "") if asked is Act.MERGE else ""
    return actions.take(
        asked,
        matter_id=found.pk,
        by=actor,
        now=now,
        reason=posted.get("reason", ""),
        ground=_one(Ground, posted.get("ground", "")),
        route=posted.get("route", ""),
        unit_id=_id(posted.get("unit", "")) if asked is Act.DISPATCH else None,
        suggested_unit=_id(posted.get("unit", "")) if asked is Act.RETURN else None,
        close_as=_one(CloseKind, posted.get("close_as", "")),
        reply=posted.get("reply", ""),
        because=_one(Because, posted.get("because", "")),
        master_id=queries.id_of(master) if master else None,
        template=posted.get("template", "") if asked is Act.RECLASSIFY else "",
        rev=rev,
    )


def _form(
    request: HttpRequest, found: Matter, asked: Act, now: datetime, refusal: Refused | None = None
) -> HttpResponse:
    """Show an act's form: as a page of its own, or in the dialog of the page that asked for it."""
    actor = request.actor  # type: ignore[attr-defined]
    given = request.POST if request.method == "POST" else request.GET  # looking for a unit keeps what was typed
    clocks = list(found.deadlines.order_by("id"))
    choice = next((each for each in choices(actor, found, clocks, now) if each.act is asked), None)
    is_possible = choice is not None and is_open(choice)
    if refusal is None and not is_possible:
        refusal = choice.refused if choice else _wrong_state(found, asked)
    fields = fields_of(found, asked, given, refusal if is_possible else None) if is_possible else ()
    ready = texts.picker(request, asked.value, fields, found)
    if (written := texts.inserted(request, given, ready)) is not given:
        fields = fields_of(found, asked, written, None)
    context = pages.head(found, clocks, now) | {
        "now": now,
        "act": asked,
        "label": words.label(asked, get_language() or "zh-hans"),
        "is_possible": is_possible,
        "fields": fields,
        "ready": ready,
        "sentence": filters.say(refusal) if refusal else "",
        "is_stale": isinstance(refusal, Stale),
        "offered": _offered(found, given, asked) if "unit" in ASKS[asked] else None,
        "masters": merging.offered(actor, found, given, now) if "master" in ASKS[asked] else None,
        "suggestion": pages.suggestion(found, now) if asked is Act.DISPATCH else None,
        "template": pages.conditions(found),
        "next": given.get("next", ""),
        "sent_files": bool(request.FILES),
    }
    status = refusal.status if refusal and request.method == "POST" else 200
    if request.htmx and request.method == "GET":  # type: ignore[attr-defined]
        return render(request, "desk/act_form.html", context)
    return frame.page(request, "desk/act.html", context, status=status)


@require_safe
def units(request: HttpRequest, number: str) -> HttpResponse:
    """Show the units that answer to what was typed, for the form of dispatching or returning."""
    found = queries.one(request.actor, number)  # type: ignore[attr-defined]
    asked = Act.DISPATCH if found.state == State.AWAITING_DISPATCH else Act.RETURN
    return render(request, "desk/units.html", {"offered": _offered(found, request.GET, asked), "matter": found})


def _offered(found: Matter, given: Any, asked: Act) -> dict[str, Any]:
    """Return the units to choose from: those the rules name, and those typed for. Who returns it, names another."""
    own = found.unit_id if asked is Act.RETURN else found.suggested_id
    chosen = _id(given.get("unit", "")) or (found.suggested_id if asked is Act.DISPATCH else None)
    typed = given.get("q", "").strip()
    listed = directory.search(typed, found.area) if typed else directory.alternatives(found)
    return {
        "chosen": chosen,
        "typed": typed,
        "listed": [unit for unit in listed if unit.id != own],
        "returned": set(found.returned_by) if asked is Act.DISPATCH else set(),
    }


def _said(asked: Act, taken: Taken) -> str:
    language = get_language() or "zh-hans"
    told = {
        "act": words.label(asked, language),
        "number": taken.number,
        "state": words.label(taken.state, language),
    }
    return _("%(act)s done: %(number)s is now “%(state)s”.") % told


def onward(request: HttpRequest, found: Matter) -> str:
    """Return where to go after an act: back where the person came from, unless the matter left their sight."""
    if asked := home.back_to(request, ""):
        return asked
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if queries.visible_to(actor).filter(pk=found.pk).exists():
        return f"{lines.base()}{found.number}/"
    return reverse("desk:home")


def _wrong_state(found: Matter, asked: Act) -> Refused:
    return Refused("step.wrong_state", act=asked, state=State(found.state))


def _one(kind: type[E], text: str) -> E | None:
    return kind(text) if text in set(kind) else None


def _id(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 19 else None
