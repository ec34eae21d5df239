"""Matters, what was said of them, their deadlines and notes: columns and constraints only."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left

from tongxin.apps.areas.models import code_field
from tongxin.rules.area_codes import Level
from tongxin.rules.lifecycles.matter import State

IS_OPEN = Q(closed_at__isnull=True)


class Serial(models.Model):
    """The next free serial of a county and day; taken in blocks, so that intake never queues for a number."""

    series = models.CharField(max_length=20, primary_key=True)  # "KC261120"
    next = models.IntegerField(default=1)


class Matter(models.Model):
    """A matter as it stands. What was said of it is in Report, what happened to it in the journal."""

    number = models.CharField(max_length=24, unique=True)
    receipt = models.UUIDField(unique=True)  # the secret behind the reporter's link
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
    close_as = models.CharField(max_length=12, blank=True)
    is_late = models.BooleanField(null=True)
    rev = models.IntegerField(default=1)
    # what lies over the life: how many overlays of a kind are open ({"hold": 1}), since when the clocks stand still,
    # which units are in it beside the handling one, and for how many the handling one must wait
    overlays = models.JSONField(default=dict, db_default={})
    stopped_at = models.DateTimeField(null=True)
    involved = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    waits = models.PositiveSmallIntegerField(db_default=0)
    keeper = models.BigIntegerField(null=True)  # who signed for it
    closed_by = models.BigIntegerField(null=True)
    dispatches = models.PositiveSmallIntegerField(db_default=0)
    mistakes = models.PositiveSmallIntegerField(db_default=0)  # dispatches that a ruling found wrong
    ruled_unit = models.BigIntegerField(null=True)  # the unit a ruling bound
    escalations = models.PositiveSmallIntegerField(db_default=0)
    extensions = models.PositiveSmallIntegerField(db_default=0)
    urged = models.PositiveSmallIntegerField(db_default=0)
    master = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    children = models.PositiveSmallIntegerField(db_default=0)
    households = models.PositiveSmallIntegerField(db_default=1)
    wants_reply = models.BooleanField(db_default=False)
    replied_at = models.DateTimeField(null=True)
    rating = models.CharField(max_length=14, db_default="")
    is_solved = models.BooleanField(null=True)
    rehandled = models.PositiveSmallIntegerField(db_default=0)
    rulebook = models.PositiveSmallIntegerField(db_default=1)
    added = models.PositiveSmallIntegerField(db_default=0)  # how often the reporter added to it
    is_unwanted = models.BooleanField(db_default=False)  # the reporter wishes it to end: its handler is told
    seal = models.CharField(max_length=10, db_default="")  # `rules.sealing.Seal`; empty: not sealed

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
            models.CheckConstraint(
                condition=Q(is_sealed=False, seal="") | (Q(is_sealed=True) & ~Q(seal="")), name="matter_seal"
            ),
        ]
        indexes = [
            # queues: open matters of a city, a town, a unit, most urgent first
            models.Index("state", "due_at", "id", condition=IS_OPEN, name="matter_queue"),
            models.Index(
                Left("area", int(Level.TOWN)), "state", "due_at", "id", condition=IS_OPEN, name="matter_queue_town"
            ),
            models.Index("unit", "state", "due_at", "id", condition=IS_OPEN, name="matter_queue_unit"),
            models.Index("stopped_at", "id", condition=Q(stopped_at__isnull=False), name="matter_stopped"),
            models.Index("master", condition=Q(master__isnull=False), name="matter_master"),
            GinIndex("involved", condition=~Q(involved=[]), name="matter_involved"),
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
    erased_at = models.DateTimeField(null=True)  # the reporter had the own words erased
    words = SearchVectorField()  # `wording.lexemes`
    told_at = models.DateTimeField()  # the matter's `reported_at`: what is found is in order before it is looked up

    class Meta:
        indexes = [GinIndex(fields=["words"], name="report_words", fastupdate=True)]


class Contact(models.Model):
    """How to answer the reporter. Personal: masked by default, each reading logged, erasable on its own."""

    matter = models.OneToOneField(Matter, primary_key=True, on_delete=models.CASCADE, related_name="contact")
    name = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    is_secret = models.BooleanField(default=False)
    # how often somebody guessed at the end of the telephone, and when last: see `rules.receipts`
    guesses = models.PositiveSmallIntegerField(db_default=0)
    guessed_at = models.DateTimeField(null=True)


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
    # the overlay it belongs to ("extension", id); empty: one of the matter's own life
    of = models.CharField(max_length=10, db_default="")
    of_id = models.BigIntegerField(null=True)
    # spans in which it stood still, as from, to, from, to; and since when it stands still now
    stops = ArrayField(models.DateTimeField(), default=list, db_default=[])
    stopped_at = models.DateTimeField(null=True)
    fired = models.PositiveSmallIntegerField(db_default=0)  # how many of its moments were told (see `rules.firing`)
    profile = models.CharField(max_length=12, db_default="office")

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
            # clocks whose calendar changed under them
            models.Index("calendar_version", "id", condition=Q(ended_at__isnull=True), name="deadline_calendar"),
            # answers owed to reporters, for the figures of a period
            models.Index("ended_at", "due_at", condition=Q(clock="reply"), name="deadline_reply"),
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
