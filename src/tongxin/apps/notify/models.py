"""Who is told what, by which medium, and what goes out to programs: columns and constraints only.

Words are made when they are read or sent, from the occasion and the matter as it may then be seen: no row holds any.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tongxin.rules.occasions import Medium, Occasion

WAITING, SENT, FAILED, DROPPED = "waiting", "sent", "failed", "dropped"
STATES = [(state, state) for state in (WAITING, SENT, FAILED, DROPPED)]
OCCASIONS = [(occasion, occasion) for occasion in Occasion]
MEDIA = [(medium, medium) for medium in Medium]
IS_WAITING = Q(state=WAITING)


class Notice(models.Model):
    """What a member of staff was told of, read by nobody else. Once for a person and entry; gone after ninety days."""

    person_id = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    occasion = models.CharField(max_length=16, choices=OCCASIONS)
    matter = models.ForeignKey("matters.Matter", null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    about = models.CharField(max_length=64)  # the entry's subject, where it is no matter
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "entry_id"], name="notice_once")]
        indexes = [
            models.Index("person_id", "id", condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index("person_id", "at", "id", name="notice_newest"),
            models.Index("at", name="notice_at"),
        ]


class Subscription(models.Model):
    """Where somebody asked to be told: the reporter of one matter, or a member of staff. Personal: purged by rule.

    `address` is a telephone, an e-mail address or the address a browser's push service gave, with its `keys`.
    """

    matter = models.ForeignKey("matters.Matter", null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    person_id = models.BigIntegerField(null=True)
    medium = models.CharField(max_length=8, choices=MEDIA)
    address = models.CharField(max_length=1000)
    keys = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="zh-hans")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(matter__isnull=True, person_id__isnull=False)
                | Q(matter__isnull=False, person_id__isnull=True),
                name="subscription_of_one",
            ),
            models.UniqueConstraint(
                fields=["matter", "person_id", "medium", "address"], nulls_distinct=False, name="subscription_once"
            ),
        ]
        indexes = [models.Index("person_id", condition=Q(person_id__isnull=False), name="subscription_person")]


class Silence(models.Model):
    """The reporter of this matter wants to be told of nothing, also where a telephone was left for being called."""

    matter = models.OneToOneField("matters.Matter", primary_key=True, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()


class Proof(models.Model):
    """A code that was sent to whoever reported a matter. The code stands nowhere: the seed and the house's key make it.

    `entry_id` is the entry that says one was asked for; its sending says where to. Gone after a day.
    """

    matter = models.ForeignKey("matters.Matter", on_delete=models.CASCADE, related_name="+", db_index=False)
    entry_id = models.BigIntegerField(unique=True)
    seed = models.BinaryField(max_length=16)
    sent_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    is_used = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index("matter", "sent_at", name="proof_of_matter"), models.Index("sent_at", name="proof_at")]


class Choice(models.Model):
    """By which media a member of staff wants to hear of each group of occasions; without a row, the usual ones."""

    person_id = models.BigIntegerField(primary_key=True)
    media = models.JSONField(default=dict)  # {"work": ["app", "mail"]}


class Robot(models.Model):
    """A robot in the group of a unit, that says numbers and kinds of matters and nothing of persons."""

    unit = models.ForeignKey("people.Unit", on_delete=models.CASCADE, related_name="+")
    medium = models.CharField(max_length=8, choices=MEDIA)
    url = models.CharField(max_length=500)  # holds the group's key: shown to nobody again
    secret = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)


class Wording(models.Model):
    """What a city says on an occasion by a medium, in place of the catalog's words."""

    occasion = models.CharField(max_length=16, choices=OCCASIONS)
    medium = models.CharField(max_length=8, choices=MEDIA)
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["occasion", "medium", "language"], name="wording_once")]


class Sending(models.Model):
    """One message owed to one recipient by one medium for one entry, and how it went: the delivery log.

    `code` is what the other side answered ("200", "timeout", "quiet"), never its words. To whom is a reference: gone
    with the subscription, while the log stays.
    """

    entry_id = models.BigIntegerField()
    occasion = models.CharField(max_length=16, choices=OCCASIONS)
    medium = models.CharField(max_length=8, choices=MEDIA)
    matter = models.ForeignKey("matters.Matter", null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    person_id = models.BigIntegerField(null=True)
    subscription_id = models.BigIntegerField(null=True)
    robot_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=STATES, default=WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    code = models.CharField(max_length=24, blank=True)
    owed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry_id", "medium", "person_id", "subscription_id", "robot_id"],
                nulls_distinct=False,
                name="sending_once",
            )
        ]
        indexes = [
            models.Index("next_try_at", "id", condition=IS_WAITING, name="sending_due"),
            models.Index("owed_at", "id", name="sending_log"),
            models.Index("id", condition=Q(state=FAILED), name="sending_failed"),
        ]


class Endpoint(models.Model):
    """An address of a program that is told of matters its owner may see: codes only, signed (Standard Webhooks).

    Two secrets are valid while one replaces the other. `failing_since` is when it began to refuse everything.
    """

    name = models.CharField(max_length=80)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=40))  # "matter.close", "matter.*"
    secret = models.CharField(max_length=80)
    old_secret = models.CharField(max_length=80, blank=True)
    old_until = models.DateTimeField(null=True)
    since = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    rest_until = models.DateTimeField(null=True)  # after a failure nothing is sent for a while
    disabled_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)


class Event(models.Model):
    """One entry owed to one endpoint, and how it went; its words are made from the entry when it is sent."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="events")
    entry_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    matter = models.ForeignKey("matters.Matter", on_delete=models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=STATES, default=WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    code = models.CharField(max_length=24, blank=True)
    owed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "entry_id"], name="event_once")]
        indexes = [
            models.Index("next_try_at", "id", condition=IS_WAITING, name="event_due"),
            models.Index("endpoint", "matter", "entry_id", condition=IS_WAITING, name="event_in_order"),
            models.Index("endpoint", "id", name="event_log"),
        ]
