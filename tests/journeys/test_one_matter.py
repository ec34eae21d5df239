"""One matter from report to closing, in a real browser, through everybody's hands; and who never sees it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.town import SONGYUAN_01, a_photo
from tongxin import words
from tongxin.apps.journal.models import Evidence
from tongxin.apps.matters.models import Matter
from tongxin.rules.lifecycles.matter import Act, State

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LANGUAGES = {"en-US": "en"}  # the other journeys speak Chinese


def picture(shade: int) -> dict[str, object]:
    return {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": a_photo(shade).getvalue()}


def press(page: Page, act: Act, language: str) -> None:
    """Press the button of an act among those the page offers, by its word."""
    page.locator(".tx-acts .btn", has_text=words.label(act, language)).first.click()


def stands(page: Page, state: State, language: str) -> None:
    expect(page.locator(".tx-crumbs")).to_contain_text(words.label(state, language))


def report(page: Page) -> str:
    """Report refuse on the street, with a photo; return its number."""
    page.goto("/report/")
    page.fill("#f-text", "菜场出来那个垃圾箱旁边堆了好多垃圾，纸箱也没人收。")
    page.check("[name=template][value=C02]")
    page.locator("[name='form.amount'][value=一堆] + span").click()
    page.locator("details:has(#f-lon) summary").click()
    page.fill("#f-lon", str(SONGYUAN_01[0]))
    page.fill("#f-lat", str(SONGYUAN_01[1]))
    page.locator("#f-lat").blur()
    expect(page.locator("#located")).to_contain_text("松园社区 01 网格")
    page.set_input_files("#f-before", picture(1))
    page.locator(".tx-send button").click()
    page.wait_for_url(re.compile(r"/m/[A-Z]{2}\d{6}-\d{4,}/$"))
    return page.url.rstrip("/").rpartition("/")[2]


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_matter_goes_from_report_to_closing(sign_in, keep, locale):
    language = LANGUAGES[locale]
    acceptor, chief, dispatcher, handler, head, checker = (
        sign_in(name, locale)
        for name in ("acceptor", "duty_chief", "dispatcher", "handler", "handler_head", "grid_worker")
    )

    acceptor.goto("/report/")
    keep(acceptor, "01-report")
    number = report(acceptor)
    stands(acceptor, State.AWAITING_ACCEPTANCE, language)
    press(acceptor, Act.ACCEPT, language)
    stands(acceptor, State.AWAITING_FILING, language)

    chief.goto(f"/m/{number}/")
    press(chief, Act.FILE, language)
    stands(chief, State.AWAITING_DISPATCH, language)

    dispatcher.goto("/")
    expect(dispatcher.locator("#aside")).to_contain_text(number)
    keep(dispatcher, "02-queue")
    dispatcher.keyboard.press("u")  # another unit is a look away, and not wanted
    expect(dispatcher.locator("dialog[open]")).to_contain_text("荷花街道环卫所")
    dispatcher.keyboard.press("Escape")
    dispatcher.keyboard.press("a")  # as suggested
    expect(dispatcher.locator(".tx-banners")).to_contain_text(number)

    handler.goto("/")
    handler.get_by_role("row").filter(has_text=number).get_by_role("link").click()
    handler.wait_for_url(f"**/m/{number}/", wait_until="load")
    handler.keyboard.press("q")
    stands(handler, State.HANDLING, language)
    handler.wait_for_load_state()
    handler.keyboard.press("f")
    form = handler.locator("dialog[open]")
    form.locator("[name=reason]").fill("垃圾已清运，地面已冲洗。")
    form.locator("[name=after]").set_input_files(picture(2))
    keep(handler, "03-handle")
    form.locator(".btn-primary").click()
    stands(handler, State.AWAITING_REVIEW, language)
    keep(handler, "04-matter")

    head.goto(f"/m/{number}/")
    press(head, Act.REVIEW, language)
    stands(head, State.AWAITING_CHECK, language)

    checker.goto(f"/m/{number}/")
    checker.keyboard.press("h")
    checker.locator("dialog[open] .btn-primary").click()
    stands(checker, State.AWAITING_CLOSING, language)

    chief.goto(f"/m/{number}/")
    chief.keyboard.press("o")
    chief.locator("dialog[open] .btn-primary").click()
    stands(chief, State.CLOSED, language)
    keep(chief, "05-closed")

    matter = Matter.objects.get(number=number)
    assert (matter.state, matter.before_photos, matter.after_photos, matter.is_late) == ("closed", 1, 1, False)
    expect(chief.locator(".tx-pics img")).to_have_count(2)
    for page in (acceptor, chief, dispatcher, handler, head, checker):
        assert page.complaints == []


def test_a_handler_of_the_next_county_never_meets_it(sign_in):
    number = report(sign_in("acceptor"))
    photo = Evidence.objects.get()
    stranger = sign_in("neighbouring_handler")

    for path in ("/", "/m/", f"/m/?q={number}", "/m/?q=垃圾箱", "/q/awaiting_acceptance/", "/m/export.csv", "/map/"):
        answer = stranger.request.get(path)
        assert number not in answer.text(), path
        assert "堆了好多垃圾" not in answer.text(), path
    for path in ("", "peek", "contact", "act/accept/", f"evidence/{photo.pk}", f"evidence/{photo.pk}?thumb=1"):
        assert stranger.request.get(f"/m/{number}/{path}").status == 404, path

    stranger.goto("/m/")
    assert stranger.locator(".tx-head").inner_text().count("0") == 1  # nothing to count either
    assert stranger.locator("[id^=r-]").count() == 0


def test_it_all_works_without_script(browser, live_server, settings, town):
    settings.SECOND_FACTOR_REQUIRED = False
    context = browser.new_context(locale="zh-CN", java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/")
    page.fill("[name=login]", "acceptor")
    page.fill("[name=password]", "tongxin")
    page.click("main button.btn-primary")

    page.goto("/report/")
    page.fill("#f-text", "垃圾箱旁边堆了好多垃圾。")
    page.fill("#f-q", "bllj")
    page.get_by_role("button", name="查找").click()
    page.check("[name=template][value=C02]")
    page.select_option("#f-area", "330802001001001")
    page.locator(".tx-send button").click()
    page.get_by_role("link", name="不予受理").click()
    page.select_option("#f-ground", "not_ours")
    page.fill("#f-reason", "不属于街道职责。")
    page.fill("#f-route", "请拨打 12345。")
    page.get_by_role("button", name="不予受理").click()

    expect(page.locator(".tx-banners")).to_contain_text("不予受理")
    assert Matter.objects.get().state == "refused"
    context.close()
