"""What is kept how long: contacts as long as their matter needs them, notices and logs as long as somebody asks."""

from datetime import datetime, timedelta

from tongxin.apps.notify.models import WAITING, Event, Notice, Proof, Sending, Silence, Subscription

CONTACTS = timedelta(days=60)  # after closing: an appeal may come within thirty days (domain.md §3.1d), and be heard
NOTICES = timedelta(days=90)
LOGS = timedelta(days=180)
PROOFS = timedelta(days=1)  # so far back they are counted (rules.proofs)
MOST = 20_000  # rows of a table at once: the next hour takes the rest


def purge(now: datetime) -> None:
    """Delete what has been kept long enough. Safe to run twice, and side by side."""
    over = Subscription.objects.filter(matter__closed_at__lt=now - CONTACTS)
    Subscription.objects.filter(pk__in=list(over.values_list("pk", flat=True)[:MOST])).delete()
    Silence.objects.filter(matter__closed_at__lt=now - CONTACTS).delete()
    Proof.objects.filter(sent_at__lt=now - PROOFS).delete()
    old = Notice.objects.filter(at__lt=now - NOTICES).order_by("at").values_list("pk", flat=True)[:MOST]
    Notice.objects.filter(pk__in=list(old)).delete()
    for log in (Sending, Event):
        ended = log.objects.filter(owed_at__lt=now - LOGS).exclude(state=WAITING).order_by("id")
        log.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:MOST])).delete()
