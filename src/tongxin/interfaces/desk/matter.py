"""The page of one matter, its short form beside the lists, and the contact behind it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.journal.models import Evidence, EvidenceKind
from tongxin.apps.journal.queries import evidence_of
from tongxin.apps.matters import actions, following, kinds, overlay_choices, queries
from tongxin.apps.matters.actions.intake import OWNED
from tongxin.apps.matters.actions.light import mark_read
from tongxin.apps.matters.keeping import is_unkept
from tongxin.apps.matters.models import Deadline, Matter, RoutingRule, Template
from tongxin.apps.matters.overlay_choices import Laid
from tongxin.apps.matters.queries import Row
from tongxin.apps.matters.unmaskings import may_read_readers
from tongxin.apps.matters.unsealings import reading
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import (
    alarms,
    frame,
    lines,
    macros,
    masking,
    merging,
    overlays,
    places,
    roster,
    sealing,
    story,
)
from tongxin.interfaces.desk import clocks as timing
from tongxin.interfaces.desk.lines import Tag
from tongxin.interfaces.desk.offers import Offers, offers
from tongxin.look import filters
from tongxin.look.filters import is_english
from tongxin.look.forms import Choice, Field
from tongxin.rules import deadlines, lamps
from tongxin.rules.area_codes import How
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import OPEN, Act, State
from tongxin.rules.permissions import UNIT, Actor, Permission, duties_at, may

SHOWN_SECONDS = 600  # so long a contact stays on the screen (ui.md §4 tx-masked)
NEAR_DAYS = 30


@require_safe
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """Show a matter in full. Raises Missing, also for one out of scope."""
    now = timezone.now()
    found = queries.one(request.actor, number, now=now)  # type: ignore[attr-defined]
    mark_read([found.pk], by=request.actor, now=now)  # type: ignore[attr-defined]
    return frame.page(request, "desk/matter.html", page_of(request, found, now))


@require_safe
def peek(request: HttpRequest, number: str) -> HttpResponse:
    """Show a matter beside the list it was chosen from. Some ten statements, two more where something lies over it."""
    now, actor = timezone.now(), request.actor  # type: ignore[attr-defined]
    found = queries.one(actor, number)
    mark_read([found.pk], by=actor, now=now)
    clocks = list(found.deadlines.order_by("id"))
    same = merging.same(actor, found, now)
    photos = [each for each in evidence_of(_subject(found)) if each.width]
    laid = overlay_choices.laid(actor, found, clocks, now)
    is_told = bool(laid or found.added or found.is_unwanted)
    entries = story.entries_of(found) if is_told else []
    notes = dict(found.notes.values_list("seq", "text")) if is_told else {}
    offered = offers(actor, found, clocks, now)
    context = head(found, clocks, now, laid) | {
        "now": now,
        "offers": offered,
        "over": _chosen_first(overlays.over(laid, found, clocks, overlays.told_of(entries, notes, {}), now), request),
        "is_over": "over" in request.GET,
        "added": story.added(found, entries, notes),
        "followers_say": following.sayings(actor, found),
        "same": same,
        "may_merge": _may_merge(offered),
        "photo": photos[0] if photos else None,
        "photos": len(photos),
        "map": places.map_of(found, same, width=196, height=122),
        "suggestion": suggestion(found, now),
        "template": conditions(found),
        "back": _path(request.headers.get("HX-Current-URL", "")),
    }
    return render(request, "desk/peek.html", context)


@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Ask why somebody needs a reporter's contact, then show it for ten minutes; the reporter can read that."""
    now, actor = timezone.now(), request.actor  # type: ignore[attr-defined]
    found = queries.one(actor, number)
    error, shown = "", None
    if request.method == "POST":
        reason = request.POST.get("reason", "") or request.POST.get("other", "")
        try:
            shown = actions.unmask(matter_id=found.pk, reason=reason, by=actor, now=now)
        except Invalid as refusal:
            error = filters.say(refusal)
    reasons = (_("To fix a visit"), _("To ask about the place"), _("To tell the outcome"), _("To call back"))
    why = Field("reason", _("Why"), "select", choices=tuple(Choice(each, each) for each in reasons), error=error)
    other = Field("other", _("Another reason"), longest=40)
    context = head(found, [], now) | {"fields": (why, other), "contact": shown, "asked": request.method == "POST"}
    answer = frame.page(request, "desk/contact.html", context | {"now": now}, status=422 if error else 200)
    answer["Cache-Control"] = "no-store"
    if shown:
        answer["Refresh"] = f"{SHOWN_SECONDS};url={lines.base()}{found.number}/"
    return answer


