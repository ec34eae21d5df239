"""What phones sent once, so that nothing a lost answer makes them send again is done twice."""

from django.db import models


class Arrival(models.Model):
    """One item of somebody's phone that was taken, under the key the phone gave it, and the answer it got.

    Kept a fortnight: a phone sends nothing older than three days. It says nothing of where or when the work was done.
    """

    key = models.CharField(max_length=26)  # a ULID, unique to its sender
    by = models.CharField(max_length=40)
    kind = models.CharField(max_length=16)
    answer = models.JSONField(default=dict)
    arrived_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "key"], name="arrival_once")]
        indexes = [models.Index(fields=["arrived_at"], name="arrival_age")]
