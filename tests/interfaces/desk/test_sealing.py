"""Sealed matters at the desk: nothing of them for who is not named, and one at a time by breaking the glass."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import a_photo, a_report
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Matter, Unsealing
from tongxin.apps.people import duties

pytestmark = pytest.mark.django_db
WHY = "家属报警，需马上核实走失地点"
TEXT = "老人下午出门后没有回家。"


@pytest.fixture
def sealed(town):
    told = a_report(template="H12", text=TEXT, contact_name="王小明", contact_phone="13800006027")
    return Matter.objects.get(pk=actions.report(told, by=town.grid_worker, now=timezone.now()).id)


def opened(town, matter, who="supervisor"):
    return actions.unseal(number=matter.number, reason=WHY, by=getattr(town, who), now=timezone.now())


def text_of(client, path, status=200, **asked):
    answer = client.get(path, asked)
    assert answer.status_code == status, path
    return answer.content.decode()


@pytest.mark.parametrize("who", ["supervisor", "acceptor", "dispatcher", "leader", "handler", "other_grid_worker"])
def test_no_page_shows_anything_of_it_to_who_is_not_named(town, sealed, who):
    client = visitor(who)

    for path in ("/m/", "/q/awaiting_acceptance/", "/map/", "/map/grids.json", "/map/towns.json"):
        answer = client.get(path)
        assert sealed.number not in answer.content.decode(), path
        assert sealed.title not in answer.content.decode(), path
    for asked in ({"q": TEXT[:4]}, {"q": sealed.number}):
        assert sealed.title not in client.get("/m/", asked, follow=True).content.decode()
        assert sealed.title not in client.get("/find/", asked).content.decode()
    for part in ("", "peek", "contact", "units", "print.pdf", "evidence/1", "readers", "act/accept/"):
        assert client.get(f"/m/{sealed.number}/{part}").status_code in (403, 404), part


def test_its_page_names_its_kind_to_who_may_read_it(town, sealed):
    page = text_of(visitor("duty_chief"), f"/m/{sealed.number}/")

    assert "保密件：个人求助" in page
    assert TEXT in page


def test_the_glass_is_broken_on_a_page_that_tells_nothing_before(town, sealed):
    client = visitor("supervisor")
    there, nowhere = (
        re.sub(r"[A-Za-z0-9]{64}", "", text_of(client, "/unseal/", number=number)).replace(number, "")
        for number in (sealed.number, "KC261120-9999")
    )
    assert there == nowhere

    answer = client.post("/unseal/", {"number": sealed.number, "reason": WHY})

    assert answer.headers["Location"] == f"/m/{sealed.number}/"
    page = text_of(client, f"/m/{sealed.number}/")
    assert TEXT in page
    assert "只能看" in page


def test_what_is_open_offers_nothing_to_do_and_masks_the_contact(town, sealed):
    opened(town, sealed)
    client = visitor("supervisor")

    page = text_of(client, f"/m/{sealed.number}/")

    assert "13800006027" not in page
    for part in ("/act/", "/over/", "contact", 'name="files"', "print.pdf", "readers", "data-prints"):
        assert part not in page.replace("desk:contact", ""), part
    for part in ("peek", "contact", "units", "print.pdf", "act/urge/"):
        assert client.get(f"/m/{sealed.number}/{part}").status_code == 404, part
    assert client.post(f"/m/{sealed.number}/act/urge/", {"reason": "快办"}).status_code == 404
    assert sealed.number not in text_of(client, "/m/")


def test_its_photos_are_seen_while_it_is_open_and_not_after(town, sealed):
    photo = actions.attach(a_photo(), matter_id=sealed.pk, kind="before", by=town.duty_chief, now=timezone.now())
    client, address = visitor("supervisor"), f"/m/{sealed.number}/evidence/{photo.pk}"
    assert client.get(address).status_code == 404
    glass = opened(town, sealed)
    assert client.get(address).getvalue()

    client.post(f"/unseal/{glass.pk}/end")

    assert client.get(address).status_code == 404
    assert client.get(f"/m/{sealed.number}/").status_code == 404


def test_it_closes_by_itself(town, sealed):
    glass = opened(town, sealed)
    Unsealing.objects.filter(pk=glass.pk).update(until=timezone.now() - timedelta(seconds=1))

    text_of(visitor("supervisor"), f"/m/{sealed.number}/", 404)


@pytest.mark.parametrize(
    ("told", "said", "status"),
    [
        ({"reason": "急"}, "至少 10 个字", 422),
        ({"number": "KC261120-9999"}, "没有这个事项", 404),
        ({"number": "<script>"}, "没有这个事项", 404),
    ],
)
def test_a_refusal_says_what_to_do_and_keeps_what_was_written(town, sealed, told, said, status):
    told = {"number": sealed.number, "reason": WHY} | told

    answer = visitor("supervisor").post("/unseal/", told)

    assert answer.status_code == status
    assert said in answer.content.decode()
    assert told["reason"] in answer.content.decode()
    assert not Unsealing.objects.exists()


def test_the_sixth_of_a_day_is_refused(town, settings, sealed):
    settings.UNSEAL_A_DAY = 1
    opened(town, sealed)
    other = actions.report(a_report(template="H12"), by=town.grid_worker, now=timezone.now())

    answer = visitor("supervisor").post("/unseal/", {"number": other.number, "reason": WHY})

    assert answer.status_code == 409
    assert "一天最多紧急查看 1 件" in answer.content.decode()


@pytest.mark.parametrize("who", ["acceptor", "leader", "handler", "system_admin", "grid_worker"])
def test_others_are_not_let_to_the_page(town, who):
    client = visitor(who)

    assert client.get("/unseal/").status_code == 403
    assert "/unseal/" not in text_of(client, "/me/posts/")


@pytest.mark.parametrize("who", ["security_admin", "audit_admin"])
def test_security_and_audit_see_what_was_opened_and_close_it(town, sealed, who):
    glass = opened(town, sealed)
    client = visitor(who)

    page = text_of(client, "/admin/unsealings/")
    assert sealed.number in page
    assert WHY in page
    assert "测试supervisor" not in page
    client.post(f"/unseal/{glass.pk}/end", {"next": "/admin/unsealings/"})

    assert Unsealing.objects.get().ended_at is not None
    assert f"/unseal/{glass.pk}/end" not in text_of(client, "/admin/unsealings/")


@pytest.mark.parametrize("who", ["system_admin", "duty_chief", "supervisor", "leader"])
def test_others_see_no_such_list_and_close_nothing_of_others(town, sealed, who):
    glass = opened(town, sealed)
    text_of(visitor(who), "/admin/unsealings/", 403)

    if who != "supervisor":
        assert visitor(who).post(f"/unseal/{glass.pk}/end").status_code == 403


def test_the_reporter_reads_who_looked_from_which_post_and_why(town, sealed):
    opened(town, sealed)
    actions.unmask(matter_id=sealed.pk, reason="到场前联系", by=town.duty_chief, now=timezone.now())

    page = text_of(visitor("grid_worker"), f"/m/{sealed.number}/readers")

    for part in ("衢州市督查室 · 督查员", WHY, "荷花街道综合信息指挥室 · 值班长", "到场前联系"):
        assert part in page
    assert "测试supervisor" not in page
    assert "测试duty_chief" not in page
    assert "readers" in text_of(visitor("grid_worker"), f"/m/{sealed.number}/")


def test_who_looked_is_nobody_elses_to_read(town, sealed):
    opened(town, sealed)

    text_of(visitor("audit_admin"), f"/m/{sealed.number}/readers")
    text_of(visitor("duty_chief"), f"/m/{sealed.number}/readers", 403)
    text_of(visitor("supervisor"), f"/m/{sealed.number}/readers", 404)


def test_nobody_has_looked_is_said_as_plainly(town, sealed):
    assert "没有人查看过" in text_of(visitor("grid_worker"), f"/m/{sealed.number}/readers")


def test_a_stand_in_reads_it_and_the_export_of_the_unnamed_does_not_hold_it(town, sealed):
    day = timezone.localdate()
    duties.stand_in(
        post_id=town.duty_chief.duties[0].post_id,
        person_id=town.acceptor.person_id,
        start_on=day,
        end_on=day + timedelta(days=1),
        by=town.duty_chief,
        now=timezone.now(),
    )

    assert sealed.number in visitor("acceptor").get("/m/export.csv").getvalue().decode()
    assert sealed.number not in visitor("dispatcher").get("/m/export.csv").getvalue().decode()