def page_of(request: HttpRequest, found: Matter, now: datetime) -> dict[str, Any]:
    """Return what the page of a matter shows; to who broke its glass, nothing that can be done."""
    reader: Actor = request.actor  # type: ignore[attr-defined]
    actor = reading(reader, found)
    clocks = list(found.deadlines.order_by("id"))
    entries = story.entries_of(found)
    evidence = list(evidence_of(_subject(found)))
    same = merging.same(actor, found, now)
    alike = {each.number for each in same}
    near = [row for row in queries.near(actor, found, now, days=NEAR_DAYS) if row.number not in alike]
    said = story.words_of(actor, found, entries)
    laid = overlay_choices.laid(actor, found, clocks, now, ended=overlays.past_kinds(entries))
    told_of = overlays.told_of(entries, said.notes, said.who)
    offered = offers(actor, found, clocks, now)
    duties = duties_at(actor, area=found.area, desk_id=found.desk_id, unit_id=found.unit_id, channel=found.channel)
    told = getattr(found, "contact", None)
    return head(found, clocks, now, laid) | {
        "now": now,
        "offers": offered,
        "over": overlays.over(laid, found, clocks, told_of, now),
        "same": same,
        "may_merge": _may_merge(offered),
        "merged": merging.merged(actor, found),
        "steps": story.rail(found, entries, now),
        "due_sentence": timing.due_sentence(State(found.state), clocks, now),
        "added": story.added(found, entries, said.notes),
        "followers_say": following.sayings(actor, found),
        "answers": list(_answers(found)),
        "contact": masking.masked(told) if told else "",
        "may_unmask": bool(told and duties and may(actor, Permission.UNMASK)),
        "may_print": may(actor, Permission.EXPORT),
        "macros": macros.offered(actor, State(found.state)),
        "seal": sealing.note(reader, found, now),
        "alarm": alarms.handed_over(actor, found, now),
        "may_read_readers": may_read_readers(reader, found),
        "is_unkept": is_unkept(found.state, found.keeper),
        "may_take_up": any(duty.unit_id == found.unit_id for duty in actor.holding(UNIT)),
        "may_attach": bool(duties and may(actor, Permission.ATTACH) and found.closed_at is None),
        "evidence": [_shown(each, now) for each in evidence],
        "is_after_wanted": found.state == State.HANDLING and found.after_photos < _kind(found).after_photos,
        "story": story.told(entries, said, now),
        "bars": timing.bars(found, clocks, now),
        "counted": timing.counted(clocks, now),
        "map": places.map_of(found, [*same, *near]),
        "near": list(_near(found, near, now)),
        "located": _located(found),
        "suggestion": suggestion(found, now),
        "template": conditions(found),
        "responsible": list(_responsible(found, now)),
    }


def _may_merge(offered: Offers) -> bool:
    return any(button.act is Act.MERGE for button in (*offered.buttons, *offered.more))


def _chosen_first(shown: list[overlays.Shown], request: HttpRequest) -> list[overlays.Shown]:
    """Return the overlays with the one first that was chosen in a list: `?over=extension-7`."""
    chosen = request.GET.get("over", "")
    return sorted(shown, key=lambda each: f"{each.kind.value}-{each.id}" != chosen)


