"""One-tap help at the desk: what rings, how soon places are answered, and the places with their codes."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.apps.areas.queries import names
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import HelpCall, HelpPlace
from tongxin.apps.patrols.queries import help as helps
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import frame, patrol_forms, places
from tongxin.interfaces.desk.admin.doors import attempt, label
from tongxin.interfaces.desk.patrol_forms import number
from tongxin.interfaces.desk.patrols import require_ground, tabs
from tongxin.look import filters
from tongxin.look.forms import Choice, Field
from tongxin.rules import help_calls
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.help_calls import MINUTES, MOST_TEAMS, Ending, Move, Standing, Trouble
from tongxin.rules.permissions import Actor, Permission, may, require

DAYS = 30
SHOWN = 30
TEAMS = 4  # asked for in a form
PAUSE, BUSY_PAUSE = 5, 60  # seconds until the page asks again what rings


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show what rings for the own team, the last calls, and how soon places and teams answered in a month."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require_ground(actor)
    now = timezone.now()
    since = now - timedelta(days=DAYS)
    places_ = list(helps.visible_places(actor))
    by_place = {each.key: each for each in helps.speeds(actor, start=since, end=now, by="place")}
    context = {
        "now": now,
        "tabs": tabs("patrol-help"),
        **_ringing(actor, now),
        "calls": [_call(each, now) for each in helps.visible_calls(actor)[:SHOWN]],
        "places": [_place(each, by_place.get(str(each.pk)), actor) for each in places_],
        "teams": [
            (unit_names().get(int(each.key), "") if each.key else _("nobody answered"), _speed(each))
            for each in helps.speeds(actor, start=since, end=now, by="team")
        ],
        "days": DAYS,
        "may_plan": may(actor, Permission.PLAN_PATROLS),
    }
    return frame.page(request, "desk/patrols/help.html", context)


@require_safe
def ringing(request: HttpRequest) -> HttpResponse:
    """Answer what rings now: the page asks every few seconds."""
    now = timezone.now()
    context = {"now": now, **_ringing(request.actor, now)}  # type: ignore[attr-defined]
    return frame.part(request, "desk/patrols/help_ringing.html", context)


@require_POST
def move(request: HttpRequest, call_id: int, asked: str) -> HttpResponse:
    """Answer a call, arrive, or end it."""
    posted, now = request.POST, timezone.now()
    told = {"call_id": call_id, "by": request.actor, "now": now}  # type: ignore[attr-defined]
    if asked == Move.END:
        ending = posted.get("ending", "")
        if ending not in set(Ending):
            raise Invalid("help.no_ending")
        told |= {"ending": Ending(ending), "matter": posted.get("matter", "")}
    acts = {Move.ANSWER: actions.answer, Move.ARRIVE: actions.arrive, Move.END: actions.end_call}
    if asked not in acts:
        raise Missing("help.missing")
    said = {Move.ANSWER: _("Your team is on its way."), Move.ARRIVE: _("Your team is there."), Move.END: _("Ended.")}
    attempt(request, lambda: acts[Move(asked)](**told), said[Move(asked)])
    return redirect("desk:patrol-help")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Set up a help place."""
    require(request.actor, Permission.PLAN_PATROLS)  # type: ignore[attr-defined]
    return _write(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, place_id: int) -> HttpResponse:
    """Change a help place: its teams in their order, and the minutes."""
    place = helps.place(request.actor, place_id)  # type: ignore[attr-defined]
    require(request.actor, Permission.PLAN_PATROLS, place.area)  # type: ignore[attr-defined]
    return _write(request, place)


@require_safe
def poster(request: HttpRequest, place_id: int) -> HttpResponse:
    """Show the sheet to be put up at a place: its code, and what it is for."""
    place = helps.place(request.actor, place_id)  # type: ignore[attr-defined]
    require(request.actor, Permission.PLAN_PATROLS, place.area)  # type: ignore[attr-defined]
    context = {"tabs": tabs("patrol-help"), "place": place, "address": _address(request, place)}
    context["code"] = _code(request, place)
    return frame.page(request, "desk/patrols/poster.html", context)


@require_POST
def renew(request: HttpRequest, place_id: int) -> HttpResponse:
    """Give a place a new code: what is put up now calls nobody any more."""
    told = {"place_id": place_id, "by": request.actor, "now": timezone.now()}  # type: ignore[attr-defined]
    attempt(request, lambda: actions.renew_token(**told), _("A new code. Take down the old sheet and put up this one."))
    return redirect("desk:patrol-help-poster", place_id)


def _address(request: HttpRequest, place: HelpPlace) -> str:
    return request.build_absolute_uri(f"/f/help/{place.token}")


def _code(request: HttpRequest, place: HelpPlace) -> str:
    """Return the QR code as the address of a picture."""
    import segno

    return segno.make(_address(request, place), error="m").svg_data_uri(scale=8, border=2)


# --- what rings ------------------------------------------------------------------------------------------


def _ringing(actor: Actor, now: datetime) -> dict[str, Any]:
    endings = [Choice(each.value, label(each)) for each in Ending]
    rings = [_call(each, now) for each in helps.ringing(actor)]
    is_busy = any(Move.END in dict(each["moves"]) for each in rings)  # somebody may be filling in how it ended
    return {"rings": rings, "endings": endings, "pause": BUSY_PAUSE if is_busy else PAUSE}


