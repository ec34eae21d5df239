"""Areas, what followed what, and the edition of the whole: columns and constraints only."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length

from tongxin.rules.area_codes import AreaKind


def code_field(**options) -> models.CharField:
    """Return a column for area codes. Collation C, so that a half-open span of codes is a span of the index."""
    return models.CharField(max_length=17, db_collation="C", **options)


class Area(models.Model):
    """A piece of the city, valid in `[valid_from, valid_to)`; null leaves that side open. Its parent is its prefix."""

    code = code_field(primary_key=True)
    name = models.CharField(max_length=80)
    aliases = models.CharField(
        max_length=120, default="", db_default=""
    )  # what people call it besides: 荷花菜场、荷花市场
    pinyin = models.CharField(max_length=600)  # "songyuanshequ sysq", aliases after it: sorts and finds without ICU
    level = models.SmallIntegerField()  # Level: the width of the code
    kind = models.CharField(max_length=16, default=AreaKind.ORDINARY.value)
    households = models.IntegerField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    is_synthetic = models.BooleanField(default=False)  # drawn for show: pages say 边界为示意
    is_derived = models.BooleanField(default=False)  # not drawn itself: the union of the areas below
    shape = models.BinaryField(null=True)  # WKB, WGS-84
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{2,17}$"), name="area_code_digits"),
            models.CheckConstraint(condition=Q(level=Length("code")), name="area_level_is_width"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="area_period",
            ),
            models.CheckConstraint(
                condition=Q(shape__isnull=True, lon__isnull=True, lat__isnull=True, west__isnull=True)
                | Q(shape__isnull=False, lon__isnull=False, lat__isnull=False, west__isnull=False),
                name="area_shape_and_centre",
            ),
        ]
        indexes = [models.Index(fields=["level", "code"])]

    def __str__(self) -> str:
        return self.code


class Lineage(models.Model):
    """On this day the one area gave way to the other. No foreign keys: the past stays when rows are corrected."""

    from_code = code_field(db_index=True)
    to_code = code_field(db_index=True)
    on = models.DateField()
    change = models.CharField(max_length=16)  # Change

    class Meta:
        constraints = [models.UniqueConstraint(fields=["from_code", "to_code", "on"], name="lineage_once")]

    def __str__(self) -> str:
        return f"{self.from_code} -> {self.to_code}"


class AreaEdition(models.Model):
    """One row. Every write of areas gives it a new token: readers in other processes see that they must rebuild.

    A token, not a count: a write that was rolled back must never look like the next one.
    """

    token = models.UUIDField()

    def __str__(self) -> str:
        return str(self.token)
