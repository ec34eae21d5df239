"""Reporting a matter: what it is, where it is, photos of it, and settling it on the spot."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin import words
from tongxin.apps.areas.locator import explained
from tongxin.apps.areas.queries import names
from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.matters import actions, kinds
from tongxin.apps.matters.actions import Incoming, Reported
from tongxin.apps.matters.incoming import NAME_LIMIT, PHONE_LIMIT
from tongxin.apps.matters.kinds import Kind
from tongxin.interfaces.desk import frame, mending, siting, suggest
from tongxin.interfaces.desk.asking import PICTURES
from tongxin.interfaces.desk.evidence import attach_all
from tongxin.look import filters
from tongxin.look.forms import Choice, Field, schema_values
from tongxin.rules.area_codes import How, Level
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, Act
from tongxin.rules.permissions import GRID, Actor, Permission, Role, may, require

GROUND = ("counties", "towns", "grids")
SOURCE = "desk"  # a form sent twice is one matter: its key is known from this source


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Show the form, or take in what was filled in. Everything typed is kept; photos must be chosen again."""
    require(request.actor, Permission.REPORT)  # type: ignore[attr-defined]
    if request.method != "POST":
        return _page(request, request.GET, {})
    now = timezone.now()
    kind = kinds.current().get(request.POST.get("template", ""))
    wrong = _missing(request, kind)
    if not wrong and kind:
        try:
            answer = actions.report(_incoming(request, kind), by=request.actor, now=now, source=SOURCE)  # type: ignore[attr-defined]
        except Refused as refusal:
            wrong = mending.faults(refusal, kind.form)
        else:
            return _done(request, answer, now)
    return _page(request, request.POST, wrong, status=422)


@require_safe
def kinds_found(request: HttpRequest) -> HttpResponse:
    """Answer the templates that fit what was typed so far, and what the text says of the place."""
    require(request.actor, Permission.REPORT)  # type: ignore[attr-defined]
    context = {**_found(request, request.GET), **_chosen(request.GET), "is_part": True}
    return render(request, "desk/report_kinds.html", context)


@require_safe
def form(request: HttpRequest) -> HttpResponse:
    """Answer the own questions of the chosen template."""
    return render(request, "desk/report_form.html", _template(request, request.GET, {}))


@require_safe
def areas(request: HttpRequest) -> HttpResponse:
    """Answer the villages and grids of the chosen town; of a place that the text names, its town as well."""
    if "named" in request.GET:
        site = siting.fields(request.actor, _placed(request.GET), {})  # type: ignore[attr-defined]
        answer = render(request, "desk/report_ground.html", {"site": site})
        answer["HX-Trigger-After-Swap"] = "tx-placed"
        return answer
    field = siting.grids(request.actor, request.GET.get("town", ""), request.GET.get("area", ""))  # type: ignore[attr-defined]
    return render(request, "desk/report_areas.html", {"grids": field})


@require_safe
def locate(request: HttpRequest) -> HttpResponse:
    """Answer which grid a point lies in, and how that was found."""
    return render(request, "desk/report_located.html", {"located": _located(request.GET)})


# --- taking in -------------------------------------------------------------------------------------------


def _missing(request: HttpRequest, kind: Kind | None) -> dict[str, str]:
    """Return what must be mended before anything is written, by field."""
    posted, wrong = request.POST, {}
    if kind is None:
        wrong["template"] = _("Choose what it is: type a word, its pinyin or initials.")
    if "settle" in posted and kind:
        if not posted.get("done", "").strip():
            wrong["done"] = _("Say what was done.")
        for name, wanted in (("before", kind.before_photos), ("after", kind.after_photos)):
            if len(request.FILES.getlist(name)) < wanted:
                wrong[name] = _("Settling on the spot needs at least %(n)s.") % {"n": wanted}
    return wrong


