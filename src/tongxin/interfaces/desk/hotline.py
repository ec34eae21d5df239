"""Taking a call, by the keyboard alone: who rings, what and where, what is known, and what becomes of it."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.apps.hotline import actions, cti, queries
from tongxin.apps.hotline import places as spots
from tongxin.apps.hotline.actions import Told
from tongxin.apps.hotline.models import Call
from tongxin.apps.matters import queries as matters
from tongxin.apps.matters.actions import Reported
from tongxin.interfaces.desk import frame, hotline_form, mending
from tongxin.look import filters
from tongxin.rules.calls import CallAct, CallState, EmergencyService
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.permissions import Permission, require

FROM_THE_BAR = {"hang_up": CallAct.HANG_UP, "mute": CallAct.MUTE}


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the call at hand with its form, or do with it what the operator decided. Everything typed is kept."""
    require(request.actor, Permission.TAKE_CALLS)  # type: ignore[attr-defined]
    now = timezone.now()
    if request.method != "POST":
        return _shown(request, _resumed(request), {}, now)
    wrong: dict[str, str] = {}
    try:
        done = _decided(request, request.POST.get("do", "dispatch"), now)
    except Refused as refusal:
        wrong = faults(refusal)
        answer = _shown(request, request.POST, wrong, now, sentence=filters.say(refusal))
        answer.status_code = refusal.status
        return answer
    messages.success(request, done)
    return redirect("desk:call")


@require_safe
def bar(request: HttpRequest) -> HttpResponse:
    """Answer the bar of the call, where it is another one or stands otherwise than the page knows; else nothing."""
    require(request.actor, Permission.TAKE_CALLS)  # type: ignore[attr-defined]
    now = timezone.now()
    call = queries.at_hand(request.actor, now)  # type: ignore[attr-defined]
    if hotline_form.stands(call) == request.GET.get("stands", ""):
        return HttpResponse(status=204)
    drawn = hotline_form.quiet_bar if "quiet" in request.GET else hotline_form.bar
    return render(request, "desk/call_bar.html", drawn(request.actor, call, now))  # type: ignore[attr-defined]


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Pick up, mute, bring in a third, hang up. What the switchboard does not do is told."""
    actor, now, word = request.actor, timezone.now(), request.POST.get("act", "")  # type: ignore[attr-defined]
    call_id = _number(request.POST.get("call", ""))
    if word == "answer":
        call = actions.pick_up(call_id, by=actor, now=now)
        _ask(request, call, CallAct.ANSWER)
        if call.line and not call.line.url:
            messages.info(request, _("Yours. Pick it up at the telephone."))
    elif word == "three_way":
        to, words = request.POST.get("to", ""), request.POST.get("told", "")
        note = actions.note_three_way(call_id=call_id, to=to, words=words, by=actor, now=now)
        done = _ask(request, queries.call_of(actor, call_id), CallAct.THREE_WAY, note.to)
        actions.put_through(note.pk, is_done=done, by=actor, now=now)
        messages.success(request, _("Noted: %(to)s in the call.") % {"to": note.to})
    elif word in FROM_THE_BAR:
        _ask(request, queries.call_of(actor, call_id), FROM_THE_BAR[word])
    else:
        raise Invalid("overlay.unknown_act", act=word[:40])
    return redirect("desk:call")


@require_POST
def seat(request: HttpRequest) -> HttpResponse:
    """Sit down at a seat, or leave it."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    if request.POST.get("leave"):
        actions.leave_seat(by=actor, now=now)
    else:
        line = _number(request.POST.get("line", ""))
        actions.take_seat(line_id=line, seat=request.POST.get("seat", ""), by=actor, now=now)
    return redirect("desk:call")


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Answer the places that answer to what is being typed, each with its grid."""
    require(request.actor, Permission.TAKE_CALLS)  # type: ignore[attr-defined]
    found = spots.search(request.actor, request.GET.get("where", ""))  # type: ignore[attr-defined]
    context = {"spots": hotline_form.offered(found), "typed": request.GET.get("where", "").strip()}
    return render(request, "desk/call_places.html", context)


@require_safe
def beside(request: HttpRequest) -> HttpResponse:
    """Answer what is known of the place and the matter: the grid, the same matter, earlier ones, knowledge, kinds."""
    require(request.actor, Permission.TAKE_CALLS)  # type: ignore[attr-defined]
    context = hotline_form.known(request.actor, request.GET, timezone.now())  # type: ignore[attr-defined]
    return render(
        request, "desk/call_beside.html", context | {"is_part": True, "reads_out": "letter" not in request.GET}
    )


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Keep what is written so far."""
    actor, now, posted = request.actor, timezone.now(), request.POST  # type: ignore[attr-defined]
    call_id = _number(posted["call"]) if posted.get("call") else None
    form = {name: posted[name] for name in posted} | hotline_form.spot_fields(posted.get("spot", ""))
    kept = actions.save_draft(key=posted.get("key", ""), form=form, call_id=call_id, by=actor, now=now)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("desk:call-drafts")
    said = _("Draft kept %(moment)s") % {"moment": filters.moment(now, now)} if kept else ""
    return HttpResponse(said)


