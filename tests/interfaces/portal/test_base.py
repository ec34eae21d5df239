"""The frame of the residents' door: brands, the two switches, refusals, notices."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.town import NOW
from tongxin.apps.publicity import actions
from tongxin.rules.permissions import SYSTEM

pytestmark = pytest.mark.django_db


def test_each_county_has_its_own_name_colors_and_services_under_one_roof(phone, brands):
    city, county = phone.get("/p/").content.decode(), phone.get("/p/kecheng/").content.decode()

    assert "衢州村情通" in city and "柯城点点通" in city  # the city leads to its counties
    assert "柯城点点通" in county and "衢州村情通" not in county and "申请调解" in county
    assert "双方都愿意" in phone.get("/p/kecheng/service/0/").content.decode()
    assert "--tx-brand:#3f4a8a" in phone.get("/p/kecheng/colors-3f4a8a.css").content.decode()
    assert "Kecheng" in phone.get("/p/kecheng/", headers={"accept-language": "en"}).content.decode()


def test_large_letters_are_remembered_without_an_account(phone, brands):
    phone.post("/look/elder", {"elder": "1", "next": "/p/"})

    page = phone.get("/p/").content.decode()

    assert "data-elder" in page and "标准版" in page and 'href="tel:12345"' in page
    assert "sessionid" not in phone.cookies


def test_what_is_not_there_is_said_with_a_way_on(phone, brands):
    answer = phone.get("/p/atlantis/")

    assert answer.status_code == 404
    assert "没有“atlantis”这个入口" in answer.content.decode() and 'href="/p/"' in answer.content.decode()


def test_a_notice_stands_in_its_area_and_above_for_its_time(phone, brands, town):
    now = timezone.now()
    told = {"title": "松园路停水", "text": "管道改接", "by": town.system_admin, "now": now}
    notice = actions.post_notice(
        area="330802", start_at=now - timedelta(hours=1), end_at=now + timedelta(hours=1), **told
    )
    past = {"start_at": now - timedelta(hours=2), "end_at": now - timedelta(hours=1)}
    actions.post_notice(area="330802", **past, **(told | {"title": "旧通知"}))

    pages = {path: phone.get(path).content.decode() for path in ("/p/", "/p/kecheng/", "/p/notices/")}

    assert all("松园路停水" in page and "旧通知" not in page for page in pages.values())
    actions.withdraw_notice(notice_id=notice.pk, by=SYSTEM, now=NOW)
    assert "松园路停水" not in phone.get("/p/").content.decode()
