"""Searching by words: however far it looks and in whatever order, it finds what is there and may be seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.town import HEXIYUAN_01, SONGYUAN_02, ZHANGTAN_01, a_report
from tongxin.apps.areas import actions as areas
from tongxin.apps.areas.actions import Flaws, NewArea
from tongxin.apps.journal.outbox import drain
from tongxin.apps.matters import actions, queries, wording
from tongxin.apps.matters.models import Matter, Report
from tongxin.apps.matters.queries import Filters
from tongxin.rules.permissions import SYSTEM, scope

pytestmark = pytest.mark.django_db
PLACES = ((118.865, 28.945), SONGYUAN_02, HEXIYUAN_01, ZHANGTAN_01)
SAID = ("路灯不亮，杆号看不清。", "垃圾没人收。", "LED 路灯闪。", "路灯箱开着。")
DAYS = (0, 1, 20, 33, 64, 200, 420, 800)
SEARCHES = ("路灯", "垃圾", "led", "暴露垃圾", "路灯不亮", "河西", "没有")
WHO = (
    "leader",
    "dispatcher",
    "acceptor",
    "handler",
    "grid_worker",
    "other_grid_worker",
    "neighbouring_dispatcher",
    "duty_chief",
)


@pytest.fixture
def told(town, now):
    """Reports of more than two years, all over the town, sealed ones and words of the kind alone among them."""
    reports = [
        a_report(
            point=PLACES[n % 4],
            template="I09" if n % 7 == 3 else "C02",
            text=SAID[n % 3 if n % 5 else 3],
            place="河西园" if n % 6 == 1 else "",
            at=now - timedelta(days=DAYS[n * 5 % 8], minutes=n // 16),
        )
        for n in range(96)
    ]
    for by, some in ((town.grid_worker, reports[:40]), (town.other_grid_worker, reports[40:])):
        actions.report_many(some, by=by, now=now)
    return {each.matter_id: each for each in Report.objects.select_related("matter")}


def holds(report: Report, words: str) -> bool:
    return any(words.lower() in text.lower() for text in (report.text, report.matter.title, report.matter.place))


def pages(actor, filters, now, size):
    rows, after = [], ""
    while after is not None:
        page = queries.worklist(actor, filters, now, after=after, size=size)
        rows, after = [*rows, *page.rows], page.next
    return [(row.reported_at, row.id) for row in rows]


@pytest.mark.parametrize("frequent", [0, wording.FREQUENT])
def test_page_by_page_all_is_found_that_is_seen_and_holds_the_words(town, now, told, monkeypatch, frequent):
    monkeypatch.setattr(wording, "FREQUENT", frequent)
    monkeypatch.setattr(queries, "AT_FIRST", 1)
    monkeypatch.setattr(queries, "AGAIN", 2)

    for who in WHO:
        actor = getattr(town, who)
        seen = [each for each in told.values() if scope(actor).sees(each.matter)]
        for words in SEARCHES:
            found = sorted(((each.told_at, each.matter_id) for each in seen if holds(each, words)), reverse=True)
            assert pages(actor, Filters(words=words), now, 7) == found, (who, words)
            assert queries.count(actor, Filters(words=words), now) == len(found), (who, words)
    lately = Filters(area="330802001", day_to=(now - timedelta(days=30)).date())
    for actor, narrower in ((town.leader, lately), (town.duty_chief, Filters(template="I09"))):
        both = set(pages(actor, narrower, now, 50)) & set(pages(actor, Filters(words="路灯"), now, 50))
        assert pages(actor, replace(narrower, words="路灯"), now, 3) == sorted(both, reverse=True) != []


def test_a_town_finds_what_came_to_it_and_no_more_what_left(town, now):
    moved = actions.report(a_report(point=(None, None), area="330802001001001"), by=SYSTEM, now=now)
    areas.replace(
        codes=["330802001001001"],
        by_areas=[NewArea("330803001001009", "樟树潭社区 09 网格")],
        on=now.date(),
        by=SYSTEM,
        now=now,
        flaws=Flaws.TOLD,
    )
    drain(now)

    assert Matter.objects.get(pk=moved.id).area.startswith("330803001")
    filters = Filters(words="纸箱")
    assert [row.id for row in queries.worklist(town.neighbouring_dispatcher, filters, now).rows] == [moved.id]
    assert queries.count(town.neighbouring_dispatcher, filters, now) == 1
    assert queries.worklist(town.dispatcher, filters, now).rows == []
