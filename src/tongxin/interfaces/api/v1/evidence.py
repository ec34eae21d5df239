"""Evidence: adding a file to a matter, fetching one; both only within scope."""

from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from ninja import Router

from tongxin.apps.journal import evidence as kept
from tongxin.apps.journal import files, pictures
from tongxin.apps.journal import queries as journal
from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.matters import actions, queries
from tongxin.interfaces.api import problems
from tongxin.interfaces.api.v1 import acts, shapes, showing
from tongxin.interfaces.api.v1.documents import Described, documented
from tongxin.look import sending
from tongxin.rules.errors import Invalid, Missing

router = Router()

PHOTOS = ("image/jpeg", "image/png", "image/webp")
ENVELOPE_MB = 1  # what multipart adds around a file
FIELDS = {
    "file": {"type": "string", "format": "binary", "description": "照片或 PDF | a photo or PDF"},
    "kind": {
        "type": "string",
        "enum": list(EvidenceKind.values),
        "description": "before 处置前，after 处置后，other 其他，document 文书 | what it proves",
    },
}


def form(*names: str, kinds: tuple[str, ...]) -> Described:
    """Return the description of a multipart body with these fields."""
    shape = {"type": "object", "required": list(names), "properties": {name: FIELDS[name] for name in names}}
    sent_as = {"file": {"contentType": ", ".join(kinds)}}
    return {"required": True, "content": {"multipart/form-data": {"schema": shape, "encoding": sent_as}}}


def sent(request: HttpRequest) -> tuple[BinaryIO, str]:
    """Return the file of a multipart body, and its kind. Raises TooLarge, Unreadable, Invalid."""
    limit_mb = settings.EVIDENCE_LIMIT_MB
    if int(request.META.get("CONTENT_LENGTH") or 0) > (limit_mb + ENVELOPE_MB) * 1024 * 1024:
        raise problems.TooLarge("body.too_large", limit_mb=limit_mb)
    if request.content_type != "multipart/form-data":
        raise problems.Unreadable("body.not_multipart")
    try:
        file, kind = request.FILES.get("file"), request.POST.get("kind", "")
    except MultiPartParserError as wrong:
        raise problems.Unreadable("body.not_multipart") from wrong
    if file is None:
        raise Invalid("evidence.no_file")
    return file.file, kind


@router.post(
    "/matters/{number}/evidence",
    operation_id="attachEvidence",
    summary="上传证据 | Add evidence",
    openapi_extra=documented({201: shapes.EvidenceShown}, 400, 403, 404, 409, 413, 422, tag="matters")
    | {"requestBody": form("file", "kind", kinds=(*PHOTOS, files.PDF))},
)
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """照片会重新编码并去掉拍摄设备和位置信息；同一文件重传只留一份。

    Photos are encoded anew, without device or position; the same file sent again is kept once.
    """
    file, kind = sent(request)
    if kind not in EvidenceKind.values:
        raise Invalid("evidence.no_kind")
    with acts.known_as(number) as matter_id:
        row = actions.attach(
            file, matter_id=matter_id, kind=EvidenceKind(kind), by=request.auth.actor, now=timezone.now()
        )
    request.noted = {"matter": number[:24], "evidence": row.pk}
    shown = showing.evidence_one(number.strip().upper(), row)
    return showing.answer(shown, 201, Location=shown.href)


@router.get(
    "/matters/{number}/evidence/{id}",
    operation_id="fetchEvidence",
    summary="下载证据 | Fetch evidence",
    openapi_extra=documented({200: (pictures.MEDIA_TYPE, files.PDF)}, 404, tag="matters"),
)
def fetch(request: HttpRequest, number: str, id: int) -> FileResponse:
    """文件原样返回；文书作为附件。

    The file itself; documents as attachments.
    """
    matter = queries.one(request.auth.actor, number, now=timezone.now())
    found = journal.evidence_of(f"matter:{matter.pk}").filter(pk=id).first() if 0 < id < 2**63 else None
    if found is None:
        raise Missing("evidence.missing")
    return sending.whole(kept.open_evidence(found))
