"""Sealed matters whose glass is broken: to whom, until when."""

from datetime import datetime

from django.db.models import QuerySet

from tongxin.apps.matters.models import Matter, Unsealing
from tongxin.rules.permissions import Actor, scope

SIZE = 50


def open_to(actor: Actor, now: datetime) -> QuerySet[Unsealing]:
    """Return what is open to somebody now: while the time runs, and the post is held by which it was opened."""
    held = [duty.post_id for duty in actor.duties if duty.post_id is not None]
    running_now = Unsealing.objects.filter(at__lte=now, until__gt=now, ended_at__isnull=True)
    return running_now.filter(person_id=actor.person_id, post_id__in=held)


def running(actor: Actor, matter_id: int, now: datetime) -> Unsealing | None:
    """Return by what a matter is open to somebody now, or None."""
    return open_to(actor, now).filter(matter_id=matter_id).first()


def reading(actor: Actor, matter: Matter) -> Actor:
    """Return the actor as far as this matter goes: one who only broke the glass holds no duty there, and only reads."""
    return actor if scope(actor).sees(matter) else Actor(actor.ref, actor.person_id)


def latest(*, before: int | None = None, size: int = SIZE) -> tuple[list[Unsealing], int | None]:
    """Return a page of unsealings with the numbers of their matters, newest first, and where the next one begins."""
    found = Unsealing.objects.select_related("matter").order_by("-id")
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found[: size + 1])
    return rows[:size], rows[size - 1].pk if len(rows) > size else None
