"""Events out to programs: CloudEvents 1.0 in Standard Webhooks envelopes, in order for each matter as far as it goes.

What an event says is made when it is sent, from the journal's entry and from what the owner of the endpoint may then
see. Nothing of a person is in it; of a sealed matter only its number.
"""

import base64
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongxin.apps.journal.entries import record
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify import audience
from tongxin.apps.notify.media.parcel import Outcome, by_status
from tongxin.apps.notify.models import DROPPED, FAILED, SENT, WAITING, Endpoint, Event
from tongxin.apps.people import holders
from tongxin.apps.people.models import Unit
from tongxin.postgres.batches import run, send
from tongxin.rules import events
from tongxin.rules.permissions import SYSTEM, scope
from tongxin.rules.retries import GIVE_UP, TO_PROGRAMS, rest, wait

BATCH = 500
AT_ONCE = 16
LEASE = timedelta(minutes=8)  # a batch of endpoints that all keep us waiting: 500 / 16 × 10 s is five minutes
PATIENCE = 3  # so many failures of one event hold back the later ones of its matter
SLOW_SECONDS = 2.0  # who takes longer to answer stands in a line of its own, so that others are told at once
SLOW_BATCH = 2 * AT_ONCE

_slow: set[int] = set()  # endpoints that took longer when they were last asked

LATER = Outcome(False, "later")  # not tried in this batch

_TAKE = f"""
    UPDATE notify_event e SET tries = e.tries + 1, next_try_at = %s::timestamptz
    FROM (SELECT due.id FROM notify_event due JOIN notify_endpoint p ON p.id = due.endpoint_id
        WHERE due.state = '{WAITING}' AND due.next_try_at <= %s::timestamptz
            AND (p.id = ANY(%s::bigint[])) = %s AND p.disabled_at IS NULL AND p.removed_at IS NULL
            AND NOT EXISTS (SELECT FROM notify_event first WHERE first.endpoint_id = due.endpoint_id
                AND first.matter_id = due.matter_id AND first.state = '{WAITING}'
                AND first.entry_id < due.entry_id AND first.tries < {PATIENCE})
        ORDER BY due.next_try_at, due.id LIMIT %s FOR UPDATE OF due SKIP LOCKED) due
    WHERE e.id = due.id RETURNING e.id, e.endpoint_id, e.entry_id, e.kind, e.matter_id, e.tries"""
_RECORD = """
    UPDATE notify_event e SET state = r.state, tries = r.tries, code = coalesce(r.code, e.code),
        next_try_at = r.next_at,
        ended_at = CASE WHEN r.state = 'waiting' THEN NULL ELSE %s::timestamptz END
    FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::text[], %s::timestamptz[]) r (id, state, tries, code, next_at)
    WHERE e.id = r.id"""


class Taken(NamedTuple):
    """One event under way, in the order in which _TAKE returns it."""

    id: int
    endpoint_id: int
    entry_id: int
    kind: str
    matter_id: int
    tries: int


class Request(NamedTuple):
    """One event as it goes out: `secrets` sign it, two of them while one replaces the other."""

    url: str
    id: str
    body: bytes
    secrets: tuple[str, ...]


def send_due(now: datetime) -> int:
    """Send the events that are due to whoever answers quickly, one batch, and return how many were tried."""
    return _send_batch(now, BATCH, is_slow=False)


def send_due_slowly(now: datetime) -> int:
    """Send the events that are due to whoever lets us wait, a small batch, and return how many were tried."""
    return _send_batch(now, SLOW_BATCH, is_slow=True)


def forget() -> None:
    """Forget who was slow."""
    _slow.clear()


def _send_batch(now: datetime, most: int, *, is_slow: bool) -> int:
    taken = sorted(Taken(*row) for row in run(_TAKE, [now + LEASE, now, list(_slow), is_slow, most]))
    if not taken:
        return 0
    endpoints = Endpoint.objects.in_bulk({one.endpoint_id for one in taken})
    requests = dict(_requests(taken, endpoints, now))
    to = {one.id: one.endpoint_id for one in taken}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = pool.map(lambda id_: _tried(requests[id_], to[id_], may_wait=is_slow), requests)
        tried = dict(zip(requests, outcomes, strict=True))
    unseen = Outcome(False, "not_visible", is_final=True, is_gone=True)
    done = [(one, tried.get(one.id, unseen)) for one in taken]
    rows = [(one.id, *_after(one, outcome, now)) for one, outcome in done]
    send(_RECORD, [now, *(list(column) for column in zip(*rows, strict=True))])
    for id_, endpoint in endpoints.items():
        heard = (outcome for one, outcome in done if one.endpoint_id == id_ and one.id in tried)
        _judge(endpoint, [outcome for outcome in heard if outcome is not LATER], now)
    return len(taken)


# --- making ----------------------------------------------------------------------------------------------


def _requests(
    taken: Sequence[Taken], endpoints: Mapping[int, Endpoint], now: datetime
) -> Iterator[tuple[int, Request]]:
    """Yield what goes out for each event whose matter its owner may see now."""
    entries = Entry.objects.in_bulk({one.entry_id for one in taken})
    matters = Matter.objects.only(*audience.READ).in_bulk({one.matter_id for one in taken})
    scopes = {
        person: scope(actor)
        for person, actor in holders.actors_of({each.person_id for each in endpoints.values()}, now).items()
    }
    codes = dict(Unit.objects.filter(pk__in=_units(entries, matters)).values_list("pk", "code"))
    for one in taken:
        endpoint, matter, entry = endpoints[one.endpoint_id], matters.get(one.matter_id), entries.get(one.entry_id)
        if matter is not None and entry is not None and scopes[endpoint.person_id].sees(matter):
            body = json.dumps(event(entry, matter, codes), ensure_ascii=False, separators=(",", ":")).encode()
            yield one.id, Request(endpoint.url, f"evt_{one.id}", body, _secrets(endpoint, now))


