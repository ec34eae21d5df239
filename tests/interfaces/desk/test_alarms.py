"""What the police handed over at the desk: who finds it, what it shows, answering it; and the ledger of partners."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.apps.alarms.conftest import PHONE, police  # noqa: F401
from tests.interfaces.desk.visitors import visitor
from tests.town import AT_SEA
from tongxin.apps.alarms import actions
from tongxin.apps.alarms.models import Alarm, Partner, Push, Station, Telling
from tongxin.apps.people.models import Person
from tongxin.rules.alarms import Answering, Result
from tongxin.rules.permissions import SYSTEM

pytestmark = pytest.mark.django_db


def text_of(client, path, status=200):
    answer = client.get(path, follow=True)
    assert answer.status_code == status, (path, answer.content.decode()[-800:])
    return answer.content.decode()


@pytest.fixture
def alarm(police):  # noqa: F811
    """Two hours ago neighbors quarreled, and somebody was hurt."""
    told = {"at": timezone.now() - timedelta(hours=2), "is_hurt": True}
    return police.hand_over("J330802-0417", **told).alarm


def test_the_list_the_incident_and_its_matter_open_for_whom_they_concern_and_for_nobody_else(town, police, alarm):  # noqa: F811
    number = alarm.matter.number

    for name in ("county_chief", "officer-station"):
        client = visitor(name)
        listed, shown = text_of(client, "/alarms/"), text_of(client, f"/alarms/{number}/")
        assert "老村委后面" in listed
        assert "两户为院墙界址争执" in shown
        assert "有人受伤" in listed + shown
        assert PHONE not in listed + shown
    for name in ("dispatcher", "neighbouring_chief"):
        client = visitor(name)
        assert "老村委后面" not in text_of(client, "/alarms/")
        text_of(client, f"/alarms/{number}/", 404)
        text_of(client, f"/alarms/of/{alarm.pk}/", 404)
    assert f"/alarms/{number}/" in text_of(visitor("duty_chief"), f"/m/{number}/")
    text_of(visitor("officer-station"), f"/m/{number}/", 404)  # the push lets a station read the alarm, not the matter


def test_a_push_is_answered_from_its_page_by_its_unit(town, police, alarm):  # noqa: F811
    desk, station = (alarm.pushes.get(to=to) for to in ("desk", "responsible"))
    chief, officer = visitor("duty_chief"), visitor("officer-station")
    page = f"/alarms/{alarm.matter.number}/"

    before = text_of(chief, page)
    for asked in ("acknowledge", "arrive", "visit"):
        chief.post(f"{page}{desk.pk}/{asked}")
    chief.post(f"{page}{desk.pk}/feed_back", {"result": "mediating"})
    after = text_of(chief, page)
    refused = [
        officer.post(f"{page}{desk.pk}/acknowledge", follow=True).content.decode(),
        chief.post(f"{page}{station.pk}/acknowledge", follow=True).content.decode(),
        chief.post(f"{page}{desk.pk}/feed_back", {}, follow=True).content.decode(),
        chief.post(f"{page}{desk.pk}/arrive", follow=True).content.decode(),
    ]

    assert re.findall(r'data-key="(\w)"', before) == ["m", "a", "r", "v", "f"]
    assert "网格员报到" in before
    assert re.findall(r'data-key="(\w)"', after) == ["m", "f"]
    assert "正在调解" in after
    desk.refresh_from_db()
    assert None not in (desk.acknowledged_at, desk.arrived_at, desk.visited_at)
    assert (desk.result, Push.objects.filter(acknowledged_at__isnull=False).count()) == ("mediating", 1)
    for text, said in zip(refused, ("没有这一路推送", "推送给了别的单位", "请选反馈结果", "已经记过"), strict=True):
        assert said in text
    assert chief.post(f"{page}{desk.pk}/explode").status_code == 404


def test_what_waits_for_the_unit_stands_by_itself_and_towns_are_counted(town, police, alarm, monkeypatch):  # noqa: F811
    monkeypatch.setattr("tongxin.interfaces.desk.alarms.SHOWN", 3)
    for n in range(4):
        police.hand_over(f"J{n}", at=timezone.now() - timedelta(minutes=n), point=AT_SEA if n else (118.865, 28.945))
    told = {"answering": Answering.ACKNOWLEDGE, "by": town.duty_chief, "now": timezone.now()}
    actions.answer(push_id=alarm.pushes.get(to="desk").pk, **told)

    county, town_ = visitor("county_chief"), visitor("duty_chief")
    first = text_of(county, "/alarms/")
    second = text_of(county, re.search(r'href="(/alarms/\?before=\d+)"', first)[1])

    assert (first.count('class="what"'), second.count('class="what"')) == (3, 2)
    assert "荷花街道" in first
    assert text_of(town_, "/alarms/?waiting=1").count('class="what"') == 1  # the other one of its town it has answered
    assert "没有移交" in text_of(visitor("neighbouring_chief"), "/alarms/")


def test_pages_name_nobody_in_either_language(town, police, alarm):  # noqa: F811
    Person.objects.update(name="张某某", phone="13900000001")
    page = f"/alarms/{alarm.matter.number}/"

    for path in ("/alarms/", page):
        text = text_of(visitor("county_chief"), path)
        assert "13900000001" not in text
        assert text.count("张某某") <= 3  # the person's own name over the page
        english = text_of(visitor("county_chief", "en"), path)
        assert "Police hand-over" in english
        assert "No figures yet" not in english


def test_the_ledger_opens_a_partner_shows_its_secret_once_and_keeps_its_stations(town, police):  # noqa: F811
    client = visitor("security_admin")
    told = {"code": "jcga", "name": "柯城公安", "area": "330802", "url": "http://police.example/"}

    refused = client.post("/admin/police/", told).content.decode()
    opened = client.post("/admin/police/", told | {"url": ""}).content.decode()
    partner = Partner.objects.get(code="jcga")
    page = f"/admin/police/{partner.pk}/"
    client.post(f"{page}stations", {"code": "33080254", "unit": str(police.units["station"])})
    shown = text_of(client, page)
    rotated = client.post(page, {"do": "rotate"}).content.decode()
    changed = client.post(page, {"name": "柯城分局", "url": "", "is_open": "true"}, follow=True).content.decode()
    client.post(f"{page}stations", {"code": "33080254", "do": "drop"})

    assert "https" in refused
    secrets = [re.search(r"whsec_[\w+/=]+", text) for text in (opened, rotated)]
    assert None not in secrets
    assert secrets[0][0] != secrets[1][0]
    assert "whsec_" not in shown + changed
    assert "荷花派出所" in shown
    assert "柯城分局" in changed
    assert not Station.objects.filter(partner=partner).exists()
    for name in ("duty_chief", "system_admin"):
        assert visitor(name).get(page).status_code == 403


def test_what_the_police_did_not_take_is_listed_and_sent_again(town, police, alarm):  # noqa: F811
    Partner.objects.update(url="https://police.example/")
    told = {"push_id": alarm.pushes.get(to="desk").pk, "answering": Answering.FEED_BACK, "result": Result.TENSE}
    actions.answer(by=town.duty_chief, now=timezone.now(), **told)
    Telling.objects.update(state="failed", code="503", tries=9, ended_at=timezone.now())
    client, page = visitor("security_admin"), f"/admin/police/{police.partner.pk}/"

    listed = text_of(client, page)
    client.post(f"/admin/police/again/{Telling.objects.get().pk}")

    assert "有激化可能" in listed
    assert "503" in listed
    assert Telling.objects.get().state == "waiting"
    assert "有激化可能" in text_of(visitor("duty_chief"), f"/alarms/{alarm.matter.number}/")


def test_a_list_costs_the_same_however_long(town, police, alarm, django_assert_max_num_queries):  # noqa: F811
    client = visitor("duty_chief")
    client.get("/alarms/")
    for n in range(6):
        police.hand_over(f"J{n}", at=timezone.now())

    with django_assert_max_num_queries(16):
        client.get("/alarms/")
    with django_assert_max_num_queries(16):
        client.get(f"/alarms/{alarm.matter.number}/")
    assert (Alarm.objects.count(), SYSTEM.duties) == (7, ())
