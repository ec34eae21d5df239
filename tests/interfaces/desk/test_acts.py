"""Acts at the desk: forms, refusals that keep what was written, conflicts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import a_matter, a_photo, kinds_of
from tongxin.interfaces.desk.offers import ASKS, NEXT
from tongxin.rules.lifecycles.matter import LIFECYCLE, LIVE, Act


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=12)


def take(name, matter, act, language="zh-hans", **given):
    return visitor(name, language).post(f"/m/{matter.number}/act/{act}/", {"rev": matter.rev, **given})


def named(photo, name="photo.jpg"):
    photo.name = name
    return photo


def test_every_act_has_a_form_and_every_state_on_somebodys_table_a_next_act():
    assert set(ASKS) == set(Act)
    assert set(NEXT) == LIVE
    for state, act in NEXT.items():
        assert any(step.act is act and state in step.sources for step in LIFECYCLE)


def test_an_act_that_asks_nothing_is_taken_at_once(town, moment):
    matter = a_matter(town, now=moment)

    answer = take("acceptor", matter, "accept")

    matter.refresh_from_db()
    assert answer.url == f"/m/{matter.number}/"
    assert matter.state == "awaiting_filing"


def test_a_refusal_names_the_field_and_keeps_the_text(town, moment):
    matter = a_matter(town, now=moment)

    answer = take("acceptor", matter, "refuse", reason="不属于街道职责。", ground="", route="拨打 12333")

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "请选择法定理由" in page
    assert "不属于街道职责。" in page
    assert "拨打 12333" in page
    assert kinds_of(matter) == ["matter.report"]


def test_handling_takes_photos_and_words_in_one_form(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)

    answer = take("handler", matter, "handle", reason="已清运。", after=[named(a_photo())])

    matter.refresh_from_db()
    assert answer.status_code == 302
    assert matter.state == "awaiting_review"
    assert matter.after_photos == 1


def test_without_the_photo_the_words_stay_and_without_the_words_the_photo_stays(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)

    no_photo = take("handler", matter, "handle", reason="已清运，地面已冲洗。")
    no_words = take("handler", matter, "handle", reason="", after=[named(a_photo())])

    matter.refresh_from_db()
    assert "还差处置后照片" in no_photo.content.decode()
    assert "已清运，地面已冲洗。" in no_photo.content.decode()
    assert "不用再传" in no_words.content.decode()
    assert matter.state == "handling"
    assert matter.after_photos == 1
    assert take("handler", matter, "handle", reason="已清运。").status_code == 302


def test_somebody_elses_change_is_told_and_the_draft_kept(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)
    seen = matter.rev
    take("handler", matter, "progress", reason="已联系清运车。")

    answer = take("handler", matter, "progress", reason="车到了。", rev=seen)

    page = answer.content.decode()
    assert answer.status_code == 412
    assert "事项刚被别人改过" in page
    assert "车到了。" in page
    assert f'name="rev" value="{seen + 1}"' in page


def test_dispatching_offers_the_suggested_unit_with_its_reason_and_finds_others(town, moment):
    matter = a_matter(town, "AWAITING_DISPATCH", now=moment)
    desk = visitor("dispatcher")

    form = desk.get(f"/m/{matter.number}/act/dispatch/").content.decode()
    by_initials = desk.get(f"/m/{matter.number}/units?q=zhzf").content.decode()
    by_name = desk.get(f"/m/{matter.number}/act/dispatch/?q=路灯").content.decode()

    assert "荷花街道环卫所" in form
    assert "规则 C02" in form
    assert "荷花街道综合执法队" in by_initials
    assert "柯城区市政路灯所" in by_name
    assert "樟潭街道环卫所" not in desk.get(f"/m/{matter.number}/units?q=环卫").content.decode()


def test_a_unit_that_returned_it_is_not_offered_again_and_waits_for_a_ruling(town, moment):
    matter = a_matter(town, "AWAITING_SIGNATURE", now=moment)
    take("handler", matter, "return", ground="not_ours", unit=town.unit["enforcement"], reason="不在清运范围。")
    matter.refresh_from_db()

    page = visitor("dispatcher").get(f"/m/{matter.number}/").content.decode()
    answer = take("dispatcher", matter, "dispatch", unit=town.unit["sanitation"])

    assert "按建议派遣给" not in page
    assert answer.status_code == 409
    assert "异议" in answer.content.decode()


def test_who_returns_a_matter_loses_sight_of_it_and_lands_at_home(town, moment):
    matter = a_matter(town, "AWAITING_SIGNATURE", now=moment)

    assert (
        take("handler", matter, "return", ground="not_ours", unit=town.unit["enforcement"], reason="不在清运范围。").url
        == "/"
    )


def test_voiding_needs_two(town, moment):
    matter = a_matter(town, "AWAITING_DISPATCH", now=moment)
    take("duty_chief", matter, "propose_void", reason="重复测试。")
    matter.refresh_from_db()

    alone = take("duty_chief", matter, "void")
    together = take("second_chief", matter, "void")

    assert "要由第二人确认" in alone.content.decode()
    assert together.status_code == 302
    matter.refresh_from_db()
    assert matter.state == "voided"


def test_an_act_impossible_now_shows_why_instead_of_a_form(town, moment):
    matter = a_matter(town, "AWAITING_SIGNATURE", now=moment)

    page = visitor("dispatcher").get(f"/m/{matter.number}/act/recall/").content.decode()
    wrong = visitor("dispatcher").get(f"/m/{matter.number}/act/close/").content.decode()

    assert "还没超时" in page
    assert "现在是“待签收”，不能“结案”" in wrong
    assert f'action="/m/{matter.number}/act/' not in page + wrong


def test_forms_open_in_the_dialog_when_htmx_asks(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)

    part = visitor("handler").get(f"/m/{matter.number}/act/handle/", headers={"hx-request": "true"}).content.decode()

    assert "<html" not in part
    assert 'name="reason"' in part


def test_one_goes_back_where_one_came_from_but_never_elsewhere(town, moment):
    first, second = (a_matter(town, now=moment) for _ in range(2))

    assert take("acceptor", first, "accept", next="/q/awaiting_acceptance/").url == "/q/awaiting_acceptance/"
    assert take("acceptor", second, "accept", next="https://evil.example/").url == f"/m/{second.number}/"


def test_an_unknown_act_is_no_page(town, moment):
    matter = a_matter(town, now=moment)

    assert visitor("acceptor").get(f"/m/{matter.number}/act/bribe/").status_code == 404
