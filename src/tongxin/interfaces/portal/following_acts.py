"""What a reporter does with the receipt: add, urge, take back, rate, appeal; and joining what a neighbor reported."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongxin.apps.areas.queries import names
from tongxin.apps.matters import actions
from tongxin.apps.matters.incoming import NAME_LIMIT, PHONE_LIMIT
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify.actions import silence
from tongxin.guard.addresses import address_of
from tongxin.guard.limits import Limit
from tongxin.interfaces.portal import following_devices as devices
from tongxin.interfaces.portal import following_story as telling
from tongxin.interfaces.portal import photos
from tongxin.interfaces.portal.following import READS, Visit, acts, is_fresh, to_prove, visit
from tongxin.interfaces.portal.frame import kind_of, page, public, shell_at
from tongxin.look.filters import say
from tongxin.look.forms import Field
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, Act, State
from tongxin.rules.overlays import appeal as appealing
from tongxin.rules.permissions import RESIDENT, holding_receipt
from tongxin.rules.ratings import Rating

WRITES = Limit(a_minute=10, burst=20)  # forms sent from one address
JOINS = Limit(a_minute=3, burst=6)
PICTURES = "image/jpeg,image/png,image/webp"
SHOTS = {"most": photos.MOST, "mb": settings.EVIDENCE_LIMIT_MB}
WORDS = "text"


@require_http_methods(["GET", "POST"])
@public
def add(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Add words, photos, or both to an open matter."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "add")
    errors, is_kept = list[str](), False
    if request.method == "POST":
        WRITES.take(address_of(request))
        text, files = request.POST.get(WORDS, ""), request.FILES.getlist("photos")
        try:
            if text.strip() or not files:
                actions.supplement(matter_id=found.matter.pk, text=text, by=found.me, now=found.now)
        except Refused as refusal:
            errors.append(say(refusal))
        else:
            errors += _attach(found, files)
            if not errors:
                return found.back("added")
            is_kept = bool(text.strip())  # the words are: sent again, they would stand there twice
    if is_kept:
        errors.insert(0, _("Your words are kept. Choose only the photos again:"))
    words = _words(
        _("What should they know"), request, longest=TEXT_LIMIT, hint=_("About the matter, not about people.")
    )
    fields = (
        replace(words, value="", is_required=False) if is_kept else words,
        Field(
            "photos", _("Photos"), "file", accept=PICTURES, hint=_("May stay empty. JPEG, PNG or WebP, 20 MB at most."),
        ),
    )  # fmt: skip
    return _form(
        found, "add", fields, errors, title=_("Add to it"), button=_("Add"), icon="message-plus", takes_files=True
    )


def _attach(found: Visit, files: Iterable[UploadedFile]) -> list[str]:
    """Keep each photo by itself; return a sentence for each that was not kept."""
    files = list(files)
    lost = _add_photos(found, files)
    return [_("“%(file)s”: %(why)s") % {"file": files[place - 1].name, "why": why} for place, why in lost.items()]


def _add_photos(found: Visit, files: Iterable[UploadedFile]) -> dict[int, str]:
    told = {"matter_id": found.matter.pk, "by": found.me, "now": found.now}
    return photos.keep_each(files, lambda file: actions.add_photo(file.file, **told))


@require_http_methods(["GET", "POST"])
@public
def urge(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Urge the unit, once a day."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "urge")
    errors: list[str] = []
    if request.method == "POST":
        WRITES.take(address_of(request))
        try:
            actions.urge(matter_id=found.matter.pk, text=request.POST.get(WORDS, ""), by=found.me, now=found.now)
        except Refused as refusal:
            errors.append(say(refusal))
        else:
            return found.back("urged")
    fields = (_words(_("What is pressing"), request, hint=_("The unit reads this; the limit does not change.")),)
    return _form(found, "urge", fields, errors, title=_("Urge it"), button=_("Urge"), icon="bell-ringing")


@require_http_methods(["GET", "POST"])
@public
def withdraw(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Take a report back while nobody works on it; afterwards tell the unit that it is no longer needed."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "withdraw")
    is_free = "withdraw" in acts(found)
    errors: list[str] = []
    if request.method == "POST":
        WRITES.take(address_of(request))
        text = request.POST.get(WORDS, "")
        try:
            if is_free:
                actions.take(Act.WITHDRAW, matter_id=found.matter.pk, by=found.me, now=found.now, reason=text)
            else:
                actions.wish_ended(matter_id=found.matter.pk, text=text, by=found.me, now=found.now)
        except Refused as refusal:
            errors.append(say(refusal))
        else:
            return found.back("withdrawn" if is_free else "wished")
    if is_free:
        hint = _("You may leave it empty.") if is_fresh(found) else ""
        fields = (_words(_("Why you take it back"), request, hint=hint, is_required=not is_fresh(found)),)
        return _form(
            found,
            "withdraw",
            fields,
            errors,
            title=_("Take it back"),
            button=_("Take the report back"),
            icon="arrow-back",
        )
    told = _(
        "It has been given to a unit, so it cannot simply be taken back. Say why; the unit decides and answers you."
    )
    fields = (_words(_("Why it is no longer needed"), request),)
    return _form(
        found, "withdraw", fields, errors, title=_("No longer needed"), button=_("Tell the unit"), icon="message-off",
        told=told,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@public
def rate(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Say whether it is solved and how it was: of the work, never of a person."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "rate")
    errors: list[str] = []
    if request.method == "POST":
        WRITES.take(address_of(request))
        solved = {"yes": True, "no": False}.get(request.POST.get("solved", ""))
        told = {"rating": request.POST.get("rating", "")[:20], "is_solved": solved, "text": request.POST.get(WORDS, "")}
        try:
            actions.rate(matter_id=found.matter.pk, by=found.me, now=found.now, **told)
        except Refused as refusal:
            errors.append(say(refusal))
        else:
            return found.back("rated")
    context = {
        "ratings": list(Rating),
        "given": {name: request.POST.get(name, "") for name in ("solved", "rating", WORDS)},
        "errors": errors,
        "refused": _refused(found, "rate") if not errors else "",
        "before": [each for each in found.evidence if each.kept_by == found.me.ref and each.width][:1],
        "after": [each for each in found.evidence if each.kind == "after" and each.width][:1],
        "longest": TEXT_LIMIT,
    }
    return found.page("rate", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@public
def appeal(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Have somebody else look at the result, within thirty days."""
    found = visit(request, receipt)
    if not found.is_mine:
        return to_prove(found, "appeal")
    errors: list[str] = []
    if request.method == "POST":
        WRITES.take(address_of(request))
        reason = request.POST.get(WORDS, "")
        try:
            actions.take_over(appealing.Act.RAISE, matter_id=found.matter.pk, by=found.me, now=found.now, reason=reason)
        except Refused as refusal:
            errors.append(say(refusal))
        else:
            return found.back("appealed")
    told = _("Somebody who neither handled nor closed it hears you within ten working days.")
    fields = (_words(_("What is wrong with the result"), request),)
    return _form(
        found, "appeal", fields, errors, title=_("Appeal"), button=_("Send the appeal"), icon="zoom-check", told=told
    )


