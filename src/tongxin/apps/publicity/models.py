"""Columns and constraints only: the brands of the residents' door, notices, and reviewed words of matters."""

from django.db import models
from django.db.models import F, Q

from tongxin.apps.areas.models import code_field


class Brand(models.Model):
    """How the residents' door is called and looks in one area: one code base, each county its own name."""

    area = code_field(primary_key=True)
    slug = models.SlugField(max_length=30, unique=True)  # its place in addresses: /p/kecheng/
    name = models.CharField(max_length=30)
    name_en = models.CharField(max_length=60)
    color = models.CharField(max_length=7)  # `rules.palettes.palette` says whether it can be read
    hotline = models.CharField(max_length=20)
    # what is often asked for, in order: {"icon", "title", "title_en", "note", "note_en", "text", "text_en", "url"}
    services = models.JSONField(default=list)
    source = models.CharField(max_length=200, blank=True)  # where the name is published; empty: ours


class Notice(models.Model):
    """Something the city tells everybody in an area from one moment to another."""

    area = code_field()
    title = models.CharField(max_length=60)
    text = models.TextField()
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    posted_at = models.DateTimeField()
    posted_by = models.CharField(max_length=40)  # "person:7", as the journal writes it
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="notice_period")]
        indexes = [models.Index("end_at", "id", name="notice_current")]


class Publication(models.Model):
    """The words of one matter as somebody reviewed them for everybody to read; the reporter's own stay where they are.

    `state` is `rules.publicity.Showing`. Nothing is shown of a matter that is sealed, whenever it was.
    """

    matter = models.OneToOneField("matters.Matter", primary_key=True, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10)
    reviewed_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(text="") | Q(state="shown"), name="publication_text_only_shown")
        ]
        indexes = [models.Index("reviewed_at", "matter", condition=Q(state="shown"), name="publication_shown")]
