"""Lines, calls, what was handed over, drafts, and the knowledge base: columns and constraints only.

A call names a line and a post, never a caller: its number lies sealed in one column for a day, and nothing is found
by it.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from tongxin.apps.areas.models import code_field
from tongxin.rules.calls import CallState
from tongxin.rules.channels import Channel
from tongxin.rules.knowledge import ArticleState
from tongxin.rules.letters import Ignored, LetterState, LineKind, ReplyState


class Line(models.Model):
    """A line of a switchboard or a chat, the unit that answers it, and the secrets by which both know each other."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in LineKind], default=LineKind.VOICE)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=200, blank=True)  # where orders or answers are taken; empty: none are
    sealed_secret = models.BinaryField()
    sealed_secret_before = models.BinaryField(null=True)
    before_until = models.DateTimeField(null=True)  # until when the secret before is still good
    is_open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.code


class Heard(models.Model):
    """A webhook that was taken: the same one is not taken twice. Kept as long as its signature could be good."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="heard")
    ref = models.CharField(max_length=80)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "ref"], name="hotline_webhook_once")]


class Call(models.Model):
    """One call. `number` is sealed and goes after a day; the matter's contact is what the caller agreed to leave."""

    line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="calls")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    ref = models.CharField(max_length=80)
    seat = models.CharField(max_length=20, blank=True)
    post_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=[(state, state) for state in CallState])
    arrived_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    sealed_number = models.BinaryField(null=True)
    number_until = models.DateTimeField(null=True)
    recording = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    matter = models.ForeignKey("matters.Matter", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "ref"], name="hotline_call_once"),
            models.CheckConstraint(
                condition=Q(sealed_number__isnull=True, number_until__isnull=True)
                | Q(sealed_number__isnull=False, number_until__isnull=False),
                name="hotline_call_number_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("arrived_at")),
                name="hotline_call_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index("post_id", "id", condition=Q(ended_at__isnull=True), name="hotline_call_live"),
            models.Index("number_until", condition=Q(number_until__isnull=False), name="hotline_call_number_until"),
            models.Index("unit", "arrived_at", name="hotline_call_period"),
        ]


class Seat(models.Model):
    """Where the holder of a post sits on a line today: calls for that seat ring there. One post a seat."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="seats")
    code = models.CharField(max_length=20)
    post_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "code"], name="hotline_seat_once")]


class HandOver(models.Model):
    """That a call was put through to others: to whom, what they were told, whether the switchboard did it."""

    call = models.ForeignKey(Call, null=True, on_delete=models.SET_NULL, related_name="hand_overs")
    matter = models.ForeignKey("matters.Matter", null=True, on_delete=models.SET_NULL, related_name="+")
    act = models.CharField(max_length=10)  # CallAct: transfer, three_way
    to = models.CharField(max_length=60)  # a service's number, or the name of a unit
    told = models.TextField(blank=True)
    at = models.DateTimeField()
    post_id = models.BigIntegerField(null=True)
    is_done = models.BooleanField(null=True)  # null: there was no switchboard to ask


class Draft(models.Model):
    """What was written of a call that is not finished: sealed as it may hold a contact, gone after some days."""

    key = models.CharField(max_length=40)
    post_id = models.BigIntegerField()
    call = models.ForeignKey(Call, null=True, on_delete=models.SET_NULL, related_name="drafts")
    sealed_form = models.BinaryField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post_id", "key"], name="hotline_draft_once")]


class Place(models.Model):
    """A place that matters named lately, to be chosen by typing: its name, its area, how it is typed in pinyin."""

    name = models.CharField(max_length=120)
    area = code_field()
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    pinyin = models.CharField(max_length=400)
    week = models.PositiveIntegerField()  # matters of the last seven days

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "area"], name="hotline_place_once")]


class Article(models.Model):
    """One question that people ask, whatever its answer says today."""

    code = models.SlugField(max_length=40, unique=True)
    used = models.PositiveIntegerField(default=0)  # in how many answers it was cited

    def __str__(self) -> str:
        return self.code


class Version(models.Model):
    """One wording of an article. Published it never changes; `until_on` is the first day on which it is not good."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    body = models.TextField()
    source = models.CharField(max_length=160, blank=True)
    area = code_field()
    templates = ArrayField(models.CharField(max_length=8), default=list)
    words = ArrayField(models.CharField(max_length=40), default=list)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    checked_on = models.DateField()
    state = models.CharField(max_length=10, choices=[(state, state) for state in ArticleState])
    written_by = models.BigIntegerField(null=True)
    reviewed_by = models.BigIntegerField(null=True)
    published_by = models.BigIntegerField(null=True)
    written_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="hotline_version_once"),
            models.UniqueConstraint(
                fields=["article"], condition=Q(state="published"), name="hotline_version_one_published"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gt=F("from_on")), name="hotline_version_period"
            ),
        ]
        indexes = [GinIndex(fields=["words"], condition=Q(state="published"), name="hotline_version_words")]


class Citation(models.Model):
    """That an answer rested on this wording of an article."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="citations")
    matter = models.ForeignKey("matters.Matter", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "matter"], name="hotline_citation_once")]


class Letter(models.Model):
    """An e-mail or a chat message that came to the hotline. Whoever wrote it and what it says lie sealed in one column.

    `ref` is a digest of the message's own id: the same one comes in once. What nobody wrote to us is counted here too,
    without a word of it.
    """

    way = models.CharField(max_length=8, choices=[(way, way) for way in (Channel.MAIL, Channel.CHAT)])
    line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="letters")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    ref = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=[(state, state) for state in LetterState])
    ignored = models.CharField(max_length=8, blank=True, choices=[(why, why) for why in Ignored])
    arrived_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    post_id = models.BigIntegerField(null=True)
    sealed = models.BinaryField(null=True)
    tells_writer = models.BooleanField(default=False)  # asked for: told at the same address how the matter goes on
    matter = models.ForeignKey("matters.Matter", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["way", "line", "ref"], nulls_distinct=False, name="hotline_letter_once"),
            models.CheckConstraint(
                condition=Q(state=LetterState.WAITING, settled_at__isnull=True)
                | (~Q(state=LetterState.WAITING) & Q(settled_at__isnull=False)),
                name="hotline_letter_waits_or_is_settled",
            ),
            models.CheckConstraint(
                condition=Q(sealed__isnull=True) | ~Q(state__in=(LetterState.ASIDE, LetterState.IGNORED)),
                name="hotline_letter_unwanted_is_empty",
            ),
        ]
        indexes = [
            models.Index("unit", "arrived_at", "id", condition=Q(state="waiting"), name="hotline_letter_waiting"),
            models.Index("unit", "settled_at", name="hotline_letter_settled"),
            models.Index("settled_at", condition=Q(sealed__isnull=False), name="hotline_letter_to_purge"),
        ]


class Enclosure(models.Model):
    """A file that came with a letter: kept until there is a matter it becomes evidence of, or the letter goes."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="enclosures")
    sealed_name = models.BinaryField()
    sealed_file = models.BinaryField()
    size = models.PositiveIntegerField()
    refused = models.CharField(max_length=40, blank=True)  # the code why it did not become evidence


class Reply(models.Model):
    """The answer to a letter and how far it has come: sent after it was written down, again where that failed."""

    letter = models.OneToOneField(Letter, on_delete=models.CASCADE, related_name="reply")
    sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=8, choices=[(state, state) for state in ReplyState])
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    code = models.CharField(max_length=24, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("next_try_at", condition=Q(state="waiting"), name="hotline_reply_due")]
