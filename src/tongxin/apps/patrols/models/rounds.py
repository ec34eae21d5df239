"""Patrol plans, their points, the rounds they make, and what was found at the points."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tongxin.apps.matters.models import Matter
from tongxin.apps.people.models import Unit
from tongxin.rules.patrols import Found, GridDuty, Rhythm


class Plan(models.Model):
    """巡查计划: which team walks which points of an area, for which duty, how often and at what hours."""

    name = models.CharField(max_length=60)
    area = models.CharField(max_length=17)
    duty = models.CharField(max_length=12, choices=[(duty, duty) for duty in GridDuty])
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    rhythm = models.CharField(max_length=8, choices=[(rhythm, rhythm) for rhythm in Rhythm])
    on_day = models.PositiveSmallIntegerField(null=True)  # of the week (1 Monday) or of the month
    opens = models.TimeField()
    closes = models.TimeField()  # no later than `opens`: the next morning
    is_open = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)  # another one once somebody changed it

    class Meta:
        indexes = [models.Index(fields=["area", "is_open"], name="plan_area")]


class Point(models.Model):
    """A place a plan leads to. One that is left out of the plan stays for the rounds it was part of."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="points")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    lon = models.FloatField()
    lat = models.FloatField()
    radius_m = models.PositiveSmallIntegerField()
    look_at = models.CharField(max_length=120, blank=True)
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]


class Round(models.Model):
    """巡查: a plan's day, as it was due when the day began. `points` are ids in their order."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    area = models.CharField(max_length=17)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField()
    points = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "day"], name="round_once")]
        indexes = [models.Index(fields=["day", "area"], name="round_day")]


class CheckIn(models.Model):
    """打卡: what a team found at a point. Whether it was made there and how far off; no position, no person."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="check_ins")
    point = models.ForeignKey(Point, on_delete=models.CASCADE, related_name="+")
    found = models.CharField(max_length=10, choices=[(found, found) for found in Found])
    matter = models.ForeignKey(Matter, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=120, blank=True)
    ticked = ArrayField(models.CharField(max_length=24), default=list)  # of the duty's checklist
    at = models.DateTimeField()
    metres = models.PositiveSmallIntegerField(null=True)  # in steps of ten, at most 1000
    is_within = models.BooleanField(null=True)
    is_late = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "point"], name="check_in_once"),
            models.CheckConstraint(condition=~Q(found=Found.UNREACHED) | ~Q(reason=""), name="check_in_reason"),
            models.CheckConstraint(
                condition=~Q(found=Found.REPORTED) | Q(matter__isnull=False), name="check_in_matter"
            ),
        ]
