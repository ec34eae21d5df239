"""Devices, what they told, the episodes that came of it and what was done to them: columns and constraints only."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from tongxin.apps.areas.models import code_field
from tongxin.rules.devices import Cause, DeviceKind, DeviceState, Fault, Upkeep


class Device(models.Model):
    """A device of a unit at a place, and what is remembered of its readings between two batches."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=16, choices=[(kind, kind) for kind in DeviceKind])
    owner = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    lon = models.FloatField()
    lat = models.FloatField()
    area = code_field()
    place = models.CharField(max_length=120)
    model = models.CharField(max_length=60, blank=True)
    digest = models.BinaryField(null=True, unique=True)  # of its own key, which nobody can read again
    hint = models.CharField(max_length=12, blank=True)
    heartbeat_minutes = models.PositiveIntegerField()
    limits = models.JSONField(default=dict, db_default={})  # what differs from those of its kind
    state = models.CharField(max_length=10, default=DeviceState.EXPECTED)
    fault = models.CharField(max_length=10, blank=True, choices=[(fault, fault) for fault in Fault])
    seen_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    value = models.FloatField(null=True)  # the last one
    value_at = models.DateTimeField(null=True)
    episodes = models.IntegerField(default=0)  # how many there have been
    # rules.readings.Watch
    is_raised = models.BooleanField(default=False)
    turned_at = models.DateTimeField(null=True)
    turned_mark = models.BigIntegerField(null=True)
    quiet_until = models.DateTimeField(null=True)
    recent = models.JSONField(default=list, db_default=[])
    since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Za-z0-9._-]{3,40}$"), name="device_code"),
            models.CheckConstraint(condition=Q(heartbeat_minutes__gte=1), name="device_heartbeat"),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | Q(state=DeviceState.RETIRED), name="device_retired"
            ),
        ]
        indexes = [models.Index(fields=["area", "kind"]), models.Index(fields=["owner", "kind"])]


class Reading(models.Model):
    """Something a device told, once. Purged after `keep_days`. `what` names a happening or a fault; empty: a value."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="readings", db_index=False)
    what = models.CharField(max_length=12, blank=True, db_default="")
    mark = models.BigIntegerField()
    at = models.DateTimeField()
    value = models.FloatField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "what", "mark"], name="reading_once")]
        indexes = [
            models.Index(fields=["device", "at"]),
            BrinIndex(fields=["received_at"], name="reading_received"),
        ]


class Episode(models.Model):
    """What went on at a device, `[began_at, ended_at)`. The first on its ground leads: it reported the matter.

    `ground` is what belongs together: cause, what, and the area (or the one device).
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+", db_index=False)
    serial = models.IntegerField()
    cause = models.CharField(max_length=10, choices=[(cause, cause) for cause in Cause])
    what = models.CharField(max_length=16, blank=True)
    ground = models.CharField(max_length=80)
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    peak = models.FloatField(null=True)
    times = models.IntegerField(default=1)
    matter = models.ForeignKey("matters.Matter", null=True, on_delete=models.SET_NULL, related_name="+")
    leads = models.BooleanField(default=False)
    refused = models.CharField(max_length=40, blank=True)  # why no matter came of it: the code of the refusal

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "serial"], name="episode_serial"),
            models.UniqueConstraint(
                fields=["device", "cause", "what"], condition=Q(ended_at__isnull=True), name="episode_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")), name="episode_period"
            ),
        ]
        indexes = [
            models.Index(fields=["ground", "-began_at"], condition=Q(leads=True), name="episode_ground"),
            models.Index(fields=["cause", "last_at"], condition=Q(ended_at__isnull=True), name="episode_open"),
        ]


class Maintenance(models.Model):
    """What was done to a device on a day, and by which unit; never by whom."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=10, choices=[(upkeep, upkeep) for upkeep in Upkeep])
    on = models.DateField()
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
