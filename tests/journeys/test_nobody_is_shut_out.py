"""Every page of the whole life, in a real browser, at the width of a desk and of a phone: whoever comes can use it."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.busy import a_busy_morning
from tests.journeys.conftest import DESK, PHONE, ROOT
from tests.journeys.stage import Desk

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AXE = Path(ROOT) / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ASK = "run => axe.run({runOnly: run, resultTypes: ['violations']}).then(found => found.violations)"
NARROW = ["target-size", "scrollable-region-focusable"]  # what a phone's width may break that a desk's does not

# what is looked at, who looks, and where it stands; names in braces are of the busy morning
MATTERS = (
    ("matter-crowded", "duty_chief", "/m/{crowded}/"),
    ("matter-of-its-unit", "handler", "/m/{crowded}/"),
    ("matter-still", "handler", "/m/{still}/"),
    ("matter-closed", "caller_back", "/m/{closed}/"),
    ("form-extension", "handler", "/m/{disputed}/over/extension.ask/"),
    ("form-whistle", "duty_chief", "/m/{longer}/over/whistle.blow/"),
    ("form-branch", "handler", "/m/{longer}/over/branch.invite/"),
    ("form-hold", "handler", "/m/{longer}/over/hold.ask/"),
    ("form-merge", "duty_chief", "/m/{longer}/act/merge/"),
    ("form-escalate", "duty_chief", "/m/{longer}/act/escalate/"),
    ("readers", "grid_worker", "/m/{sealed}/readers"),
    ("many", "duty_chief", "/m/many/urge/?number={crowded}&number={longer}"),
)
LISTS = (
    ("list-all", "duty_chief", "/m/"),
    ("over-objection", "duty_chief", "/o/objection/"),
    ("over-extension", "duty_chief", "/o/extension/"),
    ("over-hold", "commander", "/o/hold/"),
    ("over-branch", "duty_chief", "/o/branch/"),
    ("over-summons", "enforcer", "/o/summons/"),
    ("over-whistle", "duty_chief", "/o/whistle/"),
    ("over-order", "handler", "/o/order/"),
    ("over-verdict", "supervisor", "/o/verdict/"),
    ("over-call-back", "caller_back", "/o/call_back/"),
    ("over-appeal", "county_commander", "/o/appeal/"),
    ("over-held", "leader", "/o/held/"),
    ("over-extended", "leader", "/o/extended/"),
    ("orders", "supervisor", "/orders/"),
    ("order", "supervisor", "/orders/{order}/"),
    ("order-new", "supervisor", "/orders/new?number={crowded}&number={longer}"),
    ("call-back", "caller_back", "/call-backs/"),
    ("find", "duty_chief", "/find/?q=垃圾"),
    ("lists", "duty_chief", "/lists/"),
)
REST = (
    ("figures", "leader", "/figures/"),
    ("rules", "system_admin", "/admin/rules/"),
    ("proposal", "second_admin", "/admin/rules/{draft}/"),
    ("limits", "system_admin", "/admin/limits/"),
    ("suggestions", "system_admin", "/admin/suggestions/"),
    ("texts", "duty_chief", "/admin/texts/"),
    ("text", "system_admin", "/admin/texts/text/{text}/"),
    ("roster", "duty_chief", "/roster/{room}/"),
    ("my-posts", "duty_chief", "/me/posts/"),
    ("post", "duty_chief", "/posts/{post}/"),
    ("posts-of", "security_admin", "/admin/posts/person/{person}/"),
    ("unseal", "supervisor", "/unseal/"),
    ("unsealings", "audit_admin", "/admin/unsealings/"),
)


def found_wanting(page: Page, name: str) -> list[Any]:
    """Return what keeps somebody from using a page, at both widths."""
    page.evaluate(AXE.read_text())
    wrong: list[Any] = []
    for size, rules in ((DESK, STANDARDS), (PHONE, NARROW)):
        page.set_viewport_size(size)
        found = page.evaluate(ASK, rules)
        wrong += [(name, size["width"], each["id"], each["nodes"][0]["html"][:300]) for each in found]
        wide = page.evaluate("document.documentElement.scrollWidth")
        wrong += [(name, size["width"], "scrolls sideways", wide)] if wide > size["width"] else []
    page.set_viewport_size(DESK)
    return wrong


def shown(desk: Desk, who: str, path: str) -> Page:
    """Let somebody open a page, the aside of its list included."""
    page = desk(who, path)
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_count(1)
    if page.locator("[data-list] [role=row][aria-selected=true][hx-get]").count():
        expect(page.locator("#aside .tx-aside-head")).to_be_visible()
    return page


def test_nobody_is_shut_out_of_any_page_of_the_whole_life(desk, town):
    names = a_busy_morning(town, timezone.now())

    wrong = [
        each
        for name, who, path in (*MATTERS, *LISTS, *REST)
        for each in found_wanting(shown(desk, who, path.format(**names)), name)
    ]

    assert wrong == []


def test_nobody_is_shut_out_where_nothing_waits(desk, town):
    empty = [each for each in LISTS if each[0] in ("list-all", "over-extension", "orders", "call-back", "lists")]

    wrong = [each for name, who, path in empty for each in found_wanting(shown(desk, who, path), f"no {name}")]

    assert wrong == []
