"""Areas, templates, units: what integrators need before they report."""

from datetime import timedelta

import pytest

from tests import town as towns
from tongxin.apps.publicity import queries as publicity
from tongxin.rules.datum import Datum, from_wgs84


def test_a_point_is_located_with_its_reason(caller):
    told = caller("grid_worker").get("/areas/locate", {"lon": 118.865, "lat": 28.945}).json()

    assert told["how"] == "inside"
    assert told["area"]["code"] == "330802001001001"
    assert told["area"]["chain"][-1] == "松园社区 01 网格"


@pytest.mark.parametrize("crs", ["gcj02", "BD-09", "CGCS2000"])
def test_points_of_other_maps_are_located_alike(caller, crs):
    lon, lat = from_wgs84(*towns.HEXIYUAN_01, Datum(crs.lower().replace("-", "")))

    told = caller("grid_worker").get("/areas/locate", {"lon": lon, "lat": lat, "crs": crs}).json()

    assert told["area"]["code"] == "330802001002001"
    assert (told["lon"], told["lat"]) == pytest.approx(towns.HEXIYUAN_01, abs=1e-6)


def test_a_point_on_an_edge_tells_the_other_side_and_one_beside_it_how_far(caller):
    edge = caller("grid_worker").get("/areas/locate", {"lon": towns.WEST + towns.SIDE, "lat": 28.945}).json()
    near = caller("grid_worker").get("/areas/locate", {"lon": towns.WEST - 0.0005, "lat": 28.945}).json()

    assert edge["how"] == "on_edge"
    assert [each["code"] for each in edge["others"]] == ["330802001001002"]
    assert (near["how"], near["area"]["code"]) == ("nearest", "330802001001001")
    assert near["metres"] == pytest.approx(48.7, abs=0.5)


def test_a_point_at_sea_is_outside_and_no_error(caller):
    told = caller("grid_worker").get("/areas/locate", {"lon": 123.5, "lat": 29.0}).json()

    assert (told["how"], told["area"]) == ("outside", None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("lon=118.8", "query.invalid"),
        ("lon=a&lat=b", "query.invalid"),
        ("lon=nan&lat=28", "query.invalid"),
        ("lon=inf&lat=28", "query.invalid"),
        ("lon=181&lat=28", "point.invalid"),
        ("lon=118&lat=28&crs=mars", "crs.unknown"),
        ("lng=118&lat=28&lon=118", "query.unknown"),
    ],
)
def test_what_is_no_point_is_refused(caller, query, code):
    answer = caller("grid_worker").get(f"/areas/locate?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_an_area_is_told_with_its_place_in_the_tree(caller):
    told = caller("grid_worker").get("/areas/330802001").json()

    assert (told["name"], told["level"], told["parent"]) == ("荷花街道", "town", "330802")
    assert told["chain"] == ["浙江省", "衢州市", "柯城区", "荷花街道"]
    assert told["bbox"] == pytest.approx([118.86, 28.94, 118.89, 28.95])
    assert told["geometry"] is None


def test_an_area_is_drawn_when_asked(caller):
    told = caller("grid_worker").get("/areas/330802001001001", {"shape": 1}).json()

    assert told["geometry"]["type"] == "Polygon"
    assert len(told["geometry"]["coordinates"][0]) == 5


def test_areas_are_found_by_name_and_by_what_lies_above(caller):
    worker = caller("grid_worker")

    def codes(**asked):
        return [each["code"] for each in worker.get("/areas", asked).json()["items"]]

    assert codes() == ["33"] and codes(parent="33") == ["3308"]
    assert codes(parent="330802001") == ["330802001001", "330802001002"]
    assert codes(q="荷花 松园")[0] == "330802001001"
    assert codes(q="松园", parent="330803") == [] and codes(q="没有这个地方") == []
    assert worker.get("/areas", {"parent": "330899"}).status_code == 404


def test_what_everybody_is_told_is_counted_for_the_areas_right_below(caller, town, now):
    worker = caller("grid_worker")
    for _ in range(5):
        towns.a_matter(town, "HANDLING", now=now - timedelta(days=3))
    publicity.forget()

    told = worker.get("/areas/330802001/counts").json()

    assert {each["area"]["code"]: each["matters"] for each in told["items"]} == {
        "330802001001": 5,
        "330802001002": None,
    }
    for code in ("330802001001", "33", "330899", "abc"):
        assert worker.get(f"/areas/{code}/counts").status_code == 404


def test_places_are_found_by_who_takes_calls_within_their_ground(caller):
    found = caller("operator").get("/places", {"q": "松园"})

    assert "330802001001" in {each["area"]["code"] for each in found.json()["items"]}
    assert caller("grid_worker").get("/places", {"q": "松园"}).status_code == 403


def test_official_codes_with_padding_are_understood(caller):
    assert caller("grid_worker").get("/areas/330800").json()["code"] == "3308"


@pytest.mark.parametrize("code", ["44", "330899", "abc", "3", "９９"])
def test_an_area_nobody_knows_is_not_found(caller, code):
    answer = caller("grid_worker").get(f"/areas/{code}")

    assert (answer.status_code, answer.json()["code"]) == (404, "area.missing")


def test_templates_are_told_with_their_forms(caller):
    items = caller("grid_worker").get("/templates").json()["items"]
    one = caller("grid_worker").get("/templates/C02").json()

    assert [each["code"] for each in items] == sorted(each["code"] for each in items)
    assert len(items) == 133
    assert one["name"] == "暴露垃圾"
    assert one["form"]["type"] == "object"
    assert {each: one[each] for each in items[0]} in items


def test_a_template_nobody_knows_is_not_found(caller):
    assert caller("grid_worker").get("/templates/ZZZ").json()["code"] == "template.missing"


def test_units_are_listed_by_area_and_kind_and_paged(caller):
    worker = caller("grid_worker")

    here = worker.get("/units", {"area": "330802", "kind": "sanitation"}).json()
    seen, after = [], ""
    while after is not None:
        page = worker.get("/units", {"limit": 4, "after": after}).json()
        seen += [each["code"] for each in page["items"]]
        after = page["next"]

    assert [each["code"] for each in here["items"]] == ["sanitation"]
    assert sorted(seen) == sorted(towns.UNITS)


@pytest.mark.parametrize("query", ["kind=circus", "area=x", "limit=0", "limit=1001", "page=2"])
def test_units_asked_for_wrongly_are_refused(caller, query):
    assert caller("grid_worker").get(f"/units?{query}").status_code == 422
