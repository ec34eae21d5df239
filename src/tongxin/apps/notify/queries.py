"""Reads: one's own notices and choices, the delivery log, endpoints and their events."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.queries import visible_to
from tongxin.apps.notify import speaking
from tongxin.apps.notify.audience import READ
from tongxin.apps.notify.media import push
from tongxin.apps.notify.models import Choice, Endpoint, Event, Notice, Robot, Sending, Silence, Subscription
from tongxin.apps.notify.speaking import Line, Said
from tongxin.rules import cursors
from tongxin.rules.errors import Missing
from tongxin.rules.occasions import DEFAULT, GROUPS, Group, Medium, Occasion
from tongxin.rules.permissions import Actor, Permission, may, require

PAGE = 50
CAP = 999  # unread ones are counted up to here


# --- one's own notices -------------------------------------------------------------------------------------


class Shown(NamedTuple):
    """One notice as its reader sees it now; `number` is empty where it is about no matter."""

    id: int
    occasion: Occasion
    said: Said
    number: str
    is_sealed: bool
    at: datetime
    is_read: bool
    about: str


class Page(NamedTuple):
    """A page of notices, newest first; `next` is the cursor behind which the next page begins."""

    rows: list[Shown]
    next: str


def notices(
    actor: Actor, *, group: Group | None = None, is_unread: bool = False, after: str = "",
    size: int = PAGE, language: str = speaking.CHINESE,
) -> Page:  # fmt: skip
    """Return a page of the actor's own notices, those left out whose matter is no longer to be seen. Five statements.

    They are the person's own, so they start from the person; the matters behind them start from the scope.
    """
    found = Notice.objects.filter(person_id=actor.person_id or 0)
    if group is not None:
        found = found.filter(occasion__in=[each for each in Occasion if GROUPS[each] is group])
    if is_unread:
        found = found.filter(read_at__isnull=True)
    if after:
        at, id_ = cursors.read(after)
        found = found.filter(Q(at__lt=at) | Q(at=at, pk__lt=id_))
    rows = list(found.order_by("-at", "-id")[: size + 1])
    matters = _visible(actor, {row.matter_id for row in rows if row.matter_id})
    seen = [row for row in rows[:size] if row.matter_id is None or row.matter_id in matters]
    lines = [Line(row.entry_id, Occasion(row.occasion), matters.get(row.matter_id or 0), language) for row in seen]
    said = speaking.speak(lines, Medium.APP)
    shown = [_shown(row, matters.get(row.matter_id or 0), words) for row, words in zip(seen, said, strict=True)]
    return Page(shown, cursors.cursor(rows[size - 1].at, rows[size - 1].pk) if len(rows) > size else "")


def _visible(actor: Actor, ids: set[int]) -> Mapping[int, Matter]:
    if not ids:
        return {}
    return {matter.pk: matter for matter in visible_to(actor, Matter.objects.only(*READ).filter(pk__in=ids))}


def _shown(row: Notice, matter: Matter | None, said: Said) -> Shown:
    number, is_sealed = (matter.number, matter.is_sealed) if matter else ("", False)
    return Shown(row.pk, Occasion(row.occasion), said, number, is_sealed, row.at, row.read_at is not None, row.about)


def unread(actor: Actor) -> int:
    """Return how many of the actor's own notices are unread, at most one more than the cap. One statement."""
    if actor.person_id is None:
        return 0
    some = Notice.objects.filter(person_id=actor.person_id, read_at__isnull=True).order_by()[: CAP + 1]
    return some.count()


def newest(actor: Actor) -> int:
    """Return the id of the actor's newest notice, 0 without one. One statement."""
    found = Notice.objects.filter(person_id=actor.person_id or 0).order_by("-id").values_list("pk", flat=True)
    return found.first() or 0


def number_of(actor: Actor, notice: Notice) -> str:
    """Return the number of the matter a notice is about, empty without one. Raises Missing where it is out of scope."""
    if notice.matter_id is None:
        return ""
    matter = visible_to(actor, Matter.objects.filter(pk=notice.matter_id).only("number")).first()
    if matter is None:
        raise Missing("notice.gone")
    return matter.number


def choices(actor: Actor) -> dict[Group, frozenset[Medium]]:
    """Return by which media the actor hears of each group of occasions. One statement."""
    choice = Choice.objects.filter(pk=actor.person_id or 0).first()
    chosen = choice.media if choice else {}
    return {group: frozenset(map(Medium, chosen[group])) if group in chosen else DEFAULT for group in Group}


