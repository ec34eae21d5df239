"""Places with one-tap help, the teams that answer there, and the calls."""

import secrets

from django.db import models
from django.db.models import F, Q

from tongxin.apps.matters.models import Matter
from tongxin.apps.people.models import Unit
from tongxin.rules.help_calls import Ending, Standing, Trouble


def fresh_token() -> str:
    """Return the secret of a place's address: 128 random bits."""
    return secrets.token_urlsafe(16)


class HelpPlace(models.Model):
    """求助点: a market, a school, a square where one tap calls a team. The token is what its printed code holds."""

    name = models.CharField(max_length=60)
    area = models.CharField(max_length=17)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    minutes = models.PositiveSmallIntegerField()
    token = models.CharField(max_length=24, unique=True, default=fresh_token)
    is_open = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["area", "is_open"], name="help_area")]


class Responder(models.Model):
    """A team that a place calls, in the order of rungs: 0 is called first."""

    place = models.ForeignKey(HelpPlace, on_delete=models.CASCADE, related_name="responders")
    rung = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["rung"]
        constraints = [
            models.UniqueConstraint(fields=["place", "rung"], name="responder_rung"),
            models.UniqueConstraint(fields=["place", "unit"], name="responder_once"),
        ]


class HelpCall(models.Model):
    """A call for help from a place. Neither who called nor who came: the team, and how long it took."""

    place = models.ForeignKey(HelpPlace, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=17)
    trouble = models.CharField(max_length=10, choices=[(trouble, trouble) for trouble in Trouble])
    standing = models.CharField(max_length=10, choices=[(standing, standing) for standing in Standing])
    minutes = models.PositiveSmallIntegerField()
    called_at = models.DateTimeField()
    rung = models.PositiveSmallIntegerField(default=0)  # the last team that was called
    ring_until = models.DateTimeField(null=True)  # then the next team is called; null: none is left, or answered
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")  # the team that answered
    answered_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, blank=True, choices=[(ending, ending) for ending in Ending])
    matter = models.ForeignKey(Matter, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index("ring_until", condition=Q(ring_until__isnull=False), name="call_ringing"),
            models.Index("area", "called_at", name="call_area"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["place", "trouble"], condition=Q(ended_at__isnull=True), name="call_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("called_at")), name="call_order"
            ),
        ]
