"""Reporting without an account: a photo, a place, some words. Everything else may be left out."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin.apps.areas.queries import children, names
from tongxin.apps.journal.evidence import Received
from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.matters import actions, kinds, receipts
from tongxin.apps.matters.actions import Incoming, Reported
from tongxin.apps.matters.incoming import NAME_LIMIT, PHONE_LIMIT, PLACE_LIMIT
from tongxin.apps.matters.suggesting.queries import guess
from tongxin.apps.notify.actions import silence, subscribe
from tongxin.apps.notify.media import set_up
from tongxin.interfaces.portal import following_devices as devices
from tongxin.interfaces.portal import hints, photos
from tongxin.interfaces.portal.frame import GENERAL, page, public
from tongxin.interfaces.portal.limits import REPORTS, limited
from tongxin.look import filters
from tongxin.look.forms import Choice, Field
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, UNDO_REPORT
from tongxin.rules.occasions import Medium
from tongxin.rules.permissions import RESIDENT, holding_receipt
from tongxin.rules.receipts import check_phone

SOURCE = "portal"  # a form sent twice is one matter: its key is known from this source
KEY_LEAST, KEY_MOST = 16, 40  # characters of a key a phone makes up; a shorter one could be guessed
UNPLACED = "report.no_place"


@limited(REPORTS, "POST")
@require_http_methods(["GET", "HEAD", "POST"])
@public
def report(request: HttpRequest) -> HttpResponse:
    """Show the form, or take in what was filled in. What was typed is kept; photos must be chosen again."""
    if request.method != "POST":
        return _page(request, request.GET, {})
    now = timezone.now()
    try:
        incoming = _incoming(request)
        with photos.examined(request) as kept:
            answer = actions.report(incoming, by=RESIDENT, now=now, source=SOURCE)
            lost = photos.keep_each(kept, partial(_attach, answer, now))
    except Refused as refusal:
        return _page(request, request.POST, _faults(refusal), status=refusal.status)
    return _done(request, answer, lost, now)


def _attach(answer: Reported, now: datetime, photo: Received) -> None:
    """Keep a photo with its report. A form sent again brings those that were lost; what is kept is kept once."""
    before = {"kind": EvidenceKind.BEFORE, "by": holding_receipt(answer.id), "now": now}
    actions.attach_received(photo, matter_id=answer.id, **before)  # type: ignore[arg-type]


def _done(request: HttpRequest, answer: Reported, lost: Mapping[int, str], now: datetime) -> HttpResponse:
    """Lead to the receipt, which says what was lost; from now on this phone is known as the one that reported."""
    request.noted = {"matter": answer.number}  # type: ignore[attr-defined]
    if answer.is_new:
        _choose_telling(request, answer, now)
    asked = f"?lost={photos.as_asked(lost)}" if lost else ""
    led = redirect(reverse("portal:receipt", args=[answer.receipt]) + asked)
    devices.remember(led, receipts.opened(answer.receipt))
    return led


def _choose_telling(request: HttpRequest, answer: Reported, now: datetime) -> None:
    """Keep how the reporter wants to be told: of nothing, by mail, or as usual."""
    asked: dict[str, Any] = {"matter_id": answer.id, "by": holding_receipt(answer.id), "now": now}
    if "quiet" in request.POST:
        silence(**asked)
    elif mail := request.POST.get("mail", "").strip():
        subscribe(channel=Medium.MAIL, address=mail, language=get_language() or "zh-hans", **asked)


# --- taking in -------------------------------------------------------------------------------------------


def _incoming(request: HttpRequest) -> Incoming:
    """Return what was filled in. Raises Invalid where nothing says what it is or where."""
    posted = request.POST
    text = posted.get("text", "").strip()
    check_phone(posted.get("contact_phone", "").strip())
    _check_mail(posted.get("mail", "").strip())
    lon, lat = _point(request)
    area = _area(request, text) if lon is None else ""
    return Incoming(
        template=_template(posted, text),
        text=text,
        place=posted.get("place", "").strip(),
        lon=lon,
        lat=lat,
        area=area,
        channel=Channel.RESIDENT,
        is_secret="secret" in posted,
        contact_name=posted.get("contact_name", "").strip(),
        contact_phone=posted.get("contact_phone", "").strip(),
        source_key=posted["key"] if KEY_LEAST <= len(posted.get("key", "")) <= KEY_MOST else None,
    )


def _point(request: HttpRequest) -> tuple[float | None, float | None]:
    """Return the point the phone found, or that of a photo where its reporter ticked so; else none."""
    posted = request.POST
    if point := hints.point_of(posted):
        return point
    if "photo_place" in posted and (found := photos.place_in(request.FILES.getlist(photos.FIELD))):
        return found
    return None, None


def _area(request: HttpRequest, text: str) -> str:
    """Return the area picked, else the one the address or the words name, else the county's own, if words say where.

    Raises Invalid where nothing says where it is.
    """
    posted, home = request.POST, request.shell.area  # type: ignore[attr-defined]
    for picked in (posted.get("area", ""), posted.get("town", "")):
        if picked in names() and len(picked) >= Level.COUNTY:
            return picked
    said = posted.get("place", "").strip()
    if named := hints.named_in(f"{said} {text}", home):
        return named
    if not said:
        raise Invalid(UNPLACED)
    return str(home)


def _check_mail(address: str) -> None:
    if not address:
        return
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise Invalid("subscription.mail") from wrong


def _template(posted: QueryDict, text: str) -> str:
    """Return the kind that was picked, else the likeliest one, else the general one, which the desk sorts.

    Who says that it is none of those offered is believed.
    """
    picked = posted.get("template", "")
    if picked in kinds.current():
        return picked
    found = guess(text) if picked != hints.NONE else []
    return found[0].code if found else GENERAL


def _faults(refusal: Refused) -> dict[str, str]:
    """Return what is wrong by the field it stands at."""
    if isinstance(refusal, photos.Unfit):
        told = {"file": refusal.facts["name"], "why": filters.say(refusal.why)}
        return {photos.FIELD: _("“%(file)s”: %(why)s") % told}
    if refusal.code == "report.too_long":
        return {str(refusal.facts["field"]): filters.say(refusal)}
    if refusal.code == "point.outside":
        return {"place": _("This point lies outside the city. Search for the place, or write the address.")}
    at = {
        "report.no_text": "text",
        "report.nul": "text",
        "portal.too_many_photos": photos.FIELD,
        UNPLACED: "place",
        "resident.phone": "contact_phone",
        "subscription.mail": "mail",
        "point.invalid": "place",
        "area.unknown": "place",
    }
    return {at.get(refusal.code, "text"): filters.say(refusal)}


# --- showing ---------------------------------------------------------------------------------------------


def _page(request: HttpRequest, given: QueryDict, wrong: Mapping[str, str], *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    fields = _fields(given, wrong)
    context = {
        "tab": "report",
        "now": now,
        "key": given.get("key") or secrets.token_urlsafe(18),
        "wrong": [field for field in fields.values() if field.error],
        "had_files": bool(request.FILES),
        **fields,
        "given": given,
        "most": settings.EVIDENCE_LIMIT_MB,
        "towns": _towns(request.shell.area),  # type: ignore[attr-defined]
        "accepted_within": _accepted_within(),
        "undo": filters.span(UNDO_REPORT),
        "can": set_up(),
        "telling": _telling(),
        **hints.kinds_for(given.get("text", ""), given.get("template", "")),
        **hints.place_for(given),
    }
    return page(request, "portal/report.html", context, status=status)


def _telling() -> str:
    """Return what comes of a telephone or an address that is left here."""
    can = set_up()
    if not can:
        return _("Nothing is sent from here yet: you look at the link of your receipt.")
    if can == [Medium.SMS]:
        return _("Unless you say so, short messages go to the telephone when something happens.")
    if can == [Medium.MAIL]:
        return _("Unless you say so, mails go to the address when something happens.")
    return _(
        "Unless you say so, short messages go to the telephone, or mails to the address, when something happens. "
        "You can change it any time."
    )


def _fields(given: QueryDict, wrong: Mapping[str, str]) -> dict[str, Field]:
    def field(name: str, label: str, kind: str = "text", **more: Any) -> Field:
        return Field(name, label, kind, value=given.get(name, ""), error=wrong.get(name, ""), **more)

    hint = _("For example: 28 Songyuan Road, south side.")
    return {
        "photos": Field(photos.FIELD, _("Photos"), "file", accept=photos.ACCEPT, error=wrong.get(photos.FIELD, "")),
        "text": field("text", _("What happened"), "area", rows=3, longest=TEXT_LIMIT),
        "place": field("place", _("Address or landmark"), longest=PLACE_LIMIT, hint=hint),
        "contact_name": field("contact_name", _("How shall we call you"), longest=NAME_LIMIT, autocomplete="name"),
        "mail": field("mail", _("E-mail, if you want to be told there"), "email", longest=254, autocomplete="email"),
        "contact_phone": field("contact_phone", _("Telephone"), "tel", longest=PHONE_LIMIT, autocomplete="tel"),
    }


def _towns(area: str) -> list[tuple[str, tuple[Choice, ...]]]:
    """Return the towns to pick from without script, by county."""
    counties = [area] if len(area) == Level.COUNTY else [each.code for each in children(area or None)]
    return [
        (names().get(county, county), tuple(Choice(each.code, each.name) for each in children(county)))
        for county in counties
    ]


def _accepted_within() -> str:
    limit = kinds.current_book().limit(Clock.ACCEPT, Urgency.NORMAL)
    return filters.limit(limit.amount, limit.unit)
