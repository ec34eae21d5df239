"""Accounts, persons, units, posts, API keys and the working calendar: columns and constraints only."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from tongxin.rules.permissions import POSTS, Role
from tongxin.rules.units import UnitKind


class Accounts(BaseUserManager):
    def get_by_natural_key(self, username: str):
        return self.get(username__iexact=username)


class Unit(models.Model):
    """An office that can be given work: a command room, a desk, a department, a station, a village."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40, blank=True)
    pinyin = models.CharField(max_length=240, db_index=True)
    kind = models.CharField(max_length=32, choices=[(kind, kind) for kind in UnitKind])
    area = models.CharField(max_length=17)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=40, blank=True)
    is_open = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["area", "kind"])]


class Person(models.Model):
    """A member of staff, as far as duties need: never a resident."""

    name = models.CharField(max_length=60)
    pinyin = models.CharField(max_length=160, blank=True)
    phone = models.CharField(max_length=40, blank=True)


class Account(AbstractBaseUser):
    """What signs in. One person has at most one."""

    username = models.CharField(max_length=60, unique=True)
    email = models.EmailField(blank=True)
    person = models.OneToOneField(Person, null=True, on_delete=models.PROTECT, related_name="account")
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(db_default=Now())

    objects = Accounts()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []


class Post(models.Model):
    """A person holding a role in a unit over an area, `[start_on, end_on)`."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=32, choices=[(role, role) for role in Role if role in POSTS])
    area = models.CharField(max_length=17)
    start_on = models.DateField()
    end_on = models.DateField(null=True)
    stands_in_for = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")  # 代班
    seals = ArrayField(models.CharField(max_length=10), default=list, db_default=[])  # sealed kinds it is named for

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end_on__isnull=True) | Q(end_on__gt=F("start_on")), name="post_period"),
            models.UniqueConstraint(
                fields=["person", "unit", "role", "area"], condition=Q(end_on__isnull=True), name="post_once"
            ),
        ]
        indexes = [models.Index(fields=["area", "role"]), models.Index(fields=["unit", "role"])]


class Shift(models.Model):
    """值班: who holds a post's duty of a unit over `[start_at, end_at)`; the roster shows it, nothing tracks it."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="shift_period"),
            models.UniqueConstraint(fields=["post", "start_at"], name="shift_once"),
        ]
        indexes = [models.Index("unit", "start_at", name="shift_unit")]


class ApiKey(models.Model):
    """A key with which a program acts for a person: only its digest is kept."""

    name = models.CharField(max_length=80)
    digest = models.BinaryField(unique=True)
    hint = models.CharField(max_length=12)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    acts = models.JSONField(null=True)  # names of acts it is narrowed to; null: all its person's
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())


class CalendarOverride(models.Model):
    """A day that is worked, or not, whatever the published calendar says."""

    date = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    source = models.CharField(max_length=200)
    note = models.CharField(max_length=200, blank=True)
