"""What comes in by letter and from the police, by the keyboard, until those who said it hear what became of it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.interfaces.api.test_chat import chat, drained  # noqa: F401
from tests.interfaces.api.test_police import STORY, platform  # noqa: F401
from tests.journeys.test_hotline import Keyboard
from tests.journeys.test_nobody_is_shut_out import found_wanting
from tests.town import ROOT, a_matter, walked
from tongxin.apps.alarms import telling
from tongxin.apps.hotline import actions, letters_sending, places
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify import sending
from tongxin.rules.permissions import SYSTEM

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TEXT = "菜场北门的垃圾箱旁边堆了好多纸箱，没人收。"


def test_a_letter_becomes_a_matter_without_a_mouse_and_its_writer_hears_until_it_is_done(
    desk,
    town,
    chat,  # noqa: F811
    keep,
    settings,
):
    settings.QUIET_HOURS, now = "00:00-00:00", timezone.now()
    actions.load_knowledge(ROOT / "catalog" / "knowledge.json", by=SYSTEM, now=now)
    a_matter(town, place="荷花菜市场北门", now=now)
    actions.gather_places(by=SYSTEM, now=now)
    places.forget()
    chat.write(TEXT, "conv-7", "阿平")
    chat.write("社保卡补办要多久？", "conv-8")

    page = desk("operator", "/call/letters/")
    letters = page.get_by_role("navigation").get_by_role("link", name="来信")
    expect(letters).to_contain_text("2")
    keep(page, "letter")
    assert found_wanting(page, "letter") == []
    keys = Keyboard(page)
    keys.press("Alt+2")
    keys.type("hhcsc")
    expect(page.locator("#spots")).to_contain_text("荷花菜市场北门")
    keys.press("Enter")
    expect(page.locator("#beside")).to_contain_text("330802001001001")
    keys.press("Alt+3")
    keys.press(page.locator("#kinds label", has_text="C02").locator("input").get_attribute("data-nth"))
    expect(page.get_by_label("进展也在即时消息里告诉来信人")).to_be_checked()
    keys.press("Control+Enter")
    expect(page.locator(".tx-banners")).to_contain_text("已受理")
    expect(letters).to_contain_text("1")
    keys.press("Alt+7")
    keys.tell("您好，一般七个工作日，可以邮寄。")
    keys.press("F11")
    expect(page.get_by_role("main")).to_contain_text("来信已清空")

    drained(now)
    matter = walked(town, Matter.objects.get(channel="chat").pk, "CLOSED", now=timezone.now())
    drained(now)
    letters_sending.send_due(timezone.now())
    sending.send_due(matter.closed_at + timedelta(hours=1))
    assert ("conv-8", "您好，一般七个工作日，可以邮寄。") in chat.answers
    assert [to for to, words in chat.answers if f"（{matter.number}）办好了" in words] == ["conv-7"]
    assert keys.strokes < 40


def test_an_alarm_is_pushed_three_ways_taken_by_the_town_and_its_result_goes_back(
    desk,
    town,
    platform,  # noqa: F811
    keep,
):
    number, _, _ = platform.hand_over(**STORY, station="PCS", place="老村委后面")
    platform.tell("alarm.acknowledged", {"number": number, "to": "attending"})
    drained(timezone.now())

    page = desk("duty_chief")
    waiting = page.get_by_role("navigation").get_by_role("link", name="警情移交")
    expect(waiting).to_contain_text("1")
    waiting.click()
    expect(page.locator(".al-list .three")).to_contain_text("已确认")
    keep(page, "alarms")
    page.get_by_role("link", name="老村委后面").click()
    expect(page.locator(".al-wings > li")).to_have_count(3)
    page.keyboard.press("a")
    expect(waiting).not_to_contain_text("1")
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="网格员")).to_have_count(0)
    platform.tell("alarm.corrected", {"number": number, "is_hurt": True})
    page.reload()
    expect(page.locator(".tx-head")).to_contain_text("有人受伤")
    page.get_by_label("结果", exact=True).and_(page.locator("select")).select_option("settled")
    page.keyboard.press("f")
    expect(page.locator(".al-told")).to_contain_text("待发")
    keep(page, "alarm")
    assert found_wanting(page, "alarm") == []

    telling.send_due(timezone.now())
    page.reload()
    expect(page.locator(".al-told")).to_contain_text("已发")
    assert [(each["type"], each["data"]["result"]) for each in platform.told] == [("alarm.feedback", "settled")]
    page.keyboard.press("m")
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("改为紧急")
