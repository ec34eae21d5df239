"""What a partner's system says of a matter after it was reported: its reporter's further words, or its own."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from tongxin.apps.journal.entries import record
from tongxin.apps.journal.evidence import Received
from tongxin.apps.journal.models import Entry, EvidenceKind
from tongxin.apps.matters import kinds
from tongxin.apps.matters.actions.evidence import attach_received, duty_on, locked_by
from tongxin.apps.matters.incoming import headline
from tongxin.apps.matters.models import Matter, Note
from tongxin.apps.matters.wording import lexemes
from tongxin.postgres.batches import run
from tongxin.rules import receipts as rules
from tongxin.rules.errors import Invalid
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, State, StepRefused
from tongxin.rules.permissions import Actor, Permission, holding_receipt

RESIDENT, PARTNER = "resident.supplement", "partner.supplement"
REWORD = "UPDATE matters_report SET text = %s, words = %s::tsvector WHERE matter_id = %s"


class Added(NamedTuple):
    """The answer to words that were added: their place in the matter's story. `is_new`: not known by their key."""

    number: str
    seq: int
    is_new: bool = True


@transaction.atomic
def add_words(
    *, matter_id: int, text: str, key: str, photos: Sequence[Received] = (), by: Actor, now: datetime, limit: int
) -> Added:
    """Add a partner's words and photos to an open matter, for its desk and handler to read.

    Where the partner reported the matter, they are its reporter's, and are erased with what else came from there. A
    `key` known from this partner on this matter adds nothing. Raises Missing, NotAllowed, StepRefused, Invalid.
    """
    matter = locked_by(by, matter_id)
    duty = duty_on(matter, Permission.ATTACH, by)
    is_own = by.reported(matter)
    if known := _known(matter, key, by):
        return Added(matter.number, known, is_new=False)

    _check(matter, text, limit, is_own=is_own)

    if is_own:
        Matter.objects.filter(pk=matter.pk).update(added=F("added") + 1)
    writer, post = (holding_receipt(matter.pk), None) if is_own else (by, duty.post_id)
    facts = {"noted": True, "via": by.ref, "key": _digest(key)}
    entry = record(RESIDENT if is_own else PARTNER, f"matter:{matter.pk}", by=writer, at=now, post_id=post, **facts)
    Note.objects.create(matter_id=matter.pk, seq=entry.seq, text=text.strip())
    for photo in photos:
        attach_received(photo, matter_id=matter.pk, kind=EvidenceKind.OTHER, by=writer, now=now)
    return Added(matter.number, entry.seq)


@transaction.atomic
def reword(*, matter_id: int, text: str, by: Actor, now: datetime) -> None:
    """Put better words in place of those a partner reported with, while nobody has accepted them.

    The words before stay as the note of the entry. Raises Missing, NotAllowed, Invalid, StepRefused.
    """
    matter = locked_by(by, matter_id)
    duty_on(matter, Permission.ATTACH, by)
    if matter.state != State.AWAITING_ACCEPTANCE or not by.reported(matter):
        raise StepRefused("partner.accepted")
    _check(matter, text, TEXT_LIMIT, is_own=False)

    text, before = text.strip(), matter.report.text
    title, kind = headline(text), kinds.kind_of(matter.template_code, matter.template_version)
    words = lexemes(title, matter.place, text, kind.name, area=matter.area, reported_at=matter.reported_at)
    run(REWORD, [text, words, matter.pk])
    Matter.objects.filter(pk=matter.pk).update(title=title, rev=F("rev") + 1)

    told = {"noted": True, "via": by.ref}
    entry = record("partner.reword", f"matter:{matter.pk}", by=holding_receipt(matter.pk), at=now, **told)
    Note.objects.create(matter_id=matter.pk, seq=entry.seq, text=before)


def try_words(*, matter_id: int, text: str, by: Actor, limit: int) -> Added:
    """Say what would refuse these words; nothing is written. Raises as `add_words` does."""
    with transaction.atomic():
        matter = locked_by(by, matter_id)
    duty_on(matter, Permission.ATTACH, by)
    _check(matter, text, limit, is_own=by.reported(matter))
    return Added(matter.number, 0)


def _check(matter: Matter, text: str, limit: int, *, is_own: bool) -> None:
    rules.check_adding(State(matter.state), matter.added if is_own else 0)
    if not text.strip():
        raise Invalid("resident.no_text")
    if len(text) > limit:
        raise Invalid("report.too_long", field="text", limit=limit, found=len(text))
    if "\x00" in text:
        raise Invalid("report.nul", field="text")


def _known(matter: Matter, key: str, by: Actor) -> int | None:
    """Return where the words with this key stand, if this partner has sent them before. One statement."""
    said = Entry.objects.filter(subject=f"matter:{matter.pk}", kind__in=(RESIDENT, PARTNER))
    return said.filter(data__via=by.ref, data__key=_digest(key)).values_list("seq", flat=True).first()


def _digest(key: str) -> str:
    """Return what the journal keeps of a partner's own id, which might be anything."""
    return sha256(key.encode()).hexdigest()[:16]
