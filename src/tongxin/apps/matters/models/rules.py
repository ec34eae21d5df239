"""The city's rules as rows: templates, routing, the book of limits and triggers, and how each is changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


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


class Rulebook(models.Model):
    """One edition of limits, approvals, samples and triggers (`rules.rulebook.Rulebook`); a matter keeps its edition.

    `content` holds what differs from the defaults. The first edition differs in nothing.
    """

    number = models.PositiveSmallIntegerField(primary_key=True)
    content = models.JSONField(default=dict)
    published_at = models.DateTimeField(db_default=Now())
    published_by = models.CharField(max_length=40)


class Proposal(models.Model):
    """A change of rules on its way: draft, checked, rehearsed, published at a date. Nothing of it is in force before.

    `content` is a draft as in `rules.drafts`; `findings` what the check found: [{"code", "facts", "is_fatal",
    "stands"}…]. `drafters` wrote on it and may not publish it; `approved_by` is who did.
    """

    title = models.CharField(max_length=80)
    state = models.CharField(max_length=12)
    content = models.JSONField(default=dict)
    findings = models.JSONField(null=True)
    based_on = models.PositiveIntegerField(default=0)  # the journal seq of "catalog" it was drafted from
    publish_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    opened_by = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    drafters = ArrayField(models.BigIntegerField(), default=list)
    approved_by = models.BigIntegerField(null=True)
    rev = models.IntegerField(default=1)


class Rehearsal(models.Model):
    """A dry run of a proposal over the last matters: how far it is, and what would have gone otherwise."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="rehearsals")
    wanted = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    below = models.BigIntegerField(null=True)  # matters with smaller ids are still to be looked at
    result = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)


class Suggester(models.Model):
    """A trained guesser of templates: numbers of n-grams, no texts. The newest serves, while it is on."""

    trained_at = models.DateTimeField()
    by = models.CharField(max_length=40)
    rows = models.PositiveIntegerField()
    content = models.BinaryField()
    report = models.JSONField(default=dict)
    is_on = models.BooleanField(default=True)
