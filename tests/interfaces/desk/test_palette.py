"""Finding by words: numbers and their ends, pages and acts of the post, places, reports; never out of scope."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from tests.interfaces.desk.visitors import visitor
from tests.town import CAST, SONGYUAN_02, ZHANGTAN_01, a_matter
from tongxin.apps.matters import queries
from tongxin.apps.matters.finding import by_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def moment():
    return timezone.now() - timedelta(minutes=12)


def found(name: str, asked: str, language: str = "zh-hans", *, part: bool = False) -> str:
    headers = {"hx-request": "true"} if part else {}
    return visitor(name, language).get("/find/", {"q": asked}, headers=headers).content.decode()


def test_the_end_of_a_number_finds_its_matter(town, moment):
    matter = a_matter(town, now=moment)
    serial = matter.number.partition("-")[2]

    for asked in (serial, matter.number[-9:], matter.number[2:], serial.lstrip("0").zfill(3)):
        assert f'href="/m/{matter.number}/"' in found("acceptor", asked, part=True), asked


def test_a_whole_number_leads_right_to_its_matter(town, moment):
    matter = a_matter(town, now=moment)

    assert visitor("acceptor").get(f"/find/?q={matter.number.lower()}").url == f"/m/{matter.number}/"
    assert visitor("neighbouring_dispatcher").get(f"/find/?q={matter.number}").status_code == 200


@pytest.mark.parametrize("who", CAST)
def test_nothing_is_found_out_of_scope(town, now, who):
    matters = [
        a_matter(town, now=now, point=point, template=t) for point in (SONGYUAN_02, ZHANGTAN_01) for t in ("C02", "I09")
    ]
    actor = getattr(town, who)
    seen = set(queries.visible_to(actor).values_list("number", flat=True))

    for matter in matters:
        rows = by_number(actor, matter.number.partition("-")[2], localdate(now), limit=50)
        assert {row.number for row in rows} <= seen
        assert (matter.number in found(who, "垃圾箱", part=True)) == (matter.number in seen)


def test_words_of_a_report_are_found_from_two_characters_on(town, moment):
    matter = a_matter(town, now=moment)

    assert matter.number in found("acceptor", "纸箱")
    assert matter.number not in found("acceptor", "箱")
    assert 'href="/m/?q=%E7%BA%B8%E7%AE%B1"' in found("acceptor", "纸箱")


def test_places_are_found_by_name_and_pinyin_within_the_own_posts(town):
    assert "松园社区 02 网格" in found("acceptor", "松园")
    assert 'href="/m/?area=330802001001"' in found("acceptor", "songyuan", part=True)
    assert "樟树潭" not in found("acceptor", "樟树潭", part=True).replace("“樟树潭”", "")
    assert 'href="/m/?area=330803001001"' in found("neighbouring_dispatcher", "zst", part=True)


def test_pages_and_acts_are_those_of_the_own_posts(town):
    assert 'href="/q/awaiting_dispatch/"' in found("dispatcher", "派遣", part=True)
    assert "待派遣" not in found("handler", "派遣", part=True).replace("“派遣”", "")
    assert 'href="/q/awaiting_signature/"' in found("handler", "签收", part=True)
    assert 'href="/admin/routing/"' in found("system_admin", "规则", part=True)
    assert "/admin/" not in found("dispatcher", "规则", part=True)


def test_an_act_is_found_in_english_too(town):
    assert "in “Awaiting dispatch”" in found("dispatcher", "dispatch", "en", part=True)


def test_without_words_the_pages_of_the_post_stand_there(town):
    part = found("dispatcher", "", part=True)

    assert 'href="/m/"' in part and 'href="/q/awaiting_dispatch/"' in part


def test_finding_nothing_says_what_to_try(town):
    assert "没有“天外飞仙”的结果" in found("dispatcher", "天外飞仙")


def test_words_that_mean_something_to_a_machine_are_only_words(town):
    for asked in ("'; DROP TABLE", "%", "_", "<b>x", "\\", "\x00a", "x" * 500, "&|!()"):
        assert visitor("dispatcher").get("/find/", {"q": asked}).status_code == 200


def test_finding_costs_few_statements(town, moment, django_assert_max_num_queries):
    for _ in range(3):
        a_matter(town, now=moment)
    desk = visitor("dispatcher")
    desk.get("/find/?q=0001")

    with django_assert_max_num_queries(9):  # of them three for the words
        desk.get("/find/?q=0001", headers={"hx-request": "true"})


def test_the_search_field_of_every_page_leads_there(town):
    page = visitor("dispatcher").get("/m/").content.decode()

    assert 'role="search" action="/find/"' in page
    assert 'data-opens="palette"' in page
