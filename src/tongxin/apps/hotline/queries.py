"""Reads of the hotline: the call at hand, drafts, what came back, the figures of a team. Never by caller."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet

from tongxin.apps.hotline.models import Call, Draft, HandOver, Line, Seat
from tongxin.apps.hotline.sealing import opened, opened_form
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.overlay_queues import tally_of
from tongxin.apps.matters.queries import CAP, visible_to
from tongxin.apps.matters.scoping import Clause, scope_clause
from tongxin.apps.people.models import Unit
from tongxin.postgres.batches import run
from tongxin.rules.area_codes import Level
from tongxin.rules.calls import ANSWER_WITHIN, LIVE, CallAct, CallOutcome
from tongxin.rules.channels import HEARD
from tongxin.rules.errors import Missing
from tongxin.rules.letters import LineKind
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.masking import masked_phone
from tongxin.rules.permissions import DESK, OVERSIGHT, Actor, Permission, duty_for, may, scope
from tongxin.rules.units import UnitKind

STALE = timedelta(hours=4)  # a call that the switchboard never ended does not ring for ever
PLACE_DAYS = 180
DRAFTS = "drafts"  # their name among the counts of the navigation
AROUND = 0.001  # degrees, some hundred metres: what lies so near is the same place


class Filed(NamedTuple):
    """A draft as its list shows it."""

    key: str
    saved_at: datetime
    form: dict[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one team took in a period. Teams are units: nobody's calls are counted alone."""

    unit_id: int
    calls: int
    connected: int
    in_time: int
    missed: int
    answered: int
    dispatched: int
    joined: int
    handed_over: int


def at_hand(actor: Actor, now: datetime) -> Call | None:
    """Return the call that rings or runs for the actor: at the own post first, then one for nobody in particular."""
    duty = duty_for(actor, Permission.TAKE_CALLS)
    if duty is None:
        return None
    live = Call.objects.filter(unit_id=duty.unit_id, ended_at=None, state__in=LIVE, arrived_at__gte=now - STALE)
    mine = live.filter(Q(post_id=duty.post_id) | Q(post_id=None, state="ringing")).select_related("line")
    return mine.order_by(F("post_id").asc(nulls_last=True), "-arrived_at").first()


def call_of(actor: Actor, call_id: int) -> Call:
    """Return a call of the actor's own post. Raises Missing."""
    duty = duty_for(actor, Permission.TAKE_CALLS)
    found = Call.objects.filter(pk=call_id, post_id=duty.post_id).select_related("line").first() if duty else None
    if found is None:
        raise Missing("call.missing")
    return found


def masked_number(call: Call | None) -> str:
    """Return the number of a call as anybody may read it; nothing where there is none, or it is gone."""
    return masked_phone(opened(call.sealed_number)) if call else ""


def seat_of(actor: Actor) -> Seat | None:
    duty = duty_for(actor, Permission.TAKE_CALLS)
    return Seat.objects.filter(post_id=duty.post_id).select_related("line").first() if duty else None


def lines_of(actor: Actor) -> "QuerySet[Line]":
    """Return the lines that the actor's unit answers."""
    duty = duty_for(actor, Permission.TAKE_CALLS)
    mine = Line.objects.filter(unit_id=duty.unit_id if duty else None, kind=LineKind.VOICE, is_open=True)
    return mine.order_by("code")


def drafts(actor: Actor) -> list[Filed]:
    """Return the drafts of the actor's own post, the last first."""
    duty = duty_for(actor, Permission.TAKE_CALLS)
    rows = Draft.objects.filter(post_id=duty.post_id).order_by("-saved_at") if duty else ()
    return [Filed(row.key, row.saved_at, opened_form(row.sealed_form)) for row in rows]


def drafts_tally(actor: Actor, now: datetime) -> Clause | None:
    """Return the line of the navigation's statement that counts the drafts of the actor's own post."""
    duty = duty_for(actor, Permission.TAKE_CALLS)
    few = f"SELECT NULL::timestamptz AS due_at FROM hotline_draft WHERE post_id = %s LIMIT {CAP + 1}"
    return tally_of(DRAFTS, (few, [duty.post_id]), now) if duty else None


def draft(actor: Actor, key: str) -> Filed | None:
    duty = duty_for(actor, Permission.TAKE_CALLS)
    row = Draft.objects.filter(post_id=duty.post_id, key=key).first() if duty else None
    return Filed(row.key, row.saved_at, opened_form(row.sealed_form)) if row else None