def _call(call: HelpCall, now: datetime) -> dict[str, Any]:
    lamp = help_calls.lamp(call.called_at, call.answered_at, call.minutes, now)
    waited = (call.answered_at or now) - call.called_at
    if call.answered_at:
        words = _("answered after %(span)s") % {"span": seconds(waited.total_seconds())}
    else:
        words = _("waiting %(span)s") % {"span": seconds(waited.total_seconds())}
    return {
        "call": call,
        "trouble": label(Trouble(call.trouble)),
        "standing": label(Standing(call.standing)),
        "lamp": lamp.value,
        "words": words,
        "at": filters.moment(call.called_at, now),
        "where": " ".join(places.way(call.area)),
        "team": call.unit.name if call.unit else "",
        "ending": label(Ending(call.ending)) if call.ending else "",
        "moves": [(each.value, label(each)) for each in help_calls.moves(Standing(call.standing))],
    }


def seconds(many: float | None) -> str:
    """Write a short time: 45 秒, 2 分 10 秒."""
    if many is None:
        return filters.NOT_APPLICABLE
    whole = int(many)
    if whole < 60:
        return _("%(s)s s") % {"s": whole}
    if whole >= 3600:
        return filters.span(timedelta(seconds=whole))
    if whole % 60 == 0:
        return _("%(m)s min") % {"m": whole // 60}
    return _("%(m)s min %(s)s s") % {"m": whole // 60, "s": whole % 60}


def _speed(told: helps.Speed | None) -> dict[str, Any]:
    if told is None:
        return {"calls": 0, "in_time": "—", "answer": "—", "arrive": "—"}
    share = f"{told.in_time} / {told.calls}"
    return {
        "calls": told.calls,
        "in_time": share,
        "answer": seconds(told.answer_s),
        "arrive": seconds(told.arrive_s),
    }


def _place(place: HelpPlace, told: helps.Speed | None, actor: Actor) -> dict[str, Any]:
    return {
        "place": place,
        "where": names().get(place.area, place.area),
        "teams": [each.unit.name for each in place.responders.all()],
        "speed": _speed(told),
        "may_plan": may(actor, Permission.PLAN_PATROLS, place.area),
    }


# --- setting up ------------------------------------------------------------------------------------------


def _write(request: HttpRequest, place: HelpPlace | None) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        told = {"place_id": place.pk if place else None, "version": number(posted.get("version", "")) or 0}
        told |= {"by": request.actor, "now": timezone.now()}  # type: ignore[attr-defined]
        said = _("Saved. Print its sheet and put it up where everybody sees it.")
        if (made := attempt(request, lambda: actions.set_up_place(_setting(posted, place), **told), said)) is not None:
            return redirect("desk:patrol-help-poster", made.pk) if made.is_open else redirect("desk:patrol-help")
    given = _given(place, posted)
    context = {
        "tabs": tabs("patrol-help"),
        "place": place,
        "fields": _fields(request.actor, given),  # type: ignore[attr-defined]
    }
    return frame.page(request, "desk/patrols/help_form.html", context)


def _setting(posted: QueryDict, place: HelpPlace | None) -> actions.Setting:
    units = [number(posted.get(f"unit{n}", "")) for n in range(MOST_TEAMS)]
    return actions.Setting(
        name=posted.get("title", "")[:60],
        area=posted.get("area", ""),
        units=[unit for unit in units if unit],
        minutes=number(posted.get("minutes", ""), most=99) or 0,
        lon=place.lon if place else None,
        lat=place.lat if place else None,
        is_open=place is None or "is_open" in posted,
    )


def _given(place: HelpPlace | None, posted: QueryDict | None) -> dict[str, str]:
    if posted is not None:
        return posted.dict()
    if place is None:
        return {"minutes": str(help_calls.RESPONSE), "is_open": "true"}
    told = {"title": place.name, "area": place.area, "minutes": str(place.minutes)}
    told |= {f"unit{each.rung}": str(each.unit_id) for each in place.responders.all()}
    return told | ({"is_open": "true"} if place.is_open else {})


def _fields(actor: Actor, given: dict[str, str]) -> list[Field]:
    base = given.get("area", "") or places.home_of(actor)
    hint = _("Who has not answered in so many minutes is followed by the next team.")
    titles = (_("Called first"), _("Then"), _("Then"), _("Last"))
    return [
        Field("title", _("Name of the place"), value=given.get("title", ""), is_required=True, longest=60),
        patrol_forms.area_field(actor, given.get("area", "")),
        Field(
            "minutes",
            _("Answer within"),
            "number",
            given.get("minutes", ""),
            is_required=True,
            unit=_("minutes"),
            low=MINUTES.start,
            high=MINUTES.stop - 1,
            step="1",
            hint=hint,
        ),
        *(
            patrol_forms.team_field(base, given.get(f"unit{n}", ""), f"unit{n}", titles[n], required=n == 0)
            for n in range(TEAMS)
        ),
        Field("is_open", _("In use"), "check", given.get("is_open", "")),
    ]
