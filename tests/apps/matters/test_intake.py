"""Intake: what is taken in, what is refused, and that a refusal leaves nothing behind."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from tests.town import AT_SEA, HEXIYUAN_01, SIDE, SONGYUAN_01, WEST, ZHANGTAN_01, a_report, kinds_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions, ids, numbers
from tongxin.apps.matters.models import Contact, Deadline, Matter, Report
from tongxin.rules.datum import Datum, from_wgs84
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid, NotAllowed, Refused

pytestmark = pytest.mark.django_db


def nothing_new(before: tuple[int, ...]) -> bool:
    return before == counts()


def counts() -> tuple[int, ...]:
    return tuple(table.objects.count() for table in (Matter, Report, Deadline, Contact, Entry))


def test_a_report_finds_its_grid_its_desk_its_unit_and_its_clocks(town, now):
    reported = actions.report(a_report(), by=town.grid_worker, now=now)

    matter = Matter.objects.get(pk=reported.id)
    assert matter.number.startswith("KC261120-")
    assert matter.area == "330802001001001"
    assert matter.desk_id == town.unit["command_room"]
    assert matter.suggested_id == town.unit["sanitation"]
    assert matter.suggested_by == "C02-1"
    assert {clock.clock for clock in matter.deadlines.all()} == {"accept", "whole"}
    assert matter.due_at == now + timedelta(minutes=30)
    assert kinds_of(matter) == ["matter.report"]


def test_a_report_takes_few_statements(town, now, django_assert_max_num_queries):
    actions.report(a_report(), by=town.grid_worker, now=now)

    with django_assert_max_num_queries(7):  # SAVEPOINT and RELEASE of the test's own transaction included
        actions.report(a_report(), by=town.grid_worker, now=now)


def test_a_thousand_reports_take_as_many_statements_as_one(town, now, django_assert_max_num_queries):
    actions.report(a_report(), by=town.grid_worker, now=now)

    with django_assert_max_num_queries(7):
        answers = actions.report_many([a_report()] * 1000, by=town.grid_worker, now=now)

    assert len({answer.number for answer in answers}) == 1000


@pytest.mark.parametrize("datum", list(Datum))
def test_a_place_is_found_whatever_its_datum(town, now, datum):
    lon, lat = from_wgs84(*HEXIYUAN_01, datum)

    reported = actions.report(a_report(point=(lon, lat), datum=datum), by=town.grid_worker, now=now)

    assert reported.area == "330802001002001"


def test_an_area_is_enough_where_nobody_knows_the_point(town, now):
    reported = actions.report(a_report(point=(None, None), area="330802001001"), by=town.grid_worker, now=now)

    matter = Matter.objects.get(pk=reported.id)
    assert (matter.area, matter.located, matter.lon) == ("330802001001", "given", None)


def test_a_point_just_outside_goes_to_the_nearest_grid_and_says_so(town, now):
    west_of_town = (WEST - SIDE / 100, SONGYUAN_01[1])

    reported = actions.report(a_report(point=west_of_town), by=town.grid_worker, now=now)

    matter = Matter.objects.get(pk=reported.id)
    assert (matter.area, matter.located) == ("330802001001001", "nearest")
    assert 9 < matter.located_m < 10  # a ten-thousandth of a degree at 29° north


BAD = {
    "at sea": ({"point": AT_SEA}, "point.outside"),
    "half a point": ({"point": (118.8, None)}, "point.half"),
    "no such point": ({"point": (float("nan"), 28.9)}, "point.invalid"),
    "beyond the poles": ({"point": (118.8, 91.0)}, "point.invalid"),
    "over the edge of its datum": ({"point": (-180.0, 28.9), "datum": Datum.BD09}, "point.invalid"),
    "a key with a control character": ({"source_key": "a\x00b"}, "report.nul"),
    "nowhere at all": ({"point": (None, None)}, "place.missing"),
    "an unknown area": ({"point": (None, None), "area": "330899"}, "area.unknown"),
    "an area that is no code": ({"point": (None, None), "area": "'; DROP TABLE"}, "area.unknown"),
    "an unknown template": ({"template": "Z99"}, "template.unknown"),
    "no words": ({"text": "  \n "}, "report.no_text"),
    "ten megabytes": ({"text": "垃" * 10_000_000}, "report.too_long"),
    "a control character": ({"text": "a\x00b"}, "report.nul"),
    "a long title": ({"title": "长" * 81}, "report.too_long"),
    "tomorrow": ({"days": 1}, "report.in_future"),
    "before the calendar": ({"days": -365 * 30}, "calendar.too_short"),
    "a field that is not in the form": ({"form": {"身份证号": "1"}}, "form.invalid"),
    "a value of the wrong kind": ({"form": {"amount": 7}}, "form.invalid"),
}


@pytest.mark.parametrize(("told", "code"), BAD.values(), ids=BAD.keys())
def test_a_bad_report_is_refused_and_leaves_nothing_behind(town, now, told, code):
    before = counts()
    told = dict(told)
    if days := told.pop("days", None):
        told["at"] = now + timedelta(days=days)

    with pytest.raises(Refused) as refused:
        actions.report(a_report(**told), by=town.grid_worker, now=now)

    assert refused.value.code == code
    assert nothing_new(before)


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE matters_matter; --", "<script>alert(1)</script>", "{{7*7}}", "%s %(x)s", "\\"]
)
def test_what_looks_like_code_is_kept_as_the_words_it_is(town, now, text):
    reported = actions.report(
        a_report(text=text, title=text, place=text, contact_name=text, contact_phone=text[:40]),
        by=town.grid_worker,
        now=now,
    )

    matter = Matter.objects.select_related("report", "contact").get(pk=reported.id)
    assert (matter.title, matter.place, matter.report.text, matter.contact.name) == (text,) * 4


def test_one_bad_row_fails_alone(town, now):
    batch = [a_report(), a_report(template="Z99"), a_report(point=AT_SEA), a_report(point=ZHANGTAN_01)]

    answers = actions.report_many(batch, by=town.grid_worker, now=now)

    assert [getattr(answer, "code", "in") for answer in answers] == ["in", "template.unknown", "point.outside", "in"]
    assert Matter.objects.count() == 2


def test_the_same_key_is_the_same_matter(town, now):
    first = actions.report(a_report(source_key="a-1"), by=town.grid_worker, now=now, source="api:1")
    again = actions.report(a_report(source_key="a-1", text="别的话"), by=town.grid_worker, now=now, source="api:1")
    elsewhere = actions.report(a_report(source_key="a-1"), by=town.grid_worker, now=now, source="api:2")

    assert (again.number, again.is_new) == (first.number, False)
    assert elsewhere.number != first.number
    assert Matter.objects.count() == 2


def test_a_key_that_stands_twice_in_a_batch_is_one_matter(town, now):
    answers = actions.report_many([a_report(source_key="k")] * 3, by=town.grid_worker, now=now, source="api:1")

    assert [answer.is_new for answer in answers] == [True, False, False]
    assert len({answer.number for answer in answers}) == 1


def test_somebody_without_a_post_reports_nothing(town, now):
    stranger = replace(town.grid_worker, duties=())

    with pytest.raises(NotAllowed):
        actions.report(a_report(), by=stranger, now=now)


def test_a_reporter_may_press_harder_than_the_template_but_not_softer(town, now):
    pressed = actions.report(a_report(urgency=Urgency.URGENT), by=town.grid_worker, now=now)
    softened = actions.report(a_report(template="B07", urgency=Urgency.NORMAL), by=town.grid_worker, now=now)

    assert Matter.objects.get(pk=pressed.id).urgency == "U"
    assert Matter.objects.get(pk=softened.id).urgency == "E"


def test_oversight_is_sealed_from_its_first_moment(town, now):
    reported = actions.report(a_report(template="I09", text="村里的账目公开有问题。"), by=town.grid_worker, now=now)

    assert Matter.objects.get(pk=reported.id).is_sealed


def test_refusals_are_never_silent(town, now):
    with pytest.raises(Invalid, match=r"template\.unknown"):
        actions.report(a_report(template=""), by=town.grid_worker, now=now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_reports_at_the_same_time_get_different_numbers_and_one_key_one_matter(town, now):
    def report(n: int):
        try:
            return actions.report(a_report(source_key=f"k{n % 4}"), by=town.grid_worker, now=now, source="api:1")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(report, range(16)))

    assert len({answer.number for answer in answers}) == Matter.objects.count() == 4
    assert sum(answer.is_new for answer in answers) == 4


def test_a_process_that_becomes_two_gives_no_matter_the_same_id_or_number(town, now):
    """As `make demo` does right after it filled the city: what was taken ahead would be given by both."""
    actions.report(a_report(), by=town.grid_worker, now=now)
    taken_ahead = [*ids._held], dict(numbers._serials._held)

    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os.write(tell, json.dumps([len(ids._held), len(numbers._serials._held)]).encode())
        os._exit(0)
    os.waitpid(child, 0)

    assert all(taken_ahead)
    assert json.loads(os.read(told, 100)) == [0, 0]
