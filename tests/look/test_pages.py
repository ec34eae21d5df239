"""Every page: Chinese first, English at a switch, no inline script or style, a misspelt name is an error."""

import re

import jinja2
import pytest
from django.conf import settings
from django.template import engines

from tongxin.look.management.commands.assets import BUILT

pytestmark = pytest.mark.urls("tests.look.urls")
PAGES = sorted(settings.SOURCE.glob("**/jinja2/**/*.html")) + sorted(settings.SOURCE.glob("look/templates/**/*.html"))


def body(client, path="/look/kit", language="zh-hans"):
    answer = client.get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", ["/look/kit", "/look/queue", "/look/missing"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_icon_on_a_page_is_in_the_sprite(client, path, language):
    held = set(re.findall(r'<symbol id="([^"]+)"', (BUILT / "sprite.svg").read_text()))

    used = set(re.findall(r"sprite\.svg#([^\"]+)\"", body(client, path, language)))

    assert used
    assert used <= held


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_asks_the_policy_for_an_exception(page):
    text = re.sub(r"\{#.*?#\}", "", page.read_text(), flags=re.S)

    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text)
    assert all("src=" in tag or "json" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_a_page_speaks_english_at_the_switch(client):
    client.post("/look/language", {"language": "en", "next": "/look/queue"})

    page = client.get("/look/queue").content.decode()

    assert '<html lang="en">' in page
    assert "Skip to the text" in page
    assert "working time" in page


def test_a_page_speaks_chinese_first(client):
    page = body(client, "/look/queue", language="fr")

    assert '<html lang="zh-CN">' in page
    assert '11月20日 周五 15:42 · <span class="ink">工作时间</span>' in page


def test_large_letters_are_remembered_before_signing_in(client):
    answer = client.post("/look/elder", {"elder": "1", "next": "/look/missing"})

    assert answer["Location"] == "/look/missing"
    assert '<html lang="zh-CN" data-elder>' in body(client, "/look/missing")
    assert client.cookies["tongxin-elder"]["samesite"] == "Lax"


@pytest.mark.parametrize("away", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_a_switch_never_leads_away_from_the_house(client, away):
    for switch in ("elder", "language"):
        answer = client.post(f"/look/{switch}", {"elder": "1", "language": "en", "next": away})

        assert answer["Location"] == "/"


def test_what_people_write_is_never_markup():
    wicked = '"><script>alert(1)</script>'
    row = {"number": wicked, "url": wicked, "colour": "red", "words": wicked, "due": wicked, "title": wicked}
    page = engines["jinja2"].from_string(
        '{% import "look/kit.html" as kit %}{{ kit.row(**row) }}{{ kit.note(words) }}{{ kit.tag(words, href=words) }}'
        "{{ kit.facts([(words, words)]) }}{{ _('For support: %(code)s', code=words) }}"
    )

    drawn = page.render({"row": row, "words": wicked})

    assert "<script" not in drawn
    assert '"&gt;' not in drawn  # quotes are escaped too
    assert "&lt;script&gt;" in drawn


def test_a_misspelt_name_is_an_error_and_not_a_blank():
    with pytest.raises(jinja2.UndefinedError):
        engines["jinja2"].from_string("{{ titel }}").render({"title": "x"})


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_no_request(code):
    assert "<h1>" in engines["jinja2"].get_template(f"{code}.html").render()


def test_the_frame_shows_the_posts_work_and_what_is_overdue(client):
    page = body(client, "/look/queue")

    assert page.count('aria-current="page"') == 1
    assert 'aria-label="通知，3 条未读"' in page
    assert re.search(r'name="post" value="1" aria-current="true"', page)


def test_sign_in_looks_like_the_rest_and_offers_no_sign_up(client, db):
    page = body(client, "/account/login/")

    assert "look/tongxin.css" in page
    assert "登录" in page
    assert "signup" not in page
