"""The items that are about matters: a report, a photo, an act."""

from enum import StrEnum
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from tongxin.apps.journal.models import EvidenceKind
from tongxin.apps.matters import actions, kinds, queries
from tongxin.apps.matters.actions import Incoming
from tongxin.apps.matters.arrivals import answer_to
from tongxin.apps.matters.kinds import Kind
from tongxin.interfaces.field import changes
from tongxin.interfaces.field.syncing import Changed, Item, takes
from tongxin.look.forms import schema_values
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid, Missing
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.permissions import GRID, Actor

SOURCE = "field"
E_ = TypeVar("E_", bound=StrEnum)

# what is done on the ground; the rest of a matter's life is done at a desk
GROUND = frozenset(
    {Act.CONFIRM, Act.DENY, Act.CHECK, Act.REWORK, Act.SETTLE, Act.SIGN, Act.PROGRESS, Act.HANDLE, Act.REVIEW, Act.REDO}
)
# these change who has a matter: what the phone shows may be hours old, so they are taken with a network only
ONLINE = frozenset({Act.SIGN, Act.REVIEW, Act.REDO})


@takes("report")
def report(item: Item) -> dict[str, Any]:
    """Take in a report; without words it says what it is about."""
    fields = item.fields
    kind = kinds.kind(fields.get("template", ""))
    lon, lat = _point(fields.get("lon", ""), fields.get("lat", ""))
    reported = actions.report(
        Incoming(
            template=kind.code,
            text=fields.get("text", "").strip() or default_text(kind),
            place=fields.get("place", ""),
            lon=lon,
            lat=lat,
            area=fields.get("area", ""),
            form=schema_values(kind.form, fields),
            channel=channel_of(item.by),
            urgency=_one(Urgency, fields.get("urgency", "")),
            source_key=f"{item.by.ref}:{item.key}",
            at=item.at,
            reached_at=item.now,
        ),
        by=item.by,
        now=item.now,
        source=SOURCE,
    )
    return {"id": reported.id, "number": reported.number}


@takes("evidence")
def evidence(item: Item) -> dict[str, Any]:
    """Keep one photo of a matter."""
    matter_id, number = about(item)
    kind = _one(EvidenceKind, item.fields.get("as", "")) or EvidenceKind.OTHER  # type: ignore[type-var]
    if len(item.files) != 1:
        raise Invalid("sync.no_photo")
    file = item.files[0].file
    kept = actions.attach(file, matter_id=matter_id, kind=kind, by=item.by, now=item.now, taken_at=item.at)
    return {"id": matter_id, "number": number, "evidence": kept.pk}


@takes("act")
def act(item: Item) -> dict[str, Any]:
    """Take a step of a matter, unless somebody else changed it meanwhile. Raises Changed."""
    fields = item.fields
    asked = _one(Act, fields.get("act", ""))
    if asked not in GROUND:
        raise Invalid("sync.not_on_the_ground")
    matter_id, _number = about(item)
    if (seen := fields.get("seen", "")).isdigit():
        if not queries.visible_to(item.by).filter(pk=matter_id).exists():
            raise Missing("matter.missing", number=_number)
        if changed := changes.since(item.by, matter_id, int(seen[:9]), item.now):
            raise Changed(changed, str(changes.last_seen(matter_id)))
    taken = actions.take(
        asked,
        matter_id=matter_id,
        by=item.by,
        now=item.now,
        reason=fields.get("reason", ""),
        done_at=item.done_at,
    )
    return {"id": taken.id, "number": taken.number, "state": taken.state.value}


def default_text(kind: Kind) -> str:
    """Return what a report without words says. A confidential kind has no such words: it must be told."""
    return "" if kind.is_sealed else _("Found on site: %(kind)s.") % {"kind": kind.name}


def channel_of(actor: Actor) -> Channel:
    """Return the door of the person's post: the grid's, or a department's."""
    return Channel.GRID if actor.roles & GRID else Channel.DEPARTMENT


def about(item: Item) -> tuple[int, str]:
    """Return id and number of an item's matter: by its number, or by the key of its report. Raises Missing."""
    if key := item.fields.get("about", ""):
        told = answer_to(item.by, key[:26])
        if told is None or "id" not in told:
            raise Missing("sync.waits")
        return int(told["id"]), str(told.get("number", ""))
    number = item.fields.get("number", "")
    return queries.id_of(number), number


def _point(*texts: str) -> tuple[float | None, float | None]:
    try:
        lon, lat = (float(text) if text.strip() else None for text in texts)
    except ValueError as wrong:
        raise Invalid("point.invalid", lon=texts[0][:20], lat=texts[1][:20]) from wrong
    return lon, lat


def _one(kind: type[E_], text: str) -> E_ | None:
    return kind(text) if text in set(kind) else None
