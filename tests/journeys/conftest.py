"""A real browser for the journeys: the system's own Chromium, one for all of them, one context a person.

`PICTURES=1 pytest tests/journeys/…` keeps what the pages look like in test-results/journeys.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browsers import ARGUMENTS, chromium
from tests.interfaces.desk.visitors import session_of
from tests.journeys.stage import Desk, is_fault
from tongxin.look import catalog

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "test-results" / "journeys"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def laid_open(page: Page) -> Iterator[None]:
    """Make a phone as long as its page: no row lies half under a bar that stays, which axe takes for a small target."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({**PHONE, "height": max(height, PHONE["height"])})
    yield
    page.set_viewport_size(PHONE)


@pytest.fixture(scope="package")
def browser_program() -> Iterator[Playwright]:
    """Start Playwright, for people who close their browsers and open them again too."""
    # Playwright's own loop runs in this thread, and Django takes that for asynchronous code
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as play:
        yield play
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def browser(browser_program) -> Iterator[Browser]:
    browser = browser_program.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session", autouse=True)
def built():
    """Compile the Chinese and gather icons and maps, as an installed house has them."""
    catalog.compile_catalog()
    call_command("assets", verbosity=0)


@pytest.fixture
def sign_in(browser, live_server, settings, town):
    """Sign a member of the cast in, in a browser of their own, no page open: `page = sign_in("handler", "zh-CN")`."""
    settings.SECOND_FACTOR_REQUIRED = False
    contexts = []

    def signed_in(name: str, locale: str = "zh-CN") -> Page:
        context = browser.new_context(locale=locale, viewport=DESK, base_url=live_server.url)
        contexts.append(context)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(name), "url": live_server.url}])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: is_fault(said) and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield signed_in
    for context in contexts:
        context.close()


@pytest.fixture
def desk(browser, live_server, settings, town) -> Iterator[Desk]:
    """One window that everybody of the cast sits down at in turn; at the end nothing complained."""
    settings.SECOND_FACTOR_REQUIRED = False
    context = browser.new_context(locale="zh-CN", viewport=DESK, base_url=live_server.url)
    context.set_default_timeout(10_000)
    desk = Desk(context.new_page(), live_server.url)
    yield desk
    context.close()
    assert desk.complaints == []


@pytest.fixture
def keep(request):
    """Hold that a page fits a desk and a phone, and keep its pictures where asked: `keep(page, "dispatch")`."""
    folder = RESULTS / request.node.name.replace("[", "-").rstrip("]")

    def kept(page: Page, name: str) -> None:
        for width, size in (("1440", DESK), ("390", PHONE)):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], f"{name} scrolls sideways"
            if "PICTURES" in os.environ:
                page.screenshot(path=folder / f"{name}-{width}.png", full_page=width == "390")
        page.set_viewport_size(DESK)

    return kept
