"""Evidence: added on the page of its matter, sent to those who may see the matter and to nobody else."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tongxin.apps.journal.evidence import open_evidence
from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.journal.queries import evidence_of
from tongxin.apps.matters import actions, following, queries
from tongxin.look import filters, sending
from tongxin.rules.errors import Missing, Refused
from tongxin.rules.permissions import Actor


@require_safe
def show(request: HttpRequest, number: str, evidence_id: int) -> HttpResponse | FileResponse:
    """Send one file of a matter, or its thumbnail. Raises Missing, also where the matter is out of scope."""
    matter = queries.one(request.actor, number, now=timezone.now())  # type: ignore[attr-defined]
    found = evidence_of(f"matter:{matter.pk}").filter(pk=evidence_id).first()
    if found is None:  # of a report that follows this one
        found = following.evidence_of_followers(request.actor, matter).filter(pk=evidence_id).first()  # type: ignore[attr-defined]
    if found is None:
        raise Missing("evidence.missing")
    shown = open_evidence(found, thumb="thumb" in request.GET)
    return sending.unless_known(request, shown)


@require_POST
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Add photos or documents to a matter; each that is refused is named with its reason."""
    matter = queries.one(request.actor, number)  # type: ignore[attr-defined]
    kind = request.POST.get("kind", "")
    wanted = EvidenceKind(kind) if kind in EvidenceKind.values else EvidenceKind.OTHER
    kept, refused = attach_all(
        request.FILES.getlist("files"), matter_id=matter.pk, kind=wanted, by=request.actor, now=timezone.now()  # type: ignore[attr-defined]
    )  # fmt: skip
    if kept:
        messages.success(request, ngettext("%(n)s file added.", "%(n)s files added.", kept) % {"n": kept})
    for sentence in refused:
        messages.error(request, sentence)
    if not kept and not refused:
        messages.warning(request, _("No file was chosen."))
    return redirect("desk:matter", matter.number)


def attach_all(
    files: Iterable[UploadedFile], *, matter_id: int, kind: EvidenceKind, by: Actor, now: datetime
) -> tuple[int, list[str]]:
    """Attach each file by itself; return how many were kept, and a sentence for each that was refused."""
    kept, refused = 0, []
    for file in files:
        try:
            actions.attach(file.file, matter_id=matter_id, kind=kind, by=by, now=now)
            kept += 1
        except Refused as refusal:
            refused.append(_("“%(file)s”: %(why)s") % {"file": file.name, "why": filters.say(refusal)})
    return kept, refused
