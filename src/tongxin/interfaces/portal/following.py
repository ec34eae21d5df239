"""What a receipt's link opens: where a matter stands, and for who reported it, all that a reporter may do.

A link alone shows public progress; `Visit.is_mine` tells whether this device, or a proof, is the reporter's.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.apps.areas.queries import names
from tongxin.apps.journal.evidence import open_evidence
from tongxin.apps.journal.models import Entry, Evidence, EvidenceKind
from tongxin.apps.journal.queries import evidence_of, story
from tongxin.apps.matters import choices, overlay_choices, receipts
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.notify import proofs
from tongxin.apps.people.models import Post
from tongxin.guard.addresses import address_of
from tongxin.guard.limits import Limit
from tongxin.interfaces.portal import following_devices as devices
from tongxin.interfaces.portal import following_story as telling
from tongxin.interfaces.portal import photos
from tongxin.interfaces.portal.frame import kind_of, page, public, shell_at
from tongxin.look import sending
from tongxin.look.paper import qr
from tongxin.rules import receipts as rules
from tongxin.rules.errors import Missing, Refused
from tongxin.rules.lifecycles.matter import UNDO_REPORT, Act, State
from tongxin.rules.masking import masked_text
from tongxin.rules.overlays import appeal, call_back
from tongxin.rules.permissions import Actor, holding_receipt

READS = Limit(a_minute=120, burst=120)  # pages and pictures of one address
NEXT = frozenset(
    {"add", "urge", "withdraw", "rate", "appeal", "telling", "readers", "data", "contact", "link", "erase"}
)


@dataclass
class Visit:
    """Somebody at a receipt's link: the matter, and whether it is theirs."""

    request: HttpRequest
    matter: Matter
    now: datetime

    @cached_property
    def is_mine(self) -> bool:
        return devices.is_own(self.request, self.matter)

    @property
    def is_hidden(self) -> bool:
        """Of a sealed matter a link alone shows nothing: its kind and its unit may say it all."""
        return self.matter.is_sealed and not self.is_mine

    @property
    def me(self) -> Actor:
        return holding_receipt(self.matter.pk)

    @cached_property
    def entries(self) -> list[Entry]:
        return list(story(f"matter:{self.matter.pk}"))

    @cached_property
    def clocks(self) -> list[Deadline]:
        return list(self.matter.deadlines.order_by("id"))

    @cached_property
    def evidence(self) -> list[Evidence]:
        return list(evidence_of(f"matter:{self.matter.pk}"))

    @property
    def kind(self) -> str:
        return kind_of(self.matter)

    def url(self, name: str = "track", *args: object) -> str:
        """Return an address under this link."""
        return reverse(f"portal:{name}", args=[self.matter.receipt, *args])

    def back(self, done: str) -> HttpResponseRedirect:
        """Return to where the matter stands, which says what was done."""
        return HttpResponseRedirect(f"{self.url()}?done={done}")

    def page(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """Draw a page about this matter, in the name of its county; nobody keeps a copy of it."""
        head = {"tab": "", "visit": self, "matter": self.matter, "kind": self.kind, "now": self.now}
        shell = shell_at(self.matter.area)
        answer = page(
            self.request, f"portal/following/{template}.html", {**head, **context}, shell=shell, status=status
        )
        answer["X-Robots-Tag"] = "noindex"
        return answer


def visit(request: HttpRequest, receipt: UUID) -> Visit:
    """Return who opens a link, and what. Raises Missing, TooOften."""
    READS.take(address_of(request))
    return Visit(request, receipts.opened(receipt), timezone.now())


def to_prove(found: Visit, wanted: str) -> HttpResponse:
    """Send somebody who has only the link to the question who they are; afterwards they come to what they wanted."""
    return HttpResponseRedirect(f"{found.url()}?next={wanted}#prove")


# --- where it stands -------------------------------------------------------------------------------------


@require_safe
@public
def track(request: HttpRequest, receipt: UUID) -> HttpResponse:
    """Show where a matter stands: to everybody with the link what the public may know, to its reporter the rest."""
    found = visit(request, receipt)
    return found.page("track", shown(found))


@require_safe
@public
def unknown(request: HttpRequest, receipt: str) -> HttpResponse:
    """Say of a link that is none what is said of one that was replaced."""
    READS.take(address_of(request))
    receipts.opened(receipt)
    raise Missing("receipt.missing")


def shown(found: Visit, *, error: str = "") -> dict[str, Any]:
    """Return what the page of a matter shows; `error` says why somebody is not believed to have reported it."""
    request, matter = found.request, found.matter
    shown: dict[str, Any] = {
        "said": said_done(request.GET.get("done", "")),
        **({} if found.is_mine else _to_ask(found, error)),
    }
    if found.is_hidden:
        return shown
    notes, posts = _written(found)
    said = telling.replies(matter, found.entries, notes, posts)
    if not found.is_mine:
        said = [each._replace(text=masked_text(each.text)) for each in said]
    return shown | {
        "head": telling.head(matter, found.clocks, found.now, leads=_leads(matter)),
        "moments": telling.told(matter, found.entries, found.now, is_mine=found.is_mine),
        "replies": said,
        "after": [each for each in found.evidence if _is_result(matter, each)],
        "area": names().get(matter.area[:12], ""),
        "others": receipts.others_of(found.me, matter),
        **(_own(found, notes) if found.is_mine else {}),
    }


def standing(matters: Sequence[Matter], now: datetime) -> list[tuple[Matter, telling.Head]]:
    """Return where each of one's own matters stands. One statement; two more for one that is put off or follows."""
    clocks = defaultdict[int, list[Deadline]](list)
    for clock in Deadline.objects.filter(matter__in=matters).order_by("id") if matters else ():
        clocks[clock.matter_id].append(clock)
    return [(each, telling.head(each, clocks[each.pk], now, leads=_leads(each))) for each in matters]


def _to_ask(found: Visit, error: str) -> dict[str, Any]:
    """Return how somebody with the link alone may show that it was them: by a code, else by the end of a telephone."""
    given = found.request.POST or found.request.GET
    ways = [each.medium for each in proofs.ways(found.matter.pk)]
    return {
        "next": given.get("next", "") if given.get("next", "") in NEXT else "",
        "proof_error": error,
        "ways": ways,
        "sent": next((each for each in ways if each == given.get("sent", "")), ""),
        "by_digits": not ways and receipts.has_ending(found.matter.pk),
    }


def _leads(matter: Matter) -> telling.Leads | None:
    """Return how far the one is that this one follows: its state, unit and clocks, no word. Two statements at most."""
    if matter.state != State.MERGED or matter.master_id is None:
        return None
    master = Matter.objects.only(*telling.LEADS).get(pk=matter.master_id)
    return telling.Leads(master, list(master.deadlines.order_by("id")))


def _written(found: Visit) -> tuple[dict[int, str], dict[int, int]]:
    """Return the notes by seq, and the units of the posts that wrote. Two statements."""
    notes = dict(found.matter.notes.values_list("seq", "text"))
    held = {entry.post_id for entry in found.entries if entry.post_id}
    return notes, dict(Post.objects.filter(pk__in=held).values_list("id", "unit_id"))


def _is_result(matter: Matter, each: Evidence) -> bool:
    return matter.state == State.CLOSED and each.kind == EvidenceKind.AFTER and bool(each.width)


def _own(found: Visit, notes: Mapping[int, str]) -> dict[str, Any]:
    """Return what only the reporter sees: the own words and photos, and what can be done now."""
    matter, me = found.matter, found.me
    added = [
        (entry.at, notes[entry.seq])
        for entry in found.entries
        if entry.actor == me.ref and entry.kind in ("resident.supplement", "resident.wish") and entry.seq in notes
    ]
    return {
        "lost": photos.lost_in(found.request.GET.get("lost", "")),
        "report": getattr(matter, "report", None),
        "added": added,
        "mine": [each for each in found.evidence if each.kept_by == me.ref and each.width],
        "acts": acts(found),
        "link": (link := found.request.build_absolute_uri(found.url())),
        "qr": qr(link),
    }


# --- what can be done now --------------------------------------------------------------------------------


def acts(found: Visit) -> dict[str, Refused | None]:
    """Return the acts that mean something now, each with what refuses it, or None. Asked of the same rules."""
    matter, now = found.matter, found.now
    state = State(matter.state)
    open_: dict[str, Refused | None] = {}
    if matter.closed_at is None:
        open_["add"] = _refusal(rules.check_adding, state, matter.added)
        steps = {each.act: each.refused for each in choices.choices(found.me, matter, found.clocks, now)}
        if Act.URGE in steps:
            open_["urge"] = steps[Act.URGE] or _refusal(rules.check_urging, receipts.urged_at(matter), now)
        if Act.WITHDRAW in steps and steps[Act.WITHDRAW] is None:
            open_["withdraw"] = None
        else:
            open_["wish"] = _refusal(rules.check_wishing, state, matter.is_unwanted)
        return open_
    return open_ | _after(found)


def _after(found: Visit) -> dict[str, Refused | None]:
    """Return the acts on a closed matter: rating also while somebody is to call back, and appealing."""
    me, matter, clocks, now = found.me, found.matter, found.clocks, found.now
    laid = overlay_choices.laid(me, matter, clocks, now)
    asked = [*overlay_choices.openings(me, matter, clocks, now), *(each for one in laid for each in one.choices)]
    wanted = {call_back.Act.RATE: "rate", appeal.Act.RAISE: "appeal"}
    after: dict[str, Refused | None] = {}
    for each in asked:
        if (name := wanted.get(each.act)) and each.is_mine:
            after[name] = None if each.refused is None or after.get(name, each.refused) is None else each.refused
    return after


def _refusal(rule: Any, *given: object) -> Refused | None:
    try:
        rule(*given)
    except Refused as refusal:
        return refusal
    return None


def is_fresh(found: Visit) -> bool:
    """Tell whether the report may still be taken back without a word."""
    return found.now <= found.matter.reported_at + UNDO_REPORT


# --- pictures --------------------------------------------------------------------------------------------


@require_safe
@public
def photo(request: HttpRequest, receipt: UUID, evidence_id: int) -> HttpResponse | FileResponse:
    """Send a photo: of the result once the matter is closed, the own ones to their owner, no others. Raises Missing."""
    found = visit(request, receipt)
    each = next((each for each in found.evidence if each.pk == evidence_id), None)
    is_own = each is not None and found.is_mine and each.kept_by == found.me.ref
    if each is None or found.is_hidden or not (is_own or _is_result(found.matter, each)):
        raise Missing("evidence.missing")
    shown = open_evidence(each, thumb="thumb" in request.GET)
    return sending.unless_known(request, shown)


def said_done(done: str) -> str:
    """Return what is said after an act."""
    return {
        "added": _("Added. Whoever handles it can read it."),
        "urged": _("Urged. The unit has been told; the limit stays the same."),
        "withdrawn": _("Taken back. Nobody works on it any more."),
        "wished": _("The unit has been told that you no longer need it. It decides and answers you."),
        "rated": _("Thank you. Your word is kept as you gave it."),
        "appealed": _("Your appeal has been received. Somebody else hears it within ten working days."),
        "silenced": _("You are told of nothing any more. The link always shows how it is going."),
        "told": _("Set. It goes for this matter only."),
        "corrected": _("Your contact has been set right."),
        "rotated": _("This is your new link. The old one opens nothing any more, on any device."),
        "joined": _("You are in. You have a receipt of your own and are answered like everybody."),
        "proved": _("You are recognized until you close this browser."),
    }.get(done, "")
