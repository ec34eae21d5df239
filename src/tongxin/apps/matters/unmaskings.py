"""Who looked at what is personal, and opened what is sealed: for the audit, and for the person concerned."""

from datetime import datetime
from typing import NamedTuple

from tongxin.apps.matters.models import Matter, Unmasking, Unsealing
from tongxin.apps.matters.queries import one
from tongxin.apps.people.models import Post
from tongxin.rules.errors import Missing, NotAllowed
from tongxin.rules.numbers import is_number
from tongxin.rules.permissions import Actor, Permission, Role, may

SIZE = 50


def latest(*, before: int | None = None, size: int = SIZE) -> tuple[list[Unmasking], int | None]:
    """Return a page of unmaskings with their matters, newest first, and the id before which the next one begins.

    One statement.
    """
    found = Unmasking.objects.select_related("matter").only(
        "at", "post_id", "actor", "reason", "matter__number", "matter__is_sealed"
    )
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-id")[: size + 1])
    return rows[:size], rows[size - 1].pk if len(rows) > size else None


class Reader(NamedTuple):
    """One look: from which post, when and why. Never by whom: posts look, not persons.

    `until` is when an opened matter closed, or will; None where the contact was looked at.
    """

    at: datetime
    role: Role | None
    unit_id: int | None
    is_lent: bool
    reason: str
    until: datetime | None


class Readers(NamedTuple):
    """A matter and every look at what is personal or sealed of it, newest first."""

    matter: Matter
    looks: list[Reader]


def readers(actor: Actor, number: str) -> Readers:
    """Return who looked at a matter, for its reporter and the audit. Raises Missing, NotAllowed. Four statements."""
    matter = _of_interest(actor, number)
    unmasked = list(Unmasking.objects.filter(matter=matter).values_list("at", "post_id", "reason"))
    unsealed = list(Unsealing.objects.filter(matter=matter))
    looks = [(at, post_id, reason, None) for at, post_id, reason in unmasked]
    looks += [(each.at, each.post_id, each.reason, each.ended_at or each.until) for each in unsealed]
    posts = Post.objects.in_bulk({post_id for _, post_id, *_ in looks if post_id})
    return Readers(matter, [_look(*each, posts) for each in sorted(looks, key=lambda look: look[0], reverse=True)])


def may_read_readers(actor: Actor, matter: Matter) -> bool:
    """Tell whether the actor is the one concerned: whoever reported it, or the audit."""
    return actor.reported(matter) or may(actor, Permission.READ_AUDIT)


def _of_interest(actor: Actor, number: str) -> Matter:
    if may(actor, Permission.READ_AUDIT):  # it looks at who read, not at what was written
        number = number.strip().upper()
        found = Matter.objects.filter(number=number).first() if is_number(number) else None
        if found is None:
            raise Missing("matter.missing")
        return found
    found = one(actor, number)
    if not may_read_readers(actor, found):
        raise NotAllowed("readers.not_yours")
    return found


def _look(at: datetime, post_id: int | None, reason: str, until: datetime | None, posts: dict[int, Post]) -> Reader:
    post = posts.get(post_id or 0)
    if post is None:
        return Reader(at, None, None, False, reason, until)
    return Reader(at, Role(post.role), post.unit_id, post.stands_in_for_id is not None, reason, until)
