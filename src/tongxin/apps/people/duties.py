"""Who does the duty of a post for a time, and who is named for what is sealed."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tongxin.apps.journal.entries import record
from tongxin.apps.people.models import Post, Unit
from tongxin.rules.area_codes import lineage
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.permissions import (
    MAY_BE_NAMED,
    SYSTEM,
    UNIT,
    Actor,
    Duty,
    Permission,
    Role,
    arranging_duty,
    duty_for,
    may_arrange_own,
    require,
)
from tongxin.rules.sealing import Seal
from tongxin.rules.standing_in import Held, Wish, Within, is_near, refusal
from tongxin.rules.units import COMMAND, UnitKind

SWEPT_DAYS = 8  # posts that ended longer ago were looked at on the day after


# --- standing in -----------------------------------------------------------------------------------------


@transaction.atomic
def stand_in(*, post_id: int, person_id: int, start_on: date, end_on: date, by: Actor, now: datetime) -> Post:
    """Let somebody do a post's duty over `[start_on, end_on)`, with all it is named for; it ends by itself.

    Asked by whoever holds the post, runs its unit or hands out posts. Raises Missing, NotAllowed, Refused.
    """
    post = locked(post_id)
    by_post = require_arranging(by, post)
    today = timezone.localdate(now)
    own = _held(Post.objects.filter(person_id=person_id))
    taken = list(stand_ins(post_id).filter(end_on__gt=today).values_list("start_on", "end_on"))
    wish = Wish(person_id, start_on, end_on, by.person_id, today)
    if obstacle := refusal(_as_held(post), wish, own, taken, Within(settings.STAND_IN_WITHIN)):
        raise obstacle

    lent = {"unit_id": post.unit_id, "role": post.role, "area": post.area, "seals": post.seals}
    fresh = Post.objects.create(person_id=person_id, **lent, start_on=start_on, end_on=end_on, stands_in_for_id=post.pk)

    told = {"stands_in_for": post.pk, "start_on": start_on.isoformat(), "end_on": end_on.isoformat()}
    record("post.stand_in", f"post:{fresh.pk}", by=by, at=now, post_id=by_post, person=person_id, **told)
    record("post.lend", f"post:{post.pk}", by=by, at=now, post_id=by_post, to=fresh.pk)
    return fresh


@transaction.atomic
def end_stand_in(*, post_id: int, by: Actor, now: datetime) -> None:
    """End standing in early: tomorrow is the first day without it; one that has not begun never was.

    Asked by whoever may arrange it, or by the one who stands in. Raises Missing, NotAllowed, Refused.
    """
    lent = locked(post_id)
    if lent.stands_in_for is None:
        raise Refused("stand_in.none")
    is_own = by.person_id == lent.person_id
    by_post = lent.pk if is_own else require_arranging(by, lent.stands_in_for)
    today = timezone.localdate(now)
    if lent.end_on is not None and lent.end_on <= today:
        raise Refused("stand_in.over", end=lent.end_on)

    cut_short([lent], today + timedelta(days=1))

    told = {"stands_in_for": lent.stands_in_for_id}
    record("post.stand_in_end", f"post:{post_id}", by=by, at=now, post_id=by_post, **told)


def cut_short(lent: Iterable[Post], end_on: date) -> None:
    """Let these stand-ins be over by that day; those that would begin later go. The caller has locked the lender."""
    for each in lent:
        if each.start_on >= end_on:
            each.delete()
        else:
            each.end_on = end_on
            each.save(update_fields=["end_on"])


def stand_ins(post_id: int) -> QuerySet[Post]:
    """Return who stood, stands or will stand in for a post, the latest first."""
    return (
        Post.objects.filter(stands_in_for_id=post_id)
        .select_related("person", "unit", "stands_in_for__person")
        .order_by("-start_on", "id")
    )


def candidates(post: Post, day: date) -> list[Post]:
    """Return the posts held that day from which somebody may be taken to stand in, one a person, nearest first."""
    within = Within(settings.STAND_IN_WITHIN)
    near = Q(unit_id=post.unit_id)
    if within is Within.LINE:
        near |= Q(unit__kind__in=COMMAND.values(), unit__area__in=lineage(post.unit.area))
    held = _running(day).filter(near, stands_in_for__isnull=True).exclude(person_id=post.person_id)
    found: dict[int, Post] = {}
    for each in sorted(held.select_related("person", "unit"), key=lambda each: (each.unit_id != post.unit_id, each.pk)):
        if is_near(_as_held(each), _as_held(post), within):
            found.setdefault(each.person_id, each)
    return list(found.values())


# --- naming for what is sealed ---------------------------------------------------------------------------


@transaction.atomic
def name_for(*, post_id: int, seals: Collection[Seal], by: Actor, now: datetime) -> Post:
    """Name a post for these kinds of sealed matters, and for no others. Raises Missing, Invalid, Refused.

    The last duty chief of a command room cannot be left out: what is sealed there would find nobody to take it.
    """
    post = locked(post_id)
    require(by, Permission.EDIT_POSTS, post.area)
    if seals and post.role not in MAY_BE_NAMED:
        raise Invalid("post.not_named", role=Role(post.role))
    if orphaned := set(map(Seal, post.seals)) - set(seals) - _named_beside(post, timezone.localdate(now)):
        raise Refused("post.last_named", seals=sorted(orphaned))

    post.seals = sorted(set(seals))
    post.save(update_fields=["seals"])

    duty = duty_for(by, Permission.EDIT_POSTS, post.area)
    record("post.name", f"post:{post.pk}", by=by, at=now, post_id=duty.post_id if duty else None, seals=post.seals)
    return post


def _named_beside(post: Post, day: date) -> set[Seal]:
    """Return the kinds that are not left to nobody when this post is not named for them."""
    if post.role != Role.DUTY_CHIEF or post.unit.kind not in COMMAND.values():
        return set(Seal)
    chiefs = _running(day).filter(unit_id=post.unit_id, role=Role.DUTY_CHIEF, stands_in_for__isnull=True)
    return {Seal(seal) for seals in chiefs.exclude(pk=post.pk).values_list("seals", flat=True) for seal in seals}


def rooms_without(day: date) -> list[tuple[Unit, list[Seal]]]:
    """Return the command rooms where no duty chief is named for some kind of seal, with these kinds. Two statements."""
    kinds = set(COMMAND.values()) - {UnitKind.VILLAGE_STATION}
    named: dict[int, set[str]] = {}
    chiefs = _running(day).filter(role=Role.DUTY_CHIEF, unit__kind__in=kinds)
    for unit_id, seals in chiefs.values_list("unit_id", "seals"):
        named.setdefault(unit_id, set()).update(seals)
    rooms = Unit.objects.filter(kind__in=kinds, is_open=True).order_by("area", "id")
    lacking = ((room, [seal for seal in Seal if seal not in named.get(room.pk, ())]) for room in rooms)
    return [(room, seals) for room, seals in lacking if seals]


# --- what others need to know of posts -------------------------------------------------------------------


class Ended(NamedTuple):
    """A unit's post that ended lately: whose it was, and who gets back what was kept there."""

    post_id: int
    person_id: int
    unit_id: int
    back_to: int | None = None  # the person who holds the post that was stood in for,
    back_post: int | None = None  # and that post


