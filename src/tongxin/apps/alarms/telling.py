"""Telling the police: codes and moments of one incident, signed, tried for a day. No word anybody wrote goes out.

Source: Standard Webhooks 1.0.0.
"""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from tongxin.apps.alarms.models import FAILED, SENT, WAITING, Telling
from tongxin.apps.alarms.sealing import secrets_of
from tongxin.guard import envelopes
from tongxin.rules.alarms import Saying
from tongxin.rules.retries import TO_PROGRAMS, wait
from tongxin.rules.working_time import SHANGHAI

BATCH = 50
AT_ONCE = 4
PATIENCE = 3  # so many failures of one thing hold back the later ones of its alarm
LEASE = timedelta(minutes=5)  # fifty that all keep us waiting: 50 / 4 × 10 s is two minutes


class Parcel(NamedTuple):
    """One message as it goes out, and to where."""

    url: str
    id: str
    body: str
    secrets: tuple[str, ...]


def send_due(now: datetime) -> int:
    """Send what is due, one batch, and return how many were tried. What is told of one alarm goes in its order."""
    taken = _taken(now)
    if not taken:
        return 0
    parcels = [_parcel(each, now) for each in taken]  # whatever is read of the database is read here, in this thread
    with ThreadPoolExecutor(AT_ONCE) as pool:
        codes = list(pool.map(_post, parcels))
    _noted(zip(taken, codes, strict=True), now)
    return len(taken)


@transaction.atomic
def _taken(now: datetime) -> list[Telling]:
    first = Telling.objects.filter(alarm=OuterRef("alarm"), state=WAITING, pk__lt=OuterRef("pk"), tries__lt=PATIENCE)
    due = Telling.objects.select_for_update(skip_locked=True, of=("self",))
    due = due.filter(~Exists(first), state=WAITING, next_try_at__lte=now)
    taken = list(due.select_related("alarm__partner", "alarm__matter").order_by("next_try_at", "pk")[:BATCH])
    for each in taken:
        each.tries, each.next_try_at = each.tries + 1, now + LEASE
    Telling.objects.bulk_update(taken, ["tries", "next_try_at"])
    return taken


def _parcel(telling: Telling, now: datetime) -> Parcel:
    partner = telling.alarm.partner
    said = json.dumps(body(telling), ensure_ascii=False, separators=(",", ":"))
    return Parcel(partner.url, f"tell_{telling.pk}", said, tuple(secrets_of(partner, now)))


def body(telling: Telling) -> dict[str, Any]:
    """Return what the police are told: by their number and ours, whose part, what came of it, when."""
    alarm = telling.alarm
    data = {"number": alarm.number, "matter": alarm.matter.number, "at": telling.at.astimezone(SHANGHAI).isoformat()}
    data |= {"to": telling.to, "result": telling.what} if telling.to else {"outcome": telling.what}
    kind = Saying.FED_BACK if telling.to else "alarm.outcome"
    return {"type": str(kind), "timestamp": telling.at.astimezone(SHANGHAI).isoformat(), "data": data}


def _post(parcel: Parcel) -> str:
    """Send one; return the status it was answered with, or why there was none."""
    from tongxin.guard import outward

    headers = {
        "Content-Type": "application/json; charset=utf-8",
        # by the clock on the wall, which the receiver looks at
        **envelopes.signed(parcel.secrets, parcel.id, parcel.body, timezone.now()),
    }
    try:
        return str(outward.post(parcel.url, parcel.body.encode(), headers).status)
    except outward.Unreached as why:
        return str(why)


def _noted(tried: Iterable[tuple[Telling, str]], now: datetime) -> None:
    done = []
    for telling, code in tried:
        telling.code = code
        pause = wait(telling.tries, TO_PROGRAMS)
        if code.startswith("2"):
            telling.state, telling.ended_at = SENT, now
        elif pause is None:
            telling.state, telling.ended_at = FAILED, now
        else:
            telling.next_try_at = now + pause
        done.append(telling)
    Telling.objects.bulk_update(done, ["state", "code", "next_try_at", "ended_at"])
