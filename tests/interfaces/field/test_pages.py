"""The pages of the phone: each opens for whom it is, and shows what is theirs and nothing else."""

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.utils import timezone

from tests.interfaces.field.phones import a_told_report, phone
from tests.town import a_matter, a_photo
from tongxin.apps.journal import outbox
from tongxin.apps.matters.models import Matter
from tongxin.apps.notify.models import Notice
from tongxin.interfaces.field import installing
from tongxin.interfaces.field.syncing import fresh_key
from tongxin.rules.lifecycles.matter import State

pytestmark = pytest.mark.django_db
PAGES = ("", "todo/", "report/", "map/", "mine/", "waiting/", "notices/", "report/forms/", "kept.json")


@pytest.mark.parametrize("name", ["grid_worker", "handler", "handler_head", "secretary", "leader", "duty_chief"])
def test_every_page_opens_in_both_languages(town, name):
    a_matter(town, "AWAITING_CHECK")
    may_report = name != "leader"
    for language in ("zh-hans", "en"):
        client = phone(name, language)
        for page in PAGES:
            expected = 403 if page == "report/" and not may_report else 200
            assert client.get(f"/f/{page}").status_code == expected, (name, page)


def test_each_sees_the_work_that_waits_for_them_and_not_what_they_handled(town):
    checked = a_matter(town, "AWAITING_CHECK")
    signed = a_matter(town, "AWAITING_SIGNATURE", text="另一处垃圾")
    reviewed = a_matter(town, "AWAITING_REVIEW", text="第三处垃圾")
    waits = {
        "grid_worker": {checked},
        "secretary": {checked},
        "other_grid_worker": set(),
        "neighbouring_grid_worker": set(),
        "handler": {signed},
        "handler_head": {signed, reviewed},
        "neighbouring_handler": set(),
        "dispatcher": set(),
    }
    for name, expected in waits.items():
        shown = set(re.findall(r"[A-Z]{2}\d{6}-\d{4,}", phone(name).get("/f/todo/").content.decode()))
        assert shown == {matter.number for matter in expected}, name

    Matter.objects.filter(pk=checked.pk).update(handlers=[town.grid_worker.person_id])
    assert checked.number not in phone("grid_worker").get("/f/todo/").content.decode()


def test_a_matter_and_its_photos_are_shown_to_who_may_see_it_only(town):
    matter = a_matter(town, "AWAITING_CHECK", contact_phone="13812346027", contact_name="王小明")
    page = phone("grid_worker").get(f"/f/m/{matter.number}/").content.decode()
    picture = re.search(r'src="(/f/m/[^"]+)"', page)[1]

    assert "13812346027" not in page and "王小明" not in page
    sent = phone("grid_worker").get(picture)
    assert sent.headers["Content-Type"] == "image/jpeg" and sent.getvalue().startswith(b"\xff\xd8")
    assert phone("neighbouring_grid_worker").get(f"/f/m/{matter.number}/").status_code == 404
    assert phone("neighbouring_grid_worker").get(picture).status_code == 404


def test_a_form_without_script_is_taken_once_however_often_it_is_sent(town):
    mine, key = phone("grid_worker"), fresh_key()
    form = a_told_report(key=key) | {"photos": a_photo(1), "after": a_photo(2), "settle": "settle", "done": "已清理"}

    first = mine.post("/f/report/", form)
    again = mine.post("/f/report/", a_told_report(key=key))

    assert (first.status_code, again.status_code) == (302, 302)
    matter = Matter.objects.get()
    assert (matter.state, matter.before_photos, matter.after_photos) == (State.AWAITING_CHECK, 1, 1)


def test_a_form_that_is_refused_says_so_and_keeps_the_words(town):
    answer = phone("grid_worker").post("/f/report/", a_told_report(key=fresh_key(), template="", text="别丢了这句话"))

    assert answer.status_code == 422 and "别丢了这句话" in answer.content.decode()


def test_an_act_without_script_moves_the_matter_and_a_refused_one_says_why(town):
    matter = a_matter(town, "AWAITING_CHECK", now=timezone.now() - timedelta(hours=1))
    mine = phone("grid_worker")

    refused = mine.post(f"/f/m/{matter.number}/", {"key": fresh_key(), "number": matter.number, "act": "rework"})
    done = mine.post(f"/f/m/{matter.number}/", {"key": fresh_key(), "number": matter.number, "act": "check"})

    assert refused.status_code == 409 and 'role="alert"' in refused.content.decode()
    assert done.status_code == 302
    assert Matter.objects.get().state == State.AWAITING_CLOSING


def test_own_work_is_told_to_the_person_alone(town):
    matter = a_matter(town, now=timezone.now())

    assert matter.number in phone("grid_worker").get("/f/mine/").content.decode()
    assert matter.number not in phone("grid_head").get("/f/mine/").content.decode()


def test_what_makes_it_an_app_is_open_to_all_and_says_nothing_of_anybody(town, client):
    manifest, worker = client.get("/f/manifest.webmanifest"), client.get("/f/sw.js")

    assert manifest.json()["scope"] == manifest.json()["start_url"] == "/f/"
    assert worker.headers["Content-Type"].startswith("text/javascript") and installing.version() in worker.text
    assert client.get("/f/offline/").status_code == 200
    assert client.get("/f/").status_code == 302
    for file in re.findall(r'"/static/([^"?]+)"', worker.text):
        assert finders.find(file), file


def test_a_first_load_is_light(town):
    """Page and shell at most 150 kB packed. Source: design.md ui §10."""
    page = phone("grid_worker").get("/f/").content
    shell = [finders.find(file) for file in installing.SHELL]

    packed = sum(len(gzip.compress(each)) for each in (page, *(Path(file).read_bytes() for file in shell)))

    assert packed < 150_000


def test_a_page_asks_few_statements(town, django_assert_max_num_queries):
    for n in range(3):
        a_matter(town, "AWAITING_CHECK", text=f"第 {n} 处垃圾")
    mine = phone("grid_worker")
    mine.get("/f/")

    with django_assert_max_num_queries(9):  # who it is, the tasks, the bell, and one a card
        mine.get("/f/")


def test_a_notice_on_the_phone_leads_to_its_matter_and_is_read_by_that(town):
    matter = a_matter(town, "AWAITING_SIGNATURE", now=timezone.now() - timedelta(minutes=20))
    outbox.drain(timezone.now())
    mine = phone("handler")
    told = mine.get("/f/notices/").content.decode()
    assert matter.number in told and "未读" in mine.get("/f/").content.decode()

    answer = mine.get(re.search(r'href="(/f/notices/\d+/)"', told)[1])

    assert answer["Location"] == f"/f/m/{matter.number}/"
    assert (
        phone("grid_worker").get(re.search(r'href="(/f/notices/\d+/)"', told)[1]).status_code == 404
    )  # one's own alone
    mine.post("/f/notices/read", {"up_to": str(Notice.objects.latest("pk").pk)})
    assert "未读" not in mine.get("/f/").content.decode()
