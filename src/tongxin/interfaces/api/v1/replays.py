"""Asking twice: a key names one matter for good, and a replay must say the same thing as the first time."""

from collections.abc import Iterable
from math import isclose

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest

from tongxin.apps.matters.actions import Incoming, Reported
from tongxin.apps.matters.models import Deadline, Report
from tongxin.rules.datum import to_wgs84
from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import Invalid

HEADER_LIMIT = 100
WRITTEN = r"^[\x21-\x7e]([\x20-\x7e]{0,98}[\x21-\x7e])?$"  # the header; what is blank around it is no part of it
SAME_DEGREES = 1e-7  # about a centimetre


def key_of(request: HttpRequest) -> str:
    """Return the Idempotency-Key, or nothing where none was sent. Raises Invalid."""
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return ""
    if not (1 <= len(key) <= HEADER_LIMIT and key.isascii() and key.isprintable()):
        raise Invalid("idempotency.key", limit=HEADER_LIMIT)
    return key


def agreed(header: str, field: str) -> str | None:
    """Return the one key of a report. Raises Invalid where header and field name two."""
    if header and field and header != field:
        raise Invalid("idempotency.two_keys")
    return header or field or None


def kept(pairs: Iterable[tuple[Incoming, Reported]]) -> dict[int, Report]:
    """Return what was kept of each replay, by the matter's id, with `whole_due_at`. One statement, if there are any."""
    ids = {reported.id for _, reported in pairs if not reported.is_new}
    if not ids:
        return {}
    whole = Deadline.objects.filter(matter_id=OuterRef("pk"), clock=Clock.WHOLE.value).order_by("-id")
    found = Report.objects.filter(pk__in=ids).select_related("matter")
    return {each.pk: each for each in found.annotate(whole_due_at=Subquery(whole.values("due_at")[:1]))}


def check(incoming: Incoming, report: Report) -> None:
    """Raise Invalid where a replay tells something else than was kept.

    Compared is what is written once and never changed: template, text, title, place, form, channel, point. Contacts
    are not: they may have been erased meanwhile.
    """
    if not _same(incoming, report):
        raise Invalid("idempotency.reused", number=report.matter.number)


def _same(incoming: Incoming, report: Report) -> bool:
    matter = report.matter
    told = (incoming.template, incoming.text.strip(), incoming.place.strip(), dict(incoming.form), incoming.channel)
    kept = (matter.template_code, report.text, matter.place, report.form, matter.channel)
    return (
        told == kept and incoming.title.strip() in ("", matter.title) and _same_point(incoming, matter.lon, matter.lat)
    )


def _same_point(incoming: Incoming, lon: float | None, lat: float | None) -> bool:
    if incoming.lon is None or incoming.lat is None:
        return lon is None
    if lon is None or lat is None:
        return False
    there = to_wgs84(incoming.lon, incoming.lat, incoming.datum)
    return isclose(there[0], lon, abs_tol=SAME_DEGREES) and isclose(there[1], lat, abs_tol=SAME_DEGREES)
