"""One matter through everything that lies over a life, by pages alone: from the village to an appeal upheld."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.stage import Desk, a_picture, lies, news, not_saved, press, read_aloud, refused, send, told
from tests.town import SONGYUAN_01, Town
from tongxin.apps.journal.verification import broken_entries
from tongxin.apps.matters.models import Answer, Appeal, Deadline, Matter

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SUMMONED = {"lamps": "lamp_handler", "sanitation": "handler", "enforcement": "enforcer"}


class Story:
    """One matter and the desk at which everybody works on it."""

    def __init__(self, desk: Desk, town: Town) -> None:
        self.desk, self.town = desk, town
        self.number = self.reported()

    def reported(self) -> str:
        """Take down a call to the hotline; return the matter's number."""
        page = self.desk("acceptor", "/report/")
        page.fill("#f-text", "村口老房子后墙开裂，雨天掉砖，学生天天从下面走。")
        page.fill("#f-q", "C24")
        page.check("[name=template][value=C24]")
        page.locator("details:has(#f-lon) summary").click()
        page.fill("#f-lon", str(SONGYUAN_01[0]))
        page.fill("#f-lat", str(SONGYUAN_01[1]))
        page.locator("#f-lat").blur()
        expect(page.locator("#located")).to_contain_text("松园社区 01 网格")
        page.select_option("#f-channel", "hotline")
        page.fill("[name=contact_phone]", "13800001111")
        page.locator(".tx-send button").click()
        page.wait_for_url(re.compile(r"/m/[A-Z]{2}\d{6}-\d{4,}/$"))
        return page.url.rstrip("/").rpartition("/")[2]

    @property
    def matter(self) -> Matter:
        return Matter.objects.get(number=self.number)

    def at(self, who: str) -> Page:
        return self.desk(who, f"/m/{self.number}/")

    def key(self, who: str, key: str, **said: str) -> Page:
        """Let somebody press an act's key, and fill in its form if it has one."""
        page = self.at(who)
        page.keyboard.press(key)
        if said:
            send(page, **said)
        told(page, self.number)
        return page

    def act(self, who: str, label: str, **said: object) -> Page:
        page = self.at(who)
        press(page, label)
        send(page, **said)
        told(page, label)
        return page

    def first(self, who: str, queue: str, **said: object) -> Page:
        """Let somebody do what waits for him in a list, by its first key."""
        page = self.desk.first_of(who, queue, self.number)
        page.keyboard.press("a")
        if said:
            send(page, **said)
        told(page, self.number)
        return page

    def received(self) -> None:
        self.key("acceptor", "s")
        self.key("duty_chief", "l")

    def dispatched(self, unit: str, handler: str) -> None:
        """Send it to a unit, which signs for it."""
        id_ = self.town.unit[unit]
        page = self.desk("dispatcher", f"/m/{self.number}/act/dispatch/")
        if not page.locator(f"[name=unit][value='{id_}']").count():
            page.fill("main [type=search]", {"station": "sysqgzz", "sanitation": "hws"}[unit])
        page.locator(f"[name=unit][value='{id_}']").check()
        send(page)
        told(page, "待签收")
        self.key(handler, "q")

    def worked(self, shade: int) -> None:
        """Handle it with a photo; the unit's head and the grid worker look at the work."""
        page = self.at("handler")
        page.keyboard.press("f")
        page.locator("dialog[open] [name=after]").set_input_files(a_picture(shade))
        send(page, reason="后墙已加固，挂了警示牌。")
        told(page, "待反馈审核")
        page = self.at("handler_head")
        press(page, "审核")
        told(page, "待核查")
        page = self.at("grid_worker")
        page.keyboard.press("h")
        send(page)
        told(page, "待结案")

    def stands(self, who: str, state: str) -> Page:
        page = self.at(who)
        expect(page.locator(".tx-crumbs")).to_contain_text(state)
        return page


