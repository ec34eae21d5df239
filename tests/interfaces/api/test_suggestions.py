"""Suggestions through the API: reasons for a person, figures for the log, and nothing kept."""

import pytest

from tests import town as towns
from tests.interfaces.api.conftest import a_body
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters.actions.training import keep_suggester, switch_off
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.suggesting.fitting import fit
from tongxin.apps.matters.suggesting.grams import folded
from tongxin.apps.matters.suggesting.measuring import measured
from tongxin.rules.datum import Datum, from_wgs84
from tongxin.rules.permissions import SYSTEM

TEXT = "松园社区菜场门口路灯不亮，晚上黑漆漆的"
LON, LAT = towns.SONGYUAN_01
LINES = [
    (code, folded(text))
    for code, text in (("D02", "路灯不亮晚上黑漆漆的"), ("C02", "垃圾堆了一地没人收"), ("C23", "狗没拴绳子追人"))
    for _ in range(20)
]


@pytest.fixture
def trained(town, now):
    report = measured(None, [], set(), since=now, until=now)
    return keep_suggester(fit(LINES, []), report, by=SYSTEM, now=now)


def asked(caller, who="acceptor", **changes):
    return caller(who).post("/suggestions", {"text": TEXT, "lon": LON, "lat": LAT} | changes)


def test_a_text_is_answered_with_kind_unit_and_place_each_with_its_reasons(caller, town, trained):
    told = asked(caller).json()

    (kind, *_) = told["kinds"]
    assert told["basis"] == "trained"
    assert told["area"]["code"] == "330802001001001"
    assert kind["template"]["name"] == "路灯不亮"
    assert [TEXT[start:end] for start, end in kind["spans"]] == kind["words"] != []
    assert (kind["unit"]["code"], bool(kind["unit"]["rule"])) == ("lamps", True)
    assert [area["code"] for place in told["places"] for area in place["areas"]] == ["330802001001"]


def test_no_figure_of_likelihood_leaves_the_house(caller, trained):
    assert "share" not in asked(caller).content.decode()


def test_a_matter_that_may_be_the_same_is_told_to_those_who_see_it_only(caller, trained):
    number = caller("grid_worker").post("/matters", a_body(template="D02", text=TEXT)).json()["number"]

    (near,) = asked(caller).json()["near"]

    assert (near["number"], near["likeness"], near["metres"]) == (number, "very", 0.0)
    assert asked(caller, "neighbouring_dispatcher").json()["near"] == []


def test_asking_writes_nothing(caller, trained):
    before = (Matter.objects.count(), Entry.objects.count())
    key = caller("acceptor")
    begun = Entry.objects.count()

    key.post("/suggestions", {"text": TEXT, "lon": LON, "lat": LAT})

    assert (Matter.objects.count(), Entry.objects.count()) == (before[0], begun)


def test_points_of_other_maps_are_understood(caller, trained):
    lon, lat = from_wgs84(LON, LAT, Datum.GCJ02)

    assert asked(caller, lon=lon, lat=lat, crs="gcj02").json()["area"]["code"] == "330802001001001"


def test_where_only_the_text_says_where_its_place_is_the_area(caller, trained):
    told = asked(caller, lon=None, lat=None).json()

    assert told["area"]["code"] == "330802001001"
    assert told["kinds"][0]["unit"]["code"] == "lamps"


def test_before_training_keywords_speak_and_switched_off_nothing_does(caller, town, now):
    cold = asked(caller).json()

    switch_off(by=town.system_admin, now=now)

    assert (cold["basis"], cold["kinds"][0]["template"]["code"]) == ("keywords", "D02")
    assert asked(caller).json() == {"basis": "off", "area": None, "kinds": [], "near": [], "places": []}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": " "}, "report.no_text"),
        ({"text": "长" * 2001}, "report.too_long"),
        ({"text": None}, "body.type"),
        ({"lat": None}, "point.half"),
        ({"lon": 999}, "point.invalid"),
        ({"crs": "mars"}, "crs.unknown"),
        ({"colour": "red"}, "body.unknown"),
    ],
)
def test_what_cannot_be_understood_is_refused(caller, changes, code):
    answer = asked(caller, **changes)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("who", ["leader", "supervisor", "system_admin"])
def test_only_who_may_report_may_ask(caller, who):
    assert asked(caller, who).json()["code"] == "permission.denied"
