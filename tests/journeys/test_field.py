"""A grid worker's phone: what is done without a network arrives once, and nothing on it asks for a network first."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import ARGUMENTS, PHONE, chromium, laid_open
from tests.journeys.network import Network
from tests.journeys.test_nobody_is_shut_out import ASK, AXE, STANDARDS
from tests.town import SONGYUAN_01, a_matter, a_photo
from tongxin.apps.journal.models import Evidence
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter
from tongxin.rules.lifecycles.matter import Act, State

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
            executable_path=chromium(whole=True),
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


def sign_in(page: Page, name: str, *, own_phone: bool = True) -> None:
    page.fill("[name=login]", name)
    page.set_checked("[name=own_phone]", own_phone)
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
    sign_in(page, "grid_worker", own_phone=False)
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
    phone.close()
    expect(phone.open().locator(".tx-tabs")).to_be_visible()  # signed in on a phone of one's own, it stays so


def test_a_check_made_without_a_network_shows_what_changed_and_keeps_what_was_written(phone, network, town):
    matter = a_matter(town, "AWAITING_CHECK", now=timezone.now() - timedelta(hours=1))
    page = phone.open()
    sign_in(page, "grid_worker")
    keep_the_day(page)

    network.cut()  # there is a signal, and nobody answers
    page.reload()
    expect(page.locator("#net")).to_contain_text("没有网络，照常可用")
    phone.lose_network()
    page.locator(".tx-tabs a", has_text="待办").click()
    page.locator("a.tx-item").first.click()
    expect(page.locator("button[value=check]")).to_be_disabled()
    for look in page.locator("[data-look]").all():
        look.check(force=True)
    page.fill("#f-reason", "地面干净，箱盖盖好。")
    page.locator("button[value=check]").evaluate("button => { button.click(); button.click(); }")  # by a hasty thumb
    expect(page.locator("#net")).to_contain_text("1 件已存在手机里")
    actions.take(Act.REWORK, matter_id=matter.pk, by=town.secretary, now=timezone.now(), reason="还有污水")
    phone.find_network()
    expect(page.locator("#net")).to_contain_text("1 件没传上", timeout=30_000)
    page.locator("#net a").click()

    item = page.locator("#items > section")
    expect(item).to_contain_text("地面干净，箱盖盖好。")
    expect(item.locator("li")).to_contain_text("松园社区工作站 · 返工")
    item.get_by_role("button", name="照样提交").click()
    expect(item).to_contain_text("没传上")
    page.on("dialog", lambda dialog: dialog.accept())
    item.get_by_role("button", name="不要了").click()
    expect(page.locator("#items")).to_contain_text("都传上了")
    assert Matter.objects.get().state == State.AWAITING_DISPATCH


def test_settling_on_the_spot_takes_two_photos_and_a_sentence_and_each_page_can_be_used_by_anybody(
    phone, network, town
):
    a_matter(town, "AWAITING_CHECK", now=timezone.now() - timedelta(hours=1), text="一处要核查的垃圾")
    page = phone.open()
    sign_in(page, "grid_worker")
    page.evaluate(AXE.read_text())
    for path in ("", "todo/", "map/", "mine/", "waiting/", f"m/{Matter.objects.get().number}/"):
        page.goto(f"{network.url}/f/{path}")
        usable(page)

    page.goto(f"{network.url}/f/report/")
    usable(page)
    page.set_input_files("#f-photos", noise(3000, 2000))
    usable(page)
    page.locator("[data-kind=C02]").click()
    page.locator("[name=settle]").check(force=True)
    usable(page)
    page.locator("[data-send]").click()
    expect(page.get_by_role("alert")).to_contain_text("还要 1 张处置后照片")
    page.set_input_files("#f-after", noise(1200, 3000))
    expect(page.locator("[data-shots=after] figure")).to_have_count(1)
    page.fill("#f-done", "已当场清理。")
    page.locator("[data-send]").click()
    page.wait_for_selector(".tx-tabs")

    expect(page.locator(".tx-note.success")).to_contain_text("已传")
    settled = Matter.objects.get(source="field")
    assert (settled.state, settled.before_photos, settled.after_photos) == (State.AWAITING_CHECK, 1, 1)
    sizes = {(each.width, each.height) for each in Evidence.objects.filter(subject=f"matter:{settled.pk}")}
    assert max(max(size) for size in sizes) <= 1280


def usable(page: Page) -> None:
    """Hold that axe finds nothing at the width of a phone, and that nothing runs out of it sideways."""
    page.wait_for_load_state()
    page.evaluate(AXE.read_text())
    with laid_open(page):
        found = page.evaluate(ASK, {"type": "tag", "values": STANDARDS})
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def noise(width: int, height: int) -> dict[str, Any]:
    """Return a large photo that does not pack well, as a camera makes them."""
    file = BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(file, "JPEG", quality=90)
    return {"name": "camera.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
