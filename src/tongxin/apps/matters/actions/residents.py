"""What a resident does with the receipt in hand: add, urge, withdraw, wish, join, and prove to be the reporter.

The rest a reporter may do, rating and appealing, are acts like everybody's: `take_over` with `holding_receipt`.
"""

from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from tongxin.apps.journal.entries import record
from tongxin.apps.journal.models import Evidence, EvidenceKind
from tongxin.apps.matters import receipts
from tongxin.apps.matters.actions.evidence import attach
from tongxin.apps.matters.actions.intake import report
from tongxin.apps.matters.actions.overlays import Overlaid, take_over
from tongxin.apps.matters.actions.steps import take
from tongxin.apps.matters.incoming import Incoming, Reported
from tongxin.apps.matters.models import CallBack, Contact, Matter, Note
from tongxin.apps.matters.stepping import Taken
from tongxin.rules import receipts as rules
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, Missing, Refused
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, Act, State
from tongxin.rules.overlays import call_back
from tongxin.rules.permissions import SYSTEM, Actor, Permission, holding_receipt, require


def held(matter_id: int, by: Actor) -> Matter:
    """Lock a matter for who holds its receipt and nobody else; accounts have their own ways. Raises Missing."""
    matter = Matter.objects.select_for_update(no_key=True).filter(pk=matter_id).first()
    if matter is None or by.matter_id != matter.pk:
        raise Missing("matter.missing")
    require(by, Permission.REPORT)
    return matter


@transaction.atomic
def supplement(*, matter_id: int, text: str, by: Actor, now: datetime) -> None:
    """Add words to an open matter, for the desk and the handler to read. Raises StepRefused, Invalid, Missing."""
    matter = held(matter_id, by)

    rules.check_adding(State(matter.state), matter.added)
    _check(text)

    Matter.objects.filter(pk=matter.pk).update(added=F("added") + 1)
    _note(matter, "resident.supplement", text, by, now)


def add_photo(file: BinaryIO, *, matter_id: int, by: Actor, now: datetime) -> Evidence:
    """Add a photo to an open matter: a few, so that there is room for what the handlers show. Raises as `attach`."""
    mine = Evidence.objects.filter(subject=f"matter:{matter_id}", kept_by=by.ref, erased_at__isnull=True)
    if mine.count() >= rules.MOST_PHOTOS:
        raise Invalid("resident.photos", most=rules.MOST_PHOTOS)
    return attach(file, matter_id=matter_id, kind=EvidenceKind.OTHER, by=by, now=now)


@transaction.atomic
def urge(*, matter_id: int, text: str, by: Actor, now: datetime) -> Taken:
    """Urge a matter, once a day. Raises StepRefused, Invalid, Missing."""
    matter = held(matter_id, by)

    rules.check_urging(receipts.urged_at(matter), now)

    return take(Act.URGE, matter_id=matter.pk, by=by, now=now, reason=text)


@transaction.atomic
def wish_ended(*, matter_id: int, text: str, by: Actor, now: datetime) -> None:
    """Tell who handles a matter that its reporter no longer wants it; they decide. Raises StepRefused, Invalid."""
    matter = held(matter_id, by)

    rules.check_wishing(State(matter.state), matter.is_unwanted)
    _check(text)

    Matter.objects.filter(pk=matter.pk).update(is_unwanted=True, rev=F("rev") + 1)
    _note(matter, "resident.wish", text, by, now)


def rate(*, matter_id: int, rating: str, is_solved: bool | None, text: str, by: Actor, now: datetime) -> Overlaid:
    """Rate a closed matter, also one whose call-back waits: it need not ring any more. Raises as `take_over`."""
    waiting = CallBack.objects.filter(matter_id=matter_id, state=call_back.State.WAITING).values_list("pk", flat=True)
    told = {"rating": rating, "is_solved": is_solved, "reason": text}
    act = call_back.Act.RATE
    return take_over(act, matter_id=matter_id, overlay_id=waiting.first(), by=by, now=now, **told)