def ended_lately(day: date) -> list[Ended]:
    """Return unit posts that ended in the last days and whose person holds none in that unit any more. Two statements.

    What somebody kept who only stood in goes back to who holds the post; what is left otherwise, to nobody.
    """
    over = Post.objects.filter(role__in=UNIT, end_on__lte=day, end_on__gt=day - timedelta(days=SWEPT_DAYS))
    over = over.select_related("stands_in_for")
    held = {(each.person_id, each.unit_id) for each in _running(day).filter(role__in=UNIT, person__posts__in=over)}
    return [
        Ended(each.pk, each.person_id, each.unit_id, *_lender(each, day))
        for each in over
        if (each.person_id, each.unit_id) not in held
    ]


def _lender(lent: Post, day: date) -> tuple[int, int] | tuple[()]:
    own = lent.stands_in_for
    holds = own is not None and own.start_on <= day and (own.end_on is None or own.end_on > day)
    return (own.person_id, own.pk) if holds else ()


def holds_another(post: Post, day: date) -> bool:
    """Tell whether its person holds another post in the unit that day by which matters are kept."""
    others = _running(day).filter(person_id=post.person_id, unit_id=post.unit_id, role__in=UNIT)
    return others.exclude(pk=post.pk).exists()


def locked(post_id: int) -> Post:
    """Lock a post; return it with its unit and, where it only stands in, the post it stands in for. Raises Missing."""
    asked = Post.objects.select_for_update(of=("self",)).select_related("unit", "stands_in_for")
    found = asked.filter(pk=post_id).first()
    if found is None:
        raise Missing("post.missing", post=post_id)
    return found


def require_arranging(by: Actor, post: Post) -> int | None:
    """Return the actor's post that arranges this one; None for the system. Raises NotAllowed."""
    if by is SYSTEM:
        return None
    duty = arranging(by, post)
    if duty is None:
        raise NotAllowed("permission.denied", permission=Permission.ARRANGE_DUTIES)
    return duty.post_id


def arranging(by: Actor, post: Post) -> Duty | None:
    """Return the duty by which the actor arranges who does this post's: as its holder, its unit's chief, or who hands
    out posts. What is only lent to somebody is not theirs to arrange.
    """
    own = next((duty for duty in by.duties if duty.post_id == post.pk), None)
    if own is not None and own.stands_in_for is None and may_arrange_own(by):
        return own
    return arranging_duty(by, unit_id=post.unit_id, area=post.area, role=Role(post.role))


def _running(day: date) -> QuerySet[Post]:
    return Post.objects.filter(Q(end_on__isnull=True) | Q(end_on__gt=day), start_on__lte=day)


def _held(posts: Iterable[Post]) -> list[Held]:
    return [_as_held(each) for each in posts]


def _as_held(post: Post) -> Held:
    unit: Unit = post.unit
    return Held(
        post.pk,
        post.person_id,
        Role(post.role),
        post.unit_id,
        UnitKind(unit.kind),
        unit.area,
        post.start_on,
        post.end_on,
        post.stands_in_for_id,
    )
