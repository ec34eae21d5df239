"""Rounds: made for the day by the worker, walked point by point."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.matters.queries import visible_to
from tongxin.apps.patrols.duties import ticked
from tongxin.apps.patrols.models import CheckIn, Plan, Point, Round
from tongxin.apps.people import rosters
from tongxin.apps.people.calendar import calendar
from tongxin.postgres.batches import run
from tongxin.rules import patrols
from tongxin.rules.errors import Missing, NotAllowed, Refused
from tongxin.rules.patrols import Found, Rhythm, Window
from tongxin.rules.permissions import SYSTEM, Actor, Duty, Permission, require

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('patrol.rounds', 0))"


@transaction.atomic
def open_rounds(day: date, *, by: Actor, now: datetime) -> int:
    """Make the rounds that fall due on a day and are not made yet; return how many there were.

    The rounds of a day are one entry of the journal, on the day. Safe to repeat.
    """
    require(by, Permission.RUN_OUTBOX)
    run(ONE_AT_A_TIME)
    made = set(Round.objects.filter(day=day).values_list("plan_id", flat=True))
    due = [plan for plan in Plan.objects.filter(is_open=True).exclude(pk__in=made) if _falls_on(plan, day)]

    points = _points(due)
    rounds = [_round(plan, day, points[plan.pk]) for plan in due if points.get(plan.pk)]
    Round.objects.bulk_create(rounds, batch_size=2_000)

    if rounds:
        record("patrol.open", f"day:{day.isoformat()}", by=by, at=now, rounds=len(rounds))
    return len(rounds)


def _falls_on(plan: Plan, day: date) -> bool:
    return patrols.is_due(Rhythm(plan.rhythm), plan.on_day, day, calendar().is_working)


def _points(plans: Sequence[Plan]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for plan_id, point_id in (
        Point.objects.filter(plan__in=plans, is_open=True).order_by("position", "id").values_list("plan_id", "id")
    ):
        found.setdefault(plan_id, []).append(point_id)
    return found


def _round(plan: Plan, day: date, points: list[int]) -> Round:
    hours = patrols.window(day, plan.opens, plan.closes)
    told = {"plan": plan, "day": day, "area": plan.area, "unit_id": plan.unit_id, "points": points}
    return Round(**told, opens_at=hours.opens_at, due_at=hours.due_at)


@transaction.atomic
def check_in(
    *,
    round_id: int,
    point_id: int,
    found: Found,
    at: datetime,
    lon: float | None = None,
    lat: float | None = None,
    matter: str = "",
    reason: str = "",
    ticks: Sequence[str] = (),
    by: Actor,
    now: datetime,
) -> CheckIn:
    """Check in at a point of a round, as it was `at` by the phone. The position is used once and not kept.

    Kept are metres in steps of ten, and whether that was at the point. Raises Missing, NotAllowed, Invalid, Refused.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("plan").filter(pk=round_id).first()
    if round_ is None:
        raise Missing("patrol.missing")
    duty = _walking(by, round_, at)
    point = Point.objects.filter(pk=point_id).first() if point_id in round_.points else None
    if point is None:
        raise Missing("patrol.not_due")
    if (before := CheckIn.objects.filter(round=round_, point=point).first()) is not None:
        raise Refused("patrol.visited", at=before.at)
    matter_id = _matter(by, matter) if found is Found.REPORTED else None
    metres = patrols.metres_to(lon, lat, point.lon, point.lat)
    told = patrols.CheckIn(found, at, metres, reason, matter_id is not None)
    is_late = patrols.check(told, Window(round_.opens_at, round_.due_at), now)

    made = CheckIn.objects.create(
        round=round_,
        point=point,
        found=found,
        matter_id=matter_id,
        reason=reason.strip()[:120],
        ticked=ticked(round_.plan.duty, list(ticks)),
        at=at,
        metres=metres,
        is_within=patrols.is_within(metres, point.radius_m),
        is_late=is_late,
    )

    told_ = {"point": point.pk, "found": found, "is_late": is_late, "matter": matter_id}
    record("patrol.check_in", f"round:{round_.pk}", by=by, at=at, post_id=duty.post_id, **told_)
    return made


def _walking(by: Actor, round_: Round, at: datetime) -> Duty:
    """Return the duty by which somebody walks a round then. Raises NotAllowed, also off duty by the roster."""
    require(by, Permission.PATROL)
    duty = patrols.duty_on(by, round_.area, round_.unit_id)
    if duty is None:
        raise NotAllowed("patrol.not_mine")
    posts = [each.post_id for each in by.duties if each.unit_id == round_.unit_id and each.post_id is not None]
    down = rosters.put_down(posts, round_.unit_id, at)
    if by is not SYSTEM and not patrols.is_on_duty(has_roster=down.has_roster, has_shift=down.has_shift):
        raise NotAllowed("patrol.off_duty")
    return duty


def _matter(by: Actor, number: str) -> int | None:
    """Return the matter of this number; None where none was given. Raises Refused where the actor sees no such one."""
    if not number.strip():
        return None
    found = visible_to(by).filter(number=number.strip().upper()).values_list("id", flat=True).first()
    if found is None:
        raise Refused("patrol.matter_missing", number=number.strip()[:20])
    return int(found)
