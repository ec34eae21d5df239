"""Lists under a name, unread marks, and paging, as the desk shows them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import a_matter
from tongxin.apps.matters.models import ReadMark, SavedList

pytestmark = pytest.mark.django_db


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=12)


def keep(desk, name="逾期的", query="state=awaiting_dispatch&lamp=red", **more):
    return desk.post("/lists/keep", {"name": name, "query": query, "next": "/m/", **more}, follow=True)


def test_a_list_is_kept_from_where_one_stands_and_leads_back_to_it(town, moment):
    a_matter(town, "AWAITING_DISPATCH", now=moment)
    desk = visitor("dispatcher")

    page = keep(desk, query="state=awaiting_dispatch&template=C02").content.decode()

    assert "列表“逾期的”已放进左侧导航" in page
    assert 'href="/q/awaiting_dispatch/?template=C02"' in page
    assert re.search(r'template=C02".*?逾期的</span><span class="c">1</span>', page, re.S)


def test_a_list_over_all_matters_keeps_its_filters(town):
    keep(visitor("dispatcher"), query="area=330802001001&q=垃圾&panel=1&after=x")

    assert SavedList.objects.get().query == "area=330802001001&q=%E5%9E%83%E5%9C%BE"
    assert 'href="/m/?area=330802001001&amp;q=%E5%9E%83%E5%9C%BE"' in visitor("dispatcher").get("/m/").content.decode()


def test_a_refusal_is_told_in_a_sentence(town):
    desk = visitor("dispatcher")
    keep(desk)

    assert "您已有一个列表叫“逾期的”" in keep(desk).content.decode()
    assert "给列表起个名字" in keep(desk, name=" ").content.decode()


def test_lists_are_looked_after_on_their_page(town):
    desk = visitor("dispatcher")
    for name in ("甲", "乙"):
        keep(desk, name=name)
    first, second = SavedList.objects.order_by("position")

    desk.post(f"/lists/{second.pk}", {"do": "up"})
    desk.post(f"/lists/{first.pk}", {"do": "rename", "name": "丙"})

    page = desk.get("/lists/").content.decode()
    assert page.index("乙</a>") < page.index("丙</a>")
    assert "逾期" in page and "待派遣" in page
    desk.post(f"/lists/{first.pk}", {"do": "drop"})
    assert list(SavedList.objects.values_list("name", flat=True)) == ["乙"]
    assert desk.post(f"/lists/{second.pk}", {"do": "explode"}).status_code == 404


def test_a_chief_shares_while_keeping_and_others_are_not_asked(town):
    chief = visitor("duty_chief")
    keep(chief, share=str(town.unit["command_room"]))

    assert "逾期的" in visitor("dispatcher").get("/m/").content.decode()
    assert "逾期的" not in visitor("handler").get("/m/").content.decode()
    assert 'name="share"' in chief.get("/m/").content.decode()
    assert 'name="share"' not in visitor("dispatcher").get("/m/").content.decode()


def test_filters_that_are_gone_are_said_to_be_gone(town):
    SavedList.objects.create(person_id=town.dispatcher.person_id, name="旧的", query="state=lost")

    assert "筛选条件已失效" in visitor("dispatcher").get("/lists/").content.decode()


def test_an_own_list_costs_one_statement_more_however_many_there_are(town, django_assert_max_num_queries):
    desk = visitor("dispatcher")
    for n in range(4):
        keep(desk, name=str(n))
    desk.get("/q/awaiting_dispatch/")

    with django_assert_max_num_queries(7):
        desk.get("/q/awaiting_dispatch/")


# --- unread ----------------------------------------------------------------------------------------------


def row_of(page: str, matter) -> str:
    return re.search(rf'<div class="(r[^"]*)"[^>]*id="r-{matter.number}"', page)[1]


def test_what_was_not_opened_is_marked_in_the_list_and_counted_in_the_navigation(town, moment):
    seen, fresh = (a_matter(town, now=moment) for _ in range(2))
    desk = visitor("acceptor")

    desk.get(f"/m/{seen.number}/peek")

    page = desk.get("/q/awaiting_acceptance/").content.decode()
    assert row_of(page, seen) == "r"
    assert row_of(page, fresh) == "r new"
    assert '<span class="new">1 新</span>' in page
    assert "2 新" in visitor("duty_chief").get("/q/awaiting_acceptance/").content.decode()


def test_opening_a_matter_reads_it_and_so_does_ones_own_act(town, moment):
    matter = a_matter(town, now=moment)
    chief = visitor("duty_chief")

    chief.get(f"/m/{matter.number}/")
    chief.post(f"/m/{matter.number}/act/accept/", {"rev": matter.rev})

    assert row_of(chief.get("/q/awaiting_filing/").content.decode(), matter) == "r"
    assert ReadMark.objects.count() == 1


def test_a_list_of_all_marks_only_what_waits_for_the_reader(town, moment):
    handling = a_matter(town, "AWAITING_REVIEW", now=moment)

    assert row_of(visitor("dispatcher").get("/m/").content.decode(), handling) == "r"
    assert row_of(visitor("handler_head").get("/m/").content.decode(), handling) == "r new"
    assert row_of(visitor("leader").get("/m/").content.decode(), handling) == "r"


# --- the way through a queue -----------------------------------------------------------------------------


def test_the_row_one_came_for_is_chosen(town, moment):
    first, second = (a_matter(town, now=moment) for _ in range(2))
    desk = visitor("acceptor")

    chosen = re.findall(
        r'aria-selected="true" id="r-([A-Z0-9-]+)"',
        "".join(desk.get(f"/q/awaiting_acceptance/?at={at}").content.decode() for at in (second.number, "gone")),
    )

    assert chosen == [second.number, first.number]


def test_one_can_page_back(town, moment, monkeypatch):
    monkeypatch.setattr("tongxin.apps.matters.queries.worklist.__kwdefaults__", {"after": "", "before": "", "size": 2})
    for n in range(5):
        a_matter(town, now=moment + timedelta(seconds=n))
    desk, url = visitor("acceptor"), "/q/awaiting_acceptance/"
    first = desk.get(url).content.decode()
    onward = re.search(r'href="(\?[^"]*)" rel="next"', first)[1].replace("&amp;", "&")
    second = desk.get(url + onward).content.decode()
    back = re.search(r'href="(\?[^"]*)" rel="prev"', second)[1].replace("&amp;", "&")

    again = desk.get(url + back).content.decode()

    assert re.findall(r'id="r-([A-Z0-9-]+)"', again) == re.findall(r'id="r-([A-Z0-9-]+)"', first)
    assert 'rel="prev"' not in first + again
