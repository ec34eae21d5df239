"""A day of work on the grid in a real browser: planned at the desk, walked on the phone, seen on the board."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.apps.patrols.grid import GRID, NEXT_GRID, a_help_place, a_round, a_van, spots
from tests.interfaces.desk.visitors import session_of
from tests.journeys.conftest import RESULTS
from tests.journeys.stage import fill
from tests.town import SONGYUAN_01, SONGYUAN_02
from tongxin.apps.patrols import actions
from tongxin.apps.patrols.models import CheckIn, HelpPlace, Plan
from tongxin.rules.help_calls import Trouble
from tongxin.rules.patrols import Found
from tongxin.rules.permissions import reporting
from tongxin.rules.visits import Outcome, PlaceKind, Purpose

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NAMES = ("松园小学北侧", "荷花菜市场东门", "通荷路配电房", "河边步道", "3 幢楼道")


def a_day(town):
    """Half a day of work: two rounds, visits, a van on its way, a call."""
    at = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    points = [
        actions.Spot(name, spot.lon - 0.003, spot.lat + (n % 2) * 0.0015, 50, "通道、电线、灭火器")
        for n, (name, spot) in enumerate(zip(NAMES, spots(5), strict=True))
    ]
    all_day = {"opens": time(0), "closes": time(0)}  # the phone checks in at the hour of the suite
    round_ = a_round(town, spots=points, name="消防通道巡查", now=at, **all_day)
    told = {"round_id": round_.pk, "at": at, "by": town.grid_worker, "now": at}
    lon, lat = points[0].lon, points[0].lat
    actions.check_in(**told, point_id=round_.points[0], found=Found.FINE, lon=lon, lat=lat, ticks=["exits"])
    actions.check_in(**told, point_id=round_.points[1], found=Found.UNREACHED, reason="菜场东门围挡施工，绕不过去")
    actions.check_in(**told, point_id=round_.points[2], found=Found.FINE, lon=lon, lat=lat)
    a_round(town, spots=spots(4, SONGYUAN_02), area=NEXT_GRID, name="楼道飞线巡查", now=at)
    shop = {"area": GRID, "kind": PlaceKind.SHOP, "purpose": Purpose.PREVENTION, "at": at}
    said = {"asked": "店里老人接到“养老金升级”电话，怎么办？", "answered": "是诈骗，挂断，拨 96110。"}
    actions.visit(**shop, **said, place="荷花路 12 号便利店", outcome=Outcome.ANSWERED, by=town.grid_worker, now=at)
    again = timezone.localdate(at) + timedelta(days=2)
    actions.visit(
        **shop, place="荷花路 18 号五金店", outcome=Outcome.ABSENT, next_on=again, by=town.grid_worker, now=at
    )
    van = a_van(town, now=at)
    stop = van.stops.first().pk
    actions.stop_at(van_id=van.pk, stop_id=stop, at=at, served=6, by=town.grid_worker, now=at)
    place = a_help_place(town, now=at)
    by = reporting(f"help_place:{place.pk}")
    actions.call(place_id=place.pk, trouble=Trouble.QUARREL, by=by, now=timezone.now() - timedelta(seconds=95))
    return round_


def test_a_secretary_plans_a_patrol_and_sees_what_was_covered(town, desk, keep):
    round_ = a_day(town)
    page = desk("secretary", "/patrols/plans/new")
    fill(page, title="早市占道巡查", area=GRID, duty="safety", rhythm="workdays", opens="06:00", closes="08:30")
    page.locator("[name=unit]").select_option(str(town.unit["station"]))
    row = page.locator("tr.fresh")
    for name, value in (("name", "早市入口"), ("lon", SONGYUAN_01[0]), ("lat", SONGYUAN_01[1])):
        row.locator(f"[name={name}]").fill(str(value))
    page.get_by_role("button", name="再加一个点位").click()
    expect(page.locator("tr.fresh [name=nth]")).to_have_value("2")
    keep(page, "plan-form")
    page.locator("form[data-main] .btn-primary").click()
    expect(page.locator(".tx-banners")).to_contain_text("已制定")
    assert Plan.objects.get(name="早市占道巡查").points.get().name == "早市入口"

    for path, name in (
        ("/patrols/?by=grid", "coverage"),
        ("/patrols/?by=grid&since=2026-01-01&until=2026-01-02", "coverage-empty"),
        (f"/patrols/rounds/{round_.pk}/", "round"),
        ("/patrols/plans/", "plans"),
        ("/patrols/visits/", "visits"),
        ("/patrols/duties/", "duties"),
        ("/patrols/vans/", "vans"),
        ("/patrols/vans/new", "van-form"),
        ("/patrols/help/", "help"),
        ("/patrols/help/places/new", "help-form"),
    ):
        keep(desk("secretary", path), name)
    expect(desk("secretary", "/patrols/?by=grid").get_by_role("main")).to_contain_text(re.compile("3 / 9"))


PHONE = {"width": 390, "height": 844}


@pytest.fixture
def pocket(browser, live_server, settings, town):
    """A phone that stands at the first point, in the hand of the grid worker."""
    settings.SECOND_FACTOR_REQUIRED = False
    context = browser.new_context(
        locale="zh-CN",
        viewport=PHONE,
        base_url=live_server.url,
        has_touch=True,
        is_mobile=True,
        permissions=["geolocation"],
        geolocation={"longitude": SONGYUAN_01[0], "latitude": SONGYUAN_01[1]},
    )
    context.set_default_timeout(10_000)
    cookie = session_of("grid_worker")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_a_grid_worker_checks_in_without_a_network_and_it_arrives_when_there_is_one(town, pocket):
    round_ = a_day(town)
    folder = RESULTS / "test_grid_worker"
    folder.mkdir(parents=True, exist_ok=True)

    def snap(name):
        assert pocket.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
        pocket.screenshot(path=folder / f"{name}.png", full_page=True)

    pocket.goto("/f/")
    pocket.wait_for_function("navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready")
    snap("today")
    for path, name in (("/f/visits/new/", "visit"), ("/f/van/", "van"), ("/f/helps/", "helps")):
        pocket.goto(path)
        snap(name)
    pocket.goto(f"/f/patrols/{round_.pk}/")
    expect(pocket.locator(".tx-nth.done")).to_have_count(3)
    snap("round")
    pocket.goto(f"/f/patrols/{round_.pk}/{round_.points[3]}/")
    snap("check-in")

    pocket.get_by_text("无法到达").click()
    pocket.get_by_label("为什么到不了").fill("河水漫上步道")
    pocket.context.set_offline(True)
    pocket.get_by_role("button", name="打卡").click()
    pocket.wait_for_url(f"**/f/patrols/{round_.pk}/")  # the page was kept
    expect(pocket.locator("#net")).to_contain_text("1")
    assert CheckIn.objects.filter(point_id=round_.points[3]).count() == 0
    pocket.context.set_offline(False)
    for _tenth in range(200):
        if CheckIn.objects.filter(point_id=round_.points[3]).exists():
            break
        pocket.wait_for_timeout(100)

    made = CheckIn.objects.get(point_id=round_.points[3])
    assert (made.found, made.reason, made.metres is not None) == ("unreached", "河水漫上步道", True)
    pocket.goto("/f/")
    expect(pocket.get_by_role("main")).to_contain_text("4 / 5")
    snap("today-done")
    place = HelpPlace.objects.get()
    pocket.context.clear_cookies()
    pocket.goto(f"/f/help/{place.token}")
    pocket.get_by_role("button", name="有人受伤不适").click()
    expect(pocket.get_by_role("main")).to_contain_text("已呼叫")
    snap("tap-called")
