"""Kinds of units, and the level of the tree each one stands at."""

from enum import StrEnum

from tongxin.rules.area_codes import Level


class UnitKind(StrEnum):
    """What a unit is for. Source: domain.md §1 S0-11, S0-16, S0-20; §4 column dept."""

    # the command line, top down
    CITY_CENTER = "city_center"  # 市级大联动中心
    COUNTY_CENTER = "county_center"  # 县级联动中心
    COMMAND_ROOM = "command_room"  # 镇街综合信息指挥室
    VILLAGE_STATION = "village_station"  # 村社工作站
    HOTLINE = "hotline"  # 12345 热线
    # the four desks of a town (四平台)
    DESK_SAFETY = "desk_safety"  # 综治工作
    DESK_MARKET = "desk_market"  # 市场监管
    DESK_ENFORCEMENT = "desk_enforcement"  # 综合执法
    DESK_SERVICE = "desk_service"  # 便民服务
    # fields of work: a town has their stations, a county their bureaus
    POLICE = "police"
    TRAFFIC_POLICE = "traffic_police"
    JUSTICE = "justice"
    FIRE = "fire"
    EMERGENCY = "emergency"
    HOUSING = "housing"
    LAND = "land"
    ENVIRONMENT = "environment"
    WATER = "water"
    FARMING = "farming"
    FORESTRY = "forestry"
    TRANSPORT = "transport"
    MUNICIPAL = "municipal"
    SANITATION = "sanitation"
    PARKS = "parks"
    LABOR = "labor"
    WELFARE = "welfare"
    HEALTH = "health"
    EDUCATION = "education"
    ECONOMY = "economy"
    FINANCE = "finance"
    DISCIPLINE = "discipline"
    WATER_SUPPLY = "water_supply"
    POWER_SUPPLY = "power_supply"
    GAS_SUPPLY = "gas_supply"
    TELECOM = "telecom"
    TRANSIT = "transit"
    SUPERVISION = "supervision"  # 督查室


# they send work and press for it, and have no hands of their own
DESKS = frozenset(
    {UnitKind.CITY_CENTER, UnitKind.COUNTY_CENTER, UnitKind.COMMAND_ROOM, UnitKind.HOTLINE, UnitKind.SUPERVISION}
)


def works_at(kind: UnitKind, ground: str, area: str) -> bool:
    """Tell whether a unit with this ground has hands to work with, and works in this area."""
    return kind not in DESKS and area.startswith(ground)


COMMAND = {
    Level.CITY: UnitKind.CITY_CENTER,
    Level.COUNTY: UnitKind.COUNTY_CENTER,
    Level.TOWN: UnitKind.COMMAND_ROOM,
    Level.VILLAGE: UnitKind.VILLAGE_STATION,
}
