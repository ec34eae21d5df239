"""Many at once: each matter gets its own answer, forms are asked once, the refused ones can be tried again."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import ZHANGTAN_01, a_matter, kinds_of
from tongxin.apps.matters.actions.texts import write_macro
from tongxin.apps.matters.models import Matter, Note, ReadMark
from tongxin.interfaces.desk import bulk
from tongxin.interfaces.desk.offers import ASKS
from tongxin.rules.lifecycles.matter import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=30)


def take(name, act, matters, **given):
    """Take an act on many and return the page that tells what became of each."""
    query = "?unit=suggested" if given.pop("as_suggested", False) else ""
    told = {"number": [matter.number for matter in matters], **given}
    return visitor(name).post(f"/m/many/{act}/{query}", told, follow=True).content.decode()


def states(*matters) -> set[str]:
    return set(Matter.objects.filter(pk__in=[matter.pk for matter in matters]).values_list("state", flat=True))


def test_acts_that_want_photos_another_matter_or_a_second_look_are_not_for_many():
    assert not {Act.HANDLE, Act.SETTLE, Act.MERGE, Act.VOID, Act.PROPOSE_VOID, Act.TAKE_BACK} & set(bulk.MANY)
    assert {Act.ACCEPT, Act.DISPATCH, Act.RETURN, Act.PROGRESS, Act.CHECK, Act.CLOSE, Act.URGE} <= set(bulk.MANY)
    assert set(bulk.MANY) <= set(ASKS)


def test_many_are_dispatched_each_to_its_suggested_unit_and_a_refused_one_stops_no_other(town, moment):
    first, second = (a_matter(town, "AWAITING_DISPATCH", now=moment) for _ in range(2))
    gone = a_matter(town, "HANDLING", now=moment)

    said = take("dispatcher", "dispatch", [first, second, gone], as_suggested=True)

    assert "办好 2 件" in said
    assert "没办成 1 件" in said
    assert "现在是“处置中”，不能“派遣”" in said
    assert states(first, second) == {"awaiting_signature"}
    assert states(gone) == {"handling"}


def test_nobody_acts_on_many_without_the_post(town, moment):
    matter = a_matter(town, "AWAITING_DISPATCH", now=moment)

    said = take("acceptor", "dispatch", [matter], as_suggested=True)

    assert states(matter) == {"awaiting_dispatch"}
    assert "您在这件事项上没有这个岗位" in said


def test_what_is_out_of_sight_is_told_apart_and_stays_as_it_is(town, moment):
    ours, theirs = a_matter(town, now=moment), a_matter(town, now=moment, point=ZHANGTAN_01, title="樟潭的事")

    said = take("acceptor", "accept", [ours, theirs])

    assert states(ours) == {"awaiting_filing"}
    assert states(theirs) == {"awaiting_acceptance"}
    assert "没办成 1 件" in said
    assert "樟潭的事" not in said


def test_a_form_is_asked_once_for_all_and_its_words_stand_on_each(town, moment):
    matters = [a_matter(town, "HANDLING", now=moment) for _ in range(3)]
    desk = visitor("handler")

    form = desk.get("/m/many/progress/", {"number": [each.number for each in matters]}).content.decode()
    take("handler", "progress", matters, reason="已联系清运车。")

    assert all(each.number in form for each in matters)
    assert 'name="reason"' in form and 'type="file"' not in form
    assert [kinds_of(each)[-1] for each in matters] == ["matter.progress"] * 3
    assert Note.objects.filter(text="已联系清运车。").count() == 3


def test_an_empty_form_takes_nothing_and_names_what_lacks(town, moment):
    matter = a_matter(town, "HANDLING", now=moment)

    answer = visitor("handler").post("/m/many/progress/", {"number": [matter.number], "reason": " "})

    assert answer.status_code == 422
    assert "请填写这一项" in answer.content.decode()
    assert kinds_of(matter)[-1] != "matter.progress"


def test_facts_are_filled_in_for_each_of_them(town, moment):
    matters = [a_matter(town, "HANDLING", now=moment) for _ in range(2)]

    take("handler", "progress", matters, reason="{number} 已到场，{unknown}。")

    assert {f"{each.number} 已到场，{{unknown}}。" for each in matters} <= set(
        Note.objects.values_list("text", flat=True)
    )


def test_one_unit_can_be_chosen_for_all(town, moment):
    matters = [a_matter(town, "AWAITING_DISPATCH", now=moment) for _ in range(2)]
    asked = {"number": [each.number for each in matters], "q": "执法"}

    form = visitor("dispatcher").get("/m/many/dispatch/", asked).content.decode()
    take("dispatcher", "dispatch", matters, unit=town.unit["enforcement"])

    assert "荷花街道综合执法队" in form
    assert set(Matter.objects.values_list("unit_id", flat=True)) == {town.unit["enforcement"]}


def test_the_refused_ones_can_be_tried_again_with_what_was_written(town, moment):
    matter, other = a_matter(town, "HANDLING", now=moment), a_matter(town, "AWAITING_CHECK", now=moment)
    desk = visitor("handler")
    told = {"number": [matter.number, other.number], "reason": "已联系。", "next": "/q/handling/"}
    said = desk.post("/m/many/progress/", told, follow=True).content.decode()

    form = desk.get("/m/many/progress/?again=1").content.decode()

    assert "/m/many/progress/?again=1" in said
    assert 'href="/q/handling/"' in said
    assert other.number in form and matter.number not in form
    assert "已联系。" in form


def test_telling_twice_is_no_second_act(town, moment):
    matter = a_matter(town, now=moment)
    desk = visitor("acceptor")
    desk.post("/m/many/accept/", {"number": [matter.number]}, follow=True)

    again = desk.get("/m/many/done/").content.decode()

    assert "办好 1 件" in again
    assert kinds_of(matter).count("matter.accept") == 1


def test_one_goes_back_to_a_page_of_ours_and_never_elsewhere(town, moment):
    matter = a_matter(town, now=moment)

    assert "evil.example" not in take("acceptor", "accept", [matter], next="https://evil.example/")


def test_what_one_did_is_read(town, moment):
    matter = a_matter(town, now=moment)

    take("acceptor", "accept", [matter])

    assert ReadMark.objects.get().person_id == town.acceptor.person_id


def test_without_ticks_it_says_what_to_do(town):
    assert "请先在列表里勾选事项" in visitor("acceptor").get("/m/many/accept/").content.decode()
    assert visitor("acceptor").get("/m/many/handle/").status_code == 404
    assert visitor("acceptor").get("/m/many/bribe/").status_code == 404
    assert visitor("acceptor").get("/m/many/done/").url == "/m/"


def test_a_queue_offers_what_the_post_takes_there_the_next_step_first(town, moment):
    a_matter(town, "AWAITING_DISPATCH", now=moment)

    page = visitor("dispatcher").get("/q/awaiting_dispatch/").content.decode()
    others = visitor("leader").get("/q/awaiting_dispatch/").content.decode()

    offered = re.findall(r'formaction="/m/many/([a-z_?=]+/?[?a-z=]*)"', page)
    assert offered[:2] == ["dispatch/?unit=suggested", "dispatch/"]
    assert "/m/many/dispatch/" not in others


def test_the_token_stands_in_no_address(town, moment):
    a_matter(town, now=moment)

    page = visitor("acceptor").get("/q/awaiting_acceptance/").content.decode()

    assert "csrfmiddlewaretoken" not in re.search(r'<form id="bulk".*?</form>', page, re.S)[0]
    assert 'formmethod="post" name="csrfmiddlewaretoken"' in page


# --- macros ----------------------------------------------------------------------------------------------


def a_macro(town, now, who="handler_head", unit="sanitation", **told):
    given = {"name": "已联系", "act": "progress", "details": {"reason": "{number} 已联系。"}} | told
    unit_id = town.unit[unit] if unit else None
    return write_macro(macro_id=None, unit_id=unit_id, **given, by=getattr(town, who), now=now)


def test_a_macro_takes_its_act_on_many_by_one_click(town, now, moment):
    macro = a_macro(town, now)
    matters = [a_matter(town, "HANDLING", now=moment) for _ in range(2)]
    told = {"number": [each.number for each in matters]}

    said = visitor("handler").post(f"/m/many/macro/{macro.pk}/", told, follow=True).content.decode()

    assert "已联系" in said and "办好 2 件" in said
    assert set(Note.objects.filter(text__endswith=" 已联系。").values_list("matter__number", flat=True)) == {
        each.number for each in matters
    }


def test_a_macro_is_offered_to_its_unit_where_its_act_is_taken(town, now, moment):
    macro = a_macro(town, now)
    matter = a_matter(town, "HANDLING", now=moment)

    assert f"/m/many/macro/{macro.pk}/" in visitor("handler").get(f"/m/{matter.number}/").content.decode()
    assert f"/m/many/macro/{macro.pk}/" in visitor("handler").get("/q/handling/").content.decode()
    assert f"/m/many/macro/{macro.pk}/" not in visitor("duty_chief").get(f"/m/{matter.number}/").content.decode()
    assert visitor("enforcer").post(f"/m/many/macro/{macro.pk}/", {"number": [matter.number]}).status_code == 404


def test_a_macro_gives_no_right_that_its_user_lacks(town, now, moment):
    macro = a_macro(town, now, who="system_admin", unit=None, name="全部受理", act="accept", details={})
    matter = a_matter(town, now=moment)
    told = {"number": [matter.number]}

    said = visitor("handler").post(f"/m/many/macro/{macro.pk}/", told, follow=True).content.decode()

    assert "没办成 1 件" in said
    assert states(matter) == {"awaiting_acceptance"}
