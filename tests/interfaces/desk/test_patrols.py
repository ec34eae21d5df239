"""The work on the grid at the desk: coverage, plans, visits, duties, vans and help, each to whom it concerns."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.apps.patrols.grid import GRID, NEXT_GRID, VILLAGE, a_help_place, a_plan, a_round, a_van
from tests.interfaces.desk.visitors import visitor
from tests.town import SONGYUAN_01
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import HelpPlace, Plan, Van
from tongxin.apps.people.models import Person
from tongxin.rules.help_calls import Trouble
from tongxin.rules.patrols import Found
from tongxin.rules.permissions import SYSTEM, reporting
from tongxin.rules.visits import Outcome, PlaceKind, Purpose

pytestmark = pytest.mark.django_db
PAGES = ("", "rounds/", "plans/", "visits/", "duties/", "vans/", "help/")


def text_of(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.content.decode()[-800:])
    return answer.content.decode()


def now():
    """A moment of today at which a round of the day is open, for the pages look at the real clock."""
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def worked(town):
    """A day on the grid: a round half walked, a visit, a van, a call."""
    at = now()
    round_ = a_round(town, now=at)
    told = {"round_id": round_.pk, "at": at, "by": town.grid_worker, "now": at}
    actions.check_in(**told, point_id=round_.points[0], found=Found.FINE, lon=SONGYUAN_01[0], lat=SONGYUAN_01[1])
    actions.check_in(**told, point_id=round_.points[1], found=Found.UNREACHED, reason="围挡施工")
    shop = {"area": GRID, "kind": PlaceKind.SHOP, "place": "便利店", "purpose": Purpose.PREVENTION}
    said = {"asked": "遇到诈骗电话怎么办", "answered": "挂断，拨 96110"}
    actions.visit(**shop, **said, outcome=Outcome.ANSWERED, at=at, by=town.grid_worker, now=at)
    a_van(town, now=at)
    place = a_help_place(town, now=at)
    called = timezone.now() - timedelta(seconds=40)
    by = reporting(f"help_place:{place.pk}")
    call = actions.call(place_id=place.pk, trouble=Trouble.QUARREL, by=by, now=called)
    return round_, place, call


def test_every_page_opens_with_little_and_with_much_and_names_nobody(town, worked):
    Person.objects.update(name="张某某", phone="13800006027")
    for who in ("duty_chief", "grid_worker", "leader", "handler", "county_chief"):
        for page in PAGES:
            text = text_of(visitor(who), f"/patrols/{page}?by=grid")
            assert "13800006027" not in text
            assert len(re.findall("张某某", text)) <= 3, (who, page)  # the person's own name over the page
    assert "松园社区 01 网格" in text_of(visitor("duty_chief"), "/patrols/?by=grid")
    assert "2 / 3" in text_of(visitor("duty_chief"), "/patrols/?by=grid")
    assert "便利店" in text_of(visitor("secretary"), "/patrols/visits/")


def test_pages_of_the_ground_are_empty_for_neighbours_and_missing_for_who_has_no_ground(town, worked):
    round_, _place, _call = worked
    for page in PAGES:
        text = text_of(visitor("neighbouring_chief"), f"/patrols/{page}")
        assert not re.search("松园社区 01|便利店|便民 1 号车|荷花菜市场", text), page
        text_of(visitor("system_admin"), f"/patrols/{page}", 404)
    for path in (f"rounds/{round_.pk}/", f"plans/{round_.plan_id}/", f"vans/{Van.objects.get().pk}/"):
        text_of(visitor("neighbouring_chief"), f"/patrols/{path}", 404)


def test_a_round_shows_its_points_and_what_was_found_without_who(town, worked):
    round_, *_ = worked

    text = text_of(visitor("duty_chief"), f"/patrols/rounds/{round_.pk}/")

    assert "围挡施工" in text
    assert text.count('class="mark done"') == 2
    assert text.count('class="mark"') == 1


PLAN = {
    "title": "早市巡查",
    "area": GRID,
    "duty": "safety",
    "rhythm": "weekly",
    "on_day": "3",
    "opens": "06:00",
    "closes": "08:00",
    "id": ["", ""],
    "nth": ["2", "1"],
    "name": ["后门", "前门"],
    "look_at": ["", "占道"],
    "lon": [str(SONGYUAN_01[0]), str(SONGYUAN_01[0] + 0.001)],
    "lat": [str(SONGYUAN_01[1])] * 2,
    "radius": ["50", "80"],
}


def test_a_secretary_draws_up_a_plan_changes_it_and_closes_it(town):
    client = visitor("secretary")
    told = PLAN | {"unit": str(town.unit["station"])}

    assert text_of(client, "/patrols/plans/new").count("<tr") == 2
    added = client.post("/patrols/plans/new", told | {"add": "1"}).content.decode()
    assert added.index("前门") < added.index("后门")
    assert not Plan.objects.exists()
    answer = client.post("/patrols/plans/new", told)

    plan = Plan.objects.get()
    assert answer.url == f"/patrols/plans/{plan.pk}/"
    assert [point.name for point in plan.points.all()] == ["前门", "后门"]
    wrong = client.post(answer.url, told | {"version": "1", "on_day": "9"})
    assert "1 至 7" in wrong.content.decode()
    client.post(answer.url, told | {"version": "1", "title": "晚市巡查"})
    plan.refresh_from_db()
    assert plan.name == "晚市巡查"
    client.post(f"{answer.url}close")
    assert not Plan.objects.filter(is_open=True).exists()


def test_who_only_reads_a_plan_gets_no_form(town):
    plan = a_plan(town)

    assert '<form class="stack"' not in text_of(visitor("grid_worker"), f"/patrols/plans/{plan.pk}/")
    text_of(visitor("grid_worker"), "/patrols/plans/new", 403)
    assert visitor("grid_worker").post(f"/patrols/plans/{plan.pk}/close").status_code == 403


def test_a_plan_that_cannot_be_read_is_told_and_kept_in_the_form(town):
    client = visitor("secretary")
    for wrong in ({"opens": "soon"}, {"lon": ["x", "y"]}, {"area": NEXT_GRID[:6]}):
        answer = client.post("/patrols/plans/new", PLAN | {"unit": str(town.unit["station"])} | wrong)
        assert answer.status_code in (200, 403)
        assert not Plan.objects.exists()


def test_a_van_is_put_into_service_and_taken_out_again(town):
    client = visitor("secretary")
    stops = {"nth": ["1"], "name": ["村口"], "start": ["09:00"], "end": ["10:30"]}
    place = {"lon": [str(SONGYUAN_01[0])], "lat": [str(SONGYUAN_01[1])]}
    told = {"title": "便民车", "area": VILLAGE, "unit": str(town.unit["station"]), "rhythm": "daily"}

    client.post("/patrols/vans/new", {**told, **stops, **place, "offers": ["papers", "law"], "kit": "血压计、老花镜"})

    van = Van.objects.get()
    assert (van.kit, van.offers) == (["血压计", "老花镜"], ["papers", "law"])
    assert "村口" in text_of(client, "/patrols/vans/")
    assert "09:00" in text_of(client, f"/patrols/vans/{van.pk}/")
    client.post(f"/patrols/vans/{van.pk}/retire")
    assert not Van.objects.filter(is_open=True).exists()


def test_a_help_place_is_set_up_and_its_sheet_holds_its_code(town):
    client = visitor("duty_chief")
    units = {"unit0": str(town.unit["station"]), "unit1": str(town.unit["command_room"])}

    answer = client.post("/patrols/help/places/new", {"title": "荷花菜市场", "area": GRID, "minutes": "3", **units})

    place = HelpPlace.objects.get()
    assert answer.url == f"/patrols/help/places/{place.pk}/poster"
    sheet = text_of(client, answer.url)
    assert f"/f/help/{place.token}" in sheet
    assert "data:image/svg+xml" in sheet
    client.post(f"/patrols/help/places/{place.pk}/renew")
    assert place.token not in text_of(client, answer.url)
    text_of(visitor("grid_worker"), answer.url, 403)


def test_a_team_answers_arrives_and_ends_from_the_page(town, worked):
    _round, place, call = worked
    client = visitor("grid_worker")
    assert "我去" in text_of(client, "/patrols/help/")
    assert "我去" not in text_of(visitor("enforcer"), "/patrols/help/ringing")

    client.post(f"/patrols/help/{call.pk}/answer")
    client.post(f"/patrols/help/{call.pk}/arrive")
    assert client.post(f"/patrols/help/{call.pk}/end", {"ending": "?"}).status_code == 422
    client.post(f"/patrols/help/{call.pk}/end", {"ending": "settled"})

    call.refresh_from_db()
    assert (call.standing, call.ending, call.unit_id) == ("ended", "settled", town.unit["station"])
    shown = text_of(visitor("leader"), "/patrols/help/")
    assert place.name in shown
    assert "1 / 1" in shown


def test_the_month_says_what_each_duty_counts_and_from_what(town, worked):
    text = text_of(visitor("duty_chief"), "/patrols/duties/")

    assert "安全隐患巡查" in text
    assert "消防通道、楼道畅通" in text
    assert actions.open_rounds(now().date(), by=SYSTEM, now=now()) == 0
