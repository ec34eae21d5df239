"""A day's work without the mouse: finding, ticking, going on to the next row, standard texts, and a paper."""

import pytest
from playwright.sync_api import Page, expect

from tests.town import SONGYUAN_02, a_matter
from tongxin.apps.matters.actions.texts import write_macro
from tongxin.apps.matters.models import Matter, Note

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def chosen(page: Page):
    return page.locator("[data-list] [role=row][aria-selected=true]")


def number_of(row) -> str:
    return row.get_attribute("id").removeprefix("r-")


def test_a_dispatcher_empties_the_queue_by_keys(sign_in, keep, town, now):
    for n in range(5):
        a_matter(town, "AWAITING_DISPATCH", now=now, title=f"第 {n} 件垃圾", point=SONGYUAN_02)
    page = sign_in("dispatcher")
    page.goto("/q/awaiting_dispatch/")
    page.locator("#aside [data-key=a]").wait_for()
    second = number_of(page.locator("[data-list] [role=row][id]").nth(1))
    third = number_of(page.locator("[data-list] [role=row][id]").nth(2))

    page.keyboard.press("j")
    page.locator("#aside", has_text=second).wait_for()
    page.locator("#aside [data-key=a]").wait_for()
    page.keyboard.press("a")

    page.wait_for_url("**at=**")
    expect(chosen(page)).to_have_attribute("id", f"r-{third}")
    expect(page.locator(".tx-banners")).to_contain_text(second)

    page.keyboard.press("x")
    page.keyboard.press("Shift+J")
    expect(page.locator("[data-many]")).to_contain_text("已勾选 2 件")
    keep(page, "ticked")
    page.locator("[data-many] button", has_text="按建议派遣").click()

    expect(page.locator(".tx-head")).to_contain_text("办好 2 件")
    keep(page, "outcome")
    page.get_by_role("link", name="回到列表").click()
    expect(page.locator("h1")).to_have_text("待派遣")
    assert Matter.objects.filter(state="awaiting_signature").count() == 3
    assert page.complaints == []


def test_a_range_is_ticked_with_shift_and_a_single_row_with_control(sign_in, town, now):
    for _ in range(5):
        a_matter(town, now=now)
    page = sign_in("acceptor")
    page.goto("/q/awaiting_acceptance/")
    boxes = page.locator("[data-list] input[name=number]")

    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    page.locator("[data-list] [role=row][id]").nth(0).locator(".from").click(modifiers=["Control"])

    expect(page.locator("[data-many]")).to_contain_text("已勾选 4 件")
    assert [boxes.nth(n).is_checked() for n in range(5)] == [True, True, True, True, False]


def test_the_palette_finds_by_keys_and_presses_what_stands_on_the_page(sign_in, keep, town, now):
    from django.utils import timezone

    matter = a_matter(town, now=timezone.now())
    page = sign_in("acceptor")
    page.goto("/map/")

    page.keyboard.press("Control+k")
    page.keyboard.type(matter.number.partition("-")[2])
    page.locator("#found [role=option]", has_text=matter.number).wait_for()
    keep(page, "palette")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/m/{matter.number}/")
    page.keyboard.press("Control+k")
    page.keyboard.type("受理")
    page.locator("#found-here [role=option]").first.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator(".tx-crumbs")).to_contain_text("待立案")
    page.wait_for_load_state("networkidle")
    held = []
    page.route("**/find/*", lambda route: held.append(route))
    page.keyboard.press("Control+k")
    page.locator("#palette input").press("Escape")
    with page.expect_response("**/find/*"):  # an answer that comes late opens nothing
        held[0].continue_()
    expect(page.locator("#found [role=option]").first).to_be_attached()
    expect(page.locator("#palette")).not_to_be_visible()


def test_ready_words_stand_where_one_writes(sign_in, keep, town, now):
    matter = a_matter(town, "HANDLING", now=now, place="菜场东门")
    page = sign_in("handler")
    page.goto(f"/m/{matter.number}/act/progress/")

    page.fill("#f-reason", "先说一句。")
    page.select_option("#f-ready", label="处置过半")
    page.get_by_role("button", name="插入").click()

    assert page.input_value("#f-reason").startswith("先说一句。\n菜场东门处置已过半")
    keep(page, "ready-words")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/m/{matter.number}/")
    assert Note.objects.filter(matter=matter, text__contains="处置已过半").exists()


def test_without_script_all_of_it_is_longer_and_none_of_it_missing(browser, live_server, sign_in, town, now):
    write_macro(
        macro_id=None,
        unit_id=town.unit["sanitation"],
        name="已联系",
        act="progress",
        details={"reason": "已联系。"},
        by=town.handler_head,
        now=now,
    )
    matter = a_matter(town, "HANDLING", now=now)
    signed_in = sign_in("handler").context.storage_state()
    context = browser.new_context(
        storage_state=signed_in, java_script_enabled=False, locale="zh-CN", base_url=live_server.url
    )
    page = context.new_page()
    page.goto("/q/handling/")

    page.check("[data-list] input[name=number]")
    page.locator(".tx-many summary").click()
    page.locator(".tx-many button", has_text="已联系").click()

    expect(page.locator(".tx-head")).to_contain_text("办好 1 件")
    page.goto("/m/")
    page.locator("summary", has_text="保存列表").click()
    page.fill("#list-name", "我的")
    page.locator(".tx-pop button", has_text="保存").click()
    expect(page.locator(".tx-nav")).to_contain_text("我的")
    page.fill("#search", matter.number[-4:])
    page.keyboard.press("Enter")
    expect(page.locator(".tx-found")).to_contain_text(matter.number)
    context.close()
