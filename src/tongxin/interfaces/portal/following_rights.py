"""What a person may ask about the own data: who looked, all that is kept, a right contact, a new link, erasure."""

from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.apps.matters import actions, unmaskings
from tongxin.apps.matters.incoming import NAME_LIMIT, PHONE_LIMIT
from tongxin.apps.matters.kept import kept, written
from tongxin.apps.matters.unmaskings import Reader
from tongxin.apps.notify import queries
from tongxin.apps.people.queries import unit_names
from tongxin.guard.addresses import address_of
from tongxin.guard.limits import Limit
from tongxin.interfaces.portal import following_devices as devices
from tongxin.interfaces.portal.following import Visit, to_prove, visit
from tongxin.interfaces.portal.following_acts import WRITES
from tongxin.interfaces.portal.following_story import word
from tongxin.interfaces.portal.frame import public
from tongxin.look.filters import label, say
from tongxin.look.forms import Field
from tongxin.look.paper import pdf_of
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.masking import masked_name, masked_phone
from tongxin.rules.occasions import Medium
from tongxin.rules.ratings import Rating

COPIES = Limit(a_minute=2, burst=4)  # documents: each takes a core for a second
STYLE = Path(__file__).parent / "jinja2" / "portal" / "following" / "paper.css"


class Look(NamedTuple):
    """One look at what is personal, as the page tells it: post, when, why; never a name."""

    who: str
    what: str
    at: datetime
    reason: str


@require_safe
@public
def readers(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Show who opened the contact or the sealed matter."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "readers")
    contact = getattr(found.matter, "contact", None)
    looks = [_look(each) for each in unmaskings.readers(found.me, found.matter.number).looks]
    return found.page("readers", {"looks": looks, "phone": masked_phone(contact.phone) if contact else ""})


def _look(each: Reader) -> Look:
    post = label(each.role) if each.role else _("the system")
    if each.is_lent:
        post = _("%(post)s (stood in for)") % {"post": post}
    who = " · ".join(filter(None, [unit_names().get(each.unit_id or 0, ""), post]))
    what = _("looked at the telephone and name") if each.until is None else _("opened the sealed matter")
    return Look(who, what, each.at, each.reason)


# --- all that is kept ------------------------------------------------------------------------------------


@require_safe
@public
def data(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Show all that is kept, to read."""
    found = visit(request, receipt)
    return found.page("data", _told(found)) if found.is_mine else to_prove(found, "data")


@require_safe
@public
def data_json(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Hand out all that is kept, for another program."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "data")
    COPIES.take(address_of(request))
    told = written(kept(found.me, found.matter)) | {"told_at": _told_at(found)}
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return _download(answer, f"{found.matter.number}.json")


@require_safe
@public
def data_pdf(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Hand out all that is kept as a document. Raises Refused where the system cannot set type."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "data")
    COPIES.take(address_of(request))
    context = _told(found) | {"matter": found.matter, "kind": found.kind, "now": found.now}
    paper = pdf_of(get_template("portal/following/paper.html").render(context, request), STYLE)
    return _download(HttpResponse(paper, content_type="application/pdf"), f"{found.matter.number}.pdf")


def _download(answer: HttpResponse, name: str) -> HttpResponse:
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _told(found: Visit) -> dict[str, Any]:
    all_ = kept(found.me, found.matter)
    return {
        "kept": all_,
        "looks": [_look(each) for each in all_.looks],
        "rated": [(each.at, label(Rating(each.rating)), each.is_solved) for each in all_.rated],
        "state": word(State(found.matter.state), found.matter.close_as),
        "told_at": _told_at(found),
    }


def _told_at(found: Visit) -> list[dict[str, str]]:
    """Return where the reporter asked to be told; a browser's address is nothing anybody reads."""
    asked = queries.subscriptions(found.me, matter_id=found.matter.pk)
    return [{"by": each.medium, "address": each.address if each.medium != Medium.PUSH else ""} for each in asked]


# --- set right, change, erase ----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@public
def contact(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Set right the telephone and the name that were left."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "contact")
    left, errors = getattr(found.matter, "contact", None), []
    given = {"name": left.name if left else "", "phone": left.phone if left else ""}
    if request.method == "POST":
        WRITES.take(address_of(request))
        given = {name: request.POST.get(name, "") for name in given}
        try:
            actions.correct(matter_id=found.matter.pk, by=found.me, now=found.now, **given)
        except Refused as refusal:
            errors.append(say(refusal))
        else:
            return found.back("corrected")
    fields = (
        Field("phone", _("Telephone"), "tel", given["phone"], longest=PHONE_LIMIT, autocomplete="tel"),
        Field("name", _("How to address you"), value=given["name"], longest=NAME_LIMIT, autocomplete="name"),
    )
    context = {
        "fields": fields, "errors": errors, "refused": "", "title": _("My contact"), "button": _("Save"),
        "icon_name": "device-floppy", "takes_files": False,
        "told": _("Only for answering you about this matter. Staff see it masked; whoever opens it is written down."),
    }  # fmt: skip
    return found.page("act", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@public
def link(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Change the link: whoever else has the old one, or a device that was remembered, is shut out."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "link")
    if request.method != "POST":
        return found.page("link", {})
    WRITES.take(address_of(request))
    found.matter = actions.rotate(matter_id=found.matter.pk, by=found.me, now=found.now)
    answer = found.back("rotated")
    devices.remember(answer, found.matter)
    return answer


@require_http_methods(["GET", "POST"])
@public
def erase(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Erase the contact, or all that came from the reporter; say first what stays and why."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "erase")
    contact = getattr(found.matter, "contact", None)
    context = {
        "name": masked_name(contact.name) if contact else "",
        "phone": masked_phone(contact.phone) if contact else "",
        "error": "",
        "is_open": found.matter.closed_at is None,
    }
    if request.method != "POST":
        return found.page("erase", context)
    WRITES.take(address_of(request))
    what, asked = request.POST.get("what"), {"matter_id": found.matter.pk, "by": found.me, "now": found.now}
    if what == "contact":
        actions.erase_contact(**asked)
    elif what == "all":
        actions.erase_own(**asked)
    else:
        return found.page("erase", context | {"error": _("Choose what is to be erased.")}, status=422)
    return HttpResponseRedirect(f"{found.url('erased')}?what={what}")


@require_safe
@public
def erased(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Say what is gone, and what stays."""
    found = visit(request, receipt)
    return (
        found.page("erased", {"is_all": request.GET.get("what") == "all"}) if found.is_mine else to_prove(found, "data")
    )
