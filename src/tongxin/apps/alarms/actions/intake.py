"""Alarms as the police tell of them: one incident each, pushed three ways, corrected, withdrawn."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from tongxin.apps.alarms import pushing
from tongxin.apps.alarms.models import Alarm, Heard, Partner, Push
from tongxin.apps.journal.entries import record
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters import kinds
from tongxin.apps.matters.models import Matter
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import stands
from tongxin.rules.alarms import (
    TEMPLATE_OF,
    Category,
    Toward,
    acknowledge_again,
    acknowledge_by,
    urgency_after,
    urgency_of,
)
from tongxin.rules.channels import Channel
from tongxin.rules.datum import Datum
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.lifecycles.matter import LIVE, TEXT_LIMIT, State
from tongxin.rules.permissions import Actor, Permission, require
from tongxin.rules.sealing import ABOUT_MINORS

WITHDRAWN = "公安机关撤回此警情。"


@dataclass(frozen=True, slots=True)
class Said:
    """What the police say of an incident. Where from: a point, else an area, else the ground of the station.

    `contact_name`, `contact_phone`: of one party at most, for whoever settles it; sealed with the matter.
    """

    number: str
    category: Category
    text: str
    at: datetime
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84
    area: str = ""
    station: str = ""
    is_hurt: bool = False
    has_weapon: bool = False
    is_minor_concerned: bool | None = None
    contact_name: str = ""
    contact_phone: str = ""


class Taken(NamedTuple):
    """The answer to one message. `is_new` is False where nothing was written, as it was known."""

    alarm: Alarm
    number: str  # of the matter
    is_new: bool


@transaction.atomic
def take_in(partner_id: int, said: Said, *, message: str, by: Actor, now: datetime) -> Taken:
    """Take in an alarm as one matter, and push it three ways. Told again it is the same one. Raises Refused.

    Its matter is reported, located, routed and timed like any other, and sealed as a dispute.
    """
    require(by, Permission.REPORT)
    partner = _locked(partner_id)
    _is_first(partner, message, now)
    if (known := _standing(partner, said.number)) is not None:
        return Taken(known, known.matter.number, is_new=False)

    attending = pushing.unit_called(partner, said.station)
    reported = _reported(said, attending, partner, by, now)
    if not reported.area.startswith(partner.area):
        raise Invalid("alarm.elsewhere")

    matter = Matter.objects.get(pk=reported.id)
    alarm = Alarm.objects.create(
        partner=partner,
        number=said.number,
        matter=matter,
        category=said.category,
        area=reported.area,
        station=said.station,
        is_hurt=said.is_hurt,
        has_weapon=said.has_weapon,
        raised_at=said.at,
        heard_at=now,
    )
    pushes = Push.objects.bulk_create(pushing.pushes(alarm, matter, attending, now))

    codes = {"matter": matter.pk, "category": said.category.value}
    record("alarm.raise", f"alarm:{alarm.pk}", by=by, at=now, **codes)
    units = list(dict.fromkeys(push.unit_id for push in pushes))
    record("alarm.push", f"alarm:{alarm.pk}", by=by, at=now, units=units, to=[push.to for push in pushes])
    return Taken(alarm, matter.number, is_new=True)


@transaction.atomic
def correct(
    partner_id: int, number: str, *, message: str, text: str = "", is_hurt: bool | None = None,
    has_weapon: bool | None = None, contact: tuple[str, str] | None = None, by: Actor, now: datetime,
) -> Taken:  # fmt: skip
    """Set an alarm right: its words while nobody has accepted it, later as words added. Raises Missing, Refused.

    Somebody hurt, or a weapon, makes it more urgent from now on; that nobody is hurt after all calls nobody off.
    """
    require(by, Permission.REPORT)
    partner = _locked(partner_id)
    alarm = _known(partner, number)
    if not _is_first(partner, message, now):
        return Taken(alarm, alarm.matter.number, is_new=False)

    mine = replace(by, matter_id=alarm.matter_id)
    if text.strip():
        _say(alarm, text, message, mine, now)
    if contact is not None:
        matters.correct(matter_id=alarm.matter_id, name=contact[0], phone=contact[1], by=mine, now=now)
    alarm.is_hurt = alarm.is_hurt if is_hurt is None else is_hurt
    alarm.has_weapon = alarm.has_weapon if has_weapon is None else has_weapon
    _press(alarm, mine, now)
    alarm.corrected_at = now
    alarm.save(update_fields=["is_hurt", "has_weapon", "corrected_at"])

    codes = {"is_hurt": alarm.is_hurt, "has_weapon": alarm.has_weapon}
    record("alarm.correct", f"alarm:{alarm.pk}", by=by, at=now, **codes)
    return Taken(alarm, alarm.matter.number, is_new=True)


def _press(alarm: Alarm, by: Actor, now: datetime) -> None:
    """Make the matter as urgent as the incident is now known to be, and have what waits acknowledged sooner."""
    stands = Urgency(alarm.matter.urgency)
    urgency = urgency_after(stands, is_hurt=alarm.is_hurt, has_weapon=alarm.has_weapon)
    if not matters.hasten(matter_id=alarm.matter_id, urgency=urgency, by=by, now=now):
        return
    waiting = list(alarm.pushes.select_for_update().filter(acknowledged_at=None, due_at__gt=now))
    for push in waiting:
        sooner = acknowledge_by(Toward(push.to), now, settings.ALARM_ACKNOWLEDGE, urgency, calendar())
        push.due_at = acknowledge_again(push.due_at, sooner)
    Push.objects.bulk_update(waiting, ["due_at"])


@transaction.atomic
def withdraw(partner_id: int, number: str, *, message: str, reason: str = "", by: Actor, now: datetime) -> Taken:
    """Note that the police take an alarm back: added to the matter's words, for its desk to decide. Raises Missing.

    What happened there happened; nothing is deleted.
    """
    require(by, Permission.REPORT)
    partner = _locked(partner_id)
    alarm = _known(partner, number)
    if not _is_first(partner, message, now) or alarm.withdrawn_at is not None:
        return Taken(alarm, alarm.matter.number, is_new=False)

    if alarm.matter.state in LIVE:
        _add(alarm, f"{WITHDRAWN}{reason.strip()}"[:TEXT_LIMIT], message, replace(by, matter_id=alarm.matter_id), now)
    alarm.withdrawn_at = now
    alarm.save(update_fields=["withdrawn_at"])

    record("alarm.withdraw", f"alarm:{alarm.pk}", by=by, at=now)
    return Taken(alarm, alarm.matter.number, is_new=True)


def _locked(partner_id: int) -> Partner:
    partner = Partner.objects.select_for_update(no_key=True).filter(pk=partner_id, is_open=True).first()
    if partner is None:
        raise Missing("alarm.partner_missing")
    return partner


def _known(partner: Partner, number: str) -> Alarm:
    """Return an alarm of a partner, its matter locked first. Raises Missing."""
    found = Alarm.objects.filter(partner=partner, number=number).values_list("pk", "matter_id").first()
    if found is None:
        raise Missing("alarm.missing", number=number[:40])
    matter = Matter.objects.select_for_update(no_key=True).get(pk=found[1])
    alarm = Alarm.objects.select_for_update().get(pk=found[0])
    alarm.matter = matter
    return alarm


def _standing(partner: Partner, number: str) -> Alarm | None:
    return Alarm.objects.filter(partner=partner, number=number).select_related("matter").first()


def _is_first(partner: Partner, message: str, now: datetime) -> bool:
    return Heard.objects.get_or_create(partner=partner, ref=message, defaults={"at": now})[1]


# --- the matter ------------------------------------------------------------------------------------------


def _reported(said: Said, attending: int | None, partner: Partner, by: Actor, now: datetime) -> matters.Reported:
    """Report the incident. A point that lies nowhere of ours does not lose it: then the ground of the station says."""
    source = f"police:{partner.code}"
    try:
        return matters.report(_incoming(said, attending, partner, now), by=by, now=now, source=source)
    except Invalid as refusal:
        if refusal.code != "point.outside":
            raise
    said = replace(said, lon=None, lat=None)
    return matters.report(_incoming(said, attending, partner, now), by=by, now=now, source=source)


def _incoming(said: Said, attending: int | None, partner: Partner, now: datetime) -> matters.Incoming:
    template = TEMPLATE_OF[said.category]
    ground = said.area or (stands()[attending][1] if attending else partner.area)
    answers = {"is_injured": said.is_hurt, "is_violent": said.has_weapon or None, ABOUT_MINORS: said.is_minor_concerned}
    asked = kinds.current()[template].fields
    return matters.Incoming(
        template=template,
        text=said.text,
        place=said.place,
        lon=said.lon,
        lat=said.lat,
        datum=said.datum,
        area="" if said.lon is not None else ground,
        form={name: answer for name, answer in answers.items() if name in asked and answer is not None},
        channel=Channel.POLICE,
        urgency=urgency_of(is_hurt=said.is_hurt, has_weapon=said.has_weapon),
        contact_name=said.contact_name,
        contact_phone=said.contact_phone,
        source_key=said.number,
        at=said.at,
        reached_at=now,
    )


def _say(alarm: Alarm, text: str, message: str, by: Actor, now: datetime) -> None:
    if alarm.matter.state == State.AWAITING_ACCEPTANCE:
        matters.reword(matter_id=alarm.matter_id, text=text, by=by, now=now)
    else:
        _add(alarm, text, message, by, now)


def _add(alarm: Alarm, text: str, message: str, by: Actor, now: datetime) -> None:
    key = f"{alarm.partner_id}:{message}"
    matters.add_words(matter_id=alarm.matter_id, text=text, key=key, by=by, now=now, limit=TEXT_LIMIT)
