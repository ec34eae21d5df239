"""Many reports of one thing, in a real browser: merged by one key, taken back by another, counted as households."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.stage import refused, send, told
from tests.town import a_matter
from tongxin.apps.matters.models import Matter

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MINUTE = timedelta(minutes=1)


def test_five_households_become_one_group_matter_and_a_merge_can_be_taken_back(desk, town):
    begun = timezone.now() - 20 * MINUTE
    master = a_matter(town, "HANDLING", now=begun)
    others = [a_matter(town, "AWAITING_FILING", now=begun + n * MINUTE) for n in range(1, 5)]

    page = desk("duty_chief", others[0])
    page.keyboard.press("m")
    send(page, master=master.number)
    told(page, "合并")
    page = desk("duty_chief", others[1])
    page.keyboard.press("1")  # the first of what may be the same
    told(page, "合并")
    expect(page.get_by_role("main")).to_contain_text("本件已并入")
    page = desk("duty_chief", "/q/awaiting_filing/")
    page.keyboard.press("z")
    told(page, "撤销合并")
    assert Matter.objects.get(pk=others[1].pk).state == "awaiting_filing"

    for other in others[1:]:
        page = desk("duty_chief", other)
        page.keyboard.press("m")
        send(page, master=master.number)
        told(page, "合并")
    page = desk("duty_chief", master)
    expect(page.locator(".tx-crumbs")).to_contain_text("5 户")
    refused(page, "合并", "它带着 4 件合并件")
    desk.meets_nothing("neighbouring_chief", others[0])


def test_a_dispatch_can_be_taken_back_for_a_moment(desk, town):
    matter = a_matter(town, "AWAITING_DISPATCH", now=timezone.now() - 10 * MINUTE)

    page = desk.first_of("dispatcher", "/q/awaiting_dispatch/", matter.number)
    page.keyboard.press("a")
    told(page, "派遣")
    page.wait_for_load_state()
    page.keyboard.press("z")
    told(page, "待派遣")
    assert Matter.objects.get(pk=matter.pk).unit_id is None
