"""The doors beside the matters themselves: nobody is shut out of the work on the grid, devices, calls and notices."""

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import PHONE, laid_open
from tests.journeys.stage import Desk
from tests.journeys.test_grid_work import a_day
from tests.journeys.test_nobody_is_shut_out import ASK, AXE, STANDARDS, found_wanting

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AT_THE_DESK = (
    ("duty_chief", "/patrols/"),
    ("duty_chief", "/patrols/rounds/{round}/"),
    ("duty_chief", "/patrols/plans/{plan}/"),
    ("duty_chief", "/patrols/duties/"),
    ("duty_chief", "/patrols/vans/"),
    ("duty_chief", "/patrols/help/"),
    ("duty_chief", "/devices/"),
    ("duty_chief", "/reverse/"),
    ("duty_chief", "/reverse/figures/"),
    ("duty_chief", "/knowledge/"),
    ("duty_chief", "/notices/"),
    ("system_admin", "/devices/new"),
    ("system_admin", "/public/notices/"),
    ("system_admin", "/admin/webhooks/"),
    ("operator", "/call/"),
    ("operator", "/call/figures/"),
)
ON_THE_PHONE = (
    "/f/",
    "/f/patrols/{round}/",
    "/f/patrols/{round}/{point}/",
    "/f/visits/new/",
    "/f/van/",
    "/f/helps/",
    "/f/notices/",
)


def wanting_on_the_phone(page: Page, path: str) -> list[tuple[str, str, str]]:
    """Return what keeps somebody from using a page of the phone, which has one width."""
    page.evaluate(AXE.read_text())
    with laid_open(page):
        found = [(path, each["id"], each["nodes"][0]["html"][:300]) for each in page.evaluate(ASK, STANDARDS)]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return found + ([(path, "scrolls sideways", str(wide))] if wide > PHONE["width"] else [])


def test_nobody_is_shut_out_of_the_doors_beside_the_matters(desk: Desk, town):
    round_ = a_day(town)
    names = {"round": round_.pk, "plan": round_.plan_id, "point": round_.points[3]}

    wrong: list[object] = []
    for who, path in AT_THE_DESK:
        wrong += found_wanting(desk(who, path.format(**names)), path)
    desk.page.set_viewport_size(PHONE)
    for path in ON_THE_PHONE:
        wrong += wanting_on_the_phone(desk("grid_worker", path.format(**names)), path)

    assert wrong == []
