"""One-tap help: places set up, calls raised, answered, passed on to the next team, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tongxin.apps.areas.queries import names
from tongxin.apps.journal.entries import record
from tongxin.apps.matters.queries import visible_to
from tongxin.apps.patrols.models import HelpCall, HelpPlace, Responder
from tongxin.apps.patrols.models.help import fresh_token
from tongxin.apps.people import rosters
from tongxin.apps.people.queries import stands
from tongxin.rules import help_calls
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused, Stale
from tongxin.rules.help_calls import Ending, Move, Standing, Trouble
from tongxin.rules.permissions import SYSTEM, Actor, Duty, Permission, duties_for, duty_for, require

MOST_AT_ONCE = 50  # calls passed on in one transaction


@dataclass(frozen=True, slots=True)
class Setting:
    """A help place as somebody wants it; `units` in the order in which they are called."""

    name: str
    area: str
    units: Sequence[int]
    minutes: int = help_calls.RESPONSE
    lon: float | None = None
    lat: float | None = None
    is_open: bool = True


@transaction.atomic
def set_up_place(
    told: Setting, *, place_id: int | None = None, version: int = 0, by: Actor, now: datetime
) -> HelpPlace:
    """Set up a help place or change one: its teams in their order, and the minutes. Raises Missing, Stale, Invalid."""
    place = _locked_place(place_id, by) if place_id is not None else HelpPlace(version=0)
    require(by, Permission.PLAN_PATROLS, told.area)
    if told.area not in names():
        raise Invalid("area.unknown", area=told.area[:20])
    help_calls.check_place(name=told.name, minutes=told.minutes, teams=len(told.units))
    if len(set(told.units)) != len(told.units) or set(told.units) - set(stands()):
        raise Invalid("help.teams", most=help_calls.MOST_TEAMS)
    if place_id is not None and place.version != version:
        raise Stale("patrol.changed")

    place.name, place.area, place.minutes = told.name.strip(), told.area, told.minutes
    place.lon, place.lat, place.is_open, place.version = told.lon, told.lat, told.is_open, place.version + 1
    place.save()
    place.responders.all().delete()
    Responder.objects.bulk_create(
        Responder(place=place, rung=rung, unit_id=unit_id) for rung, unit_id in enumerate(told.units)
    )

    codes = {"units": list(told.units), "minutes": place.minutes, "is_open": place.is_open}
    _record("help.place", f"help_place:{place.pk}", by, now, place.area, **codes)
    return place


@transaction.atomic
def renew_token(*, place_id: int, by: Actor, now: datetime) -> HelpPlace:
    """Give a place a new address; the old printed code calls nobody any more. Raises Missing, NotAllowed."""
    place = _locked_place(place_id, by)

    place.token = fresh_token()
    place.save(update_fields=["token"])

    _record("help.renew", f"help_place:{place.pk}", by, now, place.area)
    return place


@transaction.atomic
def call(*, place_id: int, trouble: Trouble, by: Actor, now: datetime) -> HelpCall:
    """Call the team of a place. A second tap for the same trouble while it is open is the same call. Raises Missing.

    By the place's own code nobody needs a post: whoever stands there may call. A team whose roster has nobody on duty
    now is left out, unless that leaves none.
    """
    require(by, Permission.REPORT)
    place = HelpPlace.objects.select_for_update().filter(pk=place_id, is_open=True).first()
    teams = dict(place.responders.values_list("rung", "unit_id")) if place else {}
    if place is None or not teams:
        raise Missing("help.missing")
    standing = HelpCall.objects.filter(place=place, trouble=trouble, ended_at__isnull=True).first()
    if standing is not None:
        return standing

    rung = next((rung for rung, unit_id in sorted(teams.items()) if _is_manned(unit_id, now)), 0)
    told = {"place": place, "area": place.area, "trouble": trouble, "standing": Standing.CALLING, "rung": rung}
    until = now + timedelta(minutes=place.minutes)
    made = HelpCall.objects.create(**told, minutes=place.minutes, called_at=now, ring_until=until)

    record("help.call", f"help:{made.pk}", by=by, at=now, place=place.pk, unit=teams[rung], trouble=trouble)
    return made


@transaction.atomic
def answer(*, call_id: int, by: Actor, now: datetime) -> HelpCall:
    """Say "我去" for a team that was called: nobody else is called any more. Raises Missing, NotAllowed, Refused."""
    made, duty = _mine(call_id, by)

    made.standing = help_calls.decide(Move.ANSWER, Standing(made.standing))
    made.unit_id, made.answered_at, made.ring_until = duty.unit_id, now, None
    made.save()

    record("help.answer", f"help:{made.pk}", by=by, at=now, post_id=duty.post_id, unit=duty.unit_id)
    return made


@transaction.atomic
def arrive(*, call_id: int, by: Actor, now: datetime) -> HelpCall:
    """Say that the team is there; who was not asked for first has answered by coming. Raises Missing, Refused."""
    made, duty = _mine(call_id, by)

    made.standing = help_calls.decide(Move.ARRIVE, Standing(made.standing))
    made.unit_id = made.unit_id or duty.unit_id
    made.answered_at, made.arrived_at, made.ring_until = made.answered_at or now, now, None
    made.save()

    record("help.arrive", f"help:{made.pk}", by=by, at=now, post_id=duty.post_id, unit=duty.unit_id)
    return made


@transaction.atomic
def end_call(*, call_id: int, ending: Ending, matter: str = "", by: Actor, now: datetime) -> HelpCall:
    """Say how it ended; what became a matter names it. Raises Missing, NotAllowed, Refused."""
    made, duty = _mine(call_id, by)
    standing = help_calls.decide(Move.END, Standing(made.standing))
    matter_id = None
    if ending is Ending.REPORTED:
        matter_id = visible_to(by).filter(number=matter.strip().upper()).values_list("id", flat=True).first()
        if matter_id is None:
            raise Refused("patrol.matter_missing", number=matter.strip()[:20])

    made.standing, made.ending, made.ended_at, made.matter_id = standing, ending, now, matter_id
    made.save()

    record("help.end", f"help:{made.pk}", by=by, at=now, post_id=duty.post_id, ending=ending, matter=matter_id)
    return made


@transaction.atomic
def pass_on(*, by: Actor, now: datetime) -> int:
    """Call the next team for every call that nobody answered in time; return how many there were. For the worker."""
    require(by, Permission.RUN_OUTBOX)
    late = HelpCall.objects.select_for_update(skip_locked=True, of=("self",)).filter(ring_until__lte=now)
    calls = list(late.order_by("ring_until")[:MOST_AT_ONCE])
    for made in calls:
        teams = dict(made.place.responders.values_list("rung", "unit_id"))
        help_calls.decide(Move.PASS_ON, Standing(made.standing))

        rung = help_calls.next_rung(made.rung, len(teams))
        made.ring_until = now + timedelta(minutes=made.minutes) if rung is not None else None
        made.rung = made.rung if rung is None else rung
        made.save(update_fields=["rung", "ring_until"])

        kind = "help.pass_on" if rung is not None else "help.unanswered"
        record(kind, f"help:{made.pk}", by=by, at=now, place=made.place_id, unit=teams.get(made.rung), rung=made.rung)
    return len(calls)


def _is_manned(unit_id: int, now: datetime) -> bool:
    """Tell whether somebody of a team is on duty, or it keeps no roster today."""
    return bool(rosters.on_duty(unit_id, now)) or not rosters.put_down([], unit_id, now).has_roster


def called_units(made: HelpCall) -> list[int]:
    """Return the teams that have been called so far."""
    return list(made.place.responders.filter(rung__lte=made.rung).values_list("unit_id", flat=True))


def _mine(call_id: int, by: Actor) -> tuple[HelpCall, Duty]:
    """Return a call, locked, and the duty by which the actor answers it: of a team that was called."""
    require(by, Permission.ANSWER_HELP)
    made = HelpCall.objects.select_for_update(of=("self",)).filter(pk=call_id).select_related("place").first()
    if made is None:
        raise Missing("help.missing")
    units = [made.unit_id] if made.unit_id else called_units(made)
    duty = next((each for each in duties_for(by, Permission.ANSWER_HELP) if each.unit_id in units), None)
    if duty is None:
        raise NotAllowed("help.not_called")
    return made, duty


def _locked_place(place_id: int, by: Actor) -> HelpPlace:
    place = HelpPlace.objects.select_for_update().filter(pk=place_id).first()
    if place is None:
        raise Missing("help.missing")
    require(by, Permission.PLAN_PATROLS, place.area)
    return place


def _record(kind: str, subject: str, by: Actor, now: datetime, area: str, **codes: object) -> None:
    duty = duty_for(by, Permission.PLAN_PATROLS, area) if by is not SYSTEM else None
    record(kind, subject, by=by, at=now, post_id=duty.post_id if duty else None, area=area, **codes)
