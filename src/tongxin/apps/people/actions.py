"""Writes of people: units, posts, accounts, keys, the calendar. Each is one thing a person would say they did."""

import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.people import calendar, duties, queries
from tongxin.apps.people.models import Account, ApiKey, CalendarOverride, Person, Post, Unit
from tongxin.rules.area_codes import level_of
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.permissions import MAY_BE_NAMED, POSTS, Actor, Permission, Role, require
from tongxin.rules.sealing import Seal
from tongxin.rules.units import UnitKind

KEY_DAYS = 365


@transaction.atomic
def open_unit(*, code: str, name: str, kind: str, area: str, phone: str = "", by: Actor, now: datetime) -> Unit:
    """Set up a unit in an area. Raises Invalid where the code is taken or the area's code has no level."""
    require(by, Permission.EDIT_UNITS, area)
    _check_area(area)
    if kind not in set(UnitKind):
        raise Invalid("unit.kind", kind=kind)
    if not code.strip() or not name.strip():
        raise Invalid("unit.unnamed")
    if Unit.objects.filter(code=code).exists():
        raise Invalid("unit.code_taken", unit=code)

    unit = Unit.objects.create(code=code, name=name, kind=kind, area=area, phone=phone, pinyin=pinyin_of(name))

    record("unit.open", f"unit:{unit.pk}", by=by, at=now, unit_kind=kind, area=area)
    queries.forget()
    return unit


@transaction.atomic
def change_unit(*, unit_id: int, name: str, phone: str, is_open: bool, by: Actor, now: datetime) -> Unit:
    """Rename a unit, change its telephone, or close it to new work. Raises Missing."""
    unit = Unit.objects.select_for_update().filter(pk=unit_id).first()
    if unit is None:
        raise Missing("unit.missing", unit=unit_id)
    require(by, Permission.EDIT_UNITS, unit.area)
    if not name.strip():
        raise Invalid("unit.unnamed")

    unit.name, unit.phone, unit.is_open, unit.pinyin = name, phone, is_open, pinyin_of(name)
    unit.save()

    record("unit.change", f"unit:{unit.pk}", by=by, at=now, is_open=is_open)
    queries.forget()
    return unit


@transaction.atomic
def appoint(
    *,
    person_id: int,
    unit_id: int,
    role: str,
    area: str,
    start_on: date,
    seals: Collection[Seal] = (),
    by: Actor,
    now: datetime,
) -> Post:
    """Give a person a post from a day on, named for these kinds of sealed matters.

    Raises Missing, Invalid where the very same post is held already or the role is named for nothing sealed.
    """
    require(by, Permission.EDIT_POSTS, area)
    _check_area(area)
    if role not in POSTS:
        raise Invalid("post.role", role=role)
    if seals and role not in MAY_BE_NAMED:
        raise Invalid("post.not_named", role=Role(role))
    unit = queries.unit(unit_id)
    if not Person.objects.filter(pk=person_id).exists():
        raise Missing("person.missing", person=person_id)

    try:
        with transaction.atomic():
            held = {"unit": unit, "role": role, "area": area, "seals": sorted(set(seals))}
            post = Post.objects.create(person_id=person_id, **held, start_on=start_on)
    except IntegrityError as taken:
        raise Invalid("post.held_already", role=role) from taken

    told = {"role": role, "area": area, "unit": unit_id, "person": person_id, "seals": post.seals}
    record("post.start", f"post:{post.pk}", by=by, at=now, **told)
    return post


@transaction.atomic
def end_post(*, post_id: int, end_on: date, by: Actor, now: datetime) -> Post:
    """End a post: that day is the first no longer held, and nobody stands in for it any more.

    What its holder keeps is not looked at here: see `matters.actions.leave`. Raises Missing, Invalid.
    """
    post = duties.locked(post_id)
    require(by, Permission.EDIT_POSTS, post.area)
    if end_on <= post.start_on:
        raise Invalid("post.ends_before_start", start=post.start_on)

    post.end_on = end_on
    post.save(update_fields=["end_on"])
    duties.cut_short(duties.stand_ins(post_id).filter(end_on__gt=end_on), end_on)

    record("post.end", f"post:{post.pk}", by=by, at=now, end_on=end_on.isoformat())
    return post


