"""The bell, the page behind it, and what the administrator sees of what was sent."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import town as towns
from tests.interfaces.desk.visitors import visitor
from tongxin.apps.journal import outbox
from tongxin.apps.notify import queries, speaking
from tongxin.apps.notify.models import Endpoint, Robot, Sending
from tongxin.rules.occasions import Group, Medium, Occasion


@pytest.fixture
def now():
    return timezone.now() - timedelta(minutes=20)


@pytest.fixture
def matter(town, now):
    """Return a matter that waits for its unit's signature, of which everybody has been told."""
    matter = towns.a_matter(town, "AWAITING_SIGNATURE", now=now)
    outbox.drain(now + timedelta(minutes=15))
    return matter


def bell_of(answer) -> str:
    return re.search(r'aria-label="(通知[^"]*|Notices, [^"]*)"', answer.content.decode())[1]


def test_the_bell_counts_the_page_tells_and_reading_one_leads_to_its_matter(matter):
    handler = visitor("handler")
    shown = handler.get("/notices/")
    told = shown.content.decode()
    assert "1" in bell_of(shown)
    assert matter.number in told and "待签收" in told and "荷花街道环卫所" in told

    (link,) = re.findall(r'href="(/notices/\d+/)"', told)
    assert handler.get(link).headers["Location"] == f"/m/{matter.number}/"
    after = handler.get("/notices/")
    assert "1" not in bell_of(after) and matter.number in after.content.decode()
    assert matter.number not in handler.get("/notices/?unread=1").content.decode()

    stranger = visitor("handler_head")
    assert stranger.get(link).status_code == 404
    assert "To sign" in visitor("handler_head", "en").get("/notices/").content.decode()


def test_everything_shown_is_read_at_once(town, matter):
    handler = visitor("handler")
    newest = re.search(r'name="up_to" value="(\d+)"', handler.get("/notices/").content.decode())[1]

    assert handler.post("/notices/read", {"up_to": newest}).status_code == 302

    assert queries.unread(town.handler) == 0
    assert visitor("dispatcher").get("/notices/").status_code == 200


def test_a_person_chooses_ways_and_finds_them_chosen(town):
    handler = visitor("handler")
    assert (
        handler.post("/notices/choices/", {"work": ["mail", "carrier-pigeon"], "time": ["app", "push"]}).status_code
        == 302
    )

    chosen = queries.choices(town.handler)

    assert chosen[Group.WORK] == {Medium.MAIL} and chosen[Group.TIME] == {Medium.APP, Medium.PUSH}
    assert chosen[Group.PRESSURE] == frozenset()
    page = handler.get("/notices/choices/").content.decode()
    assert re.search(r'name="work" value="mail" checked', page)
    assert not re.search(r'name="work" value="app" checked', page)


def test_the_administrator_sees_how_messages_went_without_words_and_tries_again(town, matter, now):
    told = {"entry_id": 1, "occasion": "to_sign", "matter": matter, "owed_at": now, "next_try_at": now}
    stuck = Sending.objects.create(medium="sms", state="failed", code="401", person_id=town.handler.person_id, **told)
    admin = visitor("system_admin")

    page = admin.get("/admin/notices/?state=failed").content.decode()
    assert matter.number in page and "401" in page
    assert "暴露垃圾" not in page and "测试handler" not in page.split("tx-main")[1]
    assert admin.post("/admin/notices/retry", {"sending": [stuck.pk]}).status_code == 302

    stuck.refresh_from_db()
    assert (stuck.state, stuck.tries) == ("waiting", 0)
    for name in ("dispatcher", "security_admin"):
        assert visitor(name).get("/admin/notices/").status_code == 403


def test_the_city_words_an_occasion_and_is_told_what_cannot_be_said(town):
    admin = visitor("system_admin")
    address = "/admin/notices/words/?occasion=accepted"
    assert "最多 70 字" in admin.get(address).content.decode()

    refused = admin.post(address, {"sms.zh-hans": "很" * 71, "app.zh-hans": "收到{number}。"})
    assert refused.status_code == 200 and "太长" in refused.content.decode()
    fields = {
        f"{medium}.{language}": "" for medium in ("app", "push", "mail", "sms") for language in speaking.LANGUAGES
    }
    assert admin.post(address, fields | {"app.zh-hans": "收到{number}。"}).status_code == 302

    speaking.forget()
    assert speaking.text_of(Occasion.ACCEPTED, Medium.APP, "zh-hans") == "收到{number}。"
    assert "已受理" in speaking.text_of(Occasion.ACCEPTED, Medium.SMS, "zh-hans")


def test_a_robot_is_let_into_a_group_and_its_address_shown_to_nobody(town, settings):
    admin = visitor("system_admin")
    told = {"unit": "sanitation", "medium": "wecom", "secret": ""}
    refused = admin.post("/admin/notices/robots/", told | {"url": "https://evil.example/x"})
    assert "qyapi.weixin.qq.com" in refused.content.decode() and not Robot.objects.exists()

    secret = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123-4567"
    assert admin.post("/admin/notices/robots/", told | {"url": secret}).status_code == 302

    page = admin.get("/admin/notices/robots/").content.decode()
    assert "荷花街道环卫所" in page and "0123-4567" not in page
    assert admin.post(f"/admin/notices/robots/{Robot.objects.get().pk}/drop").status_code == 302
    assert not Robot.objects.exists()


def test_an_endpoint_is_opened_for_an_owner_its_secret_shown_once_and_what_it_missed_sent_again(town, matter, now):
    admin = visitor("system_admin")
    told = {"name": "环卫调度", "url": "https://hooks.example/tongxin", "username": "handler", "kinds": "matter.*"}
    inside = admin.post("/admin/webhooks/", told | {"url": "https://10.0.0.7/x"})
    assert "内网" in inside.content.decode()

    opened = admin.post("/admin/webhooks/", told).content.decode()
    endpoint = Endpoint.objects.get()
    here = f"/admin/webhooks/{endpoint.pk}/"
    assert endpoint.person_id == town.handler.person_id and endpoint.secret in opened
    for page in (admin.get("/admin/webhooks/"), admin.get(here)):
        assert endpoint.secret not in page.content.decode() and "环卫调度" in page.content.decode()

    event = endpoint.events.create(
        entry_id=1, kind="matter.sign", matter=matter, state="failed", owed_at=now, next_try_at=now, code="500"
    )
    assert admin.post(f"{here}replay", {"event": [event.pk]}).status_code == 302
    event.refresh_from_db()
    assert event.state == "waiting"

    rotated = admin.post(here, {"do": "rotate"}).content.decode()
    endpoint.refresh_from_db()
    assert endpoint.secret in rotated and endpoint.old_secret in opened
    assert visitor("dispatcher").get(here).status_code == 404
    assert admin.post(f"{here}remove").status_code == 302 and Endpoint.objects.get().removed_at
