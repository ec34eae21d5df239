"""Supervision orders at the desk: the list, one order with its matters and replies, and issuing one over several."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin import words
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions, kinds, queries
from tongxin.apps.matters import orders as reads
from tongxin.apps.matters.models import Matter, Note, OrderItem
from tongxin.apps.matters.overlay_queues import Waiting
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import frame, home, lines, overlays
from tongxin.look import filters
from tongxin.look.forms import Choice, Field
from tongxin.rules import lamps
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import TEXT_LIMIT
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.overlays.order import ISSUERS, MOST, Grade, State, Trigger, first_day
from tongxin.rules.permissions import Actor

# the field a refusal is about
FIELD_OF = {"order.wrong_day": "reply_by", "step.no_reason": "reason", "report.too_long": "reason"}


class Drawn(NamedTuple):
    """One order in the list, ready to draw."""

    number: str
    url: str
    colour: str
    words: str
    due: str
    title: str
    issuer: str
    why: str
    progress: str
    issued: str


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the orders whose matters one sees, the newest first. Three statements."""
    now, actor = timezone.now(), request.actor  # type: ignore[attr-defined]
    asked, before = request.GET.get("is", "open"), request.GET.get("before", "")
    found = reads.orders(
        actor,
        now,
        is_open={"open": True, "over": False}.get(asked),
        before=int(before) if before.isdigit() and len(before) < 19 else None,
    )
    tabs = [(value, label) for value, label in (("open", _("Under way")), ("over", _("Over")), ("all", _("All")))]
    context = {
        "now": now,
        "orders": list(_drawn(found.rows, now)),
        "tabs": [
            {"label": label, "url": f"?is={value}", "is_on": value == asked, "colour": ""} for value, label in tabs
        ],
        "next_url": f"?is={asked}&before={found.next}" if found.next else "",
        "may_issue": bool(grades(actor)),
    }
    return frame.page(request, "desk/orders.html", context)


@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order: what it asks, and each matter with where it stands and what was replied. Six statements."""
    now, actor = timezone.now(), request.actor  # type: ignore[attr-defined]
    line, items = reads.one(actor, number, now)
    replies = _replies([item for item, _waiting in items])
    running = [row for _item, row in items if row.due_at]
    context = {
        "now": now,
        "order": line,
        "grade": words.label(Grade(line.grade), get_language() or "zh-hans"),
        "facts": list(_facts(line, now)),
        "items": [_item(item, row, replies.get(item.pk, ()), now) for item, row in items],
        "colour": _colour(line, running, now),
        "remainder": lines.remainder(line.reply_by, now) if line.ended_at is None else "",
        "may_cancel": line.ended_at is None and any(_is_issuers(item, actor) for item, _row in items),
    }
    return frame.page(request, "desk/order.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for the words of an order over the ticked matters, or issue it; each matter is told what became of it."""
    now, actor = timezone.now(), request.actor  # type: ignore[attr-defined]
    given = request.POST if request.method == "POST" else request.GET
    numbers = list(dict.fromkeys(given.getlist("number")))[: MOST + 1]
    found = list(
        queries.visible_to(actor).filter(number__in=numbers).only("id", "number", "title", "state")[: MOST + 1]
    )
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            return _issued(request, found, now)
        except Refused as refused:
            refusal = refused
    context = {
        "now": now,
        "matters": [(each.number, f"{lines.base()}{each.number}/", each.title) for each in found],
        "fields": _fields(actor, given, refusal, now),
        "sentence": filters.say(refusal) if refusal else "",
        "next": given.get("next", ""),
        "may_issue": bool(grades(actor)),
    }
    return frame.page(request, "desk/order_new.html", context, status=refusal.status if refusal else 200)


@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Take back what is still open of an order; only who issued it may."""
    actions.cancel_order(
        number=number,
        reason=request.POST.get("reason", ""),
        by=request.actor,  # type: ignore[attr-defined]
        now=timezone.now(),
    )
    messages.success(request, _("Order %(number)s is taken back.") % {"number": number})
    return HttpResponseRedirect(reverse("desk:orders"))


def grades(actor: Actor) -> list[Grade]:
    """Return the grades of orders that one of the actor's posts issues."""
    return [grade for grade in Grade if ISSUERS[grade] & actor.roles]


