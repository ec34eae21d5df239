"""One matter on the phone: what it is, what it looks like, and what may be done to it here."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.journal.evidence import open_evidence
from tongxin.apps.journal.models import Evidence, EvidenceKind
from tongxin.apps.journal.queries import evidence_of
from tongxin.apps.matters import following, kinds, queries
from tongxin.apps.matters.actions.light import mark_read
from tongxin.apps.matters.choices import choices
from tongxin.apps.matters.models import Deadline, Matter, Template
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.field import changes, frame, ground, keeping, syncing, tasks
from tongxin.interfaces.field.taking import GROUND, ONLINE
from tongxin.look import filters, sending
from tongxin.look.icons import ACTS
from tongxin.rules import lamps
from tongxin.rules.errors import Missing, Refused
from tongxin.rules.lifecycles.matter import Act, State
from tongxin.rules.permissions import Actor

BY_THE_FORM = frozenset({"step.no_after_photo", "step.no_before_photo"})  # the form itself takes the photos
AFTER = frozenset({Act.HANDLE, Act.SETTLE})  # whose photos show the result
WORDS_NEEDED = frozenset({Act.DENY, Act.REWORK, Act.PROGRESS, Act.HANDLE, Act.SETTLE, Act.REDO})
GOES_ON = (Act.CONFIRM, Act.CHECK, Act.SIGN, Act.HANDLE, Act.REVIEW, Act.SETTLE)  # the next step, the primary button
PARTS = re.compile(r"[，；。;.]|, ")


class Button(NamedTuple):
    """An act that is open. `photos` says what its pictures are kept as; `needs` what its form must hold."""

    act: str
    label: str
    icon: str
    photos: str
    wanted: int
    needs_words: bool
    needs_network: bool
    is_next: bool


class Picture(NamedTuple):
    """A photo as the page shows it."""

    url: str
    badge: str
    caption: str
    alt: str


@require_http_methods(["GET", "POST"])
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """Show a matter with what may be done to it, or do it where a form came without script."""
    now, actor = timezone.now(), request.actor  # type: ignore[attr-defined]
    found = queries.one(actor, number)
    if request.method != "POST":
        mark_read([found.pk], by=actor, now=now)
        return frame.page(request, "field/matter.html", _shown(actor, found, now))
    try:
        answer = _take(request, found, now)
    except Refused as refusal:
        context = _shown(actor, queries.one(actor, number), now) | {"wrong": filters.say(refusal)}
        return frame.page(request, "field/matter.html", context, status=refusal.status)
    state = words.label(State(answer["state"]), get_language() or "zh-hans")
    messages.success(request, _("Done: %(number)s is now “%(state)s”.") % {"number": found.number, "state": state})
    return redirect("field:tasks")


@require_safe
def photo(request: HttpRequest, number: str, evidence_id: int) -> HttpResponse | FileResponse:
    """Send one photo of a matter, or its thumbnail. Raises Missing, also where the matter is out of scope."""
    found = queries.one(request.actor, number)  # type: ignore[attr-defined]
    kept = evidence_of(f"matter:{found.pk}").filter(pk=evidence_id).first()
    if kept is None:  # of a report that follows this one
        kept = following.evidence_of_followers(request.actor, found).filter(pk=evidence_id).first()  # type: ignore[attr-defined]
    if kept is None:
        raise Missing("evidence.missing")
    shown = open_evidence(kept, thumb="thumb" in request.GET)
    return sending.unless_known(request, shown)


@keeping.keeps
def _pictures_of_tasks(request: HttpRequest, now: datetime) -> Iterator[str]:
    """Keep the small photos of the first tasks too: a check needs to see what it was like."""
    numbers = [task.number for task, _state in tasks.of(request, now)][:12]
    ids = dict(queries.visible_to(request.actor).filter(number__in=numbers).values_list("id", "number"))  # type: ignore[attr-defined]
    subjects = [f"matter:{id_}" for id_ in ids]
    kept = Evidence.objects.filter(subject__in=subjects, erased_at__isnull=True, width__isnull=False).order_by("id")
    for id_, subject in kept.values_list("id", "subject"):
        yield _thumb(ids[int(subject.partition(":")[2])], id_)


def _take(request: HttpRequest, found: Matter, now: datetime) -> Any:
    """Do what a form without script asks: its photos first, then the act. Raises Refused."""
    act = request.POST.get("act", "")
    for file in request.FILES.getlist("photos"):
        kind = EvidenceKind.AFTER if act in AFTER else EvidenceKind.OTHER
        syncing.photo(request, found.number, kind, file, now)
    return syncing.plainly(request, "act", now)


def _shown(actor: Actor, found: Matter, now: datetime) -> dict[str, Any]:
    clocks = list(found.deadlines.order_by("id"))
    kind = kinds.kind_of(found.template_code, found.template_version)
    photos = sorted((each for each in evidence_of(f"matter:{found.pk}") if each.width), key=_in_time)
    lamp = (
        lamps.lamp(now, found.due_at, found.amber_at, is_stopped=found.stopped_at is not None) if _runs(found) else None
    )
    buttons, refused = _offered(actor, found, clocks, kind, now)
    language = get_language() or "zh-hans"
    return {
        "now": now,
        "matter": found,
        "kind_name": kind.name_en if filters.is_english() else kind.name,
        "does": (buttons and tasks.does(found.state)) or _("Matter"),
        "state": words.label(State(found.state), language),
        "lamp": lamp.value if lamp else "",
        "left": filters.remainder(found.due_at, now) if lamp else "",
        "text": found.report.text if hasattr(found, "report") else "",
        "way": names().get(found.area, found.area),
        "unit": unit_names().get(found.unit_id or 0, ""),
        "pictures": [_picture(found.number, each, now) for each in photos],
        "said": _said(found),
        "others_say": following.sayings(actor, found),
        "sketch": ground.around(found.area, pin=(found.lon, found.lat)) if found.lon is not None else None,
        "buttons": buttons,
        "refused": refused,
        "looks": _looks(found) if found.state == State.AWAITING_CHECK else [],
        "seen": changes.last_seen(found.pk),
        "key": syncing.fresh_key(),
        "wrong": "",
    }


def _runs(found: Matter) -> bool:
    return found.due_at is not None and found.amber_at is not None and found.closed_at is None


def _offered(
    actor: Actor, found: Matter, clocks: Sequence[Deadline], kind: kinds.Kind, now: datetime
) -> tuple[list[Button], list[tuple[str, str]]]:
    """Return the acts of the ground that are open, the next step last, and those refused with their reasons."""
    language = get_language() or "zh-hans"
    buttons, refused = [], []
    for choice in choices(actor, found, clocks, now):
        if choice.act not in GROUND or not choice.is_mine:
            continue
        label = words.label(choice.act, language)
        if choice.refused and choice.refused.code not in BY_THE_FORM:
            refused.append((label, filters.say(choice.refused)))
            continue
        after = choice.act in AFTER
        buttons.append(
            Button(
                choice.act.value,
                label,
                ACTS[choice.act],
                "after" if after else "other",
                max(kind.after_photos - found.after_photos, 0) if after else 0,
                choice.act in WORDS_NEEDED,
                choice.act in ONLINE,
                choice.act in GOES_ON,
            )
        )
    return sorted(buttons, key=lambda each: each.is_next), refused


def _looks(found: Matter) -> list[str]:
    """Return what to look at on site: the parts of the template's closing condition. One statement."""
    row = Template.objects.filter(code=found.template_code, version=found.template_version).first()
    if row is None:
        return []
    text = row.closing_condition_en if filters.is_english() and row.closing_condition_en else row.closing_condition
    return [part.strip() for part in PARTS.split(text) if part.strip()]


def _said(found: Matter) -> str:
    """Return what the last note says, as the handler's of what was done. One statement."""
    last = found.notes.order_by("-seq").values_list("text", flat=True).first()
    return last or ""


def _picture(number: str, kept: Evidence, now: datetime) -> Picture:
    badge = {"before": _("Before it"), "after": _("After it")}.get(kept.kind, _("Site"))
    taken = filters.recent(kept.taken_at or kept.kept_at, now)
    return Picture(_thumb(number, kept.pk), badge, taken, f"{badge} · {taken}")


def _in_time(kept: Evidence) -> tuple[int, int]:
    """The start before the site before the result, whenever each was sent."""
    return {EvidenceKind.BEFORE: 0, EvidenceKind.AFTER: 2}.get(EvidenceKind(kept.kind), 1), kept.pk


def _thumb(number: str, evidence_id: int) -> str:
    return f"{reverse('field:photo', args=[number, evidence_id])}?thumb"
