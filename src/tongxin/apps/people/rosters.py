"""Duty rosters: who is on duty in a unit, by week. They say whom to call; nobody is clocked in or followed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tongxin.apps.journal.entries import record
from tongxin.apps.people import queries
from tongxin.apps.people.models import Post, Shift, Unit
from tongxin.postgres.batches import run
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Stale
from tongxin.rules.permissions import Actor, Permission, Role, arranging_duty
from tongxin.rules.rosters import A_DAY, DAYS, Part, monday_of, part_of, span
from tongxin.rules.working_time import SHANGHAI

AHEAD = timedelta(weeks=12)  # how far a roster may be written ahead
Cells = Mapping[tuple[int, date], Part]  # (post, day) → part
LONGEST = A_DAY  # no part of a roster is longer
# the page of every matter asks this: prepared, and past the ORM
ON_DUTY = """
    SELECT p.role, u.phone, s.end_at, EXISTS (
        SELECT FROM people_post l JOIN (SELECT %s::date AS day) today
            ON l.start_on <= today.day AND (l.end_on IS NULL OR l.end_on > today.day)
        WHERE l.stands_in_for_id = p.id)
    FROM people_shift s JOIN people_post p ON p.id = s.post_id JOIN people_unit u ON u.id = s.unit_id
    WHERE s.unit_id = %s AND s.start_at <= %s::timestamptz AND s.start_at >= %s::timestamptz
        AND s.end_at > %s::timestamptz
        AND (p.end_on IS NULL OR p.end_on > (s.start_at AT TIME ZONE 'Asia/Shanghai')::date)"""
RANK = {role: rank for rank, role in enumerate(Role)}


class OnDuty(NamedTuple):
    """A post on duty at a moment. It is called by its unit's telephone, never by a person's."""

    role: Role
    unit_id: int
    phone: str
    until: datetime
    is_lent: bool  # somebody stands in for it


def on_duty(unit_id: int, now: datetime) -> list[OnDuty]:
    """Return which posts of a unit are on duty at a moment, in the order of roles. One statement."""
    found = run(ON_DUTY, [timezone.localdate(now), unit_id, now, now - LONGEST, now])
    duties = [OnDuty(Role(role), unit_id, phone, until, is_lent) for role, phone, until, is_lent in found]
    return sorted(duties, key=lambda duty: (RANK[duty.role], duty.until))


class PutDown(NamedTuple):
    """Whether a unit wrote a roster for a moment's day, and whether one of these posts has a shift then."""

    has_roster: bool
    has_shift: bool


def put_down(post_ids: Collection[int], unit_id: int, at: datetime) -> PutDown:
    """Tell how the roster of a unit stands to these posts at a moment. Who stands in has the shift. Two statements."""
    day = datetime.combine(timezone.localdate(at), datetime.min.time(), SHANGHAI)
    lent = list(
        Post.objects.filter(pk__in=post_ids, stands_in_for__isnull=False).values_list("stands_in_for_id", flat=True)
    )
    found = Shift.objects.filter(unit_id=unit_id, start_at__lt=day + A_DAY, end_at__gt=day)
    own = {*post_ids, *lent}
    shifts = list(found.values_list("post_id", "start_at", "end_at"))
    return PutDown(bool(shifts), any(post in own and start <= at < end for post, start, end in shifts))


class Ahead(NamedTuple):
    """A shift to come."""

    role: Role
    unit_id: int
    start_at: datetime
    end_at: datetime


def ahead(post_ids: Collection[int], now: datetime, until: datetime) -> list[Ahead]:
    """Return the shifts of these posts that are not over and begin before a moment, in their order. One statement.

    Who stands in for a post is told of its shifts as well.
    """
    lent = Post.objects.filter(pk__in=post_ids, stands_in_for__isnull=False).values("stands_in_for_id")
    shifts = Shift.objects.filter(Q(post_id__in=post_ids) | Q(post_id__in=lent), end_at__gt=now, start_at__lt=until)
    found = shifts.order_by("start_at", "id").values_list("post__role", "unit_id", "start_at", "end_at")
    return [Ahead(Role(role), unit_id, start_at, end_at) for role, unit_id, start_at, end_at in found]


