"""The house's directory, for those who keep it: units, persons, posts, keys and the days set by hand."""

from datetime import date
from typing import NamedTuple

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace

from tongxin.apps.people.models import Account, ApiKey, CalendarOverride, Person, Post, Unit

MOST = 50  # lines of a page
TYPED = Replace("pinyin", Value(" "))  # syllables and initials run together, as one types them


class Units(NamedTuple):
    """A page of units; `next` is the id behind which the next page begins, None at the end."""

    rows: list[Unit]
    next: int | None


def units(*, words: str = "", kind: str = "", area: str = "", after: int = 0, size: int = MOST) -> Units:
    """Return units by id, narrowed to a kind, an area and words of the name, pinyin or code. One statement."""
    found = Unit.objects.filter(pk__gt=after, area__startswith=area, **({"kind": kind} if kind else {}))
    for word in words.lower().split():
        found = found.alias(typed=TYPED).filter(Q(name__icontains=word) | Q(typed__contains=word) | Q(code=word))
    rows = list(found.order_by("id")[: size + 1])
    return Units(rows[:size], rows[size - 1].pk if len(rows) > size else None)


def unit_called(text: str) -> Unit | None:
    """Return the one unit of this code, or of this whole name."""
    found = list(Unit.objects.filter(Q(code=text) | Q(name=text))[:2])
    return found[0] if len(found) == 1 else None


def persons(words: str, limit: int = MOST) -> QuerySet[Person]:
    """Return members of staff by name, pinyin or user name, those who sign in first."""
    word = words.strip().lower()
    matches = Q(name__icontains=word) | Q(typed__contains=word) | Q(account__username__icontains=word)
    found = Person.objects.alias(typed=TYPED).filter(matches).select_related("account")
    return found.order_by(F("account__id").asc(nulls_last=True), "id")[:limit]


def person(person_id: int) -> Person | None:
    """Return a member of staff with the account."""
    return Person.objects.filter(pk=person_id).select_related("account").first()


def person_called(username: str) -> Person | None:
    """Return who signs in by this name."""
    account = Account.objects.filter(username__iexact=username.strip()).select_related("person").first()
    return account.person if account else None


def posts(*, person_id: int | None = None, unit_id: int | None = None) -> QuerySet[Post]:
    """Return the posts of a person or in a unit, those that still run first, the latest before the older."""
    keys = {"person_id": person_id, "unit_id": unit_id}
    found = Post.objects.filter(**{name: value for name, value in keys.items() if value is not None})
    return found.select_related("unit", "person", "person__account", "stands_in_for__person").order_by(
        F("end_on").desc(nulls_first=True), "role", "-start_on", "id"
    )


def post(post_id: int) -> Post | None:
    """Return a post with its person, its unit and the post it stands in for."""
    return Post.objects.filter(pk=post_id).select_related("unit", "person", "stands_in_for__person").first()


def api_keys() -> QuerySet[ApiKey]:
    """Return all API keys, those in force first, the newest before the older."""
    return ApiKey.objects.select_related("person").order_by(F("revoked_at").desc(nulls_first=True), "-id")


def overrides(year: int) -> QuerySet[CalendarOverride]:
    """Return the days of a year that were set by hand."""
    return CalendarOverride.objects.filter(date__gte=date(year, 1, 1), date__lte=date(year, 12, 31)).order_by("date")
