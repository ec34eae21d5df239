"""From entries to what is owed: notices for staff, messages for whoever is to be reached outside, events for programs.

Safe to run twice: what a recipient was told of an entry is a row, and there is one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings

from tongxin.apps.journal.models import Entry
from tongxin.apps.matters.models import Contact, Matter
from tongxin.apps.notify import audience
from tongxin.apps.notify.audience import Told, matter_id_of
from tongxin.apps.notify.models import Choice, Endpoint, Event, Notice, Robot, Sending, Silence, Subscription
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.events import is_asked
from tongxin.rules.occasions import DEFAULT, NEWS, OF_OWN_REPORTS, Group, Medium
from tongxin.rules.quiet_hours import QuietHours, slot

DIGEST = timedelta(hours=1)  # staff get at most one e-mail in it
BREATH = timedelta(seconds=6)  # a group's robot speaks at most ten times a minute; both makers allow twenty
IN_GROUPS = frozenset({Group.WORK, Group.TIME, Group.PRESSURE})


def tell(entries: Sequence[Entry], now: datetime) -> None:
    """Write down what is owed for these entries. Old ones are news to nobody."""
    fresh = [entry for entry in entries if entry.at > now - NEWS]
    if not fresh:
        return
    matters = audience.matters_of(fresh)
    _owe_events(fresh, matters, now)
    _owe(audience.told(fresh, matters, now), now)


def _owe(told: Sequence[Told], now: datetime) -> None:
    if not told:
        return
    staff = [one for one in told if one.person_id is not None and _is_for_staff(one)]
    reporters = [one for one in told if one.person_id is None and one.unit_id is None]
    ways = _ways({one.person_id for one in staff if one.person_id is not None})
    notices = [
        Notice(
            person_id=one.person_id,
            entry_id=one.entry.pk,
            occasion=one.occasion,
            matter=one.matter,
            about=one.entry.subject,
            at=one.entry.at,
        )
        for one in staff
        if Medium.APP in ways.media(one)
    ]
    owed = [
        *_to_staff(staff, ways, now),
        *_to_groups([one for one in told if one.unit_id is not None], now),
        *_to_reporters(reporters, now),
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    Sending.objects.bulk_create(owed, ignore_conflicts=True)


def _is_for_staff(one: Told) -> bool:
    return one.occasion.group is not Group.OWN or one.occasion in OF_OWN_REPORTS


# --- staff -----------------------------------------------------------------------------------------------


class Ways(NamedTuple):
    """What persons chose, and where their browsers take pushes."""

    chosen: Mapping[int, Mapping[str, list[str]]]
    pushes: Mapping[int, Sequence[int]]

    def media(self, one: Told) -> frozenset[Medium]:
        """Return by which media a member of staff is told of an occasion."""
        chosen = self.chosen.get(one.person_id or 0, {}).get(one.occasion.group)
        return DEFAULT if chosen is None else frozenset(map(Medium, chosen))


def _ways(persons: set[int]) -> Ways:
    if not persons:
        return Ways({}, {})
    chosen = dict(Choice.objects.filter(pk__in=persons).values_list("person_id", "media"))
    pushes: dict[int, list[int]] = defaultdict(list)
    asked = Subscription.objects.filter(person_id__in=persons, medium=Medium.PUSH)
    for person, id_ in asked.values_list("person_id", "pk"):
        pushes[person].append(id_)
    return Ways(chosen, pushes)


def _to_staff(told: Iterable[Told], ways: Ways, now: datetime) -> Iterator[Sending]:
    for one in told:
        media = ways.media(one)
        if Medium.PUSH in media:
            for id_ in ways.pushes.get(one.person_id or 0, ()):
                yield _sending(one, Medium.PUSH, _awake(one, now), now, person_id=one.person_id, subscription_id=id_)
        if Medium.MAIL in media:
            minute = timedelta(minutes=(one.person_id or 0) % 60)  # so that not all of them go out at once
            yield _sending(one, Medium.MAIL, slot(now, DIGEST, minute), now, person_id=one.person_id)
        if Medium.SMS in media and settings.SMS_GATEWAY:
            yield _sending(one, Medium.SMS, _awake(one, now), now, person_id=one.person_id)


def _to_groups(told: Sequence[Told], now: datetime) -> Iterator[Sending]:
    told = [one for one in told if one.occasion.group in IN_GROUPS]
    if not told:
        return
    robots: dict[int, list[Robot]] = defaultdict(list)
    for robot in Robot.objects.filter(unit_id__in={one.unit_id for one in told}, is_active=True):
        robots[robot.unit_id].append(robot)
    for one in told:
        for robot in robots.get(one.unit_id or 0, ()):
            yield _sending(one, Medium(robot.medium), slot(_awake(one, now), BREATH), now, robot_id=robot.pk)


# --- reporters -------------------------------------------------------------------------------------------


def _to_reporters(told: Sequence[Told], now: datetime) -> Iterator[Sending]:
    """Yield messages where a reporter asked for them; else to the telephone that was left, where there is a gateway.

    Whoever asked for silence is told nothing.
    """
    ids = {one.matter.pk for one in told if one.matter is not None}
    ids -= set(Silence.objects.filter(pk__in=ids).values_list("pk", flat=True))
    if not ids:
        return
    asked: dict[int, list[Subscription]] = defaultdict(list)
    for each in Subscription.objects.filter(matter_id__in=ids).only("id", "matter_id", "medium"):
        asked[each.matter_id].append(each)
    called = set[int]()
    if settings.SMS_GATEWAY and (silent := ids - set(asked)):
        left = Contact.objects.filter(pk__in=silent).exclude(phone="")
        # a party whom the police named asked us for nothing
        called = set(left.exclude(matter__channel=Channel.POLICE).values_list("pk", flat=True))
    for one in told:
        if one.matter is None:
            continue
        for each in asked.get(one.matter.pk, ()):
            yield _sending(one, Medium(each.medium), _awake(one, now), now, subscription_id=each.pk)
        if one.matter.pk in called:
            yield _sending(one, Medium.SMS, _awake(one, now), now)


def _awake(one: Told, now: datetime) -> datetime:
    """Return when somebody may be rung up: what is urgent at once, all else when the quiet hours are over."""
    if one.matter is not None and Urgency(one.matter.urgency) is not Urgency.NORMAL:
        return now
    return QuietHours.parse(settings.QUIET_HOURS).over(now)


def _sending(one: Told, medium: Medium, at: datetime, now: datetime, **to: Any) -> Sending:
    return Sending(
        entry_id=one.entry.pk,
        occasion=one.occasion,
        medium=medium,
        matter=one.matter,
        next_try_at=at,
        owed_at=now,
        **to,
    )


# --- programs --------------------------------------------------------------------------------------------


def _owe_events(entries: Sequence[Entry], matters: Mapping[int, Matter], now: datetime) -> None:
    """Owe entries to the endpoints that asked for their kinds; whether the owner may see them is asked on sending."""
    endpoints = list(Endpoint.objects.filter(disabled_at__isnull=True, removed_at__isnull=True))
    if not endpoints:
        return
    Event.objects.bulk_create(
        [
            Event(
                endpoint=endpoint,
                entry_id=entry.pk,
                kind=entry.kind,
                matter_id=matter_id,
                next_try_at=max(now, endpoint.rest_until or now),
                owed_at=now,
            )
            for entry in entries
            if (matter_id := matter_id_of(entry)) in matters
            for endpoint in endpoints
            if entry.at >= endpoint.since and is_asked(entry.kind, endpoint.kinds)
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )
