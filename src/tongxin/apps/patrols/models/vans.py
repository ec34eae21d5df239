"""Service vans, the stops of their routes, and their days."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongxin.apps.people.models import Unit
from tongxin.rules.patrols import Rhythm


class Van(models.Model):
    """便民流动车: one van with its team, what it offers, its kit (百宝箱), and the days on which it drives."""

    name = models.CharField(max_length=40)
    area = models.CharField(max_length=17)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    offers = ArrayField(models.CharField(max_length=10), default=list)
    kit = ArrayField(models.CharField(max_length=30), default=list)
    rhythm = models.CharField(max_length=8, choices=[(rhythm, rhythm) for rhythm in Rhythm])
    on_day = models.PositiveSmallIntegerField(null=True)
    is_open = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["area", "is_open"], name="van_area")]


class Stop(models.Model):
    """A stop of a van's route. One that is left out stays for the days it was part of."""

    van = models.ForeignKey(Van, on_delete=models.CASCADE, related_name="stops")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    area = models.CharField(max_length=17)
    lon = models.FloatField()
    lat = models.FloatField()
    start = models.TimeField()
    end = models.TimeField()
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["area", "is_open"], name="stop_area")]


class Run(models.Model):
    """A van's day: made when the first thing of it is written down."""

    van = models.ForeignKey(Van, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    packed = ArrayField(models.CharField(max_length=30), default=list)  # of the kit, before it left

    class Meta:
        constraints = [models.UniqueConstraint(fields=["van", "day"], name="run_once")]


class StopCheck(models.Model):
    """The van stood at a stop. Of the van, not of who drives it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="checks")
    stop = models.ForeignKey(Stop, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    metres = models.PositiveSmallIntegerField(null=True)
    served = models.PositiveSmallIntegerField(default=0)  # how many requests were served; a count, no names

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "stop"], name="stop_once")]
