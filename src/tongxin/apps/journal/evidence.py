"""Evidence: photos and documents of a subject, kept, shown and erased.

Permission is the caller's: what a subject is, and who may add to it, the journal does not know. The caller has also
locked the subject's row, for each of these acts writes an entry on it.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.db import transaction

from tongxin.apps.journal import files
from tongxin.apps.journal.entries import Draft, record, record_many
from tongxin.apps.journal.files import Received, receive
from tongxin.apps.journal.models import Evidence, EvidenceKind
from tongxin.postgres import batches
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.permissions import Actor

__all__ = ["Link", "Received", "Shown", "erase", "keep", "link_many", "open_evidence", "receive", "sweep"]

PHOTOS_ONLY = frozenset({EvidenceKind.BEFORE, EvidenceKind.AFTER})
CLOCK_SLACK = timedelta(days=1)  # a camera's clock further ahead than this is wrong, and not kept
_SWEPT_AT_ONCE = 1000

# What a browser is told with a file: it is what it says, it runs nothing, it is for this reader only.
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=3600",
    "Referrer-Policy": "no-referrer",
}


class Shown(NamedTuple):
    """A file to be sent: where it lies and the headers to send with it, Content-Type included."""

    path: Path
    headers: dict[str, str]


def keep(
    file: BinaryIO | Received,
    *,
    subject: str,
    kind: EvidenceKind,
    by: Actor,
    now: datetime,
    post_id: int | None = None,
) -> Evidence:
    """Keep a photo or document of a subject. The same file sent twice is kept once, and its first row returned.

    A caller who holds locks does better to `receive` the file before it takes them. Raises Invalid as `receive` does,
    and `evidence.not_a_picture` where only a photo can prove something.
    """
    with nullcontext(file) if isinstance(file, Received) else receive(file) as received:
        if kind in PHOTOS_ONLY and received.thumb is None:
            raise Invalid("evidence.not_a_picture")
        kept: Evidence = _keep(received, subject=subject, kind=kind, by=by, now=now, post_id=post_id)
    return kept


@transaction.atomic
def _keep(
    received: Received, *, subject: str, kind: EvidenceKind, by: Actor, now: datetime, post_id: int | None
) -> Evidence:
    _lock(received.sha256)
    same = Evidence.objects.filter(subject=subject, kind=kind, sha256=received.sha256, erased_at__isnull=True)
    known: Evidence | None = same.first()
    if known is not None:
        return known

    files.place(received)

    evidence: Evidence = Evidence.objects.create(
        subject=subject,
        kind=kind,
        sha256=received.sha256,
        media_type=received.media_type,
        size=received.size,
        width=received.width,
        height=received.height,
        taken_at=received.taken_at if received.taken_at and received.taken_at < now + CLOCK_SLACK else None,
        kept_at=now,
        kept_by=by.ref,
    )

    facts = {"evidence": evidence.pk, "as": kind, "sha256": received.sha256}
    record("evidence.keep", subject, by=by, at=now, post_id=post_id, **facts)
    return evidence


class Link(NamedTuple):
    """A file that is kept already, and the further subject it is evidence of."""

    file: Evidence
    subject: str
    kind: EvidenceKind
    by: Actor
    now: datetime
    post_id: int | None = None


_LINK = """
    INSERT INTO journal_evidence (subject, kind, sha256, media_type, size, width, height, kept_at, kept_by)
    SELECT given.* FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[], %s::int[],
                               %s::timestamptz[], %s::text[]) AS given
    ON CONFLICT DO NOTHING RETURNING id, subject, kind, sha256"""


@transaction.atomic
def link_many(links: Sequence[Link]) -> int:
    """Keep files of this house as evidence of further subjects too; return how many were new to their subject.

    Raises Missing where a file is gone. Four statements, and one for each file.
    """
    of_files = {link.file.sha256 for link in links}
    for sha256 in sorted(of_files):
        _lock(sha256)
        if not files.path_of(sha256).is_file():
            raise Missing("evidence.missing")

    by_key = {(link.subject, str(link.kind), link.file.sha256): link for link in links}
    rows = [
        (subject, kind, sha256, file.media_type, file.size, file.width, file.height, link.now, link.by.ref)
        for (subject, kind, sha256), link in by_key.items()
        for file in [link.file]
    ]
    new = batches.run(_LINK, [list(column) for column in zip(*rows, strict=True)]) if rows else []

    record_many([_linked(by_key[subject, kind, sha256], id_) for id_, subject, kind, sha256 in new])
    return len(new)


def _linked(link: Link, id_: int) -> Draft:
    facts = {"evidence": id_, "as": str(link.kind), "sha256": link.file.sha256}
    return Draft("evidence.keep", link.subject, link.by.ref, link.post_id, link.now, facts)


@transaction.atomic
def erase(*, evidence_id: int, by: Actor, now: datetime, post_id: int | None = None) -> Evidence:
    """Erase a file, once this commits; its row with the hash, and its entries, stay. Raises Missing."""
    evidence: Evidence | None
    evidence = Evidence.objects.select_for_update().filter(pk=evidence_id, erased_at__isnull=True).first()
    if evidence is None:
        raise Missing("evidence.missing")

    evidence.erased_at, evidence.erased_by = now, by.ref
    evidence.save(update_fields=["erased_at", "erased_by"])
    transaction.on_commit(partial(_remove_unused, evidence.sha256), robust=True)

    record("evidence.erase", evidence.subject, by=by, at=now, post_id=post_id, evidence=evidence_id)
    return evidence


def open_evidence(evidence: Evidence, *, thumb: bool = False) -> Shown:
    """Return what a door sends of this evidence; a document has no thumbnail. Raises Missing.

    The caller has made sure that the reader may see the subject.
    """
    path = files.path_of(evidence.sha256, thumb=thumb)
    if evidence.erased_at is not None or not path.is_file():
        raise Missing("evidence.missing")
    is_document = evidence.media_type == files.PDF
    name = f"evidence-{evidence.pk}.{'pdf' if is_document else 'jpg'}"
    return Shown(
        path,
        {
            **SAFE_HEADERS,
            "Content-Type": evidence.media_type,
            "Content-Disposition": f'{"attachment" if is_document else "inline"}; filename="{name}"',
            "ETag": f'"{evidence.sha256}{"-thumb" if thumb else ""}"',
        },
    )


def sweep() -> None:
    """Remove the files no row refers to: of acts rolled back, and of erasures cut short."""
    files.sweep_incoming()
    hashes = files.kept()
    while some := list(islice(hashes, _SWEPT_AT_ONCE)):
        for (sha256,) in batches.run(
            """SELECT DISTINCT sha256 FROM unnest(%s::text[]) file (sha256) WHERE NOT EXISTS (
                SELECT FROM journal_evidence e WHERE e.sha256 = file.sha256 AND e.erased_at IS NULL)""",
            (some,),
        ):
            _remove_unused(sha256)


@transaction.atomic
def _remove_unused(sha256: str) -> None:
    """Remove a file unless some subject still keeps it, or is just about to."""
    _lock(sha256)
    if not Evidence.objects.filter(sha256=sha256, erased_at__isnull=True).exists():
        files.remove(sha256)


def _lock(sha256: str) -> None:
    """Hold the file with this hash until the transaction ends, so that it is not kept and removed at once."""
    batches.run("SELECT pg_advisory_xact_lock(%s)", (int(sha256[:15], 16),))
