"""The citizen's word, in a real browser: called back, handled anew, supervised, appealed for to somebody else."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.stage import news, not_saved, press, refused, send, told
from tests.town import a_matter
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter
from tongxin.rules.channels import Channel
from tongxin.rules.lifecycles.matter import Act, CloseKind

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)


def closed(town, **told) -> Matter:
    """Return a matter of somebody who called the hotline, closed with an answer a few minutes ago."""
    begun = timezone.now() - 30 * MINUTE
    told = {"contact_phone": "13800001111", "channel": Channel.HOTLINE} | told
    matter = a_matter(town, "AWAITING_CLOSING", now=begun, **told)
    actions.take(
        Act.CLOSE,
        matter_id=matter.pk,
        by=town.duty_chief,
        now=begun + 20 * MINUTE,
        close_as=CloseKind.NORMAL,
        reply="已清理干净，请您放心。",
    )
    return matter


def test_a_dissatisfied_reporter_is_heard_and_the_matter_is_handled_anew_once(desk, town):
    matter = closed(town)

    page = desk("caller_back", "/call-backs/")
    expect(page.get_by_role("main")).to_contain_text("已清理干净")
    page.keyboard.press("v")  # the telephone, with a reason that is recorded
    expect(page.locator(".tx-phone")).to_contain_text("13800001111")
    page.keyboard.press("u")
    page.keyboard.press("4")
    page.keyboard.press("Control+Enter")
    not_saved(page, "请写明哪里没办好")
    expect(page.locator("[name=rating]:checked")).to_have_value("dissatisfied")
    send(page, reason="垃圾箱旁边又堆满了，还有气味。")
    told(page, matter.number)
    expect(page.get_by_role("main")).to_contain_text("待回访已清空")
    news()

    page = desk("dispatcher", matter)
    expect(page.locator(".tx-crumbs")).to_contain_text("待派遣")
    expect(page.locator(".tx-crumbs")).to_contain_text("重办")
    expect(page.locator("#record")).to_contain_text("又堆满了")
    desk.meets_nothing("neighbouring_handler", matter)


def test_nobody_is_called_twice_in_an_hour_and_a_given_word_stands(desk, town):
    matter = closed(town)

    page = desk("caller_back", "/call-backs/")
    page.keyboard.press("x")
    told(page, "未接通")
    refused(page, "未接通", "以后再打才算一次")
    page = desk("duty_chief", matter)
    refused(page, "登记评价", "请交给同事")
    page = desk("caller_back", "/call-backs/")
    page.keyboard.press("s")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    told(page, "登记评价")
    page = desk("caller_back", matter)
    expect(page.locator("#record")).to_contain_text("非常满意")
    assert Matter.objects.get(pk=matter.pk).state == "closed"


def test_an_appeal_is_heard_by_somebody_else_and_an_upheld_one_opens_the_matter_anew(desk, town):
    matter = closed(town)

    page = desk("caller_back", matter)
    press(page, "申诉")
    send(page, reason="报事人说墙根还在渗水。")
    told(page, "待复核")
    refused(page, "申诉", "这一轮已经申诉过")
    page = desk("duty_chief", "/o/appeal/")  # it closed the matter, and stands no higher
    expect(page.get_by_role("main")).to_contain_text("空")

    page = desk.first_of("county_commander", "/o/appeal/", matter.number)
    page.keyboard.press("a")
    told(page, "复核中")
    page = desk.first_of("county_commander", "/o/appeal/", matter.number)
    page.keyboard.press("a")
    send(page, reason="现场复核属实，退回重办。")
    told(page, "复核成立")
    page = desk("dispatcher", matter)
    expect(page.locator(".tx-crumbs")).to_contain_text("待派遣")
