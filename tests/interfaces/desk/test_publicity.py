"""What the city tells in public, written at the desk: notices, and words after a review."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import CAST, a_matter
from tongxin.apps.people.models import Account, Person, Post, Unit
from tongxin.apps.publicity.models import Notice, Publication
from tongxin.rules.channels import Channel
from tongxin.rules.permissions import GRANTS, RESIDENT, Permission, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def discloser(town) -> Client:
    person = Person.objects.create(name="测试discloser")
    Account.objects.create(username="discloser", person=person)
    unit = Unit.objects.get(code="county_center")
    Post.objects.create(person=person, unit=unit, role=Role.DISCLOSER, area="330802", start_on=date(2020, 1, 1))
    return visitor("discloser")


def test_a_notice_is_posted_seen_by_everybody_and_taken_off(discloser):
    end = {"end_at": f"{timezone.now().year + 1}-01-01T08:00", "start_at": timezone.now().strftime("%Y-%m-%dT00:00")}
    told = {"area": "330802", "title": "松园路停水", "text": "8 点到 12 点", **end}

    refused = discloser.post("/public/notices/", told | {"title": ""})
    posted = discloser.post("/public/notices/", told)

    assert refused.status_code == 422 and "8 点到 12 点" in refused.content.decode()
    assert posted.status_code == 302 and "松园路停水" in Client().get("/p/").content.decode()
    page = discloser.get("/public/notices/").content.decode()
    assert "正在显示" in page and "公开通知" in page
    discloser.post(f"/public/notices/{Notice.objects.get().pk}/withdraw")
    assert "松园路停水" not in Client().get("/p/").content.decode()


def test_words_are_reviewed_matter_by_matter(discloser, town):
    now = timezone.now()
    matter = a_matter(town, "CLOSED", by=RESIDENT, channel=Channel.RESIDENT, text="王大爷家门口的垃圾", now=now)

    queue = discloser.get("/public/words/").content.decode()
    discloser.post(f"/public/words/{matter.number}/", {"state": "shown", "text": "小区门口的垃圾"})

    assert matter.number in queue and "王大爷" in queue
    assert Publication.objects.get().state == "shown"
    page = Client().get("/p/map/", {"area": "330802001"}).content.decode()
    assert "小区门口的垃圾" in page and "王大爷" not in page
    assert "小区门口的垃圾" in discloser.get("/public/words/?state=shown").content.decode()


@pytest.mark.parametrize(
    ("path", "permission"),
    [("/public/words/", Permission.PUBLISH_WORDS), ("/public/notices/", Permission.POST_NOTICE)],
)
def test_only_who_is_charged_with_it_comes_in(town, path, permission):
    for name in ("leader", "duty_chief", "handler", "system_admin", "security_admin"):
        is_allowed = CAST[name][0] in GRANTS[permission]
        assert visitor(name).get(path).status_code == (200 if is_allowed else 403), name
