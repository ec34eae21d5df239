"""Templates, routing rules, matters, what was said of them, their deadlines and notes: columns and constraints only."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Now

from tongxin.apps.areas.models import code_field
from tongxin.rules.area_codes import Level
from tongxin.rules.lifecycles.matter import State

IS_OPEN = Q(closed_at__isnull=True)


class Template(models.Model):
    """One version of a kind of matter: form, level, limits, units, evidence, conditions. A matter keeps its version."""

    code = models.CharField(max_length=8)
    version = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    pinyin = models.CharField(max_length=240)
    keywords = models.JSONField(default=list)
    standard_class = models.CharField(max_length=12, blank=True)
    level = models.CharField(max_length=1)
    urgency = models.CharField(max_length=1)
    limit = models.CharField(max_length=8)
    extra_limits = models.JSONField(default=list)
    unit_kinds = models.JSONField(default=list)
    transfer_to = models.CharField(max_length=8, blank=True)
    may_settle = models.BooleanField(default=False)
    is_sealed = models.BooleanField(default=False)
    before_photos = models.PositiveSmallIntegerField(default=0)
    after_photos = models.PositiveSmallIntegerField(default=0)
    form = models.JSONField(default=dict)
    filing_condition = models.TextField(blank=True)
    closing_condition = models.TextField(blank=True)
    filing_condition_en = models.TextField(blank=True)
    closing_condition_en = models.TextField(blank=True)
    samples = models.JSONField(default=list)
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="template_version"),
            models.UniqueConstraint(fields=["code"], condition=Q(is_current=True), name="template_current"),
        ]


class RoutingRule(models.Model):
    """A row of the routing table; `match` and `target` as in `rules.routing.Rule`."""

    code = models.CharField(max_length=12, unique=True)
    position = models.PositiveIntegerField()
    match = models.JSONField(default=dict)
    target = models.JSONField(default=dict)
    why = models.CharField(max_length=200)
    why_en = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "code"]


class Serial(models.Model):
    """The next free serial of a county and day; taken in blocks, so that intake never queues for a number."""

    series = models.CharField(max_length=20, primary_key=True)  # "KC261120"
    next = models.IntegerField(default=1)


class Matter(models.Model):
    """A matter as it stands. What was said of it is in Report, what happened to it in the journal."""

    number = models.CharField(max_length=24, unique=True)
    receipt = models.UUIDField()
    source = models.CharField(max_length=60, blank=True)
    source_key = models.CharField(max_length=120, null=True)
    template_code = models.CharField(max_length=8)
    template_version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    place = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=16)
    level = models.CharField(max_length=1)
    urgency = models.CharField(max_length=1)
    is_sealed = models.BooleanField(default=False)
    area = code_field()
    located = models.CharField(max_length=8)
    located_m = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    state = models.CharField(max_length=20, choices=[(state, state) for state in State])
    entered_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    reported_by = models.BigIntegerField(null=True)
    desk = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    first_desk = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    suggested = models.ForeignKey("people.Unit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    suggested_by = models.CharField(max_length=12, blank=True)
    unit = models.ForeignKey("people.Unit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    dispatched_at = models.DateTimeField(null=True)
    return_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    amber_at = models.DateTimeField(null=True)
    is_provisional = models.BooleanField(default=False)
    handlers = ArrayField(models.BigIntegerField(), default=list)
    returned_by = ArrayField(models.BigIntegerField(), default=list)
    before_photos = models.PositiveSmallIntegerField(default=0)
    after_photos = models.PositiveSmallIntegerField(default=0)
    verified = models.BooleanField(null=True)
    void_proposed_by = models.BigIntegerField(null=True)
    returns = models.PositiveSmallIntegerField(default=0)
    reworks = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    close_as = models.CharField(max_length=8, blank=True)
    is_late = models.BooleanField(null=True)
    rev = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=Q(source_key__isnull=False), name="matter_source"
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
                name="matter_point",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(amber_at__lte=F("due_at")), name="matter_amber_before_due"
            ),
        ]
        indexes = [
            # queues: open matters of a city, a town, a unit, most urgent first
            models.Index("state", "due_at", "id", condition=IS_OPEN, name="matter_queue"),
            models.Index(
                Left("area", int(Level.TOWN)), "state", "due_at", "id", condition=IS_OPEN, name="matter_queue_town"
            ),
            models.Index("unit", "state", "due_at", "id", condition=IS_OPEN, name="matter_queue_unit"),
            # lists: everything, newest first
            models.Index("reported_at", "id", name="matter_newest"),
            models.Index(Left("area", int(Level.TOWN)), "reported_at", "id", name="matter_newest_town"),
            models.Index("unit", "reported_at", "id", name="matter_newest_unit"),
            models.Index(
                "reported_by", "reported_at", "id", condition=Q(reported_by__isnull=False), name="matter_newest_own"
            ),
        ]


class Report(models.Model):
    """What was said when a matter was reported: written once, read on the matter's page, searched by its words."""

    matter = models.OneToOneField(Matter, primary_key=True, on_delete=models.CASCADE, related_name="report")
    text = models.TextField()
    form = models.JSONField(default=dict)
    datum = models.CharField(max_length=8, default="wgs84")
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="report_words", fastupdate=True)]


class Contact(models.Model):
    """How to answer the reporter. Personal: masked by default, each reading logged, erasable on its own."""

    matter = models.OneToOneField(Matter, primary_key=True, on_delete=models.CASCADE, related_name="contact")
    name = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    is_secret = models.BooleanField(default=False)


class Deadline(models.Model):
    """One clock of one matter. It runs while `ended_at` is null; a later round (reopening) writes new rows."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="deadlines")
    clock = models.CharField(max_length=12)
    limit = models.CharField(max_length=8)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    amber_at = models.DateTimeField()
    next_fire_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, blank=True)  # on_time, overdue, dropped
    is_provisional = models.BooleanField(default=False)
    calendar_version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gte=F("started_at")), name="deadline_after_start"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="deadline_ended_with_outcome",
            ),
        ]
        indexes = [
            models.Index("next_fire_at", "id", condition=Q(next_fire_at__isnull=False), name="deadline_fire"),
        ]


class Note(models.Model):
    """Words somebody wrote with an act; the journal entry `seq` of the matter holds only that there are some."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="notes", db_index=False)
    seq = models.IntegerField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "seq"], name="note_of_entry")]


class Unmasking(models.Model):
    """Who looked at personal fields, when and why: the person concerned can read it."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="unmaskings")
    at = models.DateTimeField()
    post_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=40)
    reason = models.CharField(max_length=40)