def returned(actor: Actor) -> "QuerySet[Matter]":
    """Return what came to the hotline, letters too, and came back: sent back by a unit, or found untrue on the spot."""
    back = Q(state=State.AWAITING_DISPATCH, returns__gt=0) | Q(state=State.AWAITING_ACCEPTANCE, verified=False)
    return visible_to(actor).filter(back, channel__in=HEARD, closed_at=None).order_by("due_at", "id")


def at_place(
    actor: Actor, now: datetime, *, area: str, place: str, lon: float | None, lat: float | None, limit: int = 5
) -> list[Matter]:
    """Return what was reported of a place before, whoever reported it: this spot, this address; else of its village.

    One statement.
    """
    here = Q()
    if lon is not None and lat is not None:
        here |= Q(lon__range=(lon - AROUND, lon + AROUND), lat__range=(lat - AROUND, lat + AROUND))
    elif len(area) >= Level.VILLAGE:
        here |= Q(area__startswith=area)
    if place and area:
        here |= Q(area__startswith=area, place=place)
    if not here:
        return []
    since = now - timedelta(days=PLACE_DAYS)
    found = visible_to(actor).filter(here, is_sealed=False, reported_at__gte=since)
    return list(found.order_by("-reported_at")[:limit])


def handed_over(call: Call) -> "QuerySet[HandOver]":
    return call.hand_overs.order_by("at")


def figures(actor: Actor, start: datetime, end: datetime) -> list[Figures]:
    """Return what each team in the actor's area took in `[start, end)`, and the own one. One statement."""
    units = [duty.unit_id for duty in actor.holding(DESK)]
    over = Q(unit_id__in=units)
    for duty in actor.holding(OVERSIGHT | DESK):
        over |= Q(unit__area__startswith=duty.area)
    if not actor.duties:
        return []
    by = {outcome.value: Count("pk", filter=Q(outcome=outcome)) for outcome in CallOutcome}
    rows = (
        Call.objects.filter(over, arrived_at__gte=start, arrived_at__lt=end)
        .values("unit_id")
        .annotate(
            calls=Count("pk"),
            connected=Count("pk", filter=Q(answered_at__isnull=False)),
            in_time=Count("pk", filter=Q(answered_at__lte=F("arrived_at") + ANSWER_WITHIN)),
            missed=Count("pk", filter=Q(state="missed")),
            **by,
        )
        .order_by("unit_id")
    )
    return [Figures(**row) for row in rows]


def by_channel(actor: Actor, start: datetime, end: datetime) -> dict[str, int]:
    """Return how many matters of each channel were dispatched in `[start, end)`: one bus for all. One statement."""
    seen, params = scope_clause(scope(actor))
    sql = f"""SELECT channel, count(*) FROM matters_matter
        WHERE dispatched_at >= %s::timestamptz AND dispatched_at < %s::timestamptz AND {seen}
        GROUP BY channel ORDER BY channel"""
    return {str(channel): int(many) for channel, many in run(sql, [start, end, *params])}


def emergencies(actor: Actor, start: datetime, end: datetime) -> "QuerySet[HandOver]":
    """Return what the actor's unit handed over in `[start, end)`, the last first."""
    duty = duty_for(actor, Permission.TAKE_CALLS)
    unit = duty.unit_id if duty else None
    mine = HandOver.objects.filter(act=CallAct.TRANSFER, call__unit_id=unit, at__gte=start, at__lt=end)
    return mine.select_related("matter").order_by("-at")


def draft_of_call(actor: Actor, now: datetime) -> Filed | None:
    """Return what was written of the call at hand already: a reload, or a browser that broke down."""
    call = at_hand(actor, now)
    row = call.drafts.order_by("-saved_at").first() if call and call.post_id else None
    return Filed(row.key, row.saved_at, opened_form(row.sealed_form)) if row else None


def all_lines(actor: Actor) -> "QuerySet[Line]":
    """Return every line and chat, closed ones last: for whoever keeps their secrets, and nobody else."""
    rows = Line.objects.order_by("-is_open", "code")
    return rows if may(actor, Permission.ISSUE_KEYS) else rows.none()


def answering_units() -> list[tuple[int, str]]:
    """Return the units that may answer lines. Units are no secret: no scope narrows them."""
    return list(Unit.objects.filter(kind=UnitKind.HOTLINE).order_by("code").values_list("pk", "name"))
