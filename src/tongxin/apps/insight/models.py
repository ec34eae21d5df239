"""Columns and constraints only."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left

from tongxin.apps.areas.models import code_field
from tongxin.rules.area_codes import Level
from tongxin.rules.reverse_check import UNDECIDED, Excuse, Standing

IS_UNDECIDED = Q(standing__in=sorted(UNDECIDED))


class ReverseRule(models.Model):
    """How far the comparison reaches: the latest edition counts, earlier ones say what was held against them."""

    radius_m = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    explain_days = models.PositiveSmallIntegerField()
    templates = ArrayField(models.CharField(max_length=8))
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=40)


class Finding(models.Model):
    """One hotline matter held against the grid's reports. Nothing of who called is here."""

    matter = models.OneToOneField("matters.Matter", primary_key=True, on_delete=models.CASCADE, related_name="+")
    rule = models.ForeignKey(ReverseRule, on_delete=models.PROTECT, related_name="+")
    area = code_field()
    template_code = models.CharField(max_length=8)
    reported_at = models.DateTimeField()
    found_at = models.DateTimeField()
    standing = models.CharField(max_length=10, choices=[(each, each) for each in Standing])
    match = models.ForeignKey("matters.Matter", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    metres = models.FloatField(null=True)
    explanation = models.TextField(blank=True)
    explained_by = models.BigIntegerField(null=True)  # one rule asks: nobody judges what they explained
    judgment = models.TextField(blank=True)
    excuse = models.CharField(max_length=16, blank=True, choices=[(each, each) for each in Excuse])
    judged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(standing=Standing.EXCUSED) ^ Q(excuse=""), name="finding_excused_with_excuse"
            ),
            models.CheckConstraint(
                condition=Q(standing__in=[Standing.MISSED, Standing.EXCUSED]) ^ Q(judged_at__isnull=True),
                name="finding_judged_when_judged",
            ),
            models.CheckConstraint(
                condition=Q(match__isnull=True) | Q(standing=Standing.MATCHED), name="finding_match_matched"
            ),
            models.CheckConstraint(condition=Q(found_at__gte=F("reported_at")), name="finding_after_report"),
        ]
        indexes = [
            models.Index("standing", "reported_at", "matter", condition=IS_UNDECIDED, name="finding_queue"),
            models.Index(Left("area", int(Level.TOWN)), "reported_at", "matter", name="finding_town"),
            models.Index("reported_at", "area", "standing", name="finding_figures"),
        ]


class Comparison(models.Model):
    """Calls of some days held against the grid because somebody asked, a month at a time: `[start_at, end_at)`."""

    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    reached_at = models.DateTimeField()  # what lies before it has been compared
    written = models.IntegerField(default=0)
    left = models.IntegerField(default=0)  # of these, what is open
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=40)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(start_at__lte=F("reached_at")) & Q(reached_at__lte=F("end_at")), name="comparison_within"
            ),
        ]
