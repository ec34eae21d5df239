"""A grid worker's phone: what is done without a network arrives once, and nothing on it asks for a network first."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import ARGUMENTS, PHONE, chromium
from tests.journeys.network import Network
from tests.town import SONGYUAN_01, a_photo
from tongxin.apps.journal.models import Evidence
from tongxin.apps.matters.models import Matter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LON, LAT = SONGYUAN_01


@pytest.fixture
def network(live_server) -> Iterator[Network]:
    found = urlsplit(live_server.url)
    network = Network((found.hostname, found.port)).start()
    yield network
    network.stop()


class Phone:
    """One phone with its own memory, whose browser may be closed and opened again."""

    def __init__(self, play, folder, network: Network) -> None:
        self.play, self.folder, self.network = play, folder, network
        self.context: BrowserContext | None = None
        self.complaints: list[str] = []

    def open(self, path: str = "/f/") -> Page:
        self.context = self.play.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=chromium(),
            args=ARGUMENTS,
            locale="zh-CN",
            viewport=PHONE,
            has_touch=True,
            geolocation={"longitude": LON, "latitude": LAT, "accuracy": 8},
            permissions=["geolocation"],
        )
        self.context.set_default_timeout(10_000)
        page = self.context.pages[0]
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.network.url + path)
        return page

    def close(self) -> None:
        if self.context:
            self.context.close()
        self.context = None

    def lose_network(self) -> None:
        self.network.cut()
        self.context.set_offline(True)

    def find_network(self) -> None:
        self.network.mend()
        self.context.set_offline(False)


@pytest.fixture
def phone(browser_program, network, settings, town, tmp_path) -> Iterator[Phone]:
    settings.SECOND_FACTOR_REQUIRED = False
    phone = Phone(browser_program, tmp_path / "phone", network)
    yield phone
    phone.close()
    assert phone.complaints == []


def sign_in(page: Page, name: str) -> None:
    page.fill("[name=login]", name)
    page.fill("[name=password]", "tongxin")
    page.click("main button.btn-primary")
    page.wait_for_selector(".tx-tabs")


def keep_the_day(page: Page) -> None:
    """Wait until the phone holds the app and the pages of the day."""
    page.wait_for_selector("html[data-kept]", state="attached")


def report(page: Page, shade: int, kind: str) -> None:
    """Report with three taps: the photo, the kind, and sending it."""
    page.locator(".tx-tabs .go").click()
    picture = {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": a_photo(shade).getvalue()}
    page.set_input_files("#f-photos", picture)
    page.fill("#f-find", kind)
    page.locator("#kinds label:visible").first.click()
    expect(page.locator("[data-place-said]")).to_contain_text("误差约")
    page.locator("[data-send]").click()
    page.wait_for_selector(".tx-tabs")


def test_three_reports_made_without_a_network_arrive_once_after_the_browser_was_closed(phone, network, town):
    page = phone.open()
    sign_in(page, "grid_worker")
    keep_the_day(page)

    phone.lose_network()
    for shade, kind in enumerate(("bllj", "垃圾箱", "C07")):
        report(page, shade, kind)
    expect(page.locator("#net")).to_contain_text("3 件已存在手机里")
    assert not Matter.objects.exists()
    phone.close()

    page = phone.open("/f/waiting/")
    phone.lose_network()
    expect(page.locator("#items > section")).to_have_count(3)
    expect(page.locator("#items")).to_contain_text("1 张照片")
    phone.find_network()
    expect(page.locator("#net")).to_contain_text("登录已过期。3 件还在手机里", timeout=30_000)
    page.locator("#net a").click()
    network.loses = b"POST /f/sync"  # the server takes them, and its answer gets lost
    sign_in(page, "grid_worker")
    expect(page.locator("#net")).to_contain_text("3 件", timeout=30_000)
    page.wait_for_timeout(500)
    assert network.lost and Matter.objects.count() == 3
    network.mend()
    page.goto(f"{network.url}/f/waiting/")

    expect(page.locator("#items")).to_contain_text("都传上了", timeout=30_000)
    assert Matter.objects.count() == 3 and Evidence.objects.count() == 3
    assert set(Matter.objects.values_list("source", "before_photos")) == {("field", 1)}
    assert set(Matter.objects.values_list("area", flat=True)) == {"330802001001001"}
