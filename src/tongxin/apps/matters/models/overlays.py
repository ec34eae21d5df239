"""What may lie over a matter's life: each a small table of its own beside the lifecycle (`rules.overlays`)."""

from django.db import models
from django.db.models import Q

from tongxin.apps.matters.models.matters import Matter

IS_RUNNING = Q(ended_at__isnull=True)


class Overlay(models.Model):
    """What all of them have: where they stand, which unit is asked, by when. Open while `ended_at` is null.

    `said` is the seq of the journal entry whose note holds the words it was opened with.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=12)
    unit = models.ForeignKey("people.Unit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    opened_by = models.BigIntegerField(null=True)
    said = models.IntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index("state", "due_at", "id", condition=IS_RUNNING, name="%(class)s_queue"),
            models.Index("unit", "state", "due_at", "id", condition=IS_RUNNING, name="%(class)s_unit"),
        ]


class Extension(Overlay):
    """延期: more time, asked for before the limit runs out. The old due moment is kept for every report."""

    round = models.PositiveSmallIntegerField()  # the first, the second
    limit = models.CharField(max_length=8)  # how much more
    is_special = models.BooleanField(default=False)  # engineering or bulk: approved on two levels
    endorsed_by = models.BigIntegerField(null=True)
    old_due_at = models.DateTimeField()
    new_due_at = models.DateTimeField(null=True)


class Hold(Overlay):
    """挂账, 补正, 鉴定: the clocks stand still until the review day at the latest."""

    kind = models.CharField(max_length=10)
    ground = models.CharField(max_length=12)
    review_on = models.DateField()
    stopped_at = models.DateTimeField(null=True)
    is_backlog = models.BooleanField(default=False)  # 积存: held longer than sixty days


class Branch(Overlay):
    """协办, 会办: one invited unit's part, on a clock of its own; the lead waits by the join rule.

    `answer` is the seq of the entry whose note holds what the unit said last: its result, or why it is not its own.
    """

    kind = models.CharField(max_length=8)
    join = models.CharField(max_length=4)
    limit = models.CharField(max_length=8, blank=True)  # empty: the book's
    is_beyond = models.BooleanField(default=False)  # it may end after the lead's own due moment
    ground = models.CharField(max_length=16, blank=True)  # of the unit's no
    is_bound = models.BooleanField(default=False)  # a ruling bound it: no second no
    answer = models.IntegerField(null=True)


class Whistle(Overlay):
    """吹哨: a town calls units to the spot; concluded jointly. Its `unit` is the town that blew.

    `answer` is the seq of the entry whose note holds the conclusion, or why it was called off.
    """

    kind = models.CharField(max_length=12)
    is_routine = models.BooleanField(default=False)  # nobody who was called has a duty here by the template
    outcome = models.CharField(max_length=8, blank=True)
    answer = models.IntegerField(null=True)


class Summons(Overlay):
    """报到: one unit's answer to a whistle: signed, in touch, on the spot, its opinion; rated by the town.

    Where somebody checked in is not kept: only how many meters from the matter, once. `answer` as in Branch.
    """

    whistle = models.ForeignKey(Whistle, on_delete=models.CASCADE, related_name="summons")
    signed_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    arrived_m = models.PositiveIntegerField(null=True)
    answer = models.IntegerField(null=True)
    rating = models.CharField(max_length=14, blank=True)


class Escalation(models.Model):
    """提级, 下派: which desk gave a matter to which, up or down the rings. Written once."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    is_up = models.BooleanField()
    from_desk = models.BigIntegerField()
    to_desk = models.BigIntegerField()
    from_level = models.CharField(max_length=1)
    to_level = models.CharField(max_length=1)
    said = models.IntegerField(null=True)


class Order(models.Model):
    """督办单: one or several matters pressed at once, by a date; only who issued it cancels it."""

    number = models.CharField(max_length=24, unique=True)
    grade = models.CharField(max_length=10)
    trigger = models.CharField(max_length=20, blank=True)  # the rule that raised it; empty: by hand
    text = models.TextField()
    area = models.CharField(max_length=17)
    cause = models.CharField(max_length=40, blank=True)  # the very fact that raised it, so that none raises two
    issuer_unit = models.ForeignKey("people.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    issuer_role = models.CharField(max_length=20)
    issued_by = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField()
    reply_by = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cause"], condition=~Q(cause=""), name="order_once_a_cause")]


class OrderItem(Overlay):
    """One matter of a supervision order: its unit signs, replies, and the issuer accepts or sends back."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    signed_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    sent_back = models.PositiveSmallIntegerField(default=0)


class Objection(Overlay):
    """派单异议: a unit says the matter is not its own; the command room hears it and its ruling binds.

    `unit` is who returned it, `suggested` whom it names instead, `ruled` whom the ruling binds.
    """

    ground = models.CharField(max_length=16)
    suggested = models.ForeignKey("people.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    ruled = models.ForeignKey("people.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    is_mistake = models.BooleanField(null=True)  # the dispatch was wrong, and counts against dispatch accuracy


class Merge(models.Model):
    """并单: a matter that follows another one, and where it stood when it began to."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    master = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    from_state = models.CharField(max_length=20)
    merged_at = models.DateTimeField()
    merged_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter"], condition=IS_RUNNING, name="merge_once")]
        indexes = [models.Index("master", condition=IS_RUNNING, name="merge_master")]


class CallBack(Overlay):
    """回访: asking the reporter, by sample, whether it is solved. Three calls that nobody answers end it."""

    tries = models.PositiveSmallIntegerField(default=0)
    last_try_at = models.DateTimeField(null=True)

    class Meta(Overlay.Meta):
        indexes = [
            *Overlay.Meta.indexes,
            models.Index("ended_at", condition=Q(state__in=["unreached", "declined"]), name="callback_no_answer"),
        ]


class Answer(models.Model):
    """What the citizen said of one handling: raw, once a round; every formula reads these. Never about a person."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    round = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=10)  # call_back, self
    rating = models.CharField(max_length=14)
    is_solved = models.BooleanField()
    unit_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    said = models.IntegerField(null=True)
    set_aside_at = models.DateTimeField(null=True)  # an upheld appeal keeps it and leaves it out of the formulas

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "round"], name="answer_once_a_round")]
        indexes = [models.Index("at", name="answer_at")]


class Appeal(Overlay):
    """申诉复核: of the reporter against the result, or of the unit against a rating; heard by somebody else."""

    side = models.CharField(max_length=10)
    about = models.CharField(max_length=10)


class Unsealing(models.Model):
    """Break-glass: who opened one sealed matter, why, until when. The person concerned reads it."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    person_id = models.BigIntegerField()
    post_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("person_id", "until", name="unsealing_person")]
