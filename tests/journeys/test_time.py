"""More time, and time that stands still, in a real browser: asked for, decided by others, refused in the open."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.stage import also, lies, not_saved, press, read_aloud, refused, send, told
from tests.town import a_matter
from tongxin.rules.permissions import Role

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
EXTENSIONS, HOLDS = "/o/extension/", "/o/hold/"


def test_a_unit_is_given_more_time_twice_never_a_third_time_and_nobody_grants_his_own(desk, town):
    also(town, "duty_chief", Role.HANDLER, "sanitation")
    matter = a_matter(town, "HANDLING", now=timezone.now() - 10 * MINUTE)

    page = desk("duty_chief", matter)
    page.keyboard.press("y")
    send(page, limit=2, reason="清运车坏了，配件明天上午到。")
    told(page, "申请延期")
    refused(page, "批准延期", "不能审批自己申请的事")
    read_aloud(page, "y", "已有一份在办")
    page = desk("handler", matter)
    press(page, "撤回延期申请")
    told(page, "已撤回")

    page.keyboard.press("y")
    send(page, limit=2, reason="清运车坏了，配件明天上午到。")
    page = desk.first_of("second_chief", EXTENSIONS, matter.number)
    page.keyboard.press("a")
    send(page, reason="同意。")
    told(page, "批准延期")
    page = desk("handler", matter)
    expect(page.locator(".tx-clock", has_text="处置")).to_contain_text("原到期")

    page.keyboard.press("y")  # the second one goes over two levels
    expect(page.locator("dialog[open] h2")).to_contain_text("申请两级延期")
    send(page, limit=1, reason="配件还差一件。")
    page = desk.first_of("handler_head", EXTENSIONS, matter.number)
    page.keyboard.press("a")
    told(page, "待指挥长审批")
    page = desk.first_of("commander", EXTENSIONS, matter.number)
    page.keyboard.press("a")
    send(page)
    told(page, "批准延期")

    page = desk("handler", matter)
    refused(page, "申请延期、申请两级延期", "最多延期 2 次")
    read_aloud(page, "y", "最多延期 2 次")


def test_who_asks_after_the_limit_or_from_next_door_gets_no_more_time(desk, town):
    late = a_matter(town, "HANDLING", now=timezone.now() - 60 * DAY)

    page = desk("handler", late)
    refused(page, "申请延期", "延期要在到期前申请")
    read_aloud(page, "y", "已到期")
    page.goto(f"/m/{late.number}/over/extension.ask/")
    expect(page.get_by_role("main")).to_contain_text("延期要在到期前申请")

    desk.meets_nothing("neighbouring_handler", late)


def test_a_matter_stands_still_until_somebody_takes_it_up_again(desk, town):
    matter = a_matter(town, "HANDLING", now=timezone.now() - 10 * MINUTE)
    until = (timezone.localdate() + 30 * DAY).isoformat()

    page = desk("handler", matter)
    page.keyboard.press("t")
    send(page, kind="suspension", ground="material", until=until, reason="等道路规划确定后一并改造。")
    not_saved(page, "这个原因与所选的停表种类不符")
    expect(page.locator("[name=reason]")).to_have_value("等道路规划确定后一并改造。")
    send(page, ground="planning")
    told(page, "申请挂账")

    page = desk("duty_chief", matter)  # a chief does not hold matters back; a commander does
    assert page.get_by_role("link", name="批准挂账").count() == 0
    page = desk.first_of("commander", HOLDS, matter.number)
    page.keyboard.press("a")
    send(page)
    told(page, "批准挂账")

    page = desk("handler", matter)
    expect(page.locator(".tx-matter-head")).to_contain_text("挂账")
    refused(page, "反馈", "事项已挂账")
    refused(page, "申请延期", "事项已挂账")
    read_aloud(page, "f", "恢复办理后才能继续")
    read_aloud(page, "t", "已有一份在办")
    expect(desk("leader", "/o/held/").get_by_role("grid")).to_contain_text(matter.number)

    page = desk("handler", matter)
    press(page, "恢复办理")
    send(page, reason="规划已定，继续清运。")
    told(page, "已恢复")
    page.keyboard.press("f")
    expect(page.locator("dialog[open] h2")).to_contain_text("反馈")
    expect(lies(page, "挂账").last).to_contain_text("规划已定")
