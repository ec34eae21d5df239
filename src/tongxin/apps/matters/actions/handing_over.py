"""Leaving a post hands over what is kept there: an act across rooms, so it stands in the higher one (people below).

Each matter tells from which post to which it went; both posts tell how many. Source: domain.md S1-20.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from tongxin.apps.journal.entries import Draft, record, record_many
from tongxin.apps.matters.keeping import is_unkept, kept
from tongxin.apps.matters.models import Matter
from tongxin.apps.people import actions as people
from tongxin.apps.people import duties
from tongxin.apps.people.models import Post
from tongxin.postgres.batches import run
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import UNIT, Actor, Permission, duties_at, require, scope

BATCH = 1_000
KEPT = """
    SELECT id FROM matters_matter
    WHERE unit_id = %s AND keeper = %s AND closed_at IS NULL AND id > %s ORDER BY id LIMIT %s FOR NO KEY UPDATE"""
GIVE = "UPDATE matters_matter SET keeper = %s, rev = rev + 1 WHERE id = ANY(%s::bigint[])"


@transaction.atomic
def hand_over(*, post_id: int, to_post_id: int | None, end_on: date | None = None, by: Actor, now: datetime) -> int:
    """Give the open matters somebody keeps in a unit to another post of it, and end the post if a day is given.

    Without a successor they go to the unit, where nobody keeps them: only who hands out posts may do that, and only
    they end posts. Returns how many. Raises Missing, NotAllowed, Invalid.
    """
    post, successor = _locked(post_id, to_post_id)
    by_post = duties.require_arranging(by, post)
    if successor is None:
        require(by, Permission.EDIT_POSTS, post.area)
    elif not _may_follow(successor, post, timezone.localdate(now)):
        raise Invalid("hand_over.successor")
    if post.role not in UNIT:
        raise Invalid("hand_over.keeps_nothing")

    person = successor.person_id if successor else None
    moved = _give(post.person_id, post.unit_id, person, post_id, to_post_id, by, by_post, now)

    told = {"matters": moved, "to": to_post_id}
    record("post.hand_over", f"post:{post_id}", by=by, at=now, post_id=by_post, **told)
    if successor is not None:
        record("post.receive", f"post:{to_post_id}", by=by, at=now, post_id=by_post, matters=moved, **{"from": post_id})
    if end_on is not None:
        people.end_post(post_id=post_id, end_on=end_on, by=by, now=now)
    return moved


@transaction.atomic
def leave(*, post_id: int, end_on: date, by: Actor, now: datetime) -> Post:
    """End a post that keeps nothing. Raises Refused with the count of what it keeps, Missing, NotAllowed."""
    post = duties.locked(post_id)
    require(by, Permission.EDIT_POSTS, post.area)
    is_last = post.role in UNIT and not duties.holds_another(post, end_on)
    if is_last and (many := kept(post.person_id, post.unit_id)):
        raise Refused("post.keeps_matters", matters=many)

    return people.end_post(post_id=post_id, end_on=end_on, by=by, now=now)


@transaction.atomic
def hand_back(*, by: Actor, now: datetime) -> int:
    """Take what is kept by people whose posts in the unit have ended by themselves; return how many matters.

    It goes back to who holds the post, where it was only stood in for; else to the unit. Safe to run again.
    """
    require(by, Permission.EDIT_POSTS)
    return sum(
        _give(each.person_id, each.unit_id, each.back_to, each.post_id, each.back_post, by, None, now)
        for each in duties.ended_lately(timezone.localdate(now))
    )


@transaction.atomic
def take_up(*, matter_id: int, by: Actor, now: datetime) -> None:
    """Go on with a matter of the own unit that nobody keeps. Raises Missing, NotAllowed, Refused."""
    matter = Matter.objects.select_for_update(no_key=True).filter(pk=matter_id).first()
    if matter is None or not scope(by).sees(matter):
        raise Missing("matter.missing")
    counting = duties_at(by, area=matter.area, desk_id=None, unit_id=matter.unit_id)
    duty = next((duty for role, duty in counting.items() if role in UNIT), None)
    if duty is None:
        raise NotAllowed("take_up.not_yours")
    if by.acts is not None and Act.SIGN not in by.acts:
        raise NotAllowed("key.narrowed", act=Act.SIGN)
    if not is_unkept(matter.state, matter.keeper):
        raise Refused("take_up.kept")

    Matter.objects.filter(pk=matter_id).update(keeper=by.person_id, rev=matter.rev + 1)

    record("matter.take_up", f"matter:{matter_id}", by=by, at=now, post_id=duty.post_id)


def _locked(post_id: int, to_post_id: int | None) -> tuple[Post, Post | None]:
    """Lock both posts in the order of their ids, so that two who hand over to each other do not wait for ever."""
    both = sorted({post_id} if to_post_id is None else {post_id, to_post_id})
    found = {each: duties.locked(each) for each in both}
    return found[post_id], None if to_post_id is None else found[to_post_id]


def _may_follow(successor: Post, post: Post, day: date) -> bool:
    runs = successor.start_on <= day and (successor.end_on is None or successor.end_on > day)
    is_other = successor.person_id != post.person_id
    return runs and is_other and successor.unit_id == post.unit_id and successor.role in UNIT


def _give(
    person_id: int,
    unit_id: int,
    to: int | None,
    from_post: int,
    to_post: int | None,
    by: Actor,
    by_post: int | None,
    now: datetime,
) -> int:
    """Set another keeper, a thousand at a time, with an entry on each matter."""
    data: dict[str, Any] = {"from_post": from_post, "to_post": to_post, "unit": unit_id}
    moved, last = 0, 0
    while ids := [id_ for (id_,) in run(KEPT, [unit_id, person_id, last, BATCH])]:
        run(GIVE, [to, ids])
        record_many([Draft("matter.hand_over", f"matter:{id_}", by.ref, by_post, now, data) for id_ in ids])
        moved, last = moved + len(ids), ids[-1]
    return moved
