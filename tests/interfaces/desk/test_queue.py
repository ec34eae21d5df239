"""The lists: what waits, in which order, within whose scope, at which price."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import ZHANGTAN_01, a_matter

NUMBERS = re.compile(r'id="r-([A-Z0-9-]+)"')


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=12)


def numbers(answer):
    return NUMBERS.findall(answer.content.decode())


def test_a_queue_shows_what_waits_there_the_most_urgent_first(town, moment):
    calm = a_matter(town, "AWAITING_DISPATCH", now=moment)
    urgent = a_matter(town, "AWAITING_DISPATCH", now=moment, template="B05")
    a_matter(town, "HANDLING", now=moment)

    answer = visitor("dispatcher").get("/q/awaiting_dispatch/")

    assert numbers(answer) == [urgent.number, calm.number]


def test_the_home_of_a_post_is_its_first_queue_with_work(town, moment):
    a_matter(town, "AWAITING_SIGNATURE", now=moment)

    assert visitor("handler").get("/").url == "/q/awaiting_signature/"
    assert visitor("leader").get("/").url == "/m/"
    assert visitor("system_admin").get("/").url.startswith("/admin/")


def test_the_next_county_sees_nothing_of_it(town, moment):
    ours = a_matter(town, "AWAITING_DISPATCH", now=moment)

    for path in ("/q/awaiting_dispatch/", "/m/", "/m/?q=垃圾箱", "/m/?area=330802001"):
        answer = visitor("neighbouring_dispatcher").get(path)
        assert numbers(answer) == []
        assert ours.number not in answer.content.decode()


def test_filters_narrow_the_list_and_can_be_taken_off(town, moment):
    ours = a_matter(town, "AWAITING_DISPATCH", now=moment)
    other = a_matter(town, "AWAITING_DISPATCH", now=moment, template="B05")
    desk = visitor("dispatcher")

    assert numbers(desk.get("/q/awaiting_dispatch/?template=C02")) == [ours.number]
    assert numbers(desk.get("/q/awaiting_dispatch/?urgency=N&area=330802001001")) == [ours.number]
    assert numbers(desk.get("/q/awaiting_dispatch/?channel=hotline")) == []
    assert set(numbers(desk.get("/m/?q=垃圾箱"))) == {ours.number, other.number}
    assert 'href="?"' in desk.get("/q/awaiting_dispatch/?template=C02").content.decode()


def test_a_number_leads_to_its_matter(town, moment):
    matter = a_matter(town, now=moment)

    assert visitor("acceptor").get(f"/m/?q={matter.number.lower()}").url == f"/m/{matter.number}/"


def test_pages_follow_one_another_without_gaps(town, moment, monkeypatch):
    monkeypatch.setattr("tongxin.apps.matters.queries.PAGE", 2)
    monkeypatch.setattr("tongxin.apps.matters.queries.worklist.__kwdefaults__", {"after": "", "size": 2})
    all_of_them = {a_matter(town, now=moment).number for _ in range(5)}
    desk, url, seen = visitor("acceptor"), "/q/awaiting_acceptance/", []

    while url:
        page = desk.get(url).content.decode()
        seen += NUMBERS.findall(page)
        following = re.search(r'href="(\?[^"]*)" rel="next"', page)
        url = "/q/awaiting_acceptance/" + following[1].replace("&amp;", "&") if following else ""

    assert len(seen) == 5
    assert set(seen) == all_of_them


@pytest.mark.parametrize(
    ("path", "most"), [("/q/awaiting_acceptance/", 5), ("/q/awaiting_acceptance/?urgency=N", 6), ("/m/", 6)]
)
def test_a_list_costs_few_statements_however_long_it_is(town, moment, path, most, django_assert_max_num_queries):
    for _ in range(4):
        a_matter(town, now=moment)
    desk = visitor("acceptor")
    desk.get(path)

    with django_assert_max_num_queries(most) as asked:
        answer = desk.get(path)

    assert len(numbers(answer)) == 4
    assert len(asked) >= 4


def test_an_empty_queue_is_praised_by_fact(town):
    assert "待派遣已清空" in visitor("dispatcher").get("/q/awaiting_dispatch/").content.decode()


def test_the_desk_speaks_english_at_a_switch(town, moment):
    a_matter(town, "AWAITING_DISPATCH", now=moment)

    page = visitor("dispatcher", "en").get("/q/awaiting_dispatch/").content.decode()

    assert "Awaiting dispatch" in page
    assert "待派遣" not in page


def test_the_post_chosen_is_remembered_and_its_work_stands_first(town):
    desk = visitor("dispatcher")
    post = town.dispatcher.duties[0].post_id

    assert desk.post("/switch", {"post": post}).status_code == 302
    assert desk.session["post"] == post
    assert desk.post("/switch", {"post": 999_999}).status_code == 302
    assert desk.session["post"] == post


def test_a_neighbouring_matter_is_not_listed_for_the_handler_of_this_town(town, moment):
    theirs = a_matter(town, now=moment, point=ZHANGTAN_01)

    assert theirs.number not in visitor("acceptor").get("/m/").content.decode()
