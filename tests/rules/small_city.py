"""A city small enough to be looked at whole: two towns, an urban and a rural village, three templates, a few units."""

from typing import Any

from tongxin.rules.checking import Ground
from tongxin.rules.rulesets import Standing, routing_row, template_columns
from tongxin.rules.units import UnitKind

CITY, COUNTY = "3308", "330802"
TOWN, NEXT_TOWN = "330802001", "330802100"
URBAN, RURAL, NEXT_RURAL = "330802001001", "330802001200", "330802100201"
AREAS = (CITY, COUNTY, TOWN, NEXT_TOWN, URBAN, RURAL, NEXT_RURAL)
OFFICES = {
    (UnitKind.CITY_CENTER, CITY): 1,
    (UnitKind.COUNTY_CENTER, COUNTY): 2,
    (UnitKind.COMMAND_ROOM, TOWN): 3,
    (UnitKind.COMMAND_ROOM, NEXT_TOWN): 4,
    (UnitKind.SANITATION, TOWN): 5,
    (UnitKind.SANITATION, NEXT_TOWN): 6,
    (UnitKind.VILLAGE_STATION, URBAN): 7,
    (UnitKind.VILLAGE_STATION, RURAL): 8,
    (UnitKind.PARKS, COUNTY): 9,
}
GROUND = Ground(AREAS, OFFICES)


def a_template(**columns: Any) -> dict[str, Any]:
    """Return all columns of a plain template."""
    plain = {
        "name": "暴露垃圾",
        "name_en": "Exposed refuse",
        "keywords": ["垃圾"],
        "standard_class": "",
        "level": "T",
        "urgency": "N",
        "limit": "1wd",
        "extra_limits": [],
        "unit_kinds": ["sanitation"],
        "transfer_to": "",
        "may_settle": True,
        "is_sealed": False,
        "before_photos": 1,
        "after_photos": 1,
        "form": {"type": "object", "properties": {"amount": {"type": "string", "title": "数量"}}},
        "filing_condition": "",
        "closing_condition": "",
        "filing_condition_en": "",
        "closing_condition_en": "",
        "samples": [],
    }
    return template_columns("C02", plain | columns)


def a_rule(code: str, kind: str, level: str = "T", *, is_active: bool = True, why: str = "", **match: list[str]) -> Any:
    """Return a row of the routing table."""
    target = {"kind": kind, "level": level}
    return routing_row({"code": code, "match": match, "target": target, "why": why, "is_active": is_active})


def standing(*, routing: list[Any] | None = None, book: dict[str, Any] | None = None, **templates: Any) -> Standing:
    """Return the small city's rules, or those given instead."""
    kinds = {
        "C02": a_template(),
        "C06": a_template(name="园林绿化", unit_kinds=["parks"], limit="5wd"),
        "A01": a_template(name="邻里纠纷", unit_kinds=["village_station"], level="V", limit="3wd"),
    }
    rules = [
        a_rule("C02-1", "sanitation", templates=["C02"]),
        a_rule("C06-1", "parks", "C", templates=["C06"]),
        a_rule("A01-1", "village_station", "V", templates=["A01"]),
    ]
    return Standing(kinds | templates, rules if routing is None else routing, book or {})
