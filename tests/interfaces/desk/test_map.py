"""The map: counts by area within scope, single matters near by, the same numbers in the table, little to send."""

import gzip
import json
import re

import pytest
from django.conf import settings
from django.test import Client

from tests.interfaces.desk.visitors import visitor
from tests.town import AREAS, SIDE, SOUTH, WEST, a_matter
from tongxin.apps.areas.queries import children
from tongxin.apps.matters import spots
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.spots import Box, Narrowed
from tongxin.interfaces.desk import layers
from tongxin.interfaces.desk.filtering import filters_of
from tongxin.interfaces.desk.map import table
from tongxin.interfaces.desk.places import home_of
from tongxin.rules.area_codes import Level
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import OPEN
from tongxin.rules.sealing import Seal

EVERYWHERE = f"{WEST},{SOUTH},{WEST + 4 * SIDE},{SOUTH + SIDE}"
BOX = Box(WEST, SOUTH, WEST + 4 * SIDE, SOUTH + SIDE)
TOWNS = ["330802001", "330803001"]
pytestmark = pytest.mark.django_db


def features(client: Client, name: str, **asked: str) -> list[dict]:
    answer = client.get(f"/map/{name}.json", {"bbox": EVERYWHERE, **asked})
    assert answer.status_code == 200
    return json.loads(answer.content)["features"]


def open_counts(client: Client, name: str) -> dict[str, int]:
    return {each["properties"]["code"]: each["properties"]["open"] for each in features(client, name)}


def asked(text: str = ""):
    from django.http import QueryDict

    return filters_of(QueryDict(text))


def test_each_level_counts_the_open_matters_of_its_areas(town):
    a_matter(town)
    a_matter(town, "CLOSED")

    leader = visitor("leader")

    assert open_counts(leader, "counties") == {"330802": 1, "330803": 0}
    assert open_counts(leader, "towns") == {"330802001": 1, "330803001": 0}
    assert open_counts(leader, "grids")["330802001001001"] == 1


def test_a_near_matter_is_a_point_with_its_lamp_and_its_page(town):
    matter = a_matter(town)

    (point,) = features(visitor("dispatcher"), "matters")

    assert point["properties"]["number"] == matter.number
    assert point["properties"]["colour"] in {"green", "amber", "red"}
    assert point["properties"]["url"] == f"/m/{matter.number}/"
    assert point["geometry"]["coordinates"] == [round(matter.lon, 6), round(matter.lat, 6)]


def test_the_neighbouring_countys_handler_gets_nothing(town):
    a_matter(town, "HANDLING")
    neighbour = visitor("neighbouring_handler")

    assert features(neighbour, "matters") == []
    assert set(open_counts(neighbour, "grids").values()) == {0}
    assert "没有在办事项" in neighbour.get("/map/?area=330802").content.decode()


def test_a_handler_sees_what_the_own_unit_handles(town):
    matter = a_matter(town, "HANDLING")

    (point,) = features(visitor("handler"), "matters")

    assert point["properties"]["number"] == matter.number


def test_a_sealed_matter_is_never_a_point_even_for_who_may_open_it(town, now):
    matter = a_matter(town)
    Matter.objects.filter(pk=matter.pk).update(is_sealed=True, seal=Seal.DISPUTE)

    assert spots.points(town.duty_chief, BOX, TOWNS, now) == []
    assert [spot.count for spot in spots.counted(town.duty_chief, Level.COUNTY, now)] == [1]
    assert spots.counted(town.dispatcher, Level.COUNTY, now) == []


def test_points_outside_the_box_are_not_sent(town, now):
    a_matter(town)
    elsewhere = Box(WEST + 2 * SIDE, SOUTH, WEST + 4 * SIDE, SOUTH + SIDE)

    assert spots.points(town.leader, elsewhere, layers.towns_in(elsewhere), now) == []


def test_template_and_lamp_narrow_counts_and_points_alike(town, now):
    a_matter(town)
    for narrowed, many in (
        (Narrowed("C"), 1),
        (Narrowed("C02"), 1),
        (Narrowed("D"), 0),
        (Narrowed("", Lamp.GREEN), 1),
        (Narrowed("", Lamp.RED), 0),
    ):
        assert len(spots.points(town.leader, BOX, TOWNS, now, narrowed=narrowed)) == many
        assert sum(spot.count for spot in spots.counted(town.leader, Level.GRID, now, narrowed=narrowed)) == many


@pytest.mark.parametrize("area", [code for code in AREAS if len(code) >= 4])
def test_the_table_adds_up_at_every_level(town, now, area):
    a_matter(town)
    a_matter(town, point=(WEST + SIDE * 3.5, SOUTH + SIDE * 0.5))

    lines, total = table(town.leader, area, asked(), now)

    assert total.count == sum(line.spot.count for line in lines)
    assert total.count == Matter.objects.filter(area__startswith=area, state__in=OPEN).count()


def test_what_is_placed_no_closer_stands_in_a_line_of_its_own(town, now):
    a_matter(town, point=(None, None), area="330802001")

    lines, total = table(town.leader, "330802001", asked(), now)

    assert (lines[-1].name, lines[-1].spot.count) == ("未落到下一级", 1)
    assert total.count == 1


def test_the_page_opens_at_the_own_area_and_goes_no_higher(town):
    page = visitor("dispatcher").get("/map/").content.decode()

    assert home_of(town.dispatcher) == "330802001"
    assert "松园社区" in page
    assert not re.search(r'href="/map/\?area=3308(02)?["&]', page)


def test_the_table_works_without_script_down_to_the_grid(town):
    a_matter(town)
    leader, area = visitor("leader"), "3308"
    for _step in range(4):
        page = leader.get(f"/map/?area={area}").content.decode()
        below = children(area)[0].code
        if not children(below):
            break
        assert f'href="/map/?area={below}"' in page
        area = below

    assert area == "330802001001"
    assert "area=330802001001001" in page  # the list of what lies in the grid


def test_a_layer_costs_one_statement_however_much_it_shows(town, now, django_assert_num_queries):
    for _ in range(3):
        a_matter(town)
    layers.outlines(Level.GRID)
    layers.outlines(Level.TOWN)

    with django_assert_num_queries(1):
        spots.counted(town.leader, Level.GRID, now)
    with django_assert_num_queries(1):
        spots.points(town.leader, BOX, layers.towns_in(BOX), now)
    with django_assert_num_queries(1):
        table(town.leader, "3308", asked(), now)


def test_what_did_not_change_is_not_sent_again(town):
    leader = visitor("leader")
    first = leader.get("/map/counties.json")

    again = leader.get("/map/counties.json", headers={"if-none-match": first["ETag"]})
    a_matter(town)
    after = leader.get("/map/counties.json", headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert after.status_code == 200
    assert "private" in after["Cache-Control"]


def test_a_layer_is_sent_packed(town):
    answer = visitor("leader").get("/map/grids.json", {"bbox": EVERYWHERE}, headers={"accept-encoding": "gzip"})

    assert answer["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.content))["type"] == "FeatureCollection"


def test_nobody_without_an_account_gets_a_layer(db):
    answer = Client().get("/map/counties.json")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_an_unknown_layer_is_not_found(town):
    assert visitor("leader").get("/map/people.json").status_code == 404


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_the_map_speaks_both_languages(town, language):
    page = visitor("leader", language).get("/map/").content.decode()

    assert ("Open matters in an area" in page) == (language == "en")