def test_from_the_village_to_an_appeal_upheld(desk, town):
    story = Story(desk, town)

    # the village cannot settle it, the town calls three departments to the spot
    story.received()
    story.dispatched("station", "villager")
    begun = Deadline.objects.get(matter=story.matter, clock="handle")
    story.key("secretary", "e", reason="房主在外，村里无力加固。")
    story.received()
    story.act("commander", "吹攻坚哨", units=[town.unit[unit] for unit in SUMMONED], reason="到现场定加固方案。")
    refused(story.at("commander"), "作出会商结论", "还有 3 个单位未到场也未答复")
    for who in SUMMONED.values():
        story.first(who, "/o/summons/")
        story.first(who, "/o/summons/", reason="已与房主通话。")
        story.act(who, "到场报到", reason="已到。")
        story.first(who, "/o/summons/", reason="同意先加固再迁线。")
    story.first("commander", "/o/whistle/", outcome="shared", reason="环卫所牵头清理加固，其余配合。")

    # the lead needs more time, has to wait, goes on; what it did is found wanting once
    story.dispatched("sanitation", "handler")
    assert Deadline.objects.filter(matter=story.matter, clock="handle", ended_at=None).get().pk == begun.pk
    story.key("handler", "y", reason="脚手架后天到。")
    story.first("duty_chief", "/o/extension/", reason="同意。")
    page = story.at("handler")
    page.keyboard.press("t")
    until = page.locator("dialog[open] [name=until]").get_attribute("max")
    send(page, ground="planning", until=until, reason="等征收范围公布。")
    told(page, "申请挂账")
    story.first("commander", "/o/hold/", reason="同意。")
    read_aloud(story.at("handler"), "f", "事项已挂账")
    story.act("handler", "恢复办理", reason="不在征收范围。")
    story.worked(1)
    story.key("duty_chief", "r", reason="墙脚还有松砖。")
    story.dispatched("sanitation", "handler")
    story.worked(2)

    # it closes when the reporter is answered; the reporter is not content, and it is handled anew
    page = story.at("duty_chief")
    page.keyboard.press("o")
    send(page, reply="  ")
    not_saved(page, "请写明给报事人的答复")
    send(page, reply="后墙已加固，请您放心。")
    told(page, "已结案")
    page = desk("caller_back", "/call-backs/")
    page.keyboard.press("u")
    page.keyboard.press("4")
    send(page, reason="下雨还在掉砖。")
    told(page, story.number)
    news()
    expect(story.stands("dispatcher", "待派遣").locator(".tx-crumbs")).to_contain_text("重办")

    # under supervision this time: while an order is open nothing closes
    story.act("supervisor", "重点督办", reason="限期整改，书面答复。")
    story.dispatched("sanitation", "handler")
    story.worked(3)
    refused(story.at("duty_chief"), "结案", "督办还没有销号")
    story.first("handler", "/o/order/")
    story.first("handler", "/o/order/", reason="已拆除危墙，重新砌筑。")
    story.first("supervisor", "/o/verdict/", reason="属实。")
    story.key("duty_chief", "o", reply="危墙已拆除重砌。")
    story.stands("duty_chief", "已结案")

    # the reporter appeals; somebody who stands higher hears it, and it is upheld
    story.act("caller_back", "申诉", reason="新墙没有勾缝，还在渗水。")
    assert desk("duty_chief", "/o/appeal/").get_by_role("row").count() == 0
    story.first("county_commander", "/o/appeal/")
    story.first("county_commander", "/o/appeal/", reason="现场属实，退回重办。")
    page = story.stands("dispatcher", "待派遣")
    expect(lies(page, "申诉复核")).to_contain_text("复核成立")

    desk.meets_nothing("neighbouring_dispatcher", story.matter)
    assert (Appeal.objects.get().state, Answer.objects.get().rating) == ("upheld", "dissatisfied")
    assert not list(broken_entries(lambda _: None))
