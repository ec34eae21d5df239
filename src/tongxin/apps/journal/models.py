"""Entries, deliveries, seals and evidence: columns and constraints only.

No foreign keys: the log must never stand in the way of live data, nor go with it.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

TRIES = 8  # a delivery that failed this often waits for a person


class WallClock(Func):
    """The server's clock at the moment of the row, not of its transaction: see `seals.fence`."""

    template = "clock_timestamp()"
    output_field = models.DateTimeField()


class Entry(models.Model):
    """One act, as the journal keeps it: codes and references only. Append-only; `chain.py` says what `hash` covers."""

    subject = models.CharField(max_length=64)
    seq = models.IntegerField()
    kind = models.CharField(max_length=64)
    actor = models.CharField(max_length=40)
    post_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=WallClock())
    data = models.JSONField()
    prev = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "seq"], name="journal_entry_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="journal_entry_from_one"),
        ]
        indexes = [BrinIndex(fields=["recorded_at"], autosummarize=True, name="journal_entry_recorded")]

    def __str__(self) -> str:
        return f"{self.subject}#{self.seq} {self.kind}"


class Delivery(models.Model):
    """What a reaction still owes an entry; gone once it has run."""

    entry_id = models.BigIntegerField()
    reaction = models.CharField(max_length=80)
    next_try_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0, db_default=0)
    error = models.CharField(max_length=200, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reaction", "entry_id"], name="journal_delivery_once")]
        indexes = [models.Index(fields=["created_at"], condition=Q(tries__gte=TRIES), name="journal_delivery_stuck")]

    def __str__(self) -> str:
        return f"{self.reaction} ← {self.entry_id}"


class Seal(models.Model):
    """One hash over the heads of all subjects that changed on a local day, chained to the seal before. Append-only."""

    day = models.DateField(primary_key=True)
    heads = models.IntegerField()
    prev = models.BinaryField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.day)


class EvidenceKind(models.TextChoices):
    BEFORE = "before"
    AFTER = "after"
    OTHER = "other"
    DOCUMENT = "document"


class Evidence(models.Model):
    """A photo or document that proves something about a subject. The file lies under its hash, not under a name."""

    subject = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=EvidenceKind)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField()
    kept_by = models.CharField(max_length=40)
    erased_at = models.DateTimeField(null=True)
    erased_by = models.CharField(max_length=40, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "sha256"], condition=Q(erased_at__isnull=True), name="evidence_once"
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="evidence_sha256"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, erased_by__isnull=True)
                | Q(erased_at__isnull=False, erased_by__isnull=False),
                name="evidence_erased",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(erased_at__gte=F("kept_at")), name="evidence_period"
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="evidence_file")]

    def __str__(self) -> str:
        return f"{self.subject} {self.kind} {self.sha256[:8]}"
