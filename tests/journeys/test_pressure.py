"""Pressing for matters, in a real browser: urging, and supervision orders over several at once."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.stage import not_saved, press, refused, send, told
from tests.town import a_matter
from tongxin.apps.matters.models import Order

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)
ANSWERS, VERDICTS = "/o/order/", "/o/verdict/"


def test_an_order_presses_for_several_matters_until_its_issuer_is_content(desk, town):
    begun = timezone.now() - 30 * MINUTE
    done = a_matter(town, "AWAITING_CLOSING", now=begun)
    late = a_matter(town, "HANDLING", now=begun, text="菜场北门下水道堵了三天，污水流到路上。")

    page = desk("dispatcher", late)
    press(page, "催办")
    send(page, reason="污水已漫到人行道，今天要有人到场。")
    expect(page.locator(".tx-crumbs")).to_contain_text("已催办 1 次")

    page = desk("supervisor", "/m/")
    expect(page.locator("#aside .tx-do")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator(".tx-many summary").click()
    page.get_by_role("button", name="督办").click()
    send(page, grade="key", reason="  ")
    not_saved(page, "请写明理由")
    send(page, reason="三日内整改到位，书面答复。")
    told(page, "2 件")
    number = Order.objects.get().number
    page = desk("supervisor", late)
    refused(page, "普通督办、重点督办", "已在“重点督办”中")

    page = desk("duty_chief", done)
    refused(page, "结案", "督办还没有销号")
    for said in ("已清运。", "已疏通。"):
        page = desk.first_of("handler", ANSWERS)
        page.keyboard.press("a")
        told(page, "待答复")
        page = desk.first_of("handler", ANSWERS)
        page.keyboard.press("a")
        send(page, reason=said)
        told(page, "答复督办")

    page = desk("supervisor", f"/orders/{number}/")
    expect(page.get_by_role("main")).to_contain_text("已疏通。")
    page = desk.first_of("supervisor", VERDICTS)
    page.get_by_role("link", name="督办退回重报").first.click()
    send(page, reason="没有整改后的照片。")
    told(page, "督办退回重报")
    page = desk.first_of("supervisor", VERDICTS)
    page.keyboard.press("a")
    send(page)
    told(page, "已销号")

    assert desk("commander", f"/orders/{number}/").get_by_role("button", name="撤销").count() == 0
    page = desk("supervisor", f"/orders/{number}/")
    page.fill("#f-reason", "另行处理。")
    page.locator("form", has=page.locator("#f-reason")).locator("button").click()
    told(page, number)
    page = desk("neighbouring_chief", f"/orders/{number}/")
    expect(page.get_by_role("main")).to_contain_text("找不到这份督办单")
    desk.meets_nothing("neighbouring_chief", late)