# --- issuing ---------------------------------------------------------------------------------------------


def _issued(request: HttpRequest, found: Sequence[Matter], now: datetime) -> HttpResponse:
    posted = request.POST
    text, day = posted.get("reason", ""), posted.get("reply_by", "")
    grade = Grade(posted["grade"]) if posted.get("grade") in set(Grade) else None
    if grade is None:
        raise Invalid("order.no_grade")
    try:
        reply_by = date.fromisoformat(day) if day else None
    except ValueError as wrong:
        raise Invalid("overlay.unreadable", field="reply_by", found=day[:40]) from wrong
    issued = actions.issue_order(
        matter_ids=[each.pk for each in found],
        grade=grade,
        text=text,
        by=request.actor,  # type: ignore[attr-defined]
        now=now,
        reply_by=reply_by,
    )
    refused = [(each, answer) for each, answer in zip(found, issued.items, strict=True) if isinstance(answer, Refused)]
    if not issued.number:
        raise refused[0][1]
    done = len(found) - len(refused)
    text = ngettext("Order %(number)s over %(n)s matter.", "Order %(number)s over %(n)s matters.", done)
    messages.success(request, text % {"number": issued.number, "n": done})
    for each, refusal in refused:
        messages.warning(request, f"{each.number}: {filters.say(refusal)}")
    return HttpResponseRedirect(home.back_to(request, reverse("desk:order", args=[issued.number])))


def _fields(actor: Actor, given: object, refusal: Refused | None, now: datetime) -> tuple[Field, ...]:
    language = get_language() or "zh-hans"
    get = given.get  # type: ignore[attr-defined]
    wrong = FIELD_OF.get(refusal.code, "") if refusal else ""
    said = {
        name: {"value": get(name, ""), "error": filters.say(refusal) if refusal and wrong == name else ""}
        for name in ("grade", "reason", "reply_by")
    }
    own = grades(actor)
    said["grade"]["value"] = said["grade"]["value"] or (own[0].value if own else "")
    limits = kinds.current_book().order_limits
    told = (
        f"{words.label(grade, language)} {filters.limit(limits[grade].amount, limits[grade].unit)}" for grade in own
    )
    first = min((first_day(limits[grade], now, calendar()) for grade in own), default=None)
    choices = tuple(Choice(each.value, words.label(each, language)) for each in own)
    hint = _("Empty: %(limits)s. A later day gives more time, never less.") % {"limits": "、".join(told)}
    return (
        Field("grade", _("Grade"), "radio", choices=choices, is_required=True, **said["grade"]),
        Field("reason", _("What is asked"), "area", is_required=True, longest=TEXT_LIMIT, **said["reason"]),
        Field(
            "reply_by", _("Answer by"), "date", low=first.isoformat() if first else None, hint=hint, **said["reply_by"]
        ),
    )


# --- drawing ---------------------------------------------------------------------------------------------


def _drawn(rows: Sequence[reads.Line], now: datetime) -> Iterator[Drawn]:
    language = get_language() or "zh-hans"
    for row in rows:
        lamp = _lamp(row, now)
        over = _("over %(moment)s") % {"moment": filters.recent(row.ended_at, now)} if row.ended_at else ""
        progress = _("%(done)s of %(all)s settled") % {"done": row.items - row.open, "all": row.items}
        replied = ngettext("%(n)s reply to judge", "%(n)s replies to judge", row.replied) % {"n": row.replied}
        yield Drawn(
            row.number,
            reverse("desk:order", args=[row.number]),
            lamp.value if lamp else "",
            lines.short_remainder(row.reply_by, now, lines.unit_of(row.reply_by)) if row.ended_at is None else over,
            _("answer by %(moment)s") % {"moment": filters.moment(row.reply_by, now, day_end=True)},
            row.text.splitlines()[0] if row.text else _first(row),
            f"{words.label(Grade(row.grade), language)} · {unit_names().get(row.issuer_unit_id or 0, '')}",
            "" if row.text else _raised(row, language),
            " · ".join(filter(None, (progress, replied if row.replied else ""))),
            filters.recent(row.issued_at, now),
        )


