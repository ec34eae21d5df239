"""Having news sent to a program: endpoints, their secrets, and sending again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.notify import hooks
from tongxin.apps.notify.models import DROPPED, WAITING, Endpoint, Event
from tongxin.apps.people.models import Person
from tongxin.guard import destinations
from tongxin.rules import events
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.permissions import Actor, Permission, may, require

MOST = 20  # endpoints of one person
MOST_AGAIN = 10_000  # events replayed at once


@transaction.atomic
def open_endpoint(
    *, name: str, url: str, kinds: Collection[str], person_id: int | None = None, by: Actor, now: datetime
) -> Endpoint:
    """Have these kinds of news sent to an address, as far as its owner may see the matters: the actor, else a person.

    Its secret is in the answer. Raises Invalid for an address that is not public and https, NotAllowed where somebody
    who is no system administrator names another owner.
    """
    require(by, Permission.HOOK)
    owner = by.person_id if person_id is None else person_id
    if owner != by.person_id and not may(by, Permission.RUN_OUTBOX):
        raise NotAllowed("webhook.not_own")
    if owner is None or not Person.objects.select_for_update(no_key=True).filter(pk=owner).exists():
        raise Missing("person.missing", person=owner)
    told = _checked(name, url, kinds)
    if Endpoint.objects.filter(person_id=owner, removed_at__isnull=True).count() >= MOST:
        raise Invalid("webhook.too_many", most=MOST)

    endpoint = Endpoint.objects.create(**told, person_id=owner, secret=hooks.new_secret(), since=now)

    record("webhook.open", f"webhook:{endpoint.pk}", by=by, at=now, person=owner, kinds=endpoint.kinds)
    return endpoint


@transaction.atomic
def change_endpoint(
    *, endpoint_id: int, name: str, url: str, kinds: Collection[str], is_on: bool, by: Actor, now: datetime
) -> Endpoint:
    """Change what is sent where. Switched off, what it is owed is given up, to be replayed once it is on again.

    Raises Missing, Invalid.
    """
    endpoint = _locked(endpoint_id, by)
    told = _checked(name, url, kinds)

    for column, value in told.items():
        setattr(endpoint, column, value)
    if is_on:
        endpoint.disabled_at = endpoint.failing_since = endpoint.rest_until = None
    else:
        endpoint.disabled_at = endpoint.disabled_at or now
    endpoint.save()
    if not is_on:
        hooks.give_up(endpoint_id, now)

    record("webhook.change", f"webhook:{endpoint_id}", by=by, at=now, kinds=endpoint.kinds, is_on=is_on)
    return endpoint


@transaction.atomic
def rotate_secret(*, endpoint_id: int, by: Actor, now: datetime) -> Endpoint:
    """Give an endpoint a new secret; the old one signs beside it for a day, so that nothing is lost meanwhile."""
    endpoint = _locked(endpoint_id, by)

    endpoint.old_secret, endpoint.old_until = endpoint.secret, now + events.TWO_SECRETS
    endpoint.secret = hooks.new_secret()
    endpoint.save(update_fields=["secret", "old_secret", "old_until"])

    record("webhook.rotate", f"webhook:{endpoint_id}", by=by, at=now)
    return endpoint


@transaction.atomic
def remove_endpoint(*, endpoint_id: int, by: Actor, now: datetime) -> None:
    """Send nothing there any more; its log stays for as long as logs are kept. Raises Missing."""
    endpoint = _locked(endpoint_id, by)

    endpoint.removed_at, endpoint.secret, endpoint.old_secret = now, "", ""
    endpoint.save(update_fields=["removed_at", "secret", "old_secret"])
    waiting = Event.objects.filter(endpoint_id=endpoint_id, state=WAITING)
    waiting.update(state=DROPPED, code="removed", ended_at=now)

    record("webhook.remove", f"webhook:{endpoint_id}", by=by, at=now)


@transaction.atomic
def replay(
    *,
    endpoint_id: int,
    event_ids: Sequence[int] = (),
    start: datetime | None = None,
    end: datetime | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Send events again, single ones or all that were owed in a span `[start, end)`, under their own ids.

    Returns how many. Raises Missing, Invalid where neither is named or the endpoint is switched off.
    """
    endpoint = _locked(endpoint_id, by)
    if endpoint.disabled_at is not None:
        raise Invalid("webhook.off")
    asked = Event.objects.filter(endpoint_id=endpoint_id).exclude(state=WAITING)
    if event_ids:
        asked = asked.filter(pk__in=event_ids)
    elif start is not None and end is not None and start <= end:
        asked = asked.filter(owed_at__gte=start, owed_at__lt=end)
    else:
        raise Invalid("webhook.replay_what")

    ids = list(asked.order_by("id").values_list("pk", flat=True)[:MOST_AGAIN])
    Event.objects.filter(pk__in=ids).update(state=WAITING, tries=0, next_try_at=now, ended_at=None)

    record("webhook.replay", f"webhook:{endpoint_id}", by=by, at=now, events=len(ids))
    return len(ids)


def _locked(endpoint_id: int, by: Actor) -> Endpoint:
    """Lock an endpoint one may change: the own, or any for who runs deliveries. Raises Missing for all others."""
    require(by, Permission.HOOK)
    found = Endpoint.objects.select_for_update().filter(pk=endpoint_id, removed_at__isnull=True).first()
    if found is None or not (found.person_id == by.person_id or may(by, Permission.RUN_OUTBOX)):
        raise Missing("webhook.missing", webhook=endpoint_id)
    return found


def _checked(name: str, url: str, kinds: Collection[str]) -> dict[str, Any]:
    if not name.strip():
        raise Invalid("webhook.unnamed")
    destinations.checked(url.strip())
    return {"name": name.strip()[:80], "url": url.strip(), "kinds": events.checked(kinds)}
