"""Many hands on one matter, in a real browser: units that are invited to a part, departments that a whistle calls."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.stage import fill, lies, not_saved, press, read_aloud, refused, send, told
from tests.town import HEXIYUAN_01, SONGYUAN_01, a_matter

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)
PARTS, SUMMONS, WHISTLES = "/o/branch/", "/o/summons/", "/o/whistle/"


def test_the_lead_waits_for_the_units_it_invited_and_a_no_is_heard_once(desk, town):
    matter = a_matter(town, "HANDLING", now=timezone.now() - 10 * MINUTE)
    team, lamps = town.unit["enforcement"], town.unit["lamps"]

    page = desk("handler", matter)
    page.keyboard.press("c")
    send(page, reason="一队劝离占道摊贩，一所迁移灯杆。")
    not_saved(page, "请选择邀请哪些单位")
    send(page, units=[team, lamps])
    told(page, "邀请协办")
    desk.meets_nothing("enforcer", matter)  # not before the command room agrees

    for _ in (team, lamps):
        page = desk.first_of("dispatcher", PARTS, matter.number)
        page.keyboard.press("a")
        send(page)
        told(page, "同意协办")
    page = desk.first_of("enforcer", PARTS, matter.number)
    page.keyboard.press("a")
    told(page, "协办中")
    page = desk.first_of("enforcer", PARTS, matter.number)
    page.keyboard.press("a")
    send(page, reason="摊贩已劝离。")
    told(page, "已完成")

    page = desk("lamp_handler", matter)
    press(page, "提出不承担")
    send(page, ground="not_ours", reason="灯杆属于电力公司。")
    page = desk("handler", matter)
    refused(page, "反馈", "还有 1 个协办单位没有办完")
    page = desk.first_of("duty_chief", PARTS, matter.number)
    page.keyboard.press("a")
    send(page, reason="灯杆铭牌是路灯所。")
    told(page, "裁定承担")

    page = desk("lamp_handler", matter)
    refused(page, "提出不承担", "已裁定由贵单位承担")
    press(page, "完成协办")
    send(page, reason="灯杆已迁移。")
    page = desk("handler", matter)
    page.keyboard.press("f")
    expect(page.locator("dialog[open] h2")).to_contain_text("反馈")


def test_a_town_whistles_and_its_departments_sign_come_and_conclude(desk, town):
    matter = a_matter(town, "AWAITING_DISPATCH", now=timezone.now() - 10 * MINUTE)
    team, lamps = town.unit["enforcement"], town.unit["lamps"]
    number = matter.number

    page = desk("duty_chief", f"/m/{number}/over/whistle.blow_hard/")
    expect(page.get_by_role("main")).to_contain_text("由指挥长办理")
    page = desk("duty_chief", matter)
    page.keyboard.press("w")
    send(page, kind="request", units=[team, lamps], reason="占道和灯杆的事到现场定。")
    told(page, "会商中")
    read_aloud(page, "w", "已有一份在办")
    refused(page, "合并", "吹哨还没有会商结论")

    page = desk.first_of("enforcer", SUMMONS, number)
    page.keyboard.press("a")
    told(page, "已签收")
    page = desk("enforcer", matter)
    press(page, "到场报到")
    page.locator("dialog[open] details:has([name=lon]) summary").click()
    send(page, lon=HEXIYUAN_01[0], lat=HEXIYUAN_01[1])
    not_saved(page, "报到点距事项")
    page = desk("duty_chief", matter)
    refused(page, "作出会商结论", "还有 2 个单位未到场也未答复")

    page = desk("enforcer", matter)
    press(page, "到场报到")
    page.locator("dialog[open] details:has([name=lon]) summary").click()
    send(page, lon=SONGYUAN_01[0], lat=SONGYUAN_01[1])
    told(page, "已到场")
    press(page, "提出会商意见")
    send(page, reason="摊位今天起移到市场内。")
    page = desk("duty_chief", matter)
    refused(page, "撤哨", "已有单位到场")
    page = desk("lamp_handler", matter)
    press(page, "说明不能到场")
    send(page, reason="抢修在外，已电话说明。")
    told(page, "不能到场")

    page = desk.first_of("duty_chief", WHISTLES, number)
    page.keyboard.press("a")
    send(page, outcome="shared", reason="执法队管摊位，路灯所移灯杆。")
    told(page, "已会商")
    page = desk("duty_chief", matter)
    rated = lies(page, "报到 · 柯城区市政路灯所")
    rated.locator(".btn", has_text="评价应哨单位").click()
    send(page, rating="dissatisfied")
    not_saved(page, "评“不满意”要写明原因")
    fill(page, reason="未派人到场。").locator(".btn-primary").click()
    told(page, "评价应哨单位")
    desk.meets_nothing("neighbouring_chief", matter)
