"""POST /api/v1/matters: one or many, each answered in its place."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import town as towns
from tests.interfaces.api.conftest import a_body
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters.models import Contact, Matter, Report
from tongxin.rules.datum import Datum, from_wgs84


def test_a_report_is_answered_with_its_number_place_and_clock(caller):
    answer = caller("grid_worker").post("/matters", a_body())

    told = answer.json()
    assert answer.status_code == 201, told
    assert told["state"] == "awaiting_acceptance"
    assert (told["level"], told["urgency"]) == ("V", "N")
    assert told["area"] == {
        "code": "330802001001001",
        "name": "松园社区 01 网格",
        "chain": ["浙江省", "衢州市", "柯城区", "荷花街道", "松园社区", "松园社区 01 网格"],
    }
    assert answer["Location"] == told["links"]["self"] == f"/api/v1/matters/{told['number']}"
    assert Matter.objects.get().number == told["number"]


def test_a_reporter_may_press_harder_than_the_template_and_the_answer_says_so(caller):
    told = caller("grid_worker").post("/matters", a_body(urgency="U")).json()

    assert told["urgency"] == Matter.objects.get().urgency == "U"


@pytest.mark.parametrize("crs", ["gcj02", "GCJ-02", "bd09", "CGCS2000", "WGS84"])
def test_points_of_other_maps_land_in_the_same_grid(caller, crs):
    datum = Datum(crs.lower().replace("-", ""))
    point = from_wgs84(*towns.SONGYUAN_02, datum)

    told = caller("grid_worker").post("/matters", a_body(point=point, crs=crs)).json()

    assert told["area"]["code"] == "330802001001002"
    assert (Matter.objects.get().lon, Matter.objects.get().lat) == pytest.approx(towns.SONGYUAN_02, abs=1e-7)


def test_an_area_says_where_when_no_point_is_known(caller):
    told = caller("grid_worker").post("/matters", a_body(point=(None, None), area="330802001001")).json()

    assert told["area"]["code"] == "330802001001"


def test_contacts_are_kept_apart_and_told_to_nobody(caller):
    body = a_body(contact={"name": "王女士", "phone": "13812346027"})

    answer = caller("grid_worker").post("/matters", body)

    assert Contact.objects.get().phone == "13812346027"
    assert "13812346027" not in answer.content.decode()


def test_a_report_of_yesterday_is_taken_and_one_of_last_month_is_not(caller):
    yesterday, last_month = (timezone.now() - timedelta(days=days) for days in (1, 30))

    taken = caller("grid_worker").post("/matters", a_body(reported_at=yesterday.isoformat()))
    refused = caller("grid_worker").post("/matters", a_body(reported_at=last_month.isoformat()))

    assert taken.status_code == 201
    assert Matter.objects.get().reported_at == yesterday
    assert (refused.status_code, refused.json()["code"]) == (409, "report.too_old")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "  "}, "report.no_text"),
        ({"text": "长" * 2001}, "report.too_long"),
        ({"title": "长" * 81}, "report.too_long"),
        ({"lat": None}, "point.half"),
        ({"lon": 500}, "point.invalid"),
        ({"lon": None, "lat": None}, "place.missing"),
        ({"crs": "mars"}, "crs.unknown"),
        ({"channel": "pigeon"}, "body.value"),
        ({"urgency": "X"}, "body.value"),
        ({"reported_at": "2026-11-20T15:42:00"}, "report.no_zone"),
        ({"reported_at": "yesterday"}, "body.value"),
        ({"form": {"nonsense": 1}}, "form.invalid"),
        ({"key": "长" * 121}, "report.too_long"),
        ({"titel": "错字"}, "body.unknown"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_rule_and_leaves_nothing(caller, changes, code):
    answer = caller("grid_worker").post("/matters", a_body(**changes))

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Matter.objects.exists()
    assert not Report.objects.exists()
    assert not Entry.objects.filter(subject__startswith="matter:").exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"template": "ZZZ"}, "template.unknown"),
        ({"lon": 123.5, "lat": 29.0}, "point.outside"),
        ({"lon": None, "lat": None, "area": "999999"}, "area.unknown"),
    ],
)
def test_what_a_report_names_and_the_city_has_not_is_not_there(caller, changes, code):
    alone = caller("grid_worker").post("/matters", a_body(**changes))
    row = caller("grid_worker").post("/matters", [a_body(), a_body(**changes)]).json()[1]

    assert (alone.status_code, alone.json()["code"]) == (404, code)
    assert (row["status"], row["problem"]["code"]) == (404, code)


# --- lists ------------------------------------------------------------------------------------------------------------


def test_in_a_list_a_bad_row_fails_alone_and_in_its_place(caller):
    rows = [a_body(), a_body(template="ZZZ"), {"text": 3}, 7, a_body(text="路灯不亮")]

    answer = caller("grid_worker").post("/matters", rows)

    told = answer.json()
    assert answer.status_code == 207
    assert [row["status"] for row in told] == [201, 404, 422, 422, 201]
    assert [row.get("problem", {}).get("code") for row in told][1:4] == ["template.unknown", "body.type", "body.type"]
    assert {row["matter"]["number"] for row in told if "matter" in row} == set(
        Matter.objects.values_list("number", flat=True)
    )


def test_a_list_taken_in_whole_is_201_and_an_empty_one_too(caller):
    whole = caller("grid_worker").post("/matters", [a_body(), a_body()])
    empty = caller("grid_worker").post("/matters", [])

    assert (whole.status_code, len(whole.json())) == (201, 2)
    assert (empty.status_code, empty.json()) == (201, [])


def test_a_list_of_five_thousand_and_one_is_refused(caller):
    answer = caller("grid_worker").post("/matters", [{}] * 5_001)

    assert (answer.status_code, answer.json()["code"]) == (422, "report.too_many")


def test_a_list_in_which_no_row_is_a_report_is_refused_as_one_that_is_none(caller):
    answer = caller("grid_worker").post("/matters", [{"titel": "错字"}, 7])
    unknown = caller("grid_worker").post("/matters", [a_body(template="ZZZ")])

    told = answer.json()
    assert (answer.status_code, told["code"], answer["Content-Type"]) == (
        422, "report.none_readable", "application/problem+json"
    )  # fmt: skip
    assert [row["problem"]["code"] for row in told["rows"]] == ["body.unknown", "body.type"]
    assert unknown.status_code == 207


def test_a_list_costs_the_same_statements_as_one(caller, django_assert_max_num_queries):
    worker = caller("grid_worker")
    worker.post("/matters", a_body())

    with django_assert_max_num_queries(8):  # savepoint and release of the test's transaction included
        answer = worker.post("/matters", [a_body() for _ in range(40)])

    assert answer.status_code == 201


# --- asking twice -----------------------------------------------------------------------------------------------------


def test_the_same_key_again_gives_the_same_matter(caller):
    first = caller("grid_worker").post("/matters", a_body(), Idempotency_Key="a-1")
    second = caller("grid_worker").post("/matters", a_body(), Idempotency_Key="a-1")

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Matter.objects.count() == 1


@pytest.mark.parametrize("changes", [{"text": "另一件事"}, {"template": "C03"}, {"point": towns.SONGYUAN_02}])
def test_the_same_key_with_another_content_is_refused(caller, changes):
    first = caller("grid_worker").post("/matters", a_body(), Idempotency_Key="a-1")

    second = caller("grid_worker").post("/matters", a_body(**changes), Idempotency_Key="a-1")

    assert (second.status_code, second.json()["code"]) == (422, "idempotency.reused")
    assert second.json()["facts"]["number"] == first.json()["number"]
    assert Matter.objects.count() == 1


def test_two_callers_may_use_the_same_key_for_two_matters(caller):
    caller("grid_worker").post("/matters", a_body(), Idempotency_Key="a-1")
    other = caller("acceptor").post("/matters", a_body(), Idempotency_Key="a-1")

    assert other.status_code == 201
    assert Matter.objects.count() == 2


def test_rows_of_a_list_have_keys_of_their_own_or_derived_ones(caller):
    rows = [a_body(key="own"), a_body(text="二"), a_body(text="三")]

    first = caller("grid_worker").post("/matters", rows, Idempotency_Key="list-1")
    again = caller("grid_worker").post("/matters", rows, Idempotency_Key="list-1")
    own = caller("grid_worker").post("/matters", a_body(key="own"))

    assert (first.status_code, again.status_code, own.status_code) == (201, 200, 200)
    assert [row["matter"] for row in again.json()] == [row["matter"] for row in first.json()]
    assert set(Matter.objects.values_list("source_key", flat=True)) == {"own", "list-1:1", "list-1:2"}


@pytest.mark.parametrize(
    ("header", "field", "code"),
    [("a", "b", "idempotency.two_keys"), ("k" * 101, "", "idempotency.key"), ("", "", "idempotency.key")],
)
def test_keys_that_are_none_or_two_are_refused(caller, header, field, code):
    answer = caller("grid_worker").post("/matters", a_body(key=field), Idempotency_Key=header)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Matter.objects.exists()