@transaction.atomic
def join(
    *, number: str, text: str, by: Actor, now: datetime, contact_name: str = "", contact_phone: str = "",
) -> Reported:  # fmt: skip
    """Report what somebody else reported: a matter of its own, with its own receipt, that follows the other one.

    Raises Refused where the other one is sealed, has ended or is not there; Invalid as `report` does.
    """
    master = joinable(number, lock=True)

    told = Incoming(
        template=master.template_code,
        text=text,
        area=master.area,
        lon=master.lon,
        lat=master.lat,
        channel=Channel.RESIDENT,
        contact_name=contact_name,
        contact_phone=contact_phone,
    )
    rules.check_phone(contact_phone)

    reported = report(told, by=by, now=now)
    own = holding_receipt(reported.id)
    record("resident.same", f"matter:{reported.id}", by=own, at=now, master=master.pk)

    merged = take(Act.MERGE, matter_id=reported.id, by=SYSTEM, now=now, master_id=master.pk)
    return reported._replace(state=merged.state, due_at=merged.due_at)


def joinable(number: str, *, lock: bool = False) -> Matter:
    """Return the matter that who meets the same joins: the one the numbered one follows, if any. Raises Refused.

    No scope is asked: a page about it shows its kind, its grid and its dates only. Two statements.
    """
    rows = Matter.objects.select_for_update(no_key=True) if lock else Matter.objects
    asked = receipts.numbered(number)
    found = rows.filter(pk=asked.pk).first() if asked else None
    if found is not None and found.state == State.MERGED:
        found = rows.filter(pk=found.master_id).first()
    if found is None:
        raise Missing("join.missing")
    if refusal := rules.check_joining(State(found.state), is_sealed=found.is_sealed):
        raise Missing(refusal.code) if refusal.code == "join.missing" else refusal
    return found


def prove(*, matter_id: int | None, digits: str, by: Actor, now: datetime) -> Matter:
    """Return a matter to who knows the last four digits of the telephone that was left with it.

    Wrong ones are counted with the telephone and written in the journal; after five the next is heard an hour later,
    then two. An unknown number, none left and wrong digits look alike. Raises Refused, Invalid.
    """
    given = digits.strip()
    if len(given) != 4 or not (given.isascii() and given.isdecimal()):
        raise Invalid("receipt.four_digits")
    refusal = _try(matter_id or 0, given, by, now)
    if refusal is not None:  # raised outside, or the count would be taken back
        raise refusal
    return Matter.objects.get(pk=matter_id)


@transaction.atomic
def _try(matter_id: int, given: str, by: Actor, now: datetime) -> Refused | None:
    require(by, Permission.REPORT)
    Matter.objects.select_for_update(no_key=True).filter(pk=matter_id).only("id").first()
    contact = Contact.objects.filter(matter_id=matter_id).first()
    left = rules.ending(contact.phone) if contact else ""
    if contact is None or not left:
        constant_time_compare(given, "----")
        return Refused("receipt.no_match")
    if (until := rules.pause_until(contact.guesses, contact.guessed_at)) and now < until:
        return Refused("receipt.guessed_too_often", until=until)

    is_right = constant_time_compare(given, left)
    contact.guesses, contact.guessed_at = (0, None) if is_right else (contact.guesses + 1, now)
    contact.save(update_fields=["guesses", "guessed_at"])

    kind = "receipt.prove" if is_right else "receipt.guess"
    record(kind, f"matter:{matter_id}", by=by, at=now)
    return None if is_right else Refused("receipt.no_match")


def _check(text: str) -> None:
    if not text.strip():
        raise Invalid("resident.no_text")
    if len(text) > TEXT_LIMIT:
        raise Invalid("report.too_long", field="text", limit=TEXT_LIMIT, found=len(text))
    if "\x00" in text:
        raise Invalid("report.nul", field="text")


def _note(matter: Matter, kind: str, text: str, by: Actor, now: datetime) -> None:
    entry = record(kind, f"matter:{matter.pk}", by=by, at=now, noted=True)
    Note.objects.create(matter_id=matter.pk, seq=entry.seq, text=text.strip())