# --- what becomes of it ----------------------------------------------------------------------------------


def _decided(request: HttpRequest, word: str, now: datetime) -> str:
    """Do what the operator decided; return the sentence that says so. Raises Refused."""
    actor, posted = request.actor, request.POST  # type: ignore[attr-defined]
    what, _dash, more = word.partition("-")
    ways: dict[str, Callable[[Told], str]] = {
        "dispatch": lambda told: dispatched(actions.dispatch(told, by=actor, now=now)),
        "answer": lambda told: _answered(
            actions.answer(told, said=posted.get("answer", ""), articles=articles_in(posted), by=actor, now=now)
        ),
        "join": lambda told: _joined(
            actions.join(told, master_id=matters.one(actor, more).pk, by=actor, now=now), more
        ),
        "emergency": lambda told: _handed_over(request, told, EmergencyService(more), now),
    }
    if what not in ways or (what == "emergency" and more not in set(EmergencyService)):
        raise Invalid("overlay.unknown_act", act=word[:40])
    return ways[what](told_in(request, is_urgent=what == "emergency"))


def told_in(request: HttpRequest, *, is_urgent: bool = False) -> Told:
    """Return what was written. Raises Invalid where several places may be meant; in an emergency nothing stops it."""
    posted = request.POST
    spot = posted.get("spot", "") or hotline_form.only_spot(request.actor, posted.get("where", ""))  # type: ignore[attr-defined]
    if not spot and posted.get("where", "").strip() and not is_urgent:
        raise Invalid("place.missing")
    where = hotline_form.read_spot(spot)
    return Told(
        key=posted.get("key", "") or secrets.token_urlsafe(12),
        text=posted.get("text", ""),
        template=posted.get("template", ""),
        place=where.name if where and where.is_named else posted.get("where", "")[:120] if not spot else "",
        area=where.area if where else "",
        lon=where.lon if where else None,
        lat=where.lat if where else None,
        urgency=Urgency(posted["urgency"]) if posted.get("urgency") in set(Urgency) else None,
        use_number="use_number" in posted,
        contact_name=posted.get("contact_name", ""),
        contact_phone=posted.get("contact_phone", ""),
        is_secret="secret" in posted,
        call_id=_number(posted["call"]) if posted.get("call") else None,
    )


def dispatched(reported: Reported) -> str:
    due = filters.long_moment(reported.due_at, day_end=True) if reported.due_at else ""
    told = {"number": reported.number, "due": due}
    return _("%(number)s: accepted, it lies at the town's desk. Filed by %(due)s at the latest.") % told