def _units(entries: Mapping[int, Entry], matters: Mapping[int, Matter]) -> set[int]:
    told = {unit for entry in entries.values() if isinstance(unit := entry.data.get("unit"), int)}
    return told | {matter.unit_id for matter in matters.values() if matter.unit_id}


def event(entry: Entry, matter: Matter, codes: Mapping[int, str]) -> dict[str, Any]:
    """Return an entry as a CloudEvent, structured mode. Of a sealed matter it says no more than that there is news."""
    unit = entry.data.get("unit") or matter.unit_id
    data: dict[str, Any] = {"number": matter.number, "is_sealed": True}
    if not matter.is_sealed:
        data = {
            "number": matter.number,
            "is_sealed": False,
            "seq": entry.seq,
            "template": matter.template_code,
            "area": matter.area,
            "level": matter.level,
            "urgency": matter.urgency,
            "state": matter.state,
            "unit": codes.get(unit) if isinstance(unit, int) else None,
            "facts": events.facts(entry.data),
        }
    return {
        "specversion": "1.0",
        "id": f"entry-{entry.pk}",
        "source": settings.PUBLIC_URL or "/tongxin",
        "type": events.TYPE + entry.kind,
        "subject": matter.number,
        "time": entry.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
    }


def _secrets(endpoint: Endpoint, now: datetime) -> tuple[str, ...]:
    is_old_valid = endpoint.old_secret and endpoint.old_until and endpoint.old_until > now
    return (endpoint.secret, endpoint.old_secret) if is_old_valid else (endpoint.secret,)


def envelope(request: Request, at: datetime) -> dict[str, str]:
    """Return the headers that name, date and sign a message sent at this moment."""
    from standardwebhooks import Webhook

    at = at.astimezone(UTC)  # the library takes the wall clock for UTC
    signed = (Webhook(secret).sign(request.id, at, request.body.decode()) for secret in request.secrets)
    return {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": request.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def new_secret() -> str:
    """Return a fresh secret, as Standard Webhooks writes it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


# --- sending ---------------------------------------------------------------------------------------------


def _tried(request: Request, endpoint_id: int, *, may_wait: bool) -> Outcome:
    """Send one event and note how long its endpoint took; one found slow meanwhile is left to the line of its own."""
    if endpoint_id in _slow and not may_wait:
        return LATER
    begun = time.monotonic()
    outcome = _post(request)
    (_slow.add if time.monotonic() - begun > SLOW_SECONDS else _slow.discard)(endpoint_id)
    return outcome


def _post(request: Request) -> Outcome:
    from tongxin.guard import outward

    try:
        # by the clock on the wall, which the receiver looks at: a batch may have waited for its turn
        answer = outward.post(request.url, request.body, envelope(request, timezone.now()))
    except outward.Unreached as why:
        return Outcome(False, str(why))
    if answer.status == 410:  # Standard Webhooks: it wants no more
        return Outcome(False, "410", is_gone=True)
    outcome = by_status(answer.status, answer.headers.get("retry-after", ""))
    return outcome._replace(is_final=False)  # what a receiver refuses today it may take when it is mended


def _after(one: Taken, outcome: Outcome, now: datetime) -> tuple[str, int, str | None, datetime]:
    if outcome.is_sent:
        return SENT, one.tries, outcome.code, now
    if outcome.is_gone:
        return DROPPED, one.tries, outcome.code, now
    if outcome is LATER:
        return WAITING, one.tries - 1, None, now
    pause = wait(one.tries, TO_PROGRAMS)
    if pause is None:
        return FAILED, one.tries, outcome.code, now
    return WAITING, one.tries, outcome.code, now + max(pause, timedelta(seconds=outcome.wait_seconds))


def _judge(endpoint: Endpoint, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Let an endpoint that took nothing rest for a while, and switch it off when it took nothing for days."""
    if not outcomes:
        return
    if any(outcome.is_sent for outcome in outcomes):
        if endpoint.failing_since:
            Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=None, rest_until=None)
        return
    since = endpoint.failing_since or now
    if now - since >= GIVE_UP or any(outcome.is_gone for outcome in outcomes):
        switch_off(endpoint, now)
        return
    until = now + rest(now - since)
    Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=since, rest_until=until)
    Event.objects.filter(endpoint_id=endpoint.pk, state=WAITING, next_try_at__lt=until).update(next_try_at=until)


def switch_off(endpoint: Endpoint, now: datetime) -> None:
    """Disable an endpoint once; what it is owed stays in the log, to be replayed."""
    with transaction.atomic():
        off = Endpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=True).update(disabled_at=now)
        give_up(endpoint.pk, now)
        if off:
            record("webhook.disable", f"webhook:{endpoint.pk}", by=SYSTEM, at=now)


def give_up(endpoint_id: int, now: datetime) -> None:
    """Leave in the log, to be replayed, what an endpoint is owed that is switched off."""
    waiting = Event.objects.filter(endpoint_id=endpoint_id, state=WAITING)
    waiting.update(state=FAILED, code="disabled", ended_at=now)
