"""What the police handed over at the desk: the list, one incident with its three pushes, and answering them by key."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.apps.alarms import actions, queries
from tongxin.apps.alarms.actions.answering import facts_of
from tongxin.apps.alarms.models import Alarm, Push
from tongxin.apps.areas.queries import names
from tongxin.apps.matters.models import Matter
from tongxin.interfaces.desk import frame, places
from tongxin.interfaces.desk.admin.doors import attempt, choices, label
from tongxin.interfaces.desk.notices import Part
from tongxin.look import filters
from tongxin.look.forms import Choice
from tongxin.rules.alarms import Answering, Category, Outcome, Result, Toward, answerings, is_late
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.lifecycles.matter import OPEN, State
from tongxin.rules.permissions import Actor, scope

DAYS = 30
SHOWN = 30
KEYS = {
    Answering.ACKNOWLEDGE: "A",
    Answering.GRID_WORKER_ARRIVES: "R",
    Answering.MEDIATOR_VISITS: "V",
    Answering.FEED_BACK: "F",
}
ICONS = {
    Answering.ACKNOWLEDGE: "check",
    Answering.GRID_WORKER_ARRIVES: "map-pin-check",
    Answering.MEDIATOR_VISITS: "users",
    Answering.FEED_BACK: "message-reply",
}


class Wing(NamedTuple):
    """One of the three pushes as the pages draw it."""

    push: Push
    toward: str
    unit: str
    colour: str
    words: str
    moments: list[tuple[str, str]]
    result: str
    buttons: list[tuple[str, str, str, str]]  # value, label, key, icon
    results: tuple[Choice, ...]
    steps: list[dict[str, str]]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the newest incidents and the figures of towns. Six statements besides the frame's."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    is_waiting = request.GET.get("waiting") == "1"
    before = request.GET.get("before", "")
    before_id = int(before) if before.isdecimal() and len(before) < 19 else None
    found = queries.listed(actor, before=before_id, is_waiting=is_waiting, size=SHOWN + 1)
    waiting = frame.overlay_tallies(request, now).get(queries.TALLY)
    here = reverse("desk:alarms")
    last = f"{found[SHOWN - 1].pk}" if len(found) > SHOWN else ""
    context = {
        "now": now,
        "rows": [_row(each, now) for each in found[:SHOWN]],
        "parts": [
            Part(_("All"), here, not is_waiting),
            Part(_("Waiting for my unit"), f"{here}?waiting=1", is_waiting),
        ],
        "is_waiting": is_waiting,
        "many": waiting.count if waiting else 0,
        "late": waiting.overdue if waiting else 0,
        "figures": list(_figures(actor, now)),
        "days": DAYS,
        "next_url": f"{here}?{'waiting=1&' if is_waiting else ''}before={last}" if last else "",
    }
    return frame.page(request, "desk/alarms.html", context)


@require_safe
def one(request: HttpRequest, number: str) -> HttpResponse:
    """Show one incident: what was said, its three pushes, what the police were told. Raises Missing."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    alarm = queries.one(actor, number)
    may_answer = queries.answerable(actor, alarm)
    matter = alarm.matter
    context = _row(alarm, now) | {
        "now": now,
        "wings": [_wing(push, alarm, now, may_answer=push.pk in may_answer) for push in alarm.pushes.all()],
        "text": matter.report.text if hasattr(matter, "report") else "",
        "is_seen": scope(actor).sees(matter),
        "facts": list(_facts(alarm, now)),
        "tellings": [_telling(each, now) for each in alarm.tellings.order_by("-pk")],
        "is_told": bool(alarm.partner.url),
        "map": places.map_of(matter),
        "is_sketch": places.is_sketch(matter.area),
    }
    return frame.page(request, "desk/alarm.html", context)


