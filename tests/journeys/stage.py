"""One window at the desk: who sits down is signed in, works by keys and forms, and makes room for the next one."""

import re
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.interfaces.desk.visitors import session_of
from tests.town import Town, a_photo
from tongxin.apps.journal import outbox
from tongxin.apps.matters.models import Matter
from tongxin.apps.people.models import Post, Unit
from tongxin.rules.permissions import Role


def is_fault(said: ConsoleMessage) -> bool:
    """Tell whether a page complains: not of an answer that says no, nor of what was under way when one went on."""
    is_refusal = said.text.startswith("Failed to load resource") and "/static/" not in said.location["url"]
    is_left = said.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
    return said.type == "error" and not is_refusal and not is_left


class Desk:
    """`page = desk("handler", f"/m/{number}/")`: the one page, read by another person. Sessions last for a journey."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.sessions: dict[str, str] = {}
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, said: ConsoleMessage) -> None:
        if is_fault(said):
            self.complaints.append(said.text)

    def __call__(self, name: str, path: str | Matter = "/") -> Page:
        if name not in self.sessions:
            self.sessions[name] = session_of(name)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": self.sessions[name], "url": self.address}
        self.page.context.add_cookies([cookie])
        self.page.goto(f"/m/{path.number}/" if isinstance(path, Matter) else path)
        return self.page

    def first_of(self, name: str, queue: str, number: str = "") -> Page:
        """Let somebody open a list of what waits, and look at its first line: this matter, if one is named."""
        page = self(name, queue)
        expect(page.locator("#aside .tx-do")).to_be_visible()
        expect(page.locator("#aside")).to_contain_text(number)
        return page

    def meets_nothing(self, name: str, matter: Matter) -> None:
        """Hold that somebody meets a matter nowhere: not its page, not its forms, not in the lists."""
        page = self(name, matter)
        expect(page.get_by_role("main")).to_contain_text("没有这个事项")
        for path in ("peek", "over/extension.ask/", "act/escalate/", "print.pdf"):
            assert page.request.get(f"/m/{matter.number}/{path}").status == 404, path
        assert matter.number not in page.request.get(f"/m/?q={matter.title}").text()


def press(page: Page, act: str) -> None:
    """Press the button of an act among those the page offers, folded ones included."""
    button = page.get_by_role("main").locator(".tx-acts .btn:not(summary)", has_text=re.compile(rf"^\s*{act}")).first
    if not button.is_visible():
        page.locator(".tx-fold summary").first.click()
    button.click()


def fill(page: Page, **said: Any) -> Locator:
    """Fill in the open form: text by name, choices by value, a list ticks several. Return the form."""
    form = page.locator("dialog[open] form, form[data-main]").last
    form.wait_for()
    for name, value in said.items():
        field = form.locator(f"[name={name}]")
        if (kind := field.first.evaluate("element => element.type")) == "select-one":
            field.select_option(value)
        elif kind in ("radio", "checkbox"):
            for each in value if isinstance(value, list) else [value]:
                form.locator(f"[name={name}][value='{each}']").check(force=True)
        else:
            field.fill(str(value))
    return form


def send(page: Page, **said: Any) -> None:
    """Fill in the open form and send it by the keyboard."""
    form = fill(page, **said)
    form.locator("textarea, input:visible, button").first.press("Control+Enter")


def told(page: Page, text: str) -> None:
    """Hold that the page answers the last act with these words."""
    expect(page.locator(".tx-banners").first).to_contain_text(text)
    page.wait_for_load_state()


def lies(page: Page, kind: str) -> Locator:
    """Return what lies over the matter under this title."""
    return page.locator(".tx-lay", has=page.locator("h3", has_text=re.compile(rf"^{kind}")))


def refused(page: Page, act: str, sentence: str) -> None:
    """Hold that an act is refused in the open: its name, and a sentence that says why."""
    names = page.locator(".tx-refused dt", has_text=act)
    expect(names.first).to_be_visible()
    said = page.locator(".tx-refused dt:visible", has_text=act).locator("xpath=following-sibling::dd[1]")
    assert any(sentence in text for text in said.all_inner_texts()), said.all_inner_texts()


def read_aloud(page: Page, key: str, sentence: str) -> None:
    """Press the key of a refused act, and hold that its reason is read aloud."""
    page.keyboard.press(key)
    expect(page.locator("#said-aloud")).to_contain_text(sentence)


def not_saved(page: Page, sentence: str) -> None:
    """Hold that a form came back with a sentence that says what is wrong."""
    expect(page.get_by_role("alert").first).to_contain_text(sentence)
    page.wait_for_load_state()


def also(town: Town, name: str, role: Role, unit: str) -> None:
    """Give somebody of the cast a second post, in another unit."""
    found = Unit.objects.get(code=unit)
    person_id = getattr(town, name).person_id
    Post.objects.create(person_id=person_id, unit=found, role=role, area=found.area, start_on=date(2020, 1, 1))


def a_picture(shade: int) -> dict[str, Any]:
    return {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": a_photo(shade).getvalue()}


def news() -> None:
    """Let everybody who reads the journal hear what is new, as the worker does."""
    while any(outbox.drain(timezone.now())):
        pass
