"""Photos: taken in with a request, and shown to keys by links that are signed and end within the hour."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from django.core import signing
from django.http import FileResponse, HttpRequest

from tongxin.apps.journal import evidence as kept
from tongxin.apps.journal.evidence import Received, receive
from tongxin.apps.journal.models import Evidence, EvidenceKind
from tongxin.interfaces.api.open311.door import PHOTOS_MOST, Call
from tongxin.look import sending
from tongxin.rules.errors import Invalid, Missing

BEFORE, AFTER = EvidenceKind.BEFORE, EvidenceKind.AFTER
SALT = "open311.media"
SECONDS = 3_600  # FixMyStreet fetches photos right after the list that names them


def of(call: Call, matter_ids: Sequence[int], kind: EvidenceKind) -> dict[int, str]:
    """Return a link to the first photo of each matter that has one. The caller sees these matters. One statement."""
    subjects = [f"matter:{id_}" for id_ in matter_ids]
    found = Evidence.objects.filter(subject__in=subjects, kind=kind, erased_at__isnull=True).order_by("-id")
    first = dict(found.values_list("subject", "id"))  # the last one counts: the smallest id
    return {int(subject.removeprefix("matter:")): link(call.request, id_) for subject, id_ in first.items()}


def link(request: HttpRequest, evidence_id: int) -> str:
    """Return the address of a photo, good for an hour for whoever is given it."""
    return request.build_absolute_uri(f"/api/open311/v2/media/{signing.dumps(evidence_id, salt=SALT)}.jpg")


def fetch(call: Call, token: str) -> FileResponse:
    """Return the photo behind a link. Raises Missing where the link was not ours, or has ended."""
    try:
        id_ = signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature as wrong:
        raise Missing("open311.media") from wrong
    found = Evidence.objects.filter(pk=id_, kind__in=(BEFORE, AFTER)).first()
    if found is None:
        raise Missing("open311.media")
    return sending.whole(kept.open_evidence(found))


@contextmanager
def received(call: Call) -> Iterator[list[Received]]:
    """Take in every photo of a request, whatever its field is called; one unfit refuses all. Raises Invalid."""
    files = [file for _, many in sorted(call.request.FILES.lists()) for file in many]
    if len(files) > PHOTOS_MOST:
        raise Invalid("open311.photos", most=PHOTOS_MOST)
    with ExitStack() as stack:
        examined = [stack.enter_context(receive(file.file)) for file in files]
        if any(each.thumb is None for each in examined):
            raise Invalid("evidence.not_a_picture")
        yield examined
