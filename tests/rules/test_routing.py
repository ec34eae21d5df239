"""Routing: urban and rural ground told apart, the catalog's answers otherwise as they were."""

import pytest

from tests.rules.small_city import NEXT_RURAL, OFFICES, RURAL, TOWN, URBAN
from tests.rules.test_catalog import RULES
from tongxin.rules.area_codes import Level, VillageKind, village_kind
from tongxin.rules.routing import Case, Rule, route
from tongxin.rules.tracing import obstacle
from tongxin.rules.units import UnitKind

VILLAGES_ONLY = Rule("V", village_kinds=(VillageKind.VILLAGERS,), kind=UnitKind.VILLAGE_STATION, level=Level.VILLAGE)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("330802001001", VillageKind.RESIDENTS),
        ("330802001199", VillageKind.RESIDENTS),
        ("330802001200", VillageKind.VILLAGERS),
        ("330825213399", VillageKind.VILLAGERS),
        ("330825213400", VillageKind.OTHER),
        ("330825110249003", VillageKind.VILLAGERS),  # a grid lies on its village's ground
        ("330802001", None),
        ("3308", None),
    ],
)
def test_ground_is_urban_or_rural_by_the_villages_serial(code, kind):
    assert village_kind(code) == kind


@pytest.mark.parametrize(("area", "speaks"), [(URBAN, False), (RURAL, True), (RURAL + "001", True), (TOWN, False)])
def test_a_rule_for_villages_is_silent_in_town_and_where_no_village_is_known(area, speaks):
    case = Case("C02", "T", "N", "grid", area)

    assert VILLAGES_ONLY.matches(case) is speaks
    assert (route(case, [VILLAGES_ONLY], OFFICES).rule == "V") is speaks


def test_what_kept_a_rule_silent_is_told():
    assert obstacle(VILLAGES_ONLY, Case("C02", "T", "N", "grid", URBAN), OFFICES) == "village_kinds"


def test_a_rule_for_villages_that_finds_no_station_leaves_the_answer_to_the_next():
    case = Case("C02", "T", "N", "grid", NEXT_RURAL)

    assert route(case, [VILLAGES_ONLY, Rule("S", kind=UnitKind.SANITATION)], OFFICES).rule == "S"


def test_the_catalog_asks_nowhere_on_which_ground_a_matter_lies():
    assert not any(rule.looks_at_place for rule in RULES)
