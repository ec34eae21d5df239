"""A resident after the receipt, on a phone: follows, adds, sees it done, says how it was, and takes the data back."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, laid_open
from tests.journeys.stage import a_picture
from tests.town import WAY, a_photo, a_report
from tongxin.apps.matters import actions, receipts
from tongxin.apps.matters.models import Contact, Matter
from tongxin.interfaces.portal import following_devices as devices
from tongxin.rules.lifecycles.matter import Act, CloseKind
from tongxin.rules.permissions import RESIDENT

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LAMP = {"template": "C07", "text": "菜场东门的路灯不亮，晚上看不见台阶。", "contact_phone": "13800006027"}


@pytest.fixture
def axe(settings):
    """Hold that nobody is shut out of a page, in either size of letters, and that it does not scroll sideways."""
    script = (Path(settings.ROOT) / "node_modules" / "axe-core" / "axe.min.js").read_text()

    def look(page: Page) -> None:
        page.evaluate(script)
        with laid_open(page):
            found = page.evaluate("run => axe.run({runOnly: run}).then(found => found.violations)", STANDARDS)
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url

    return look


@pytest.fixture
def phone(browser, live_server, settings, town):
    """A resident's phone; at the end nothing complained."""
    context = browser.new_context(locale="zh-CN", viewport=PHONE, base_url=live_server.url)
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def handled(town, matter: Matter) -> None:
    """Let the staff handle it to the end, with an answer."""
    at = timezone.now()
    for _reached, act, who, details in WAY[:-1]:
        if act is Act.HANDLE:
            actions.attach(a_photo(3), matter_id=matter.pk, kind="after", by=town.handler, now=at)
        given = details | ({"unit_id": town.unit[details["unit_id"]]} if "unit_id" in details else {})
        actions.take(act, matter_id=matter.pk, by=getattr(town, who), now=at, **given)
    actions.unmask(matter_id=matter.pk, reason="到场前联系", by=town.handler, now=at)
    close = {"close_as": CloseKind.NORMAL, "reply": "路灯已换新，今晚亮灯。"}
    actions.take(Act.CLOSE, matter_id=matter.pk, by=town.duty_chief, now=at, **close)


def test_a_resident_follows_a_lamp_to_its_end_rates_it_reads_who_looked_and_takes_the_data_back(phone, axe, town):
    begun = timezone.now() - timedelta(minutes=20)
    reported = actions.report(a_report(**LAMP), by=RESIDENT, now=begun)
    matter = Matter.objects.get(pk=reported.id)
    link = f"/p/t/{matter.receipt}/"

    phone.goto(link)  # somebody else's phone: the link alone
    expect(phone.get_by_role("main")).not_to_contain_text("菜场东门")
    axe(phone)
    phone.fill("[name=digits]", "6027")
    phone.get_by_role("button", name="是我报的").click()
    expect(phone.get_by_role("main")).to_contain_text("菜场东门的路灯不亮")
    expect(phone.get_by_role("main")).to_contain_text("最晚")

    phone.get_by_role("link", name="补充", exact=True).click()
    phone.fill("[name=text]", "台阶边上那一盏。")
    phone.set_input_files("[name=photos]", a_picture(90))
    phone.get_by_role("button", name="补充").click()
    expect(phone.get_by_role("main")).to_contain_text("台阶边上那一盏。")
    expect(phone.locator(".tx-pics img")).to_have_count(1)
    axe(phone)

    handled(town, matter)
    phone.goto(link)
    expect(phone.locator(".tx-standing")).to_contain_text("办好了")
    expect(phone.get_by_role("main")).to_contain_text("路灯已换新，今晚亮灯。")
    phone.get_by_role("link", name="评价").first.click()
    axe(phone)
    phone.get_by_label("已解决").check()
    phone.get_by_label("非常满意").check()
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.get_by_role("status")).to_contain_text("已原样记下")

    phone.get_by_role("link", name="谁看过我的信息").click()
    expect(phone.get_by_role("main")).to_contain_text("到场前联系")
    axe(phone)
    phone.get_by_role("link", name="删除我的信息").click()
    phone.get_by_label("我留下的全部内容").check()
    axe(phone)
    phone.get_by_role("button", name="删除").click()
    expect(phone.get_by_role("status")).to_contain_text("都已删除")
    phone.get_by_role("link", name="办理进度").click()
    expect(phone.get_by_role("main")).not_to_contain_text("菜场东门")
    assert not Contact.objects.filter(matter=matter).exists()
    assert Matter.objects.get(pk=matter.pk).rating == "very_satisfied"


def test_large_letters_and_english_go_all_the_way(phone, axe, live_server, town):
    reported = actions.report(a_report(**LAMP), by=RESIDENT, now=timezone.now())
    matter = Matter.objects.get(pk=reported.id)
    key = {"name": f"{devices.PREFIX}{matter.pk}", "value": receipts.key_of(matter), "url": f"{live_server.url}/p/"}
    phone.context.add_cookies([key])

    phone.goto("/p/t/")
    phone.get_by_role("button", name="大字").click()
    for page in ("", "add", "urge", "withdraw", "telling", "data", "link"):
        phone.goto(f"/p/t/{matter.receipt}/{page}")
        assert phone.locator("html").get_attribute("data-elder") is not None
        axe(phone)
    phone.get_by_role("button", name="标准").click()
    phone.get_by_role("button", name="English").click()
    phone.goto(f"/p/t/{matter.receipt}/withdraw")
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    phone.get_by_role("button", name="Take the report back").click()  # within ten minutes, without a word
    expect(phone.get_by_role("status")).to_contain_text("Taken back")
    assert Matter.objects.get(pk=matter.pk).close_as == CloseKind.WITHDRAWN
