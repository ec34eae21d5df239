"""Units as people choose them: those that serve a place, the suggested one first, found by name and pinyin."""

from collections.abc import Iterable
from typing import NamedTuple

from tongxin.apps.matters import kinds
from tongxin.apps.matters.models import Matter
from tongxin.apps.people.models import Unit
from tongxin.apps.people.queries import Remembered, offices, stands
from tongxin.rules.area_codes import Level, up_to
from tongxin.rules.routing import Case, nearest
from tongxin.rules.units import COMMAND, UnitKind

MOST = 12  # alternatives shown at once; the rest is found by typing

# they own or lie at a matter, or watch over it; they are not invited
DESKS = frozenset({*COMMAND.values(), UnitKind.VILLAGE_STATION, UnitKind.SUPERVISION})


class Known(NamedTuple):
    """An open unit. `typed` is what somebody may type of it: name, pinyin and initials in one text."""

    id: int
    name: str
    area: str
    typed: str


def _read() -> list[Known]:
    rows = Unit.objects.filter(is_open=True).order_by("area", "id").values_list("id", "name", "area", "pinyin")
    return [Known(id_, name, area, f"{name} {_run_together(pinyin)}".lower()) for id_, name, area, pinyin in rows]


def _run_together(pinyin: str) -> str:
    *syllables, initials = pinyin.split() or [""]
    return f"{''.join(syllables)} {initials}"


_known = Remembered(_read, seconds=30)


def forget() -> None:
    """Read the units anew at the next call."""
    _known.forget()


def serving(area: str) -> list[Known]:
    """Return the units above a place, at it and one level below: those that work for it. No statement."""
    below = min((level for level in Level if level > len(area)), default=Level.MICRO_GRID)
    return [
        unit
        for unit in _known()
        if area.startswith(unit.area) or (unit.area.startswith(area) and len(unit.area) <= below)
    ]


def search(words: str, area: str) -> list[Known]:
    """Return the units of the town and county of a place that answer to what was typed, the nearest first."""
    asked = words.lower().split()
    town = up_to(area, Level.TOWN)
    found = [unit for unit in serving(town) if all(word in unit.typed for word in asked)]
    return sorted(found, key=lambda unit: -len(unit.area))[:MOST]


def alternatives(matter: Matter) -> list[Known]:
    """Return the units that the rules name for this matter besides the suggested one, in the rules' order."""
    case = Case(matter.template_code, matter.level, matter.urgency, matter.channel, matter.area)
    rules = (rule for rule in kinds.routing() if rule.matches(case))
    ids = (found[0] for rule in rules if (found := nearest(rule.kind, up_to(case.area, rule.level), offices())))
    return _named(dict.fromkeys(id_ for id_ in ids if id_ != matter.suggested_id))


def around(matter: Matter, most: int) -> list[Known]:
    """Return units to begin a choice with: those the rules name, then the departments nearest to the matter."""
    kinds_ = stands()
    first = [unit for unit in alternatives(matter) if unit.id in kinds_ and kinds_[unit.id][0] not in DESKS]
    others = sorted(serving(up_to(matter.area, Level.TOWN)), key=lambda unit: -len(unit.area))
    rest = [unit for unit in others if unit.id in kinds_ and kinds_[unit.id][0] not in DESKS and unit not in first]
    return [*first, *rest][:most]


def named(ids: Iterable[int]) -> list[Known]:
    """Return these units, in this order, as far as they are open."""
    by_id = {unit.id: unit for unit in _known()}
    return [by_id[id_] for id_ in ids if id_ in by_id]


def _named(ids: Iterable[int]) -> list[Known]:
    return named(ids)[:4]