def _path(address: str) -> str:
    """Return an address without its host."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


# --- parts of both ---------------------------------------------------------------------------------------


def _subject(found: Matter) -> str:
    return f"matter:{found.pk}"


def _kind(found: Matter) -> kinds.Kind:
    return kinds.kind_of(found.template_code, found.template_version)


def head(found: Matter, clocks: Sequence[Deadline], now: datetime, laid: Sequence[Laid] = ()) -> dict[str, Any]:
    """Return what stands over every page about a matter."""
    language = get_language() or "zh-hans"
    kind = _kind(found)
    is_held = found.stopped_at is not None
    lamp = (
        lamps.lamp(now, found.due_at, found.amber_at, is_stopped=is_held) if found.due_at and found.amber_at else None
    )
    left = timing.left(found, clocks, now)
    return {
        "matter": found,
        "matter_url": f"{lines.base()}{found.number}/",
        "matter_kind": kind,
        "kind_name": kind.name_en if is_english() else kind.name,
        "state": words.label(State(found.state), language),
        "is_open": found.state in OPEN,
        "lamp": lamp,
        "lamp_words": _lamp_words(lamp, left),
        "remainder": left,
        "ended": _ended(found),
        "way": places.way(found.area),
        "area_name": names().get(found.area, found.area),
        "channel": words.label(Channel(found.channel), language),
        "tags": [*_tags(found, language), *overlays.tags(found, laid)],
        "is_sketch": places.is_sketch(found.area),
        "text": found.report.text if hasattr(found, "report") else "",
    }


def _lamp_words(lamp: Lamp | None, left: str) -> str:
    """Return the lamp of the head in words; that a limit is overdue its remainder says already."""
    named = {Lamp.AMBER: _("Due soon"), Lamp.GREEN: _("On time"), Lamp.HOLD: _("On hold")}.get(lamp) if lamp else ""
    return f"{named} · {left}" if named else left


def _tags(found: Matter, language: str) -> Iterator[Tag]:
    yield Tag(words.label(State(found.state), language), "progress", "brand")
    if found.urgency != Urgency.NORMAL:
        yield Tag(words.label(Urgency(found.urgency), language), "bolt")
    if found.reworks:
        yield Tag(_("Reworked %(n)s×") % {"n": found.reworks}, "rotate")
    if found.returns:
        yield Tag(_("Returned %(n)s×") % {"n": found.returns}, "arrow-back-up")
    if found.reopened:
        yield Tag(_("Reopened"), "refresh")
    if found.void_proposed_by:
        yield Tag(_("Voiding proposed"), "ban")
    if found.is_unwanted and found.closed_at is None:
        yield Tag(_("The reporter no longer wants it"), "message-off", "strong")
    if found.added:
        yield Tag(_("Added by the reporter %(n)s×") % {"n": found.added}, "message-plus")
    if found.is_sealed:
        yield Tag(_("Sealed"), "lock", "seal")


def _ended(found: Matter) -> str:
    """Return how a finished matter ended, in a word or two."""
    if found.closed_at is None or found.is_late is None:
        return ""
    return _("Closed late") if found.is_late else _("Closed on time")


class Near(NamedTuple):
    """Another matter of the same kind in the same place."""

    number: str
    url: str
    title: str
    text: str


def _near(found: Matter, rows: Sequence[Row], now: datetime) -> Iterator[Near]:
    language = get_language() or "zh-hans"
    for row in rows:
        meters = places.meters_between(found, row)
        facts = [
            filters.distance(meters) if meters is not None else "",
            filters.recent(row.reported_at, now),
            words.label(State(row.state), language),
        ]
        yield Near(row.number, f"{lines.base()}{row.number}/", row.title, " · ".join(filter(None, facts)))


class Suggestion(NamedTuple):
    """The unit the rules name, and why."""

    unit: str
    why: tuple[str, ...]


def suggestion(found: Matter, now: datetime) -> Suggestion | None:
    """Return the suggested unit with its reasons. One statement."""
    if found.suggested is None:
        return None
    why = []
    if found.suggested_by == OWNED:
        return Suggestion(found.suggested.name, (_("The device belongs to this unit"),))
    if found.suggested_by:
        rule = RoutingRule.objects.filter(code=found.suggested_by).values_list("why", "why_en").first()
        text = (rule[1] if is_english() and rule[1] else rule[0]) if rule else ""
        why.append(_("Rule %(code)s: %(why)s") % {"code": found.suggested_by, "why": text})
    else:
        why.append(_("No rule names a unit here, so the nearest command room takes it"))
    stands = names().get(found.suggested.area, found.suggested.area)
    why.append(_("Stands at %(area)s, the nearest of its kind") % {"area": stands})
    if found.state in (State.AWAITING_ACCEPTANCE, State.AWAITING_FILING, State.AWAITING_DISPATCH):
        limit = deadlines.limit_of(Clock.HANDLE, Urgency(found.urgency), _kind(found).limit)
        due = deadlines.start(Clock.HANDLE, now, limit, Urgency(found.urgency), calendar()).due_at
        why.append(_("Dispatched now, handling is due %(due)s") % {"due": filters.long_moment(due, day_end=True)})
    return Suggestion(found.suggested.name, tuple(why))


class Conditions(NamedTuple):
    """What a template says: its limit, and when a matter of it may be filed and closed."""

    limit: str
    filing: str
    closing: str


def conditions(found: Matter) -> Conditions:
    """Return what the template says of a matter. One statement."""
    limit = _kind(found).limit
    row = Template.objects.filter(code=found.template_code, version=found.template_version).first()
    chinese = row is None or not is_english()
    filing, closing = (
        ("", "")
        if row is None
        else (row.filing_condition, row.closing_condition)
        if chinese
        else (row.filing_condition_en, row.closing_condition_en)
    )
    return Conditions(filters.limit(limit.amount, limit.unit), filing, closing)


# --- parts of the page -----------------------------------------------------------------------------------


def _answers(found: Matter) -> Iterator[tuple[str, str]]:
    """Yield the answers of the form by title, in the form's order."""
    given = found.report.form if hasattr(found, "report") else {}
    properties = sorted(_kind(found).fields.items(), key=lambda each: each[1].get("x-order", 0))
    for name, each in properties:
        if name in given:
            title = each.get("x-title-en") if is_english() else None
            yield title or each.get("title", name), _answer(each, given[name])


