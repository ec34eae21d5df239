"""Suggestions at the desk: reasons on the page, places to take, what may be the same, and the switch."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.visitors import visitor
from tests.town import HEXIYUAN_01, NOW, SONGYUAN_01, a_report
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions.training import keep_suggester, switch_off
from tongxin.apps.matters.models import Matter, Suggester
from tongxin.apps.matters.suggesting.examples import Example
from tongxin.apps.matters.suggesting.fitting import train
from tongxin.apps.matters.suggesting.grams import folded
from tongxin.rules.permissions import SYSTEM

TEXT = "松园社区菜场门口的路灯不亮，晚上黑漆漆的"
HERE = {"lon": str(SONGYUAN_01[0]), "lat": str(SONGYUAN_01[1])}
ABOUT = {"D02": "路灯不亮晚上黑漆漆的", "C02": "垃圾堆了一地没人收", "C23": "狗没拴绳子追人"}


def learn(dogs_lately: str) -> Suggester:
    """Keep what ninety days of three kinds teach, dogs of the last weeks told in these words."""
    codes = list(ABOUT)
    told = []
    for n in range(900):
        code, days = codes[n % 3], n % 90
        text = dogs_lately if code == "C23" and days < 25 else ABOUT[code]
        told.append(Example(code, folded(text), NOW - timedelta(days=days)))
    guesser, report = train(told, [(code, folded(text)) for code, text in ABOUT.items()])
    return keep_suggester(guesser, report, by=SYSTEM, now=NOW)


@pytest.fixture
def trained(town) -> Suggester:
    return learn(ABOUT["C23"])


def kinds_of(who: str, **given: str) -> str:
    answer = visitor(who).get("/report/kinds", given)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_suggestion_says_how_like_it_is_by_which_words_and_which_unit_takes_it(town, trained):
    page = kinds_of("acceptor", text=TEXT, **HERE)

    assert 'value="D02"' in page
    assert "建议 · 很像" in page
    assert 'data-key="1"' in page
    assert "<mark>" in page and "路灯" in page.split("<mark>", 1)[1]
    assert "派给柯城区市政路灯所" in page


def test_before_anything_was_learnt_it_says_that_keywords_speak(town):
    assert "按模板关键词建议" in kinds_of("acceptor", text=TEXT)


def test_what_is_not_sure_is_not_suggested_and_the_page_says_so(town, trained):
    page = kinds_of("acceptor", text="高考成绩什么时候公布")

    assert 'type="radio"' not in page
    assert "没有把握" in page


def test_a_place_the_text_names_is_taken_by_one_press(town, trained):
    desk = visitor("acceptor")
    offered = desk.get("/report/kinds", {"text": TEXT}).content.decode()

    taken = desk.get("/report/areas", {"named": "330802001001"})
    plain = desk.get("/report/", {"text": TEXT, "named": "330802001001"}).content.decode()

    assert 'name="named" value="330802001001"' in offered
    assert '<option value="330802001001" selected>' in taken.content.decode()
    assert taken["HX-Trigger-After-Swap"] == "tx-placed"
    assert '<option value="330802001001" selected>' in plain  # the same without script


def test_places_beyond_ones_lists_are_not_offered(town, trained):
    assert 'name="named"' not in kinds_of("neighbouring_dispatcher", text=TEXT)


def test_a_pin_elsewhere_than_the_text_says_is_pointed_out(town, trained):
    lon, lat = HEXIYUAN_01

    elsewhere = kinds_of("acceptor", text=TEXT, lon=str(lon), lat=str(lat))

    assert "文字里提到松园社区，图钉却在荷西苑社区 01 网格" in elsewhere
    assert "图钉却在" not in kinds_of("acceptor", text=TEXT, **HERE)


def test_what_was_told_here_already_is_shown_to_those_who_may_see_it(town, now, trained):
    matter = actions.report(a_report(template="D02", text=TEXT, at=now), by=town.grid_worker, now=now)
    Matter.objects.filter(pk=matter.id).update(reported_at=timezone.now())

    assert matter.number in kinds_of("acceptor", text=TEXT, **HERE)
    assert matter.number not in kinds_of("neighbouring_dispatcher", text=TEXT, **HERE)


@pytest.mark.parametrize("point", [{"lon": "abc", "lat": "1"}, {"lon": "999", "lat": "1"}, {"lon": "118.8"}])
def test_a_point_that_is_none_stops_no_suggestion(town, trained, point):
    assert 'value="D02"' in kinds_of("acceptor", text=TEXT, **point)


def test_nobody_is_answered_who_may_not_report(town, trained):
    assert visitor("leader").get("/report/kinds", {"text": TEXT}).status_code == 403


def test_switched_off_the_page_says_so_and_finding_by_hand_goes_on(town, now, trained):
    switch_off(by=town.system_admin, now=now)

    assert "建议已关闭" in kinds_of("acceptor", text=TEXT, **HERE)
    assert 'value="D02"' in kinds_of("acceptor", text=TEXT, q="路灯")


# --- the administration's page ---------------------------------------------------------------------------


def admin(language: str = "zh-hans") -> str:
    answer = visitor("system_admin", language).get("/admin/suggestions/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_tells_the_last_training_with_denominators_curve_and_weak_spots(town):
    report = learn(ABOUT["C02"]).report

    page = admin()

    held_out, right = report["rows"], round(report["top1"] * report["rows"])
    assert 0 < right < held_out
    assert f"{right} / {held_out}" in page
    assert "<polyline" in page
    assert page.count('<th scope="row">0.') == len(report["curve"])
    assert "C23 犬只扰民与流浪动物" in page
    assert "认错的" in page


def test_without_a_training_the_page_says_what_to_do(town):
    assert "tongxin train --report" in admin()
    assert "tongxin train --report" in admin("en")


def test_the_switch_turns_it_off_and_on_with_an_entry_each(town, trained):
    desk = visitor("system_admin")

    off = desk.post("/admin/suggestions/switch", {"to": "off"}, follow=True).content.decode()
    on = desk.post("/admin/suggestions/switch", {"to": "on"}, follow=True).content.decode()

    assert "各处不再显示建议" in off and "已关闭" in off
    assert "各处重新显示建议" in on
    told = [json.dumps(each.data) for each in Entry.objects.filter(kind="suggester.switch").order_by("seq")]
    assert told == ['{"is_on": false}', '{"is_on": true}']


@pytest.mark.parametrize("who", ["dispatcher", "security_admin", "audit_admin", "leader"])
def test_nobody_else_reads_or_switches(town, trained, who):
    desk = visitor(who)

    assert desk.get("/admin/suggestions/").status_code == 403
    assert desk.post("/admin/suggestions/switch", {"to": "off"}).status_code == 403
    assert Suggester.objects.get().is_on
