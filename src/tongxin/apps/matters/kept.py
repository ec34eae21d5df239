"""Everything that is kept under one receipt, for the person concerned: what came from them, and who looked at it.

Source: PIPL 45 (a copy on request, in a usual form); domain.md §2.7.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tongxin.apps.journal.models import Entry, Evidence
from tongxin.apps.journal.queries import evidence_of, story
from tongxin.apps.matters import kinds, unmaskings
from tongxin.apps.matters.models import Answer, Contact, Matter
from tongxin.apps.matters.unmaskings import Reader
from tongxin.apps.people.queries import unit_names
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Actor
from tongxin.rules.working_time import SHANGHAI


class Said(NamedTuple):
    """Words the reporter wrote with an act, of which the journal knows the kind."""

    at: datetime
    kind: str
    text: str


class Photo(NamedTuple):
    """A file the reporter sent."""

    id: int
    kept_at: datetime
    taken_at: datetime | None
    media_type: str
    size: int


class Rated(NamedTuple):
    """What the reporter said of the work."""

    at: datetime
    rating: str
    is_solved: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """All of it. `happened` are the acts on the matter: when, and of what kind; never by whom."""

    matter: Matter
    name: str
    phone: str
    text: str
    erased_at: datetime | None
    form: dict[str, Any]
    said: list[Said] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    rated: list[Rated] = field(default_factory=list)
    looks: list[Reader] = field(default_factory=list)
    happened: list[tuple[datetime, str]] = field(default_factory=list)


def kept(me: Actor, matter: Matter) -> Kept:
    """Return what is kept of who holds this matter's receipt. Raises Missing. Some nine statements."""
    if me.matter_id != matter.pk:
        raise Missing("receipt.missing")
    entries = list(story(f"matter:{matter.pk}"))
    contact: Contact | None = getattr(matter, "contact", None)
    report = getattr(matter, "report", None)
    return Kept(
        matter,
        contact.name if contact else "",
        contact.phone if contact else "",
        report.text if report else "",
        report.erased_at if report else None,
        form_of(matter),
        _said(me, matter, entries),
        [Photo(each.pk, each.kept_at, each.taken_at, each.media_type, each.size) for each in own_photos(me, matter)],
        [
            Rated(each.at, each.rating, each.is_solved)
            for each in Answer.objects.filter(matter=matter, source="self").order_by("at")
        ],
        unmaskings.readers(me, matter.number).looks,
        [(each.at, each.kind) for each in entries],
    )


def form_of(matter: Matter) -> dict[str, Any]:
    """Return the answers of the form, each under its question."""
    given = matter.report.form if hasattr(matter, "report") else {}
    fields = kinds.kind_of(matter.template_code, matter.template_version).fields
    return {fields.get(name, {}).get("title", name): answer for name, answer in given.items()}


def own_photos(me: Actor, matter: Matter) -> list[Evidence]:
    """Return the files the reporter sent, oldest first. One statement."""
    return [each for each in evidence_of(f"matter:{matter.pk}") if each.kept_by == me.ref]


def _said(me: Actor, matter: Matter, entries: list[Entry]) -> list[Said]:
    notes = dict(matter.notes.values_list("seq", "text"))
    return [Said(each.at, each.kind, notes[each.seq]) for each in entries if each.actor == me.ref and each.seq in notes]


def written(all_: Kept) -> dict[str, Any]:
    """Return the copy as programs read it: plain names, ISO moments, codes as the API has them."""
    matter = all_.matter
    return {
        "number": matter.number,
        "template": matter.template_code,
        "title": matter.title,
        "state": matter.state,
        "reported_at": _iso(matter.reported_at),
        "closed_at": _iso(matter.closed_at) if matter.closed_at else None,
        "place": {"text": matter.place, "area": matter.area, "lon": matter.lon, "lat": matter.lat},
        "contact": {"name": all_.name, "phone": all_.phone},
        "report": {
            "text": all_.text,
            "form": all_.form,
            "erased_at": _iso(all_.erased_at) if all_.erased_at else None,
        },
        "said": [{"at": _iso(each.at), "with": each.kind, "text": each.text} for each in all_.said],
        "photos": [
            {"id": each.id, "kept_at": _iso(each.kept_at), "type": each.media_type, "bytes": each.size}
            for each in all_.photos
        ],
        "ratings": [
            {"at": _iso(each.at), "rating": each.rating, "is_solved": each.is_solved} for each in all_.rated
        ],
        "readers": [
            {
                "at": _iso(each.at),
                "role": each.role,
                "unit": unit_names().get(each.unit_id or 0),
                "why": each.reason,
            }
            for each in all_.looks
        ],
        "happened": [{"at": _iso(at), "what": kind} for at, kind in all_.happened],
    }  # fmt: skip


def _iso(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")
