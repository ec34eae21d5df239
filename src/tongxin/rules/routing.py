"""Which unit a matter goes to: an ordered table of rules, the reason beside each answer, a fallback that answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tongxin.rules.area_codes import Level, VillageKind, up_to, village_kind
from tongxin.rules.errors import Refused
from tongxin.rules.units import COMMAND, UnitKind

UPWARD = tuple(sorted(Level, reverse=True))


class Case(NamedTuple):
    """What routing looks at. `level` is the letter of domain.md §3.1d (G V T C), `area` the deepest known code."""

    template: str
    level: str
    urgency: str
    channel: str
    area: str

    @property
    def village_kind(self) -> VillageKind | None:
        """Whether it lies on urban or on rural ground; None where no village is known."""
        return village_kind(self.area)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: when all that is given matches, the nearest unit of that kind, looked for from `level` upward."""

    code: str
    templates: tuple[str, ...] = ()  # codes or their beginnings: "C02", "C"; empty: any
    levels: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    village_kinds: tuple[str, ...] = ()  # of VillageKind: 居委 or 村委
    kind: UnitKind = UnitKind.COMMAND_ROOM
    level: Level = Level.TOWN

    def matches(self, case: Case) -> bool:
        return (
            (not self.templates or case.template.startswith(self.templates))
            and (not self.levels or case.level in self.levels)
            and (not self.urgencies or case.urgency in self.urgencies)
            and (not self.channels or case.channel in self.channels)
            and self.reaches(case.area)
        )

    def reaches(self, area: str) -> bool:
        """Whether the rule is about this place at all."""
        return (not self.areas or area.startswith(self.areas)) and (
            not self.village_kinds or village_kind(area) in self.village_kinds
        )

    @property
    def looks_at_place(self) -> bool:
        """Whether the same kind of report may match at one place and not at another."""
        return bool(self.areas or self.village_kinds)


class Route(NamedTuple):
    """The answer and its reason: the rule that spoke (None: the fallback), and where its unit was found."""

    unit_id: int
    rule: str | None
    found_at: str


Offices = Mapping[tuple[UnitKind, str], int]  # (kind, area code) → unit id


def route(case: Case, rules: Sequence[Rule], offices: Offices) -> Route:
    """Return the unit by the first rule that both matches and finds one; else the nearest command room or center.

    Raises Refused("routing.nobody") where not even the city has a center.
    """
    for rule in rules:
        if rule.matches(case) and (found := nearest(rule.kind, up_to(case.area, rule.level), offices)):
            return Route(found[0], rule.code, found[1])
    return fallback(case.area, offices)


def fallback(area: str, offices: Offices) -> Route:
    """Return the nearest command room or center above this area."""
    for level in (Level.TOWN, Level.COUNTY, Level.CITY):
        place = up_to(area, level)
        if len(place) == level and (unit := offices.get((COMMAND[level], place))):
            return Route(unit, None, place)
    raise Refused("routing.nobody", area=area)


def nearest(kind: UnitKind, area: str, offices: Offices) -> tuple[int, str] | None:
    """Return the unit of this kind at the area or the closest area above it, and where it stands."""
    for place in _upward(area):
        if unit := offices.get((kind, place)):
            return unit, place
    return None


def _upward(area: str) -> Iterable[str]:
    return (area[:level] for level in UPWARD if level <= len(area))
