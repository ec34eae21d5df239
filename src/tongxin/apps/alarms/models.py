"""Partners of the police, what they call our units, alarms, their pushes, and what is told back: columns only.

Only the incident is kept. No party, no officer and no telephone has a column here: a contact lies in the matter's own
sealed row, and goes by rule.
"""

from django.db import models
from django.db.models import F, Q

from tongxin.apps.areas.models import code_field
from tongxin.rules.alarms import Category, Outcome, Result, Toward

WAITING, SENT, FAILED = "waiting", "sent", "failed"
IS_WAITING = Q(state=WAITING)


class Partner(models.Model):
    """A platform of the police, the ground it may speak of, and the secrets by which either side knows the other."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    area = code_field()
    url = models.CharField(max_length=500, blank=True)  # where it is told how incidents ended; empty: nowhere
    sealed_secret = models.BinaryField()
    sealed_secret_before = models.BinaryField(null=True)
    before_until = models.DateTimeField(null=True)  # until when the secret before is still good
    is_open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class Station(models.Model):
    """What the police call one of our units: their code for a station."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="stations")
    code = models.CharField(max_length=40)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "code"], name="alarm_station_once")]


class Heard(models.Model):
    """A message that was taken: the same one is not taken twice. Kept as long as its signature could be good."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="heard")
    ref = models.CharField(max_length=80)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "ref"], name="alarm_message_once")]


class Alarm(models.Model):
    """One incident as the police handed it over; what was said of it and what becomes of it is the matter's."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="alarms")
    number = models.CharField(max_length=40)  # by which the police know it
    matter = models.OneToOneField("matters.Matter", on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=2, choices=[(each, each) for each in Category])
    area = code_field()
    station = models.CharField(max_length=40, blank=True)  # the attending unit, by the code of the police
    is_hurt = models.BooleanField(default=False)
    has_weapon = models.BooleanField(default=False)
    raised_at = models.DateTimeField()  # when the police were called
    heard_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True, choices=[(each, each) for each in Outcome])
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "number"], name="alarm_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(outcome=""), name="alarm_ended_with_outcome"
            ),
        ]
        indexes = [
            models.Index("area", "heard_at", name="alarm_area"),
            models.Index("heard_at", "id", name="alarm_newest"),
        ]


class Push(models.Model):
    """One of the three: to which unit, by when it is to be acknowledged, and what was done about it there."""

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="pushes")
    to = models.CharField(max_length=12, choices=[(each, each) for each in Toward])
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    pushed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    visited_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=12, blank=True, choices=[(each, each) for each in Result])
    fed_back_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # when it was told that nobody had acknowledged it in time

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alarm", "to"], name="alarm_push_once"),
            models.CheckConstraint(
                condition=Q(result="", fed_back_at__isnull=True) | (~Q(result="") & Q(fed_back_at__isnull=False)),
                name="alarm_push_result_with_moment",
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("pushed_at")), name="alarm_push_due_after"),
        ]
        indexes = [
            models.Index("unit", "due_at", condition=Q(acknowledged_at__isnull=True), name="alarm_push_waiting"),
            models.Index(
                "due_at", condition=Q(acknowledged_at__isnull=True, told_at__isnull=True), name="alarm_push_due"
            ),
        ]


class Telling(models.Model):
    """One thing owed to the police about an alarm, and how it went: codes only.

    `key` is where it stands in the story of the matter or of the alarm, so that it is owed once. `code` is what the
    other side answered ("200", "timeout"), never its words.
    """

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="tellings")
    key = models.CharField(max_length=20)
    to = models.CharField(max_length=12, blank=True, choices=[(each, each) for each in Toward])
    what = models.CharField(max_length=12)  # a Result where `to` says whose, else the Outcome of the whole
    at = models.DateTimeField()
    state = models.CharField(max_length=8, default=WAITING, choices=[(each, each) for each in (WAITING, SENT, FAILED)])
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    code = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alarm", "key"], name="alarm_telling_once")]
        indexes = [models.Index("next_try_at", "id", condition=IS_WAITING, name="alarm_telling_due")]
