"""Posts that change hands and rosters at the desk: each page to whom it concerns, each act through its action."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import a_matter
from tongxin.apps.matters.models import Matter
from tongxin.apps.people import duties, rosters
from tongxin.apps.people.models import Person, Post, Shift, Unit
from tongxin.rules.rosters import Part, monday_of
from tongxin.rules.sealing import Seal

pytestmark = pytest.mark.django_db


def post_of(actor):
    return actor.duties[0].post_id


def today():
    return timezone.localdate()


def lent(town, whose, to, days=3):
    return duties.stand_in(
        post_id=post_of(getattr(town, whose)),
        person_id=getattr(town, to).person_id,
        start_on=today(),
        end_on=today() + timedelta(days=days),
        by=getattr(town, whose),
        now=timezone.now(),
    )


def text_of(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


# --- posts -----------------------------------------------------------------------------------------------


def test_my_posts_tell_what_i_keep_who_stands_in_and_what_i_stand_in_for(town):
    a_matter(town, "HANDLING")
    lent(town, "handler", "handler_head")

    own, other = (text_of(visitor(who), "/me/posts/") for who in ("handler", "handler_head"))

    assert "1 件未办结的事项由您经办" in own
    assert "测试handler_head 代班" in own
    assert "代 测试handler" in other


def test_somebody_without_a_post_is_told_so(town):
    Post.objects.filter(person_id=town.handler.person_id).update(end_on=today())

    assert "您没有岗位" in text_of(visitor("handler"), "/me/posts/")


@pytest.mark.parametrize(
    ("who", "status"),
    [("handler", 200), ("handler_head", 200), ("security_admin", 200), ("enforcer", 403), ("duty_chief", 403)],
)
def test_a_post_is_shown_to_whom_it_concerns(town, who, status):
    text_of(visitor(who), f"/posts/{post_of(town.handler)}/", status)


def test_a_post_nobody_knows_is_missing(town):
    text_of(visitor("security_admin"), "/posts/999999/", 404)


def test_a_stand_in_is_named_and_ended_on_the_page(town):
    page = f"/posts/{post_of(town.duty_chief)}/"
    last = today() + timedelta(days=4)
    told = {"person": town.acceptor.person_id, "first": today().isoformat(), "last": last.isoformat()}

    answer = visitor("duty_chief").post(page, told, follow=True).content.decode()

    post = Post.objects.get(stands_in_for=post_of(town.duty_chief))
    assert "已安排" in answer
    assert last.isoformat() in answer
    assert post.end_on == last + timedelta(days=1)  # a last day is a day of duty

    visitor("acceptor").post(f"/posts/{post.pk}/stand-in/end")
    assert Post.objects.get(pk=post.pk).end_on == today() + timedelta(days=1)


def test_a_refused_stand_in_says_why_and_keeps_what_was_written(town):
    page = f"/posts/{post_of(town.duty_chief)}/"
    told = {"person": town.acceptor.person_id, "first": "2020-01-01", "last": "2020-01-02"}

    answer = visitor("duty_chief").post(page, told).content.decode()

    assert "代班不能从过去开始" in answer
    assert 'value="2020-01-01"' in answer
    assert "请写明由谁代班" in visitor("duty_chief").post(page, {"person": "x"}).content.decode()


def test_only_who_arranges_may_name_a_stand_in(town):
    told = {"person": town.acceptor.person_id, "first": today().isoformat(), "last": today().isoformat()}

    assert visitor("dispatcher").post(f"/posts/{post_of(town.duty_chief)}/", told).status_code == 403
    assert not Post.objects.filter(stands_in_for__isnull=False).exists()


def test_ending_a_post_that_keeps_matters_leads_to_handing_them_over(town):
    matter, post = a_matter(town, "HANDLING"), post_of(town.handler)
    client = visitor("security_admin")
    day = (today() + timedelta(days=1)).isoformat()

    answer = client.post(f"/admin/posts/{post}/end", {"end_on": day})
    assert answer.headers["Location"] == f"/posts/{post}/#hand-over"
    page = text_of(client, f"/posts/{post}/")
    assert "还经办着 1 件未办结的事项" in page
    assert matter.number in page

    told = {"to": post_of(town.handler_head), "end_on": day}
    answer = client.post(f"/posts/{post}/hand-over", told, follow=True).content.decode()

    assert "已移交 1 件事项" in answer
    assert Matter.objects.get(pk=matter.pk).keeper == town.handler_head.person_id
    assert Post.objects.get(pk=post).end_on.isoformat() == day


def test_a_post_that_keeps_nothing_ends_as_before(town):
    post = post_of(town.grid_head)

    visitor("security_admin").post(f"/admin/posts/{post}/end", {"end_on": today().isoformat()})

    assert Post.objects.get(pk=post).end_on == today()


def test_matters_left_to_the_unit_are_marked_and_taken_up(town):
    matter, post = a_matter(town, "HANDLING"), post_of(town.handler)
    visitor("security_admin").post(f"/posts/{post}/hand-over", {"to": "unit"})
    head = visitor("handler_head")

    assert "无人经办" in text_of(head, "/q/handling/")
    page = f"/m/{matter.number}/"
    assert "take-up" in text_of(head, page)
    assert "无人经办" in text_of(visitor("duty_chief"), page)
    assert "take-up" not in text_of(visitor("duty_chief"), page)

    head.post(f"{page}take-up")

    assert Matter.objects.get(pk=matter.pk).keeper == town.handler_head.person_id
    assert "无人经办" not in text_of(head, "/q/handling/")


def test_handing_over_asks_to_whom(town):
    a_matter(town, "HANDLING")
    post = post_of(town.handler)

    for told in ({}, {"to": "x"}, {"to": str(post_of(town.enforcer))}):
        visitor("handler").post(f"/posts/{post}/hand-over", told)

    assert Matter.objects.get().keeper == town.handler.person_id
    assert visitor("enforcer").post(f"/posts/{post}/hand-over", {"to": str(post)}).status_code == 403


def test_the_security_administrator_names_posts_for_kinds_of_sealed_matters(town):
    post = post_of(town.supervisor)
    client = visitor("security_admin")
    assert "涉未成年人" in text_of(client, f"/posts/{post}/")

    client.post(f"/posts/{post}/seals", {"seals": ["minors", "nonsense"]})

    assert Post.objects.get(pk=post).seals == [Seal.MINORS]
    assert visitor("supervisor").post(f"/posts/{post}/seals", {"seals": ["oversight"]}).status_code == 403
    assert 'name="seals"' not in text_of(visitor("supervisor"), f"/posts/{post}/")
    assert 'name="seals"' not in text_of(client, f"/posts/{post_of(town.handler)}/")


def test_what_is_done_while_standing_in_is_marked_on_the_timeline(town):
    matter = a_matter(town)
    lent(town, "acceptor", "dispatcher")
    visitor("dispatcher").post(f"/m/{matter.number}/act/accept/", {"rev": matter.rev})

    assert "受理员（代）" in text_of(visitor("dispatcher"), f"/m/{matter.number}/")


# --- rosters ---------------------------------------------------------------------------------------------


def week(town, client, monday=None, **cells):
    unit = town.unit["command_room"]
    monday = monday or monday_of(today())
    mark = rosters.week(unit, monday).mark
    return client.post(f"/roster/{unit}/?week={monday}", {"mark": mark, **cells}, follow=True).content.decode()


def cell(actor, day):
    return f"{post_of(actor)}-{day.isoformat()}"


def test_a_chief_publishes_a_week_and_everybody_of_the_unit_reads_it(town):
    unit = town.unit["command_room"]
    Unit.objects.filter(pk=unit).update(phone="0570-1234567")
    Person.objects.update(phone="13800006027")

    answer = week(town, visitor("duty_chief"), **{cell(town.acceptor, today()): "whole"})

    assert "已发布" in answer
    page = text_of(visitor("dispatcher"), f"/roster/{unit}/")
    assert "全天" in page
    assert "0570-1234567" in page
    assert "<select" not in page
    assert "13800006027" not in page


def test_the_way_to_the_roster_leads_to_the_unit_one_sits_in(town):
    answer = visitor("handler").get("/roster/")

    assert answer.headers["Location"] == f"/roster/{town.unit['sanitation']}/"


@pytest.mark.parametrize(
    ("who", "status"), [("supervisor", 200), ("leader", 200), ("handler", 403), ("neighbouring_chief", 403)]
)
def test_a_roster_is_read_from_above_and_by_nobody_else(town, who, status):
    text_of(visitor(who), f"/roster/{town.unit['command_room']}/", status)


def test_nobody_else_publishes_it(town):
    for who, status in (("dispatcher", 403), ("supervisor", 403), ("neighbouring_chief", 403)):
        answer = visitor(who).post(f"/roster/{town.unit['command_room']}/", {cell(town.acceptor, today()): "day"})
        assert answer.status_code == status, who

    assert not Shift.objects.exists()


def test_last_week_is_copied_into_the_form_and_kept_by_nobody_until_it_is_published(town):
    chief, monday = visitor("duty_chief"), monday_of(today())
    following = monday + timedelta(days=7)
    week(town, chief, **{cell(town.acceptor, monday + timedelta(days=6)): "night"})

    page = text_of(chief, f"/roster/{town.unit['command_room']}/?week={following}&copy=1")

    assert "已照上一周填好" in page
    name = cell(town.acceptor, following + timedelta(days=6))
    assert 'value="night" selected' in page[page.index(name) :][:400]
    assert not Shift.objects.filter(start_at__gte=timezone.now() + timedelta(days=8)).exists()


def test_a_week_published_by_somebody_else_meanwhile_is_not_overwritten(town):
    unit, monday = town.unit["command_room"], monday_of(today()) + timedelta(days=7)
    week(town, visitor("duty_chief"), monday, **{cell(town.acceptor, monday): "day"})

    answer = visitor("second_chief").post(
        f"/roster/{unit}/?week={monday}", {"mark": "0", cell(town.dispatcher, monday): "day"}
    )

    assert "值班表刚被别人发布过" in answer.content.decode()
    assert rosters.week(unit, monday).cells == {(post_of(town.acceptor), monday): Part.DAY}


def test_whatever_stands_in_the_address_a_week_is_shown_or_refused(town):
    for asked in ("x", "2026-11-20", "1900-01-01", "9999-12-30"):
        answer = visitor("duty_chief").get(f"/roster/{town.unit['command_room']}/", {"week": asked})
        assert answer.status_code == 200, asked
    assert visitor("security_admin").get("/roster/999999/").status_code == 404


def test_who_is_on_duty_stands_on_the_matters_page_by_role(town):
    matter = a_matter(town)
    Unit.objects.filter(pk=town.unit["command_room"]).update(phone="0570-1234567")
    week(town, visitor("duty_chief"), **{cell(town.duty_chief, today()): "whole"})
    now = timezone.now()
    Shift.objects.update(start_at=now - timedelta(hours=1), end_at=now + timedelta(hours=1))

    page = text_of(visitor("acceptor"), f"/m/{matter.number}/")

    assert "值班长 · 0570-1234567" in page