@require_safe
def of(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """Lead from a notice to the incident it is about. Raises Missing."""
    found = queries.visible_to(request.actor).filter(pk=alarm_id)  # type: ignore[attr-defined]
    number = found.values_list("matter__number", flat=True).first()
    if number is None:
        raise Missing("alarm.missing", number=alarm_id)
    return redirect("desk:alarm", number)


@require_POST
def answer(request: HttpRequest, number: str, push_id: int, asked: str) -> HttpResponse:
    """Acknowledge a push, say that somebody is there, or feed back what came of it."""
    if asked not in set(Answering):
        raise Missing("alarm.no_push")
    chosen = request.POST.get("result", "")
    if chosen and chosen not in set(Result):
        raise Invalid("alarm.no_result")
    told = {"push_id": push_id, "answering": Answering(asked), "result": Result(chosen) if chosen else None}
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    attempt(request, lambda: actions.answer(**told, by=by, now=now), _("Noted."))
    return redirect("desk:alarm", number)


def handed_over(actor: Actor, matter: Matter, now: datetime) -> dict[str, Any] | None:
    """Return what the page of a matter says of the alarm it came from. Two statements where the police reported it."""
    alarm = queries.of_matter(actor, matter.pk) if matter.channel == Channel.POLICE else None
    if alarm is None:
        return None
    pushes = list(alarm.pushes.all())
    return {
        "number": alarm.number,
        "is_hurt": alarm.is_hurt,
        "has_weapon": alarm.has_weapon,
        "is_withdrawn": alarm.withdrawn_at is not None,
        "done": sum(push.acknowledged_at is not None for push in pushes),
        "pushes": len(pushes),
        "is_late": any(is_late(facts_of(push), now) for push in pushes if push.acknowledged_at is None),
    }


# --- drawing ---------------------------------------------------------------------------------------------


def _row(alarm: Alarm, now: datetime) -> dict[str, Any]:
    matter = alarm.matter
    return {
        "alarm": alarm,
        "matter": matter,
        "category": label(Category(alarm.category)),
        "where": matter.place or names().get(matter.area, matter.area),
        "way": " ".join(places.way(matter.area)),
        "state": label(State(matter.state)),
        "outcome": label(Outcome(alarm.outcome)) if alarm.outcome else "",
        "lamps": [(push, _short(push.to), *_lamp(push, now)) for push in alarm.pushes.all()],
        "is_open": matter.state in OPEN,
    }


def _wing(push: Push, alarm: Alarm, now: datetime, *, may_answer: bool) -> Wing:
    colour, words = _lamp(push, now)
    open_ = answerings(facts_of(push), ended=alarm.matter.state not in OPEN) if may_answer else []
    return Wing(
        push,
        label(Toward(push.to)),
        push.unit.name,
        colour,
        words,
        list(_moments(push, now)),
        label(Result(push.result)) if push.result else "",
        [(each.value, label(each), KEYS[each], ICONS[each]) for each in open_ if each is not Answering.FEED_BACK],
        choices(Result) if Answering.FEED_BACK in open_ else (),
        list(_steps(push, alarm, now)) if push.to == Toward.TOWN_DESK else [],
    )


def _lamp(push: Push, now: datetime) -> tuple[str, str]:
    """Return the colour of a push and its words; without one, there is time yet. What was late stays red."""
    if is_late(facts_of(push), now):
        return "red", _("late") if push.acknowledged_at else _("overdue")
    if push.acknowledged_at:
        return "green", _("acknowledged")
    is_soon = now >= push.pushed_at + (push.due_at - push.pushed_at) / 2
    return "amber" if is_soon else "", filters.remainder_dense(push.due_at, now)


def _short(to: str) -> str:
    """Return a push in a word, for lists."""
    return {
        Toward.ATTENDING_STATION: _("attending"),
        Toward.RESPONSIBLE_STATION: _("responsible"),
        Toward.TOWN_DESK: _("town desk"),
    }[Toward(to)]


def _moments(push: Push, now: datetime) -> Iterator[tuple[str, str]]:
    yield _("Pushed"), filters.recent(push.pushed_at, now)
    if push.acknowledged_at:
        yield _("Acknowledged"), filters.recent(push.acknowledged_at, now)
    else:
        yield _("To be acknowledged by"), filters.recent(push.due_at, now)
    if push.fed_back_at:
        yield _("Fed back"), filters.recent(push.fed_back_at, now)


def _steps(push: Push, alarm: Alarm, now: datetime) -> Iterator[dict[str, str]]:
    """Yield 群众呼叫, 网格员报到, 调解员上门 with their moments: of units, no person is timed (S3-04)."""
    done = ((_("Call"), alarm.raised_at), (label(Answering.GRID_WORKER_ARRIVES), push.arrived_at))
    is_next = True
    for title, at in (*done, (label(Answering.MEDIATOR_VISITS), push.visited_at), (_("Result"), push.fed_back_at)):
        state = "done" if at else "now" if is_next else "todo"
        is_next = is_next and bool(at)
        yield {"label": title, "state": state, "moment": filters.recent(at, now) if at else ""}


def _facts(alarm: Alarm, now: datetime) -> Iterator[tuple[str, str]]:
    yield _("Number of the police"), alarm.number
    yield _("Handed over by"), alarm.partner.name
    yield _("Police called"), filters.recent(alarm.raised_at, now)
    yield _("Reached us"), filters.recent(alarm.heard_at, now)
    yield _("Anybody hurt"), _("Yes") if alarm.is_hurt else _("No")
    yield _("Weapon"), _("Yes") if alarm.has_weapon else _("No")
    if alarm.corrected_at:
        yield _("Corrected"), filters.recent(alarm.corrected_at, now)
    if alarm.ended_at:
        yield _("Ended"), filters.recent(alarm.ended_at, now)


def _telling(telling: Any, now: datetime) -> dict[str, str]:
    what = label(Result(telling.what)) if telling.to else label(Outcome(telling.what))
    said = {"waiting": _("to be sent"), "sent": _("sent"), "failed": _("given up")}[telling.state]
    return {"what": what, "whose": label(Toward(telling.to)) if telling.to else "", "state": said,
            "at": filters.recent(telling.at, now)}  # fmt: skip


def _figures(actor: Actor, now: datetime) -> Iterator[tuple[str, ...]]:
    for each in queries.figures(actor, now - timedelta(days=DAYS), now):
        yield (
            names().get(each.town, each.town),
            str(each.alarms),
            _rate(each.in_time, each.pushes),
            _rate(each.settled, each.alarms - each.open),
            str(each.open),
        )


def _rate(part: int, whole: int) -> str:
    return f"{filters.rate(part / whole, 1)} ({part}/{whole})" if whole else "—"
