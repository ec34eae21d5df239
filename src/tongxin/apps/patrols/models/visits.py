"""Visits to places."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongxin.apps.matters.models import Matter
from tongxin.apps.people.models import Unit
from tongxin.rules.patrols import GridDuty
from tongxin.rules.visits import Outcome, PlaceKind, Purpose


class Visit(models.Model):
    """走访: a call at a place: why, what was asked, what came of it, when again. Of no resident, by a team.

    `matter` is what was reported out of it. The words go after `rules.visits.KEPT`.
    """

    area = models.CharField(max_length=17)
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in PlaceKind])
    place = models.CharField(max_length=60)
    purpose = models.CharField(max_length=12, choices=[(purpose, purpose) for purpose in Purpose])
    duty = models.CharField(max_length=12, choices=[(duty, duty) for duty in GridDuty])
    ticked = ArrayField(models.CharField(max_length=24), default=list)
    asked = models.CharField(max_length=300, blank=True)
    answered = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=10, choices=[(outcome, outcome) for outcome in Outcome])
    matter = models.ForeignKey(Matter, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    next_on = models.DateField(null=True)
    is_followed = models.BooleanField(default=False)  # the next visit was made

    class Meta:
        indexes = [
            models.Index(fields=["area", "at"], name="visit_area"),
            models.Index(
                "next_on", "area", condition=models.Q(next_on__isnull=False, is_followed=False), name="visit_due"
            ),
        ]