def subscriptions(actor: Actor, *, matter_id: int | None = None) -> "QuerySet[Subscription]":
    """Return where the actor asked to be told: as the reporter of a matter, else as a member of staff."""
    if matter_id is not None:
        own = visible_to(actor, Matter.objects.filter(pk=matter_id)).filter(
            Q(reported_by=actor.person_id) if actor.person_id else Q(pk=actor.matter_id)
        )
        return Subscription.objects.filter(matter_id__in=list(own.values_list("pk", flat=True)))
    return Subscription.objects.filter(person_id=actor.person_id or 0)


class Switch(NamedTuple):
    """What a page's switch for pushes needs: the house's key, and by their marks the browsers that are told already."""

    key: str
    known: tuple[str, ...]


def switch(actor: Actor, *, matter_id: int | None = None) -> Switch:
    """Return the switch for being told on this device: of a matter, else (staff) of one's work. Two statements."""
    asked = subscriptions(actor, matter_id=matter_id).filter(medium=Medium.PUSH)
    return Switch(push.public_key(), tuple(push.mark_of(each) for each in asked.values_list("address", flat=True)))


def is_silent(actor: Actor, matter: Matter) -> bool:
    """Tell whether the reporter of a matter wants to be told of nothing. One statement."""
    return actor.reported(matter) and Silence.objects.filter(pk=matter.pk).exists()


# --- running it ------------------------------------------------------------------------------------------


class Log(NamedTuple):
    """A page of the delivery log, newest first; `next` is the id before which the next page begins."""

    rows: list[Sending]
    numbers: Mapping[int, str]
    next: int | None


def sendings(actor: Actor, *, state: str = "", medium: str = "", before: int | None = None, size: int = PAGE) -> Log:
    """Return a page of the delivery log for who runs it: numbers, media and codes, no words and no addresses."""
    require(actor, Permission.RUN_OUTBOX)
    narrowed = {name: value for name, value in (("state", state), ("medium", medium)) if value}
    found = Sending.objects.filter(**narrowed)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-id")[: size + 1])
    ids = {row.matter_id for row in rows if row.matter_id}
    # the number alone, which the journal shows to the same administrators too
    numbers = dict(Matter.objects.filter(pk__in=ids).values_list("pk", "number"))
    return Log(rows[:size], numbers, rows[size - 1].pk if len(rows) > size else None)


def tally(actor: Actor, now: datetime) -> dict[tuple[str, str], int]:
    """Return how many messages went how in the last seven days: (medium, state) → count. One statement."""
    require(actor, Permission.RUN_OUTBOX)
    lately = Sending.objects.filter(owed_at__gte=now - timedelta(days=7)).values("medium", "state")
    return {(row["medium"], row["state"]): row["n"] for row in lately.annotate(n=Count("pk")).order_by()}


def robots(actor: Actor) -> "QuerySet[Robot]":
    """Return the robots of units' groups."""
    require(actor, Permission.EDIT_UNITS)
    return Robot.objects.select_related("unit").order_by("unit__area", "unit_id", "id")


# --- endpoints -------------------------------------------------------------------------------------------


def endpoints(actor: Actor) -> "QuerySet[Endpoint]":
    """Return the actor's own endpoints; all of them for who runs deliveries."""
    require(actor, Permission.HOOK)
    found = Endpoint.objects.filter(removed_at__isnull=True).select_related("person").order_by("id")
    return found if may(actor, Permission.RUN_OUTBOX) else found.filter(person_id=actor.person_id or 0)


def endpoint(actor: Actor, endpoint_id: int) -> Endpoint:
    """Return one endpoint. Raises Missing, also where it is somebody else's."""
    found = endpoints(actor).filter(pk=endpoint_id).first()
    if found is None:
        raise Missing("webhook.missing", webhook=endpoint_id)
    return found


class Events(NamedTuple):
    """A page of an endpoint's log, newest first; `numbers` of the matters its owner may see."""

    rows: list[Event]
    numbers: Mapping[int, str]
    next: int | None


def events(actor: Actor, endpoint_id: int, *, state: str = "", before: int | None = None, size: int = PAGE) -> Events:
    """Return a page of what an endpoint was and is owed. Raises Missing. Four statements."""
    found = Event.objects.filter(endpoint=endpoint(actor, endpoint_id))
    if state:
        found = found.filter(state=state)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-id")[: size + 1])
    matters = visible_to(actor, Matter.objects.filter(pk__in={row.matter_id for row in rows}))
    numbers = dict(matters.values_list("pk", "number"))
    return Events(rows[:size], numbers, rows[size - 1].pk if len(rows) > size else None)


def event_counts(endpoint_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return how many events of each endpoint are in which state. One statement."""
    found: dict[int, dict[str, int]] = {id_: {} for id_ in endpoint_ids}
    rows = Event.objects.filter(endpoint_id__in=endpoint_ids).values("endpoint_id", "state")
    for row in rows.annotate(n=Count("pk")).order_by():
        found[row["endpoint_id"]][row["state"]] = row["n"]
    return found
