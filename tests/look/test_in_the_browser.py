"""The look in a real browser: reachable by everybody, usable by keys alone, quiet under the strictest policy."""

from pathlib import Path

import pytest

pytestmark = [pytest.mark.urls("tests.look.urls"), pytest.mark.slow]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def axe(settings):
    return (Path(settings.ROOT) / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.mark.parametrize("width", [1440, 1100, 390])
@pytest.mark.parametrize("path", ["/look/kit", "/look/queue", "/look/missing"])
def test_nobody_is_shut_out(browse, axe, path, width):
    page = browse(path, width=width)

    page.evaluate(axe)
    found = page.evaluate("standards => axe.run({runOnly: standards})", STANDARDS)

    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert page.complaints == []


@pytest.mark.parametrize("path", ["/look/kit", "/look/queue", "/look/missing"])
def test_a_phone_never_scrolls_sideways(browse, path):
    page = browse(path, width=390, height=844)

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_list_is_walked_by_keys(browse):
    page = browse("/look/queue")
    chosen = page.locator("[role=row][aria-selected=true]")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("x")
    page.locator("#aside", has_text="peeked").wait_for()

    assert chosen.get_attribute("id") == "r-KC261120-0417"
    assert chosen.locator("input").is_checked()
    page.keyboard.press("Enter")
    page.wait_for_url("**/opened")


def test_keys_rest_while_somebody_writes(browse):
    page = browse("/look/queue")

    page.keyboard.press("/")
    page.keyboard.type("jx?")

    assert page.locator("#search").input_value() == "jx?"
    assert page.locator("[role=row][aria-selected=true]").get_attribute("id") == "r-KC261120-0398"
    assert not page.locator("#keys").is_visible()


def test_keys_can_be_switched_off_and_on(browse):
    page = browse("/look/queue")

    page.keyboard.press("?")
    page.get_by_label("启用单键").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")

    assert page.locator("[role=row][aria-selected=true]").get_attribute("id") == "r-KC261120-0398"
    page.reload()
    assert not page.locator("#keys-on").is_checked()


def test_a_refused_act_reads_its_reason_aloud(browse):
    page = browse("/look/queue")

    page.keyboard.press("b")

    assert "退回期已过" in page.get_by_role("status").last.text_content()


def test_g_and_m_lead_to_the_map(browse):
    page = browse("/look/queue")

    page.keyboard.press("g")
    page.keyboard.press("m")

    page.wait_for_url("**/opened")


def test_the_menu_opens_without_script_on_a_phone(browse):
    page = browse("/look/queue", width=390, height=844)

    assert not page.locator("#nav").is_visible()
    page.get_by_label("菜单", exact=True).click()

    assert page.locator("#nav").is_visible()
    page.get_by_label("收起菜单").click()
    assert not page.locator("#nav").is_visible()
