"""Up and down the rings, and disputes about whose work it is, in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.stage import not_saved, press, read_aloud, refused, send, told
from tests.town import a_matter
from tongxin.apps.matters import actions
from tongxin.rules.lifecycles.matter import Act

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)


def test_what_is_too_hard_for_a_ring_goes_up_and_may_come_down_again(desk, town):
    begun = timezone.now() - 10 * MINUTE
    matter = a_matter(town, "HANDLING", now=begun)

    page = desk("handler_head", matter)
    page.keyboard.press("e")
    send(page, reason="涉及县管河道，街道协调不了。")
    told(page, "提级")
    page = desk("county_chief", matter)
    expect(page.locator(".tx-clock", has_text="处置")).to_be_visible()  # the first clock runs on
    press(page, "下派")
    send(page, reason="属于街道保洁范围。")
    page = desk("duty_chief", matter)
    expect(page.locator(".tx-crumbs")).to_contain_text("待受理")
    refused(page, "下派", "下面没有可以下派的指挥室")

    for act, who in (
        (Act.ACCEPT, "duty_chief"),
        (Act.FILE, "duty_chief"),
        (Act.ESCALATE, "duty_chief"),
        (Act.ACCEPT, "county_chief"),
        (Act.FILE, "county_chief"),
        (Act.ESCALATE, "county_chief"),
        (Act.ACCEPT, "city_chief"),
        (Act.FILE, "city_chief"),
    ):
        actions.take(act, matter_id=matter.pk, by=getattr(town, who), now=timezone.now(), reason="本级解决不了")
    page = desk("city_chief", matter)
    read_aloud(page, "e", "已在最上一级")
    desk.meets_nothing("neighbouring_chief", matter)


def test_a_disputed_dispatch_is_heard_once_and_the_ruling_binds(desk, town):
    matter = a_matter(town, "AWAITING_SIGNATURE", now=timezone.now() - 10 * MINUTE)
    team, lamps = town.unit["enforcement"], town.unit["lamps"]

    page = desk("handler", matter)
    page.keyboard.press("b")
    form = page.locator("dialog[open]")
    form.locator("[name=ground]").select_option("not_ours")
    form.locator("[type=search]").fill("zhzfd")
    form.locator(f"[name=unit][value='{team}']").check()
    send(page, reason="占道经营产生，属综合执法。")
    told(page, "退回")

    page = desk("dispatcher", matter)
    refused(page, "派遣", "派单异议还没有裁定")
    page = desk.first_of("duty_chief", "/o/objection/", matter.number)
    page.keyboard.press("a")
    send(page, reason="三定方案明确属综合执法。")
    not_saved(page, "请选择承办单位")
    send(page, unit_id=team)
    told(page, "异议成立")

    page = desk("dispatcher", matter)
    page.keyboard.press("u")
    page.locator("dialog[open] [type=search]").fill("szld")
    page.locator(f"dialog[open] [name=unit][value='{lamps}']").check()
    send(page)
    not_saved(page, "裁定已定承办单位")
    page.locator(f"[name=unit][value='{team}']").check()
    send(page)
    told(page, "派遣")

    page = desk("enforcer", matter)
    read_aloud(page, "b", "这是裁定件，不能再退回")
    page.keyboard.press("q")
    told(page, "处置中")