# --- joining ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@public
def join(request: HttpRequest, number: str) -> HttpResponse:
    """Report what a neighbor reported: with a receipt of one's own, handled together. Raises Missing, Refused."""
    READS.take(address_of(request))
    now, master = timezone.now(), actions.joinable(number)
    given = {name: request.POST.get(name, "") for name in (WORDS, "name", "phone", "same", "quiet")}
    errors: list[str] = []
    if request.method == "POST":
        JOINS.take(address_of(request))
        try:
            if given["same"] != "yes":
                raise Refused("join.not_same")
            joined = actions.join(
                number=number,
                text=given[WORDS].strip() or _("Met too: %(kind)s") % {"kind": kind_of(master)},
                contact_name=given["name"],
                contact_phone=given["phone"],
                by=RESIDENT,
                now=now,
            )
            if given["quiet"]:
                silence(matter_id=joined.id, by=holding_receipt(joined.id), now=now)
        except Refused as refusal:
            errors.append(say(refusal))
        else:
            return _joined(request, Matter.objects.get(pk=joined.id))
    return page(request, "portal/following/join.html", _about(master) | {
        **SHOTS, "tab": "", "now": now, "number": number, "errors": errors, "given": given,
        "fields": (
            _words(_("What you saw"), request, hint=_("May stay empty."), longest=TEXT_LIMIT, is_required=False),
            Field("phone", _("Telephone"), "tel", given["phone"], longest=PHONE_LIMIT, autocomplete="tel",
                  hint=_("May stay empty. With it you can open the matter anywhere, and may be called back.")),
            Field("name", _("How to address you"), value=given["name"], longest=NAME_LIMIT, autocomplete="name",
                  hint=_("May stay empty.")),
        ),
    }, shell=shell_at(master.area), status=422 if errors else 200)  # fmt: skip


def _about(master: Matter) -> dict[str, object]:
    """Return what who joins may know of the other report: its kind, its grid, its dates; not a word of it."""
    return {
        "kind": kind_of(master),
        "area": names().get(master.area, ""),
        "word": telling.word(State(master.state)),
        "reported_at": master.reported_at,
        "households": master.households,
    }


def _joined(request: HttpRequest, own: Matter) -> HttpResponse:
    found = Visit(request, own, timezone.now())
    lost = _add_photos(found, request.FILES.getlist("photos")[: photos.MOST])
    answer = found.back(f"joined&lost={photos.as_asked(lost)}" if lost else "joined")
    devices.remember(answer, own)
    return answer


# --- forms -----------------------------------------------------------------------------------------------


def _words(
    label: str, request: HttpRequest, *, hint: str = "", longest: int = 500, is_required: bool = True
) -> Field:  # fmt: skip
    value = request.POST.get(WORDS, "")
    return Field(WORDS, label, "area", value, is_required=is_required, hint=hint, longest=longest, rows=4)


def _form(
    found: Visit, act: str, fields: Iterable[Field], errors: list[str], *, title: str, button: str, icon: str,
    told: str = "", takes_files: bool = False,
) -> HttpResponse:  # fmt: skip
    """Draw the form of one act; where it is refused anyway, the sentence stands in its place."""
    context = {
        "fields": tuple(fields),
        "errors": errors,
        "refused": _refused(found, act) if not errors else "",
        "title": title,
        "button": button,
        "icon_name": icon,
        "told": told,
        "takes_files": takes_files,
        **SHOTS,
    }
    return found.page("act", context, status=422 if errors else 200)


def _refused(found: Visit, act: str) -> str:
    """Return why an act cannot be done now; nothing where it can."""
    offered = acts(found)
    if act == "withdraw":
        act = "withdraw" if "withdraw" in offered else "wish"
    if act not in offered:
        return _("This cannot be done now: the matter is “%(state)s”.") % {
            "state": telling.word(State(found.matter.state), found.matter.close_as)
        }
    refusal = offered[act]
    return say(refusal) if refusal else ""