def _answered(reported: Reported) -> str:
    return _("%(number)s: answered and closed.") % {"number": reported.number}


def _joined(reported: Reported, master: str) -> str:
    told = {"number": reported.number, "master": master}
    return _("%(number)s follows %(master)s: the caller is answered with it.") % told


def _handed_over(request: HttpRequest, told: Told, to: EmergencyService, now: datetime) -> str:
    """Put the call through at once, then write down whether the switchboard did it."""
    actor = request.actor  # type: ignore[attr-defined]
    reported, row = actions.hand_over(told, to=to, by=actor, now=now)
    done = False
    if row.call_id:
        done = _ask(request, queries.call_of(actor, row.call_id), CallAct.TRANSFER, to.value)
        actions.put_through(row.pk, is_done=done, by=actor, now=now)
    if not done:
        advice = _("Not put through by the switchboard: connect %(to)s at the telephone, or ask them to dial it.")
        messages.error(request, advice % {"to": to.value})
    facts = {"number": reported.number, "to": to.value, "time": filters.moment(now, now)}
    return _("%(number)s: handed over to %(to)s at %(time)s. No clock waits for it.") % facts


def _ask(request: HttpRequest, call: Call, what: CallAct, to: str = "") -> bool:
    """Ask the switchboard; what it does not do is told, and stops nothing that is written."""
    if call.line is None or not call.line.url:
        return False
    try:
        cti.order(call, what, to)
    except cti.Unreached as refusal:
        messages.error(request, filters.say(refusal))
        return False
    return True


def articles_in(posted: QueryDict) -> list[int]:
    return [_number(each) for each in posted.getlist("article")[:5]]


def _number(text: str) -> int:
    """Return an id out of a form. Raises Invalid."""
    if not text.isdecimal() or len(text) > 18:
        raise Invalid("call.missing")
    return int(text)


def faults(refusal: Refused) -> dict[str, str]:
    """Return the sentence under the field it is about."""
    by_code = {
        "area.unknown": "where",
        "step.no_reply": "answer",
        "letter.no_answer": "answer",
        "template.unknown": "template",
    }
    if refusal.code == "place.missing":
        # there is no map here to pick a point on
        return {"where": _("Choose a place from the list: two characters of a village or a landmark are enough.")}
    if refusal.code in by_code:
        return {by_code[refusal.code]: filters.say(refusal)}
    return dict(mending.faults(refusal, {}))


# --- showing ---------------------------------------------------------------------------------------------


def _resumed(request: HttpRequest) -> QueryDict:
    """Return the form to begin with: a draft taken up again, what was asked for without script, or nothing."""
    given = request.GET.copy()
    key = given.get("draft", "")
    kept = queries.draft(request.actor, key) if key else queries.draft_of_call(request.actor, timezone.now())  # type: ignore[attr-defined]
    if kept and "text" not in given:
        given.update(kept.form)
        given["key"] = kept.key
        given["spot"] = hotline_form.spot_of(kept.form)
    return given


def _shown(
    request: HttpRequest, given: QueryDict, wrong: dict[str, str], now: datetime, *, sentence: str = ""
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    call = queries.at_hand(actor, now)
    if call is None and given.get("call", "").isdecimal():
        call = Call.objects.filter(pk=int(given["call"]), post_id__in=[each.post_id for each in actor.duties]).first()
    context: dict[str, Any] = {
        "now": now,
        "letter": None,
        "key": given.get("key") or secrets.token_urlsafe(12),
        "sentence": "" if wrong else sentence,
        **hotline_form.bar(actor, call, now),
        **hotline_form.fields(actor, given, wrong, call),
        **hotline_form.known(actor, given, now),
        "is_part": False,
        "reads_out": False,
        "seat": queries.seat_of(actor),
        "lines": list(queries.lines_of(actor)),
        "is_live": call is not None and call.state in (CallState.RINGING, CallState.TALKING),
    }
    return frame.page(request, "desk/call.html", context)
