"""What makes daily work light: texts, macros, saved lists, and what a person has not read yet."""

from django.db import models
from django.db.models import Q

from tongxin.apps.matters.models.matters import Matter


class StandardText(models.Model):
    """常用语: words ready for a template (or the beginning of its code; empty: any) and an act or state."""

    code = models.CharField(max_length=24, unique=True, null=True)  # of the catalog; null: written by hand
    template = models.CharField(max_length=8, blank=True)
    act = models.CharField(max_length=24, blank=True)
    state = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=40)
    text = models.TextField()
    title_en = models.CharField(max_length=80, blank=True)
    text_en = models.TextField(blank=True)
    unit = models.ForeignKey("people.Unit", null=True, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)


class Macro(models.Model):
    """宏: one act with its details filled in, under a name; a unit's own, or (unit null) the city's."""

    name = models.CharField(max_length=40)
    act = models.CharField(max_length=24)
    details = models.JSONField(default=dict)
    unit = models.ForeignKey("people.Unit", null=True, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(default=0)


class SavedList(models.Model):
    """A list somebody keeps under a name: its filters as the address writes them; shared with a unit if it is given."""

    person_id = models.BigIntegerField()
    unit = models.ForeignKey("people.Unit", null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "name"], name="saved_list_name")]
        indexes = [models.Index("unit", condition=Q(unit__isnull=False), name="saved_list_unit")]


class ReadMark(models.Model):
    """When a person last opened a matter. Nobody else reads this: it drives that person's own unread marks only."""

    person_id = models.BigIntegerField()
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "matter"], name="read_mark_once")]
