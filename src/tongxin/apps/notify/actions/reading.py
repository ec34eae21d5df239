"""What staff do with their own notices: read them, and choose by what they are told."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.notify.models import Choice, Notice
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.occasions import FOR_STAFF, Group, Medium
from tongxin.rules.permissions import Actor


@transaction.atomic
def read_one(*, notice_id: int, by: Actor, now: datetime) -> Notice:
    """Mark one of the own notices as read. In no journal: it is nobody else's business. Raises Missing."""
    notice = Notice.objects.select_for_update(of=("self",)).filter(pk=notice_id, person_id=_person(by)).first()
    if notice is None:
        raise Missing("notice.missing")

    if notice.read_at is None:
        notice.read_at = now
        notice.save(update_fields=["read_at"])
    return notice


@transaction.atomic
def read_all(*, up_to: int, by: Actor, now: datetime) -> int:
    """Mark the own notices up to one as read: what came after the page was made stays new."""
    unread = Notice.objects.filter(person_id=_person(by), read_at__isnull=True, pk__lte=up_to)
    return unread.update(read_at=now)


@transaction.atomic
def choose(*, media: Mapping[str, Collection[str]], by: Actor, now: datetime) -> Choice:
    """Choose by which media one hears of each group of occasions. Raises Invalid for a group or medium there is not."""
    person = _person(by)
    for group, chosen in media.items():
        if group not in set(Group) or not set(chosen) <= set(FOR_STAFF):
            raise Invalid("choice.unknown", group=group[:20])

    kept = {group: [str(Medium(each)) for each in sorted(set(chosen))] for group, chosen in media.items()}
    choice, _ = Choice.objects.update_or_create(pk=person, defaults={"media": kept})

    record("choice.set", f"person:{person}", by=by, at=now)
    return choice


def _person(by: Actor) -> int:
    if by.person_id is None:
        raise NotAllowed("notice.no_person")
    return by.person_id
