"""What went out lately, as the logs of the demonstration city tell it: to residents, to groups, to another program.

Nothing is really sent: robots and endpoint stand switched off, under names that lead nowhere (RFC 2606).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from tongxin.apps.journal.models import Entry
from tongxin.apps.matters.models import Contact, Matter
from tongxin.apps.notify import actions
from tongxin.apps.notify.models import DROPPED, FAILED, SENT, Endpoint, Event, Robot, Sending
from tongxin.apps.people.models import Unit
from tongxin.rules.occasions import Medium, Occasion
from tongxin.rules.permissions import Actor

HOUR, LATELY = timedelta(hours=1), timedelta(days=6)  # whatever was tried again is over by now
MOST = 160  # of either log: three pages
TO_REPORTERS = {
    "matter.accept": Occasion.ACCEPTED,
    "matter.dispatch": Occasion.PASSED_ON,
    "matter.reply": Occasion.REPLIED,
    "matter.close": Occasion.CLOSED,
}
TO_GROUPS = {
    "matter.dispatch": (Occasion.TO_SIGN, Medium.DINGTALK),
    "clock.overdue": (Occasion.OVERDUE, Medium.DINGTALK),
    "matter.return": (Occasion.RETURNED, Medium.WECOM),
    "matter.rework": (Occasion.REWORK, Medium.WECOM),
    "extension.ask": (Occasion.TO_DECIDE, Medium.WECOM),
    "hold.ask": (Occasion.TO_DECIDE, Medium.WECOM),
}
MEDIA = (Medium.SMS, Medium.SMS, Medium.SMS, Medium.MAIL, Medium.PUSH)
TOLD = ((SENT, "200", 1), (SENT, "200", 1), (SENT, "200", 2), (FAILED, "timeout", 6), (DROPPED, "nobody", 1))
SPOKEN = ((SENT, "200", 1), (SENT, "200", 1), (SENT, "200", 3), (FAILED, "timeout", 6))
TAKEN = ((SENT, "200", 1), (SENT, "204", 1), (SENT, "200", 2), (FAILED, "503", 9))
WEIGHTS = (70, 20, 6, 3, 2)
URL = "https://hub.city.example/tongxin"


def leave(*, robots: Mapping[Medium, str], home: str, admin: Actor, owner: int, now: datetime, seed: int) -> None:
    """Write these logs once: of a town's matters, by the codes of the units whose groups have a robot."""
    if Robot.objects.exists() or Endpoint.objects.exists():
        return
    rng, spoken = Random(seed), _robots(robots)
    matters = dict(Matter.objects.filter(area__startswith=home, seal="").values_list("pk", "reported_at"))
    entries = _entries([pk for pk, at in matters.items() if at > now - 10 * LATELY], now)
    with_phone = set(Contact.objects.filter(pk__in=matters).exclude(phone="").values_list("pk", flat=True))
    rows = []
    for entry, matter in entries:
        if (occasion := TO_REPORTERS.get(entry.kind)) and matter in with_phone:
            rows.append(_sending(entry, matter, occasion, rng.choice(MEDIA), None, rng.choices(TOLD, WEIGHTS)[0]))
        if (told := TO_GROUPS.get(entry.kind)) and told[1] in spoken:
            rows.append(_sending(entry, matter, *told, spoken[told[1]], rng.choices(SPOKEN, WEIGHTS[:4])[0]))
    Sending.objects.bulk_create(rows[-MOST:])
    _endpoint([each for each in entries if each[0].kind.startswith("matter.")], admin, owner, rng, now)


def _robots(wanted: Mapping[Medium, str]) -> dict[Medium, int]:
    units = dict(Unit.objects.filter(code__in=wanted.values()).values_list("code", "pk"))
    return {
        medium: Robot.objects.create(unit_id=units[code], medium=medium, url=URL, secret="SEC-demo", is_active=False).pk
        for medium, code in wanted.items()
        if code in units
    }


def _entries(matters: Sequence[int], now: datetime) -> list[tuple[Entry, int]]:
    """Return what happened to these matters lately, the oldest first."""
    by_subject = {f"matter:{pk}": pk for pk in matters}
    found = Entry.objects.filter(subject__in=by_subject, at__range=(now - LATELY, now - HOUR)).order_by("at", "id")
    return [(entry, by_subject[entry.subject]) for entry in found]


def _sending(
    entry: Entry, matter: int, occasion: Occasion, medium: Medium, robot: int | None, went: tuple[str, str, int]
) -> Sending:
    state, code, tries = went
    code = "250" if medium is Medium.MAIL and state == SENT else code
    ended = entry.at + timedelta(seconds=2) * 3 ** (tries - 1)
    told = {"entry_id": entry.pk, "matter_id": matter, "occasion": occasion, "medium": medium, "robot_id": robot}
    return Sending(**told, state=state, code=code, tries=tries, next_try_at=ended, owed_at=entry.at, ended_at=ended)


def _endpoint(entries: Sequence[tuple[Entry, int]], admin: Actor, owner: int, rng: Random, now: datetime) -> None:
    """Open an endpoint of the city's data platform, let it have taken most of the news, and switch it off."""
    told = {"name": "城市数据大脑", "url": URL, "kinds": ["matter.*", "clock.*"]}
    since = entries[-MOST:][0][0].at if entries else now
    endpoint = actions.open_endpoint(**told, person_id=owner, by=admin, now=since)  # type: ignore[arg-type]
    rows = []
    for entry, matter in entries[-MOST:]:
        state, code, tries = rng.choices(TAKEN, WEIGHTS[:4])[0]
        ended = entry.at + timedelta(seconds=3) * 2 ** (tries - 1)
        row = Event(endpoint=endpoint, entry_id=entry.pk, kind=entry.kind, matter_id=matter, state=state)
        row.code, row.tries, row.owed_at, row.next_try_at, row.ended_at = code, tries, entry.at, ended, ended
        rows.append(row)
    Event.objects.bulk_create(rows)
    changed = {"endpoint_id": endpoint.pk, "is_on": False, "by": admin, "now": now}
    actions.change_endpoint(**told, **changed)  # type: ignore[arg-type]
