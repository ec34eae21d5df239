"""Turning rows into shapes: one place where the API decides how a thing is told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpResponse

from tongxin.apps.areas import queries as areas
from tongxin.apps.journal.models import Evidence
from tongxin.apps.matters import kinds
from tongxin.apps.matters.models import Contact
from tongxin.apps.matters.queries import Row
from tongxin.apps.people.models import Unit
from tongxin.apps.people.queries import Remembered
from tongxin.interfaces.api.v1 import shapes
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Missing
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.masking import masked_name, masked_phone
from tongxin.rules.working_time import SHANGHAI

MATTERS = "/api/v1/matters"

_units = Remembered(lambda: {unit.pk: unit for unit in Unit.objects.all()})
_unit_ids = Remembered(lambda: {unit.code: unit.pk for unit in _units().values()})


def answer(shape: Any, status: int = 200, **headers: str) -> HttpResponse:
    """Return a shape as JSON."""
    body = msgspec.json.encode(shape)
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8", headers=headers)


def local(moment: datetime | None) -> datetime | None:
    """Return a moment as the city's clocks show it."""
    return moment.astimezone(SHANGHAI) if moment else None


def links(number: str) -> shapes.Links:
    own = f"{MATTERS}/{number}"
    return shapes.Links(self=own, acts=f"{own}/acts/{{act}}", evidence=f"{own}/evidence")


def area(code: str) -> shapes.AreaRef:
    """Return an area with its chain. No statement."""
    chain = areas.chain(code)
    return shapes.AreaRef(code=code, name=chain[-1] if chain else code, chain=chain)


def unit(unit_id: int | None) -> shapes.UnitRef | None:
    """Return a unit by id. No statement while units are remembered."""
    if unit_id is None:
        return None
    found = _units().get(unit_id)
    return shapes.UnitRef(id=unit_id, code=found.code if found else "", name=found.name if found else "")


def unit_id(given: int | str | None) -> int | None:
    """Return the id of a unit given by id or code. Raises Missing for a code nobody has."""
    if isinstance(given, int) or given is None:
        return given
    found = _unit_ids().get(given)
    if found is None:
        raise Missing("unit.unknown", unit=given[:40])
    return found


def template(code: str, version: int | None = None) -> shapes.TemplateRef:
    """Return a template; a list, which does not know the version, tells the one in force."""
    kind = kinds.current().get(code) if version is None else kinds.kind_of(code, version)
    return shapes.TemplateRef(code=code, name=kind.name if kind else code, name_en=kind.name_en if kind else code)


def line(row: Row, now: datetime, **more: Any) -> dict[str, Any]:
    """Return the fields of a line."""
    return {
        "number": row.number,
        "title": row.title,
        "place": row.place,
        "template": template(row.template_code),
        "area": area(row.area),
        "state": State(row.state),
        "level": row.level,
        "urgency": Urgency(row.urgency),
        "channel": Channel(row.channel),
        "is_sealed": row.is_sealed,
        "unit": unit(row.unit_id),
        "lamp": row.lamp(now),
        "due_at": local(row.due_at),
        "is_provisional": row.is_provisional,
        "reported_at": local(row.reported_at),
        "closed_at": local(row.closed_at),
        "is_late": row.is_late,
        "lon": row.lon,
        "lat": row.lat,
        "href": f"{MATTERS}/{row.number}",
    } | more


def masked(contact: Contact | None) -> shapes.Masked | None:
    """Return a contact so that nobody is recognized by it; a secret one tells only that it is there."""
    if contact is None:
        return None
    if contact.is_secret:
        return shapes.Masked(name="*", phone="*", is_secret=True)
    return shapes.Masked(name=masked_name(contact.name), phone=masked_phone(contact.phone), is_secret=False)


def evidence(number: str, rows: Iterable[Evidence]) -> list[shapes.EvidenceShown]:
    return [evidence_one(number, each) for each in rows]


def evidence_one(number: str, row: Evidence) -> shapes.EvidenceShown:
    return shapes.EvidenceShown(
        id=row.pk,
        kind=str(row.kind),
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        taken_at=local(row.taken_at),
        kept_at=local(row.kept_at),
        href=f"{MATTERS}/{number}/evidence/{row.pk}",
    )


def unit_facts(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of an entry, ids of units made readable; ids of persons never leave."""
    named = {name: unit(value) for name, value in data.items() if name in {"unit", "desk", "suggested"} and value}
    return {name: value for name, value in data.items() if name not in {"person", "noted"}} | named


def forget() -> None:
    """Read the units anew."""
    _units.forget()
    _unit_ids.forget()