def _first(row: reads.Line) -> str:
    """Return what an order without words is about: the title of its first matter, and how many more there are."""
    if row.items == 1:
        return row.first
    return _("%(title)s and %(n)s more") % {"title": row.first, "n": row.items - 1}


def _raised(row: reads.Line, language: str) -> str:
    """Return why a rule raised an order."""
    trigger = words.label(Trigger(row.trigger), language) if row.trigger in set(Trigger) else ""
    return _("Raised by rule: %(trigger)s") % {"trigger": trigger}


def _lamp(row: reads.Line, now: datetime) -> Lamp | None:
    if row.ended_at is not None or row.open == row.replied:
        return None
    amber_at = row.issued_at + (row.reply_by - row.issued_at) * 7 / 10
    return Lamp.RED if row.late else lamps.lamp(now, row.reply_by, amber_at)


def _colour(row: reads.Line, running: Sequence[Waiting], now: datetime) -> str:
    first = min((each for each in running if each.amber_at), key=lambda each: each.due_at or now, default=None)
    lamp = first.lamp(now) if first else None
    return lamp.value if lamp and row.ended_at is None else ""


def _facts(row: reads.Line, now: datetime) -> Iterator[tuple[str, str]]:
    language = get_language() or "zh-hans"
    yield _("Issued by"), unit_names().get(row.issuer_unit_id or 0, "—")
    yield _("Issued"), filters.recent(row.issued_at, now)
    yield _("Answer by"), filters.long_moment(row.reply_by, day_end=True)
    if row.trigger:
        yield _("Why"), _raised(row, language)
    yield _("Matters"), _("%(done)s of %(all)s settled") % {"done": row.items - row.open, "all": row.items}


class Item(NamedTuple):
    """One matter of an order, ready to draw."""

    number: str
    url: str
    title: str
    unit: str
    state: str
    colour: str
    words: str
    facts: tuple[str, ...]
    replies: tuple[str, ...]
    acts_url: str


def _item(item: OrderItem, row: Waiting, replies: Sequence[str], now: datetime) -> Item:
    language = get_language() or "zh-hans"
    lamp = row.lamp(now)
    url = f"{lines.base()}{row.matter.number}/"
    facts = [
        _("signed %(moment)s") % {"moment": filters.recent(item.signed_at, now)} if item.signed_at else "",
        _("replied %(moment)s") % {"moment": filters.recent(item.replied_at, now)} if item.replied_at else "",
        ngettext("sent back %(n)s×", "sent back %(n)s×", item.sent_back) % {"n": item.sent_back}
        if item.sent_back
        else "",
    ]
    return Item(
        row.matter.number,
        url,
        row.matter.title,
        unit_names().get(item.unit_id or 0, "—"),
        overlays.state_of(Overlay.ORDER, item.state, language),
        lamp.value if lamp else "",
        lines.short_remainder(row.due_at, now, lines.unit_of(row.due_at)) if row.due_at and lamp else "",
        tuple(filter(None, facts)),
        tuple(replies),
        url if item.ended_at is None else "",
    )


def _replies(items: Sequence[OrderItem]) -> dict[int, list[str]]:
    """Return what was said of each item after it was issued, first to last. Two statements."""
    if not items:
        return {}
    entries = Entry.objects.filter(
        subject__in={f"matter:{item.matter_id}" for item in items},
        kind__in=("order.reply", "order.send_back", "order.accept"),
    ).order_by("id")
    seqs = [(int(each.subject.partition(":")[2]), each.seq, each.data.get("id")) for each in entries]
    wanted = {matter for matter, *_ in seqs}
    notes = {
        (matter, seq): text
        for matter, seq, text in Note.objects.filter(matter_id__in=wanted).values_list("matter_id", "seq", "text")
    }
    found: dict[int, list[str]] = {}
    for matter, seq, id_ in seqs:
        if text := notes.get((matter, seq)):
            found.setdefault(id_, []).append(text)
    return found


def _is_issuers(item: OrderItem, actor: Actor) -> bool:
    order = item.order
    by_post = any(duty.unit_id == order.issuer_unit_id and duty.role == order.issuer_role for duty in actor.duties)
    return item.state in (State.ISSUED, State.SIGNED, State.REPLIED) and (
        by_post or (actor.person_id is not None and actor.person_id == order.issued_by)
    )
