"""What can be read of the journal: the story of a subject, what is stuck, the evidence."""

from django.db.models import Q, QuerySet

from tongxin.apps.journal import outbox
from tongxin.apps.journal.models import TRIES, Delivery, Entry, Evidence


def story(subject: str) -> "QuerySet[Entry]":
    """Return the entries of a subject, first to last."""
    return Entry.objects.filter(subject=subject).order_by("seq")


def stuck() -> "QuerySet[Delivery]":
    """Return what will not be delivered without a person: tried too often, or owed to a reaction nobody knows."""
    return Delivery.objects.filter(Q(tries__gte=TRIES) | ~Q(reaction__in=outbox.reactions())).order_by(
        "created_at", "id"
    )


def evidence_of(subject: str) -> "QuerySet[Evidence]":
    """Return the evidence of a subject that has not been erased, oldest first."""
    return Evidence.objects.filter(subject=subject, erased_at__isnull=True).order_by("id")
