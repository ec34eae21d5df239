"""The bell: new work rings it, one click leads to the work, and the bell falls silent."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import town as towns
from tongxin.apps.journal import outbox
from tongxin.interfaces.desk import bell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_handler_hears_of_new_work_goes_to_it_and_chooses_how_to_be_told(sign_in, town):
    now = timezone.now() - timedelta(minutes=20)
    numbers = [towns.a_matter(town, "AWAITING_SIGNATURE", now=now).number for _ in range(3)]
    outbox.drain(timezone.now())
    bell.forget()
    page = sign_in("handler")

    page.goto("/")
    page.click("header a[aria-label^='通知']")
    fresh = page.locator(".tx-notices li.new")
    expect(fresh).to_have_count(3)
    page.click(f".tx-notices a:has-text('{numbers[0]}')")
    expect(page.locator("main")).to_contain_text(numbers[0])

    page.goto("/notices/")
    expect(fresh).to_have_count(2)
    page.click("text=全部标为已读")
    expect(page.locator("header a[href='/notices/']")).to_have_attribute("aria-label", "通知，0 条未读")
    expect(fresh).to_have_count(0)

    page.click("main a:has-text('通知方式')")
    page.check("input[name=work][value=mail]")
    page.click("main button.btn-primary")
    expect(page.locator(".tx-banners")).to_be_visible()
    assert page.is_checked("input[name=work][value=mail]") and not page.is_checked("input[name=time][value=mail]")
    assert page.complaints == []