def _incoming(request: HttpRequest, kind: Kind) -> Incoming:
    posted = request.POST
    lon, lat = _point(posted)
    return Incoming(
        template=kind.code,
        text=posted.get("text", ""),
        place=posted.get("place", ""),
        lon=lon,
        lat=lat,
        area=posted.get("area", "") or posted.get("town", ""),
        form=schema_values(kind.form, posted),
        channel=_channel(request.actor, posted),  # type: ignore[attr-defined]
        urgency=Urgency(posted["urgency"]) if posted.get("urgency") in set(Urgency) else None,
        is_secret="secret" in posted,
        contact_name=posted.get("contact_name", ""),
        contact_phone=posted.get("contact_phone", ""),
        source_key=f"{request.actor.ref}:{posted['key'][:40]}" if posted.get("key") else None,  # type: ignore[attr-defined]
    )


def _point(given: QueryDict) -> tuple[float | None, float | None]:
    """Return the point. Raises Invalid where it is no pair of numbers."""
    texts = given.get("lon", "").strip(), given.get("lat", "").strip()
    try:
        lon, lat = (float(text) if text else None for text in texts)
    except ValueError as wrong:
        raise Invalid("point.invalid", lon=texts[0][:20], lat=texts[1][:20]) from wrong
    return lon, lat


def _done(request: HttpRequest, answer: Reported, now: datetime) -> HttpResponse:
    """Keep the photos of a new matter, settle it if it was settled, and lead to it."""
    actor, posted = request.actor, request.POST  # type: ignore[attr-defined]
    refused = []
    for kind in (EvidenceKind.BEFORE, EvidenceKind.AFTER) if answer.is_new else ():
        files = request.FILES.getlist(kind.value)
        refused += attach_all(files, matter_id=answer.id, kind=kind, by=actor, now=now)[1]
    messages.success(request, _("Reported as %(number)s.") % {"number": answer.number})
    for sentence in refused:
        messages.error(request, sentence)
    if "settle" in posted and answer.is_new:
        try:
            actions.take(Act.SETTLE, matter_id=answer.id, by=actor, now=now, reason=posted.get("done", ""))
        except Refused as refusal:
            messages.error(request, _("Not settled yet: %(why)s") % {"why": filters.say(refusal)})
    return redirect("desk:matter", answer.number)


def _channel(actor: Actor, given: Mapping[str, str]) -> Channel:
    """Return the door a report came through: told by those who take calls and letters, else that of the post."""
    if given.get("channel") in {channel.value for channel in channels(actor)}:
        return Channel(given["channel"])
    return channels(actor)[0]


def channels(actor: Actor) -> tuple[Channel, ...]:
    """Return the channels a person may name, the usual one first."""
    if Role.OPERATOR in actor.roles:
        return (Channel.HOTLINE,)
    if actor.roles & GRID:
        return Channel.GRID, Channel.RESIDENT
    return Channel.DEPARTMENT, Channel.HOTLINE, Channel.RESIDENT, Channel.POLICE, Channel.PAPER


# --- showing ---------------------------------------------------------------------------------------------


def _page(request: HttpRequest, given: QueryDict, wrong: Mapping[str, str], *, status: int = 200) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    given = _placed(given)
    context = {
        "now": timezone.now(),
        "key": given.get("key") or secrets.token_urlsafe(12),
        "wrong": mending.listed(wrong),
        "had_files": bool(request.FILES),
        "text": Field(
            "text",
            _("What happened"),
            "area",
            given.get("text", ""),
            is_required=True,
            rows=4,
            longest=TEXT_LIMIT,
            error=wrong.get("text", ""),
            hint=_("Where exactly, what, how much. About the matter, not about people."),
        ),
        **_found(request, given),
        "is_part": False,
        "located": _located(given),
        "site": siting.fields(actor, given, wrong),
        "view": siting.view(actor, given),
        "layers": {name: reverse("desk:map-layer", args=[name]) for name in GROUND},
        "more": _more(actor, given),
        "contact": _contact(given, wrong),
        "before": _photos("before", _("Photos of the start"), wrong),
        "may_settle_here": may(actor, Permission.SETTLE),
        **_chosen(given),
        **_template(request, given, wrong),
    }
    return frame.page(request, "desk/report.html", context, status=status)


def _found(request: HttpRequest, given: QueryDict) -> dict[str, Any]:
    """Return what the text suggests, and the templates that answer to what was typed."""
    try:
        point = _point(given)
        if None not in point:
            explained(*point)
    except Invalid:
        point = None, None
    return suggest.found(request.actor, given, point, timezone.now())._asdict()  # type: ignore[attr-defined]