def _answer(each: dict[str, Any], value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    english = dict(zip(map(str, each.get("enum", ())), each.get("x-enum-en", ()), strict=False)) if is_english() else {}
    unit = each.get("x-unit", "")
    return f"{english.get(str(value), value)} {unit}".strip()


class Shown(NamedTuple):
    """One piece of evidence on the page."""

    id: int
    badge: str
    alt: str
    caption: str
    is_picture: bool
    kind: str
    width: int
    height: int


def _shown(each: Evidence, now: datetime) -> Shown:
    badges = {EvidenceKind.BEFORE: _("Before"), EvidenceKind.AFTER: _("After"), EvidenceKind.DOCUMENT: _("Document")}
    badge = badges.get(EvidenceKind(each.kind), _("Other"))
    caption = filters.recent(each.taken_at or each.kept_at, now)
    alt = f"{badge}, {caption}"
    is_picture = each.width is not None
    return Shown(each.pk, badge, alt, caption, is_picture, str(each.kind), each.width or 0, each.height or 0)


def _located(found: Matter) -> str:
    """Return how the area was found: in it, on its edge, so many meters away, or as it was told."""
    how = words.label(How(found.located), get_language() or "zh-hans")
    return f"{how} · {filters.distance(found.located_m)}" if found.located_m is not None else how


def _responsible(found: Matter, now: datetime) -> Iterator[tuple[str, str]]:
    yield _("In charge"), found.unit.name if found.unit else _("not dispatched yet")
    yield _("On duty"), roster.said(found.unit_id or found.desk_id, now)
    yield _("First received"), found.first_desk.name if found.first_desk else ""
    yield _("Command room"), unit_names().get(found.desk_id, "")
    yield _("Check"), _("grid staff of %(area)s") % {"area": names().get(found.area, found.area)}
    yield _("Level"), lines.level(found.level)
