"""What a reporter may ask of the city about the own data: a new link, a right contact, what is kept, its erasure.

What is erased is gone from every table; the journal, which holds codes only, keeps that it was, and the matter itself
goes on. Source: PIPL 45–47; domain.md §2.7, §8.
"""

import os
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from tongxin.apps.journal import evidence
from tongxin.apps.journal.entries import Draft, record, record_many
from tongxin.apps.journal.models import Entry, Evidence
from tongxin.apps.matters import kinds
from tongxin.apps.matters.actions.evidence import COUNT
from tongxin.apps.matters.actions.residents import held
from tongxin.apps.matters.incoming import NAME_LIMIT, PHONE_LIMIT
from tongxin.apps.matters.models import Contact, Matter, Note
from tongxin.apps.matters.wording import lexemes
from tongxin.postgres.batches import run
from tongxin.rules import receipts as rules
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Invalid, NotAllowed
from tongxin.rules.permissions import SYSTEM, Actor

PURGED_AT_ONCE = 500
FORGET = """
    UPDATE matters_report SET text = '', erased_at = %s::timestamptz, words = %s::tsvector,
        form = (SELECT coalesce(jsonb_object_agg(key, value), '{}'::jsonb) FROM jsonb_each(form)
                WHERE key = ANY(%s::text[]))
    WHERE matter_id = %s"""


@transaction.atomic
def rotate(*, matter_id: int, by: Actor, now: datetime) -> Matter:
    """Give a matter a new link: the old one, and every device that was remembered, open nothing any more."""
    matter = held(matter_id, by)

    matter.receipt = UUID(bytes=os.urandom(16))

    matter.save(update_fields=["receipt"])

    record("receipt.rotate", f"matter:{matter.pk}", by=by, at=now)
    return matter


@transaction.atomic
def correct(*, matter_id: int, name: str, phone: str, by: Actor, now: datetime) -> None:
    """Set right the name and telephone left with a matter. Raises Invalid, Missing."""
    matter = held(matter_id, by)

    name, phone = name.strip(), phone.strip()
    for field, text, limit in (("contact_name", name, NAME_LIMIT), ("contact_phone", phone, PHONE_LIMIT)):
        if len(text) > limit:
            raise Invalid("report.too_long", field=field, limit=limit, found=len(text))
        if "\x00" in text:
            raise Invalid("report.nul", field=field)
    rules.check_phone(phone)

    Contact.objects.update_or_create(matter_id=matter.pk, defaults={"name": name, "phone": phone})

    record("resident.correct", f"matter:{matter.pk}", by=by, at=now)


@transaction.atomic
def erase_contact(*, matter_id: int, by: Actor, now: datetime) -> None:
    """Erase the name and telephone left with a matter. Doing it twice is doing it once. Raises Missing."""
    matter = held(matter_id, by)

    Contact.objects.filter(matter_id=matter.pk).delete()

    record("resident.erase", f"matter:{matter.pk}", by=by, at=now, what="contact")


@transaction.atomic
def erase_own(*, matter_id: int, by: Actor, now: datetime) -> None:
    """Erase all that came from the reporter: contact, words in any act, photos. Its kind, place and story remain.

    The title becomes the kind's name; of the form only what was picked, ticked or counted stays. Raises Missing.
    """
    matter = held(matter_id, by)
    kind = kinds.kind_of(matter.template_code, matter.template_version)

    Contact.objects.filter(matter_id=matter.pk).delete()
    picked = [name for name, each in kind.fields.items() if "enum" in each or each.get("type") != "string"]
    run(FORGET, [now, lexemes(kind.name, area=matter.area, reported_at=matter.reported_at), picked, matter.pk])
    Matter.objects.filter(pk=matter.pk).update(title=kind.name, rev=F("rev") + 1)
    _erase_notes(matter, by)
    for each in Evidence.objects.filter(subject=f"matter:{matter.pk}", kept_by=by.ref, erased_at__isnull=True):
        evidence.erase(evidence_id=each.pk, by=by, now=now)
    Matter.objects.filter(pk=matter.pk).update(before_photos=0, after_photos=0)
    run(COUNT, [[f"matter:{matter.pk}"]])

    record("resident.erase", f"matter:{matter.pk}", by=by, at=now, what="all")


def _erase_notes(matter: Matter, by: Actor) -> None:
    """Erase what the reporter wrote with any act, also where the platform wrote it down once more."""
    seqs = Entry.objects.filter(subject=f"matter:{matter.pk}", actor=by.ref).values_list("seq", flat=True)
    mine = Note.objects.filter(matter_id=matter.pk, seq__in=list(seqs))
    texts = list(mine.values_list("text", flat=True))
    copied = Entry.objects.filter(subject=f"matter:{matter.pk}", actor=SYSTEM.ref).values_list("seq", flat=True)
    Note.objects.filter(matter_id=matter.pk, seq__in=list(copied), text__in=texts).delete()
    mine.delete()


@transaction.atomic
def purge(*, by: Actor, now: datetime) -> int:
    """Erase contacts of matters that ended long enough ago, some hundreds at once; return how many.

    What somebody else has locked is left for the next time. Raises NotAllowed.
    """
    if by is not SYSTEM:
        raise NotAllowed("permission.denied", permission="purge")
    usual, emergency = settings.CONTACT_DAYS, settings.EMERGENCY_CONTACT_DAYS
    long_ago = Q(closed_at__lt=now - timedelta(days=usual))
    for code in sorted(rules.EMERGENCIES):
        days = rules.kept_days(code, usual=usual, emergency=emergency)
        long_ago |= Q(template_code=code, closed_at__lt=now - timedelta(days=days))
    of_police = min(usual, settings.POLICE_CONTACT_DAYS)
    long_ago |= Q(channel=Channel.POLICE, closed_at__lt=now - timedelta(days=of_police))
    over = Matter.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    ids = [
        matter.pk for matter in over.filter(long_ago, contact__isnull=False).only("id").order_by("pk")[:PURGED_AT_ONCE]
    ]

    Contact.objects.filter(matter_id__in=ids).delete()

    record_many([Draft("resident.purge", f"matter:{id_}", by.ref, None, now, {}) for id_ in ids])
    return len(ids)
