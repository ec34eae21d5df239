"""应报未报 at the desk: who meets it, what can be said, and figures by area."""

from datetime import timedelta

import pytest

from tests.interfaces.desk.visitors import visitor
from tests.town import NOW, SIDE, SOUTH, WEST, a_report
from tongxin.apps.insight import actions, comparisons
from tongxin.apps.insight.models import Finding, ReverseRule
from tongxin.apps.matters.actions import report_many
from tongxin.rules.channels import Channel
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.reverse_check import Settings

CALLED = NOW - timedelta(hours=1)


@pytest.fixture
def number(town):
    """One call about refuse in the first grid that the grid had not reported, and one that it had."""
    actions.set_rule(Settings(explain_days=0, templates=frozenset({"C02"})), by=town.system_admin, now=NOW)
    at = {"point": (WEST + SIDE / 2, SOUTH + SIDE / 2)}
    calls = [
        a_report(channel=Channel.HOTLINE, at=CALLED, **at),
        a_report(channel=Channel.HOTLINE, at=CALLED, point=(WEST + SIDE * 0.8, SOUTH + SIDE / 2)),
        a_report(at=CALLED - timedelta(days=1), point=(WEST + SIDE * 0.8, SOUTH + SIDE / 2)),
    ]
    answers = report_many(calls, by=SYSTEM, now=NOW)
    actions.compare(CALLED - timedelta(days=1), NOW, by=SYSTEM, now=NOW)
    return answers[0].number


def test_the_grid_explains_and_a_chief_judges_on_their_pages(number):
    grid, chief = visitor("grid_worker"), visitor("duty_chief")

    listed = grid.get("/reverse/").content.decode()
    silent = grid.post(f"/reverse/{number}/", {"act": "explain", "explain.text": " "})
    grid.post(f"/reverse/{number}/", {"act": "explain", "explain.text": "早上还没有这堆垃圾。"})
    page = chief.get(f"/reverse/{number}/").content.decode()
    unsaid = chief.post(f"/reverse/{number}/", {"act": "excuse", "excuse.text": "属实"})
    judged = chief.post(f"/reverse/{number}/", {"act": "excuse", "excuse": "just_happened", "excuse.text": "属实"})

    assert number in listed
    assert (silent.status_code, unsaid.status_code, judged.status_code) == (422, 422, 302)
    assert "请写明理由" in silent.content.decode()
    assert "早上还没有这堆垃圾。" in page
    assert "请选择不计的原因" in unsaid.content.decode()
    assert "属实" in unsaid.content.decode()  # what was written is kept
    assert Finding.objects.get(matter__number=number).standing == "excused"


def test_nobody_meets_a_comparison_outside_their_ground(number):
    for name in ("other_grid_worker", "neighbouring_chief", "handler"):
        assert number not in visitor(name).get("/reverse/?is=all").content.decode(), name
        assert visitor(name).get(f"/reverse/{number}/").status_code == 404, name


def test_figures_go_down_area_by_area_and_name_no_person(number):
    actions.take("confirm", matter_id=Finding.objects.get(matter__number=number).pk, text="现场可见", **by_chief())

    city = visitor("leader").get("/reverse/figures/?since=2026-11-01&until=2026-11-30").content.decode()
    grids = visitor("leader").get("/reverse/figures/?area=330802001001&since=2026-11-01&until=2026-11-30")

    assert "50.00" not in city and "样本少" in city
    assert "1 / 2" in city
    assert "松园社区 01 网格" in grids.content.decode()
    assert "测试" not in grids.content.decode().partition("<main")[2]


def by_chief():
    from tests import town

    return {"by": town.find().duty_chief, "now": NOW}


def test_only_who_edits_rules_sets_the_reach(number):
    wanted = {"radius_m": "80", "days": "5", "explain_days": "2", "template": ["C02", "D02"]}

    refused = visitor("duty_chief").post("/reverse/rule/", wanted)
    wrong = visitor("system_admin").post("/reverse/rule/", wanted | {"radius_m": "5"})
    done = visitor("system_admin").post("/reverse/rule/", wanted)

    assert (refused.status_code, wrong.status_code, done.status_code) == (403, 422, 302)
    assert ReverseRule.objects.order_by("pk").last().templates == ["C02", "D02"]


def test_days_are_compared_on_the_page_of_the_reach_and_it_says_how_far_that_is(number):
    admin = visitor("system_admin")

    empty = admin.post("/reverse/compare/", {"since": "", "until": ""}, follow=True).content.decode()
    admin.post("/reverse/compare/", {"since": "2026-09-01", "until": f"{NOW:%Y-%m-%d}"})
    running = admin.get("/reverse/rule/").content.decode()
    under_way = admin.get("/reverse/progress/")
    while comparisons.advance(NOW):
        pass
    done = admin.get("/reverse/rule/").content.decode()

    assert "请填起止日期" in empty
    assert 'id="progress"' in running and "可以离开本页" in running
    assert "progress" in under_way.content.decode() and admin.get("/reverse/progress/").headers["HX-Refresh"] == "true"
    assert "已完成" in done and 'id="progress"' not in done


def test_every_page_speaks_both_languages(number):
    for who, path in (
        ("duty_chief", "/reverse/"),
        ("duty_chief", f"/reverse/{number}/"),
        ("leader", "/reverse/figures/"),
        ("system_admin", "/reverse/rule/"),
    ):
        english = visitor(who).get(path, headers={"Accept-Language": "en"}).content.decode()
        chinese = visitor(who).get(path).content.decode()

        assert "<h1>" in english
        assert "应报未报" in chinese or "网格先报率" in chinese or "比对口径" in chinese, path
