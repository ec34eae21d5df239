"""Reads of alarms: who sees which, what waits for a unit, the figures of towns. Never by party, never by officer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left

from tongxin.apps.alarms import pushing
from tongxin.apps.alarms.models import Alarm, Partner, Push, Telling
from tongxin.apps.matters.overlay_queues import tally_of
from tongxin.apps.matters.queries import CAP
from tongxin.apps.matters.scoping import Clause, scope_clause
from tongxin.apps.people import holders
from tongxin.apps.people.queries import stands
from tongxin.rules.alarms import Outcome, Toward
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import MAY_BE_NAMED, UNIT, Actor, Permission, Role, duties_for, scope

RECEIVERS = frozenset({Role.ACCEPTOR, Role.DUTY_CHIEF})
TALLY = "alarms"  # their name among the counts of the navigation
STATIONS = (Toward.ATTENDING_STATION, Toward.RESPONSIBLE_STATION)
# from the few alarms to their matters, never the other way round; the scope names the columns of matters_matter
OF_POLICE = """
    SELECT matters_matter.id FROM alarms_alarm AS told
    JOIN matters_matter ON matters_matter.id = told.matter_id WHERE """
IN_ORDER = Prefetch("pushes", Push.objects.select_related("unit").order_by("pk"))
ON_TIME = Q(pushes__acknowledged_at__lte=F("pushes__due_at"))


@dataclass(frozen=True, slots=True)
class Figures:
    """What was handed over in one town in a period: incidents, their pushes, those acknowledged in time, settled."""

    town: str
    alarms: int
    pushes: int
    in_time: int
    settled: int
    open: int


def visible_to(actor: Actor) -> "QuerySet[Alarm]":
    """Return the alarms an actor may see: those whose matter is in scope, and those pushed to a station of the actor.

    The words of these a station reads as well: it was handed over by the police, and pushed to it to act upon. The
    contact it does not: that is the matter's, with the matter's own scope and log.
    """
    clause, params = scope_clause(scope(actor))
    seen = Q(matter_id__in=RawSQL(OF_POLICE + clause, params))
    units = _own_stations(actor)
    pushed = Exists(Push.objects.filter(alarm=OuterRef("pk"), unit_id__in=units, to__in=STATIONS))
    return Alarm.objects.filter(seen | Q(pushed) if units else seen)


def one(actor: Actor, number: str) -> Alarm:
    """Return the alarm behind a matter's number, with all that its page shows. Raises Missing. Two statements."""
    found = visible_to(actor).filter(matter__number=number.strip().upper()[:24])
    alarm = found.select_related("matter__report", "matter__unit", "partner").prefetch_related(IN_ORDER).first()
    if alarm is None:
        raise Missing("alarm.missing", number=number[:24])
    return alarm


def listed(actor: Actor, *, before: int | None = None, is_waiting: bool = False, size: int = 50) -> list[Alarm]:
    """Return the newest alarms in scope; only those a unit of the actor has not acknowledged. Two statements."""
    found = visible_to(actor)
    if is_waiting:
        units = own_units(actor)
        found = found.filter(
            Exists(Push.objects.filter(alarm=OuterRef("pk"), unit_id__in=units, acknowledged_at__isnull=True))
        )
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = found.select_related("matter__report").prefetch_related(IN_ORDER).order_by("-pk")
    return list(rows[:size])


def answerable(actor: Actor, alarm: Alarm) -> set[int]:
    """Return the pushes of an alarm that the actor may answer, as `actions.answer` asks it. No statement."""
    units = own_units(actor)
    station_units = _own_stations(actor)
    is_seen = scope(actor).sees(alarm.matter)
    return {
        push.pk
        for push in alarm.pushes.all()
        if (is_seen and push.unit_id in units) or (push.to in STATIONS and push.unit_id in station_units)
    }


def own_units(actor: Actor) -> set[int]:
    """Return the units for which the actor may answer."""
    return {duty.unit_id for duty in duties_for(actor, Permission.ANSWER_ALARM)}