@dataclass(frozen=True, slots=True)
class Week:
    """A unit's week: its posts, their parts, and a mark that is another one once somebody published it again."""

    unit: Unit
    monday: date
    posts: list[Post]
    cells: Cells
    mark: int


def week(unit_id: int, monday: date) -> Week:
    """Return a unit's roster of the week that begins this Monday. Three statements. Raises Missing."""
    unit = queries.unit(unit_id)
    shifts = list(_shifts(unit_id, monday).values_list("id", "post_id", "start_at", "end_at"))
    posts = sorted(_posts(unit_id, monday), key=lambda post: (RANK[Role(post.role)], post.pk))
    cells = {
        (post_id, start_at.astimezone(SHANGHAI).date()): part
        for _, post_id, start_at, end_at in shifts
        if (part := part_of(start_at, end_at))
    }
    return Week(unit, monday, posts, cells, max((each[0] for each in shifts), default=0))


@transaction.atomic
def publish(*, unit_id: int, monday: date, cells: Cells, mark: int, by: Actor, now: datetime) -> int:
    """Put a week's roster in place of what stood there, from today on; return how many shifts it has.

    Days that are over stay as they were. `mark` is the one the week was read with. Raises Missing, NotAllowed,
    Invalid, Stale where somebody published it meanwhile.
    """
    unit = Unit.objects.select_for_update().filter(pk=unit_id).first()
    if unit is None:
        raise Missing("unit.missing", unit=unit_id)
    duty = arranging_duty(by, unit_id=unit_id, area=unit.area)
    if duty is None:
        raise NotAllowed("permission.denied", permission=Permission.ARRANGE_DUTIES)
    today = timezone.localdate(now)
    if monday != monday_of(monday) or not monday_of(today) <= monday <= today + AHEAD:
        raise Invalid("roster.week", weeks=AHEAD.days // DAYS)
    standing = _shifts(unit_id, monday)
    if mark != max(standing.values_list("id", flat=True), default=0):
        raise Stale("roster.changed")
    fresh = {place: part for place, part in cells.items() if place[1] >= today}
    _check(fresh, unit_id, monday)

    standing.filter(start_at__gte=datetime.combine(today, datetime.min.time(), SHANGHAI)).delete()
    shifts = [(post_id, *span(part, day)) for (post_id, day), part in fresh.items()]
    Shift.objects.bulk_create(
        Shift(unit_id=unit_id, post_id=post_id, start_at=start, end_at=end) for post_id, start, end in shifts
    )

    told = {"week": monday.isoformat(), "shifts": len(shifts)}
    record("roster.publish", f"unit:{unit_id}", by=by, at=now, post_id=duty.post_id, **told)
    return len(shifts)


def _check(cells: Cells, unit_id: int, monday: date) -> None:
    posts = {post.pk: post for post in _posts(unit_id, monday)}
    for post_id, day in cells:
        if not monday <= day < monday + DAYS * A_DAY:
            raise Invalid("roster.day", day=day)
        held = posts.get(post_id)
        if held is None or held.start_on > day or (held.end_on is not None and held.end_on <= day):
            raise Invalid("roster.not_held", day=day)


def _posts(unit_id: int, monday: date) -> QuerySet[Post]:
    """Return the posts a week may be given to; who stands in for one takes its duty with it."""
    running = Q(end_on__isnull=True) | Q(end_on__gt=monday)
    held = Post.objects.filter(running, unit_id=unit_id, start_on__lt=monday + DAYS * A_DAY, stands_in_for__isnull=True)
    return held.select_related("person")


def _shifts(unit_id: int, monday: date) -> QuerySet[Shift]:
    start = datetime.combine(monday, datetime.min.time(), SHANGHAI)
    return Shift.objects.filter(unit_id=unit_id, start_at__gte=start, start_at__lt=start + DAYS * A_DAY)