def _placed(given: QueryDict) -> QueryDict:
    """Return what was given, with the place that the text names as its town and grid where one was taken."""
    named = given.get("named", "")
    if named not in names():
        return given
    placed = given.copy()
    placed["town"] = named[: Level.TOWN]
    placed["area"] = named if len(named) > Level.TOWN else ""
    return placed


def _chosen(given: Mapping[str, str]) -> dict[str, Any]:
    return {"chosen": given.get("template", ""), "typed": given.get("q", "")}


def _template(request: HttpRequest, given: QueryDict, wrong: Mapping[str, str]) -> dict[str, Any]:
    """Return the own questions of the chosen template, and whether it may be settled on the spot."""
    kind = kinds.current().get(given.get("template", ""))
    if kind is None:
        return {"kind": None, "schema": None, "values": {}, "errors": {}, "may_settle": False, "settle": False}
    asked = {**kind.form, "required": []}  # what is not known yet is asked for at filing
    actor = request.actor  # type: ignore[attr-defined]
    return {
        "kind": kind,
        "schema": asked,
        "values": schema_values(kind.form, given),
        "errors": {name.removeprefix("form."): text for name, text in wrong.items() if name.startswith("form.")},
        "may_settle": kind.may_settle and may(actor, Permission.SETTLE),
        "settle": "settle" in given,
        "done": Field(
            "done",
            _("What was done"),
            "area",
            given.get("done", ""),
            rows=3,
            longest=TEXT_LIMIT,
            error=wrong.get("done", ""),
        ),
        "after": _photos("after", _("Photos of the result"), wrong, wanted=kind.after_photos),
        "before_wanted": kind.before_photos,
    }


def _photos(name: str, label: str, wrong: Mapping[str, str], *, wanted: int = 0) -> Field:
    hint = _("At least %(n)s, from the same angle as before.") % {"n": wanted} if wanted else _("JPEG, PNG or WebP.")
    return Field(name, label, "photos", hint=hint, error=wrong.get(name, ""), accept=PICTURES)


def _more(actor: Actor, given: Mapping[str, str]) -> tuple[Field, ...]:
    language = get_language() or "zh-hans"
    told = channels(actor)
    urgencies = tuple(Choice(each.value, words.label(each, language)) for each in Urgency)
    doors = tuple(Choice(each.value, words.label(each, language)) for each in told)
    hint = _("It can be made more urgent than its template, never less.")
    urgency = Field("urgency", _("Urgency"), "radio", given.get("urgency", "N"), choices=urgencies, hint=hint)
    channel = Field("channel", _("Channel"), "select", given.get("channel", told[0].value), choices=doors)
    return (urgency, channel) if len(told) > 1 else (urgency,)


def _contact(given: Mapping[str, str], wrong: Mapping[str, str]) -> tuple[Field, ...]:
    asked = (
        ("contact_name", _("How to address the reporter"), "text", NAME_LIMIT),
        ("contact_phone", _("Telephone"), "tel", PHONE_LIMIT),
    )
    seal = _("Seal it: only the duty chief and the handling unit see the matter")
    return (
        *(
            Field(
                name, label, kind, given.get(name, ""), error=wrong.get(name, ""), longest=longest, autocomplete="off"
            )
            for name, label, kind, longest in asked
        ),
        Field("secret", seal, "check", "true" if "secret" in given else ""),
    )


def _located(given: QueryDict) -> dict[str, Any] | None:
    """Return where the point lies, in words; None where no point was told."""
    try:
        lon, lat = _point(given)
        if lon is None or lat is None:
            return None
        found = explained(lon, lat)
    except Invalid as refusal:
        return {"is_found": False, "text": filters.say(refusal)}
    if found.code is None:
        return {"is_found": False, "text": filters.say(Invalid("point.outside", lon=round(lon, 5), lat=round(lat, 5)))}
    how = words.label(found.how, get_language() or "zh-hans")
    away = f" {filters.distance(found.metres)}" if found.how is How.NEAREST else ""
    return {"is_found": True, "text": " › ".join(found.names[2:] or found.names), "how": f"{how}{away}"}
