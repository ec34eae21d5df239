"""Evidence and personal fields: adding the one, opening the other with a reason."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO, NamedTuple

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.journal.evidence import Link, Received, keep, link_many, receive
from tongxin.apps.journal.models import Evidence, EvidenceKind
from tongxin.apps.matters.models import Contact, Matter, Unmasking
from tongxin.apps.matters.unsealings import running
from tongxin.postgres.batches import run
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused
from tongxin.rules.permissions import GRANTS, UNIT, Actor, Duty, Permission, duties_at, duty_for, scope

MOST = 24  # files a matter can carry
COUNTED = {EvidenceKind.BEFORE: "before_photos", EvidenceKind.AFTER: "after_photos"}


HELD = """
    SELECT subject, count(*) FROM journal_evidence
    WHERE subject = ANY(%s::text[]) AND erased_at IS NULL GROUP BY subject"""
COUNT = """
    UPDATE matters_matter AS m SET before_photos = found.before, after_photos = found.after, rev = m.rev + 1
    FROM (SELECT substr(subject, 8)::bigint AS id, count(*) FILTER (WHERE kind = 'before') AS before,
                 count(*) FILTER (WHERE kind = 'after') AS after
          FROM journal_evidence WHERE subject = ANY(%s::text[]) AND erased_at IS NULL GROUP BY subject) AS found
    WHERE m.id = found.id"""


def attach(
    file: BinaryIO,
    *,
    matter_id: int,
    kind: EvidenceKind,
    by: Actor,
    now: datetime,
    taken_at: datetime | None = None,
) -> Evidence:
    """Add a photo or document to an open matter. Raises Missing, NotAllowed, Invalid where the file is refused.

    `taken_at` tells when a photo was taken where the file itself does not.
    """
    with receive(file) as received:  # read and re-encoded before anything is locked
        dated = replace(received, taken_at=received.taken_at or taken_at)
        return attach_received(dated, matter_id=matter_id, kind=EvidenceKind(kind), by=by, now=now)


@transaction.atomic
def attach_received(received: Received, *, matter_id: int, kind: EvidenceKind, by: Actor, now: datetime) -> Evidence:
    """Add a file that was examined already, as where all of them must be fit before the matter is reported at all."""
    matter = locked_by(by, matter_id)
    duty = duty_on(matter, Permission.ATTACH, by)
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


class Known(NamedTuple):
    """A photo this house keeps already, to be shown of one more matter."""

    file: Evidence
    matter_id: int
    kind: EvidenceKind
    by: Actor
    now: datetime


@transaction.atomic
def attach_known_many(batch: Sequence[Known]) -> list[Refused | None]:
    """Add photos that are kept already, each to its matter; a refused one leaves no trace and stops no other.

    For demonstrations and hand-overs, where one file belongs to many matters. Raises Missing where a file is gone.
    """
    matters = _locked_many({known.matter_id for known in batch})
    held = Counter(dict(run(HELD, [[f"matter:{id_}" for id_ in matters]])))

    answers: list[Refused | None] = []
    links: list[Link] = []
    for known in batch:
        try:
            link = _link(known, matters.get(known.matter_id), held)
        except Refused as refusal:
            answers.append(refusal)
        else:
            held[link.subject] += 1
            links.append(link)
            answers.append(None)

    link_many(links)
    run(COUNT, [sorted({link.subject for link in links})])
    return answers


def _locked_many(ids: Iterable[int]) -> dict[int, Matter]:
    columns = (
        "area", "unit_id", "involved", "desk_id", "first_desk_id", "channel", "seal", "reported_by", "closed_at",
    )  # fmt: skip
    locked = Matter.objects.select_for_update(no_key=True).filter(pk__in=ids).only(*columns).order_by("pk")
    return {matter.pk: matter for matter in locked}


def _link(known: Known, matter: Matter | None, held: Mapping[str, int]) -> Link:
    if matter is None or not scope(known.by).sees(matter):
        raise Missing("matter.missing")
    duty = duty_on(matter, Permission.ATTACH, known.by)
    if matter.closed_at is not None:
        raise Invalid("evidence.matter_closed")
    link = Link(known.file, f"matter:{matter.pk}", known.kind, known.by, known.now, duty.post_id)
    if held[link.subject] >= MOST:
        raise Invalid("evidence.too_many", most=MOST)
    return link


@transaction.atomic
def unmask(*, matter_id: int, reason: str, by: Actor, now: datetime) -> Contact | None:
    """Open the contact of a reporter to somebody on duty, who must say why; it is logged for the reporter to read.

    Returns None where none was left. Raises Missing, NotAllowed, Invalid.
    """
    try:
        matter = locked_by(by, matter_id)
    except Missing:
        if running(by, matter_id, now) is not None:  # the glass was broken to read the matter, not the person
            raise NotAllowed("unseal.only_reads") from None
        raise
    duty = duty_on(matter, Permission.UNMASK, by)
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


def locked_by(by: Actor, matter_id: int) -> Matter:
    """Lock a matter the actor may see. Raises Missing."""
    matter = Matter.objects.select_for_update(no_key=True).filter(pk=matter_id).first()
    if matter is None or not scope(by).sees(matter):
        raise Missing("matter.missing")
    return matter


def duty_on(matter: Matter, permission: Permission, by: Actor) -> Duty:
    """Return the duty that counts for this matter and permits this. Raises NotAllowed.

    Whoever reported a matter may add to it, wherever it lies; so may the units that are asked to take part in it.
    """
    granted = duty_for(by, permission)
    counting = duties_at(by, area=matter.area, desk_id=matter.desk_id, unit_id=matter.unit_id, channel=matter.channel)
    # the first desk owns the answer, and the call-back, wherever the matter went since
    counting = duties_at(by, area=matter.area, desk_id=matter.first_desk_id, unit_id=None) | counting
    here = next((duty for role, duty in counting.items() if role in GRANTS[permission]), None)
    adds = permission is Permission.ATTACH
    is_own = adds and by.reported(matter)
    asked = next((duty for duty in by.holding(UNIT) if adds and duty.unit_id in matter.involved), None)
    if granted is None or not (here or is_own or asked):
        raise NotAllowed("permission.denied", permission=permission)
    return here or asked or granted
