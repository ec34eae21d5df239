"""Evidence and personal fields: adding the one, opening the other with a reason."""

from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.journal.evidence import Received, keep, receive
from tongxin.apps.journal.models import Evidence, EvidenceKind
from tongxin.apps.matters.models import Contact, Matter, Unmasking
from tongxin.rules.errors import Invalid, Missing, NotAllowed
from tongxin.rules.permissions import Actor, Duty, Permission, duties_at, duty_for, scope

MOST = 24  # files a matter can carry
COUNTED = {EvidenceKind.BEFORE: "before_photos", EvidenceKind.AFTER: "after_photos"}


def attach(file: BinaryIO, *, matter_id: int, kind: EvidenceKind, by: Actor, now: datetime) -> Evidence:
    """Add a photo or document to an open matter. Raises Missing, NotAllowed, Invalid where the file is refused."""
    with receive(file) as received:  # read and re-encoded before anything is locked
        return _attach(received, matter_id, EvidenceKind(kind), by, now)


@transaction.atomic
def _attach(received: Received, matter_id: int, kind: EvidenceKind, by: Actor, now: datetime) -> Evidence:
    matter = _locked(matter_id, by)
    duty = _duty(matter, Permission.ATTACH, by)
    if matter.closed_at is not None:
        raise Invalid("evidence.matter_closed")
    subject = f"matter:{matter.pk}"
    if Evidence.objects.filter(subject=subject, erased_at__isnull=True).count() >= MOST:
        raise Invalid("evidence.too_many", most=MOST)

    kept = keep(received, subject=subject, kind=kind, by=by, now=now, post_id=duty.post_id)
    if counter := COUNTED.get(kind):
        many = Evidence.objects.filter(subject=subject, kind=kind, erased_at__isnull=True).count()
        Matter.objects.filter(pk=matter.pk).update(**{counter: many, "rev": matter.rev + 1})

    return kept


@transaction.atomic
def unmask(*, matter_id: int, reason: str, by: Actor, now: datetime) -> Contact | None:
    """Open the contact of a reporter to somebody on duty, who must say why; it is logged for the reporter to read.

    Returns None where none was left. Raises Missing, NotAllowed, Invalid.
    """
    matter = _locked(matter_id, by)
    duty = _duty(matter, Permission.UNMASK, by)
    if not reason.strip():
        raise Invalid("unmask.no_reason")
    contact = Contact.objects.filter(matter_id=matter.pk).first()
    if contact is None:
        return None

    Unmasking.objects.create(
        matter_id=matter.pk, at=now, post_id=duty.post_id, actor=by.ref, reason=reason.strip()[:40]
    )

    record("matter.unmask", f"matter:{matter.pk}", by=by, at=now, post_id=duty.post_id)
    return contact


def _locked(matter_id: int, by: Actor) -> Matter:
    matter = Matter.objects.select_for_update(no_key=True).filter(pk=matter_id).first()
    if matter is None or not scope(by).sees(area=matter.area, unit_ids=(matter.unit_id,), is_sealed=matter.is_sealed):
        raise Missing("matter.missing")
    return matter


def _duty(matter: Matter, permission: Permission, by: Actor) -> Duty:
    """Return the duty that counts for this matter and permits this. Raises NotAllowed."""
    duties = duties_at(by, area=matter.area, desk_id=matter.desk_id, unit_id=matter.unit_id)
    if not duties or duty_for(by, permission) is None:
        raise NotAllowed("permission.denied", permission=permission)
    return next(iter(duties.values()))
