"""Two administrators change a limit in a real browser: edited, checked, rehearsed while one watches, published."""

import pytest
from django.utils import timezone

from tests.town import a_report
from tongxin.apps.matters import actions, kinds, rehearsing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_limit_is_changed_by_two_and_tried_before(sign_in, keep, town):
    actions.report_many([a_report() for _ in range(30)], by=town.grid_worker, now=timezone.now())
    drafter, second = sign_in("system_admin"), sign_in("second_admin")

    drafter.goto("/admin/templates/C02/")
    drafter.fill("[name=limit]", "2wh")
    drafter.click("main button:has-text('写入草案')")
    drafter.wait_for_selector("ins:has-text('2 工作时')")
    address = drafter.url.split("?")[0]
    keep(drafter, "draft")

    drafter.click("main button:has-text('检查')")
    drafter.wait_for_selector("#findings")
    drafter.click("main button:has-text('试运行')")
    drafter.wait_for_selector("#progress")
    keep(drafter, "running")
    while rehearsing.advance(timezone.now()):
        pass
    drafter.wait_for_selector("text=会有变化的事项")  # the page itself notices that the run has ended
    drafter.wait_for_selector("text=起草人不能发布自己的草案")
    keep(drafter, "rehearsed")

    second.goto(address)
    second.click("main button:has-text('发布')")
    second.wait_for_selector("text=已生效")
    keep(second, "published")

    kinds.forget()
    assert kinds.kind("C02").version == 2
    assert drafter.complaints == second.complaints == []
