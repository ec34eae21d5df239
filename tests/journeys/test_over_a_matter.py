"""What lies over a matter, in a real browser: asked for, decided, called back and undone by keys alone."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.town import a_matter
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Answer, CallBack, Extension, Matter
from tongxin.rules.channels import Channel
from tongxin.rules.lifecycles.matter import Act, CloseKind

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=12)


def nobody_is_shut_out(page: Page) -> None:
    """Ask axe-core; nothing serious may be found, and nothing complained."""
    page.evaluate((Path(settings.ROOT) / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate("standards => axe.run({runOnly: standards})", STANDARDS)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert page.complaints == []


def test_more_time_is_asked_for_and_granted_without_a_mouse(sign_in, keep, town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    handler, chief = sign_in("handler"), sign_in("duty_chief")

    handler.goto(f"/m/{matter.number}/")
    nobody_is_shut_out(handler)
    handler.keyboard.press("y")
    handler.locator("#act #f-limit").fill("2")
    expect(handler.locator("#due")).to_contain_text("新到期")
    handler.locator("#act #f-reason").fill("要等吊车，今天排不上。")
    handler.keyboard.press("Control+Enter")
    expect(handler.locator(".tx-crumbs")).to_contain_text("延期申请中")
    keep(handler, "asked")

    chief.goto("/o/extension/")
    expect(chief.locator("#aside .tx-do .main")).to_contain_text("批准延期")
    nobody_is_shut_out(chief)
    keep(chief, "list")
    chief.keyboard.press("a")
    expect(chief.locator("#act #f-reason")).to_be_focused()
    nobody_is_shut_out(chief)
    chief.keyboard.press("Control+Enter")
    expect(chief.locator(".tx-banners")).to_contain_text("已延期")
    assert Extension.objects.get().state == "granted"


def test_a_call_is_written_down_by_keys_alone(sign_in, keep, town, moment):
    matter = a_matter(
        town,
        "AWAITING_CLOSING",
        now=moment,
        channel=Channel.HOTLINE,
        contact_name="王女士",
        contact_phone="13857036027",
    )
    actions.take(
        Act.CLOSE, matter_id=matter.pk, by=town.duty_chief, now=timezone.now(), close_as=CloseKind.NORMAL,
        reply="垃圾已清运。",
    )  # fmt: skip
    caller = sign_in("caller_back")

    caller.goto("/o/call_back/")
    caller.keyboard.press("n")
    caller.wait_for_url("**/call-backs/")
    nobody_is_shut_out(caller)
    keep(caller, "call")
    caller.keyboard.press("v")
    expect(caller.locator(".tx-phone")).to_contain_text("13857036027")
    caller.keyboard.press("s")
    caller.keyboard.press("2")
    caller.keyboard.press("Control+Enter")
    expect(caller.locator("main")).to_contain_text("待回访已清空")

    assert CallBack.objects.get().state == "answered"
    assert Answer.objects.get().rating == "satisfied"


def test_a_report_of_the_same_is_merged_and_parted_again_by_two_keys(sign_in, keep, town, moment):
    first, second = a_matter(town, now=moment), a_matter(town, now=moment)
    chief = sign_in("duty_chief")

    chief.goto("/q/awaiting_acceptance/")
    expect(chief.locator("#aside .tx-same")).to_contain_text(re.compile("相距|同一网格"))
    keep(chief, "same")
    chief.keyboard.press("1")
    expect(chief.locator(".tx-undo")).to_be_visible()
    nobody_is_shut_out(chief)
    assert Matter.objects.filter(state="merged").count() == 1
    chief.keyboard.press("z")
    expect(chief.locator(".tx-banners")).to_contain_text("撤销合并")

    assert {each.state for each in Matter.objects.filter(pk__in=(first.pk, second.pk))} == {"awaiting_acceptance"}