@transaction.atomic
def register(*, name: str, phone: str = "", username: str = "", password: str = "", by: Actor, now: datetime) -> Person:
    """Enter a member of staff, with a way to sign in where a username is given. Raises Invalid."""
    require(by, Permission.EDIT_POSTS)
    if not name.strip():
        raise Invalid("person.unnamed")
    if username and queries.account_of(username):
        raise Invalid("account.taken", username=username)

    person = Person.objects.create(name=name, phone=phone, pinyin=pinyin_of(name))
    if username:
        Account.objects.create(username=username, password=make_password(password or None), person=person)

    record("person.register", f"person:{person.pk}", by=by, at=now, signs_in=bool(username))
    return person


@transaction.atomic
def issue_key(
    *, name: str, person_id: int, acts: list[str] | None = None, days: int = KEY_DAYS, by: Actor, now: datetime
) -> tuple[ApiKey, str]:
    """Issue an API key that acts for a person; return it with its text, which is shown this once only."""
    require(by, Permission.ISSUE_KEYS)
    if not Person.objects.filter(pk=person_id).exists():
        raise Missing("person.missing", person=person_id)
    if not 1 <= days <= 3 * KEY_DAYS:
        raise Invalid("key.days", days=days)

    text = f"tx_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name,
        digest=queries.digest_of(text),
        hint=text[:8],
        person_id=person_id,
        acts=acts,
        expires_at=now + timedelta(days=days),
    )

    record("key.issue", f"key:{key.pk}", by=by, at=now, person=person_id, acts=acts)
    return key, text


@transaction.atomic
def revoke_key(*, key_id: int, by: Actor, now: datetime) -> ApiKey:
    """End a key at once. Raises Missing."""
    require(by, Permission.ISSUE_KEYS)
    key = ApiKey.objects.select_for_update().filter(pk=key_id).first()
    if key is None:
        raise Missing("key.missing", key=key_id)

    key.revoked_at = now
    key.save(update_fields=["revoked_at"])

    record("key.revoke", f"key:{key.pk}", by=by, at=now)
    return key


@transaction.atomic
def set_day(*, day: date, is_working: bool, source: str, by: Actor, now: datetime) -> CalendarOverride:
    """Declare a day worked or not, whatever the published calendar says. Raises Invalid without a source."""
    require(by, Permission.EDIT_CALENDAR)
    if not source.strip():
        raise Invalid("calendar.no_source")

    override, _ = CalendarOverride.objects.update_or_create(
        date=day, defaults={"is_working": is_working, "source": source}
    )

    record("calendar.set", f"day:{day.isoformat()}", by=by, at=now, is_working=is_working)
    calendar.forget()
    return override


@transaction.atomic
def clear_day(*, day: date, by: Actor, now: datetime) -> None:
    """Take an override back. Raises Missing."""
    require(by, Permission.EDIT_CALENDAR)
    deleted, _ = CalendarOverride.objects.filter(date=day).delete()
    if not deleted:
        raise Missing("calendar.no_override", day=day.isoformat())

    record("calendar.clear", f"day:{day.isoformat()}", by=by, at=now)
    calendar.forget()


def pinyin_of(name: str) -> str:
    """Return the key that sorts and finds a Chinese name: syllables, then their initials ("song yuan sy")."""
    from pypinyin import lazy_pinyin  # late: its dictionary takes 50 MB of every process that loads it

    syllables = lazy_pinyin(name.strip().lower())
    return " ".join([*syllables, "".join(syllable[:1] for syllable in syllables)])[:240]


def _check_area(area: str) -> None:
    try:
        level_of(area)
    except ValueError as wrong:
        raise Invalid("area.code_width", found=area) from wrong
