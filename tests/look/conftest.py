"""Pages need their Chinese compiled and their sprite built: both take a moment, once a session."""

import mimetypes
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import sync_playwright

from tests.browsers import ARGUMENTS, chromium
from tongxin.look import catalog

HERE = "http://localhost"  # a trustworthy origin to browsers, without TLS


@pytest.fixture(scope="session", autouse=True)
def built():
    catalog.compile_catalog()
    call_command("assets", verbosity=0)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def browse(browser):
    """Open a page of ours in the browser without a server: each request is answered by the test client."""
    person = browser.new_context()

    def opened(path, width=1440, height=900):
        page = person.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.complaints = []
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.route("**/*", _fulfill)
        page.goto(HERE + path)
        return page

    yield opened
    person.close()


def _fulfill(route):
    try:
        answer = _answer(route.request)
    except Exception:
        route.abort()  # else the browser waits half a minute for a page that failed
        raise
    route.fulfill(**answer)


def _answer(request):
    address = urlsplit(request.url)
    if address.path.startswith("/static/"):
        file = finders.find(address.path.removeprefix("/static/"))
        kind = mimetypes.guess_type(address.path)[0] or "text/javascript"
        return {"path": file, "content_type": kind} if file else {"status": 404}
    answer = Client().get(f"{address.path}?{address.query}")
    return {"status": answer.status_code, "body": answer.content, "headers": dict(answer.headers)}
