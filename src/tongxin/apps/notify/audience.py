"""Who hears of an entry: the posts it concerns, as far as they may see the matter, and whoever reported it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tongxin.apps.alarms.queries import hearers
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters.models import Matter, OrderItem, Proposal
from tongxin.apps.matters.overlaying import MODELS
from tongxin.apps.notify.models import Endpoint
from tongxin.apps.people import holders
from tongxin.apps.people.holders import Holder
from tongxin.rules.area_codes import lineage
from tongxin.rules.deadlines import Urgency
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.occasions import Occasion, Tell, Who, is_told, tells
from tongxin.rules.overlays.appeal import Side
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.permissions import GRID, Actor, Role, scope

READ = (
    "id", "number", "template_code", "template_version", "place", "urgency", "area", "seal", "is_sealed", "state",
    "level", "desk_id", "unit_id", "involved", "reported_by", "receipt", "due_at", "master_id",
)  # fmt: skip
# what the reporter of a follower says: whoever handles the master is to know
OF_THE_MASTER = frozenset({"resident.supplement", "resident.wish"})
ADMINS = frozenset({Role.SYSTEM_ADMIN})
BESIDE_MATTERS = frozenset({Who.DRAFTERS, Who.OWNER, Who.PUSHED})  # entries about them have another subject


class Told(NamedTuple):
    """One recipient of one entry: a person, the group of a unit, or (neither) whoever reported the matter."""

    entry: Entry
    occasion: Occasion
    matter: Matter | None
    person_id: int | None = None
    unit_id: int | None = None


@dataclass(slots=True)
class Scene:
    """All that a batch of entries speaks of, read once."""

    about: Mapping[int, Matter]  # by entry
    overlays: Mapping[tuple[str, int], Any]
    at_units: Mapping[int, Sequence[Holder]] = field(default_factory=dict)
    on_ground: Sequence[Holder] = ()
    actors: Mapping[int, Actor] = field(default_factory=dict)
    named: Mapping[str, Sequence[int]] = field(default_factory=dict)  # subject: the persons it is about


def matter_id_of(entry: Entry) -> int | None:
    """Return the matter an entry is about."""
    noun, _, id_ = entry.subject.partition(":")
    return int(id_) if noun == "matter" and id_.isdecimal() else None


def matters_of(entries: Iterable[Entry]) -> dict[int, Matter]:
    """Return the matters behind entries, as far as they are told of. One statement."""
    ids = {id_ for entry in entries if (id_ := matter_id_of(entry))}
    return Matter.objects.only(*READ).in_bulk(ids) if ids else {}


def _about(entries: Iterable[Entry], matters: Mapping[int, Matter]) -> dict[int, Matter]:
    """Return by entry the matter that is spoken of: what is added to a follower is news of its master.

    One statement where any follow.
    """
    about = {entry.pk: matters[id_] for entry in entries if (id_ := matter_id_of(entry)) in matters}
    led = {
        entry.pk: found.master_id
        for entry in entries
        if entry.kind in OF_THE_MASTER and (found := about.get(entry.pk)) and found.state == State.MERGED
    }
    masters = Matter.objects.only(*READ).in_bulk({id_ for id_ in led.values() if id_}) if led else {}
    return about | {entry_id: masters[id_] for entry_id, id_ in led.items() if id_ in masters}


def told(entries: Sequence[Entry], matters: Mapping[int, Matter], now: datetime) -> list[Told]:
    """Return who is to be told of these entries, as things stand now. A handful of statements, however many."""
    about = _about(entries, matters)
    rows = [(entry, each) for entry in entries for each in _tells(entry, about)]
    if not rows:
        return []
    scene = _scene([entry for entry, _ in rows], about, now)
    wanted = [(entry, each, _units(entry, each, scene)) for entry, each in rows]
    _people(scene, wanted, now)
    found = {
        (one.entry.pk, one.person_id, one.unit_id): one
        for entry, each, units in reversed(wanted)  # what the table says first counts
        for one in _of(entry, each, units, scene)
    }
    return sorted(found.values(), key=lambda one: one.entry.pk)


def _tells(entry: Entry, about: Mapping[int, Matter]) -> Iterator[Tell]:
    matter = about.get(entry.pk)
    for each in tells(entry.kind, entry.data.get("clock", "")):
        if matter is None and each.who not in BESIDE_MATTERS:
            continue
        if matter is None or is_told(each.occasion, Urgency(matter.urgency), State(matter.state)):
            yield each


# --- reading ---------------------------------------------------------------------------------------------


def _scene(entries: Sequence[Entry], about: Mapping[int, Matter], now: datetime) -> Scene:
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        for kind, id_ in _overlays_of(entry):
            wanted.setdefault(kind, set()).add(id_)
    overlays: dict[tuple[str, int], Any] = {}
    for kind, ids in wanted.items():
        model = MODELS[Overlay(kind)]
        rows = model.objects.select_related("order") if model is OrderItem else model.objects  # type: ignore[attr-defined]
        overlays |= {(kind, id_): row for id_, row in rows.in_bulk(ids).items()}
    return Scene(about, overlays, named=_named(entries) | _pushed(entries, now))


def _overlays_of(entry: Entry) -> Iterator[tuple[str, int]]:
    noun = entry.kind.partition(".")[0]
    if noun in set(Overlay) and "id" in entry.data:
        yield noun, entry.data["id"]
    for kind, id_, _state in entry.data.get("with", ()):
        yield kind, id_
    if entry.data.get("of_id"):
        yield entry.data["of"], entry.data["of_id"]


def _named(entries: Sequence[Entry]) -> dict[str, list[int]]:
    """Return whom entries beside matters are about: who drafted a proposal, who owns an endpoint."""
    ids: dict[str, set[int]] = {"proposal": set(), "webhook": set()}
    for entry in entries:
        noun, _, id_ = entry.subject.partition(":")
        if noun in ids and id_.isdecimal():
            ids[noun].add(int(id_))
    found: dict[str, list[int]] = {}
    if ids["proposal"]:
        drafted = Proposal.objects.filter(pk__in=ids["proposal"]).values_list("pk", "drafters")
        found |= {f"proposal:{id_}": list(drafters) for id_, drafters in drafted}
    if ids["webhook"]:
        owned = Endpoint.objects.filter(pk__in=ids["webhook"]).values_list("pk", "person_id")
        found |= {f"webhook:{id_}": [person] for id_, person in owned}
    return found


def _pushed(entries: Sequence[Entry], now: datetime) -> dict[str, list[int]]:
    """Return to whom of its units each entry about an alarm is told: to another unit each, and only who may see it."""
    found: dict[str, list[int]] = {}
    for entry in entries:
        noun, _, id_ = entry.subject.partition(":")
        if noun == "alarm":
            found[f"entry:{entry.pk}"] = hearers(int(id_), entry.data.get("units", []), now)
    return found


def _units(entry: Entry, each: Tell, scene: Scene) -> list[int]:
    """Return the units whose posts are meant."""
    matter = scene.about.get(entry.pk)
    match each.who:
        case Who.DESK if matter is not None:
            return [matter.desk_id]
        case Who.UNIT if matter is not None:
            unit = entry.data.get("unit") if entry.kind == "matter.dispatch" else matter.unit_id
            return [unit] if unit else []
        case Who.ASKED:
            rows = [scene.overlays[key] for key in _overlays_of(entry) if key in scene.overlays]
            if entry.kind.startswith("whistle."):  # its own row's unit is the town that blew
                rows = [row for row in rows if hasattr(row, "whistle_id")]
            return [row.unit_id for row in rows if row.unit_id] or entry.data.get("units", [])
    return []


def _people(scene: Scene, wanted: Sequence[tuple[Entry, Tell, list[int]]], now: datetime) -> None:
    """Read the posts of the units and grounds that are meant, and all duties of whoever holds them."""
    at_units: dict[int, list[Holder]] = {}
    if units := {unit for _, _, units in wanted for unit in units}:
        for holder in holders.at_units(units, now):
            at_units.setdefault(holder.unit_id, []).append(holder)
    scene.at_units = at_units
    grounds = {scene.about[entry.pk].area for entry, each, _ in wanted if each.who is Who.GROUND}
    if grounds:
        areas = {above for area in grounds for above in (area, *lineage(area))}
        scene.on_ground = holders.on_ground(areas, GRID, now)
    persons = {one.person_id for held in at_units.values() for one in held} | {one.person_id for one in scene.on_ground}
    persons |= {row.opened_by for row in scene.overlays.values() if row.opened_by}
    persons |= {matter.reported_by for matter in scene.about.values() if matter.reported_by}
    persons |= {person for named in scene.named.values() for person in named}
    scene.actors = holders.actors_of(persons, now) if persons else {}


# --- deciding --------------------------------------------------------------------------------------------


def _of(entry: Entry, each: Tell, units: Sequence[int], scene: Scene) -> Iterator[Told]:
    """Yield the recipients of one row: nobody is told of the own act, nor of what may not be seen."""
    matter = scene.about.get(entry.pk)
    if each.who is Who.REPORTER:
        if matter is None or _is_units_own_appeal(entry, scene):
            return
        if entry.actor != f"receipt:{matter.pk}":
            yield Told(entry, each.occasion, matter)
        if matter.reported_by and _hears(matter.reported_by, entry, matter, scene):
            yield Told(entry, each.occasion, matter, matter.reported_by)
        return
    for person in dict.fromkeys(_persons(entry, each, units, matter, scene)):
        if _hears(person, entry, matter, scene):
            yield Told(entry, each.occasion, matter, person)
    if matter is not None:
        for unit in units:
            if unit in (matter.desk_id, matter.unit_id) or unit in matter.involved:
                yield Told(entry, each.occasion, matter, None, unit)


def _persons(entry: Entry, each: Tell, units: Sequence[int], matter: Matter | None, scene: Scene) -> Iterator[int]:
    match each.who:
        case Who.DESK | Who.UNIT | Who.ASKED:
            for unit in units:
                yield from (one.person_id for one in scene.at_units.get(unit, ()) if one.role in each.roles)
        case Who.GROUND if matter is not None:
            yield from (
                one.person_id for one in scene.on_ground if one.role in each.roles and matter.area.startswith(one.area)
            )
        case Who.ASKER:
            row = next((scene.overlays[key] for key in _overlays_of(entry) if key in scene.overlays), None)
            if row is not None and row.opened_by:
                yield row.opened_by
        case Who.DRAFTERS | Who.OWNER:
            yield from scene.named.get(entry.subject, ())
        case Who.PUSHED:
            yield from scene.named.get(f"entry:{entry.pk}", ())


def _hears(person: int, entry: Entry, matter: Matter | None, scene: Scene) -> bool:
    if entry.actor == f"person:{person}":
        return False
    actor = scene.actors[person]
    return bool(actor.duties) and (matter is None or scope(actor).sees(matter))


def _is_units_own_appeal(entry: Entry, scene: Scene) -> bool:
    row = scene.overlays.get(("appeal", entry.data.get("id", 0)))
    return row is not None and entry.kind.startswith("appeal.") and row.side != Side.REPORTER
