"""What the reporters of followers say: whoever handles the master reads it there, as it is the same thing they met."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from tongxin.apps.journal.models import Entry, Evidence
from tongxin.apps.matters.models import Matter, Note, Report
from tongxin.apps.matters.queries import visible_to
from tongxin.rules.permissions import Actor, holding_receipt

MOST = 50  # followers whose reporters are read
WORDS = ("resident.supplement", "resident.wish")


class Saying(NamedTuple):
    """What one of them said: with the report, or later. `photos` are ids of evidence that came with it."""

    number: str
    kind: str  # "report", or the kind of the entry
    at: datetime
    text: str
    photos: tuple[int, ...] = ()


def sayings(actor: Actor, master: Matter) -> list[Saying]:
    """Return what the reporters of followers said and showed, oldest first; what was erased is not there any more.

    Whoever sees the master reads it, also where a follower by itself lies out of scope: they stand still, and nobody
    else handles them. Seven statements where any follow, else none.
    """
    if not master.children:
        return []
    followers = list(_followers(actor, master).only("id", "number", "reported_at")[:MOST])
    photos: dict[str, list[int]] = defaultdict(list)
    shown = evidence_of_followers(actor, master).filter(width__isnull=False)
    for id_, subject in shown.values_list("id", "subject"):
        photos[subject].append(id_)
    ids = [each.pk for each in followers]
    texts = dict(Report.objects.filter(pk__in=ids).values_list("pk", "text"))
    found = [
        Saying(each.number, "report", each.reported_at, texts.get(each.pk, ""), tuple(photos[f"matter:{each.pk}"]))
        for each in followers
    ]
    found += _later({each.pk: each.number for each in followers})
    return sorted((each for each in found if each.text or each.photos), key=lambda each: each.at)


def _later(numbers: dict[int, str]) -> Iterator[Saying]:
    notes = {
        (id_, seq): text
        for id_, seq, text in Note.objects.filter(matter_id__in=numbers).values_list("matter_id", "seq", "text")
    }
    mine = {f"matter:{id_}": id_ for id_ in numbers}
    for entry in Entry.objects.filter(subject__in=mine, kind__in=WORDS).order_by("id"):
        id_ = mine[entry.subject]
        if entry.actor == holding_receipt(id_).ref and (text := notes.get((id_, entry.seq))):
            yield Saying(numbers[id_], entry.kind, entry.at, text)


def evidence_of_followers(actor: Actor, master: Matter) -> "QuerySet[Evidence]":
    """Return what the reporters of followers showed, oldest first. Three statements where any follow."""
    ids = list(_followers(actor, master).values_list("pk", flat=True)[:MOST]) if master.children else []
    owners = [holding_receipt(id_).ref for id_ in ids]
    found = Evidence.objects.filter(subject__in=[f"matter:{id_}" for id_ in ids], kept_by__in=owners)
    return found.filter(erased_at__isnull=True).order_by("id")


def _followers(actor: Actor, master: Matter) -> "QuerySet[Matter]":
    # asked by itself: the clause of the scope names the table, which within another query is not this one
    is_seen = visible_to(actor, Matter.objects.filter(pk=master.pk)).exists()
    return Matter.objects.filter(master_id=master.pk).order_by("id") if is_seen else Matter.objects.none()