def tally(actor: Actor, now: datetime) -> Clause | None:
    """Return the line of the navigation's statement that counts the pushes that wait for the actor's units.

    None where no unit of the actor answers any. As `visible_to`: of matters in scope, or pushed to an own station.
    """
    units, stations = own_units(actor), _own_stations(actor)
    if not units:
        return None
    clause, params = scope_clause(scope(actor))
    few = f"""SELECT push.due_at FROM alarms_push AS push JOIN alarms_alarm AS alarm ON alarm.id = push.alarm_id
        WHERE push.acknowledged_at IS NULL AND push.unit_id = ANY(%s::bigint[])
        AND ((alarm.id IN (SELECT own.alarm_id FROM alarms_push AS own
                WHERE own.unit_id = ANY(%s::bigint[]) AND own."to" = ANY(%s::text[])))
            OR EXISTS (SELECT 1 FROM matters_matter WHERE matters_matter.id = alarm.matter_id AND {clause}))
        ORDER BY push.due_at LIMIT {CAP + 1}"""
    return tally_of(TALLY, (few, [sorted(units), sorted(stations), [*STATIONS], *params]), now)


def _own_stations(actor: Actor) -> set[int]:
    return {duty.unit_id for duty in duties_for(actor, Permission.ANSWER_ALARM) if duty.role in UNIT}


def concerns(actor: Actor) -> bool:
    """Tell whether alarms are the actor's daily business, so that the way to them is shown. No statement."""
    duties = duties_for(actor, Permission.ANSWER_ALARM)
    is_station = any(duty.role in UNIT and stands().get(duty.unit_id, ("",))[0] in pushing.STATIONS for duty in duties)
    return is_station or any(duty.seals for duty in duties if duty.role in MAY_BE_NAMED)


def of_matter(actor: Actor, matter_id: int) -> Alarm | None:
    """Return the alarm a matter came from, where there is one in scope. Two statements."""
    return visible_to(actor).filter(matter_id=matter_id).prefetch_related(IN_ORDER).first()


def figures(actor: Actor, start: datetime, end: datetime) -> list[Figures]:
    """Return the figures of `[start, end)` by town, of what the actor may see. One statement."""
    town = Left("area", int(Level.TOWN))
    rows = (
        visible_to(actor)
        .filter(heard_at__gte=start, heard_at__lt=end)
        .values(town=town)
        .annotate(
            alarms=Count("pk", distinct=True),
            many=Count("pushes"),
            in_time=Count("pushes", filter=ON_TIME),
            settled=Count("pk", filter=Q(outcome=Outcome.SETTLED), distinct=True),
            open=Count("pk", filter=Q(ended_at__isnull=True), distinct=True),
        )
        .order_by("town")
    )
    return [
        Figures(row["town"], row["alarms"], row["many"], row["in_time"], row["settled"], row["open"]) for row in rows
    ]


def hearers(alarm_id: int, units: Collection[int], now: datetime) -> list[int]:
    """Return the persons who hold a post in these units and may see the alarm: for telling them. Four statements.

    No actor asks: whoever is told is asked for by the own scope.
    """
    alarm = Alarm.objects.filter(pk=alarm_id).select_related("matter").first()
    if alarm is None:
        return []
    held = holders.at_units(units, now)
    actors = holders.actors_of({one.person_id for one in held}, now)
    stations = set(Push.objects.filter(alarm=alarm, to__in=STATIONS).values_list("unit_id", flat=True))
    return [
        one.person_id
        for one in held
        if (one.unit_id in stations and one.role in UNIT)
        or (one.role in RECEIVERS and scope(actors[one.person_id]).sees(alarm.matter))
    ]


def partners() -> "QuerySet[Partner]":
    """Return all partners, for the ledger. Its door has asked for the permission; there is no scope to start from."""
    return Partner.objects.order_by("code")


def partner(code: str) -> Partner | None:
    """Return an open partner by its code, for the door at which it signs. No scope: the signature is asked next."""
    return Partner.objects.filter(code=code[:40], is_open=True).first()


def tellings(partner_id: int, limit: int = 50) -> "QuerySet[Telling]":
    """Return what a partner was told last, the newest first, for the ledger. No scope: it holds codes only."""
    rows = Telling.objects.filter(alarm__partner_id=partner_id).select_related("alarm__matter")
    return rows.order_by("-pk")[:limit]
