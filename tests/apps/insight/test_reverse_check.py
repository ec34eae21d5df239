"""The hotline held against the grid: every planted miss is found and no other, and figures name areas only."""

from datetime import date, timedelta
from functools import partial
from math import asin, cos, radians, sin, sqrt
from random import Random

import pytest

from tests.town import GRIDS, NOW, ROOT, SIDE, SOUTH, WEST, a_report
from tongxin.apps.insight import actions, comparisons, queries
from tongxin.apps.insight.models import Comparison, Finding
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters.actions import report_many
from tongxin.apps.matters.models import Matter
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act, Ground
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.reverse_check import Excuse, Review, Settings, Standing

KINDS = ("C02", "D02", "F11")  # the last is nothing a patrol sees
SEEN = frozenset({"C02", "D02"})
START, END = NOW - timedelta(days=40), NOW + timedelta(minutes=1)
CALLED = NOW - timedelta(hours=1)


@pytest.fixture
def rule(town):
    return actions.set_rule(Settings(templates=SEEN), by=town.system_admin, now=NOW - timedelta(days=60))


def told(channel, point, at, template="C02"):
    return a_report(template=template, point=point, channel=channel, at=at)


def metres(one, other):
    """Great-circle distance: another way than the one under test."""
    (lon, lat), (to_lon, to_lat) = (tuple(map(radians, each)) for each in (one, other))
    half = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
    return 2 * 6_371_000 * asin(sqrt(half))


def compare(now=NOW):
    return actions.compare(START, END, by=SYSTEM, now=now)


def standings():
    return dict(Finding.objects.values_list("matter_id", "standing"))


def test_every_planted_miss_is_found_and_no_other(town, rule):
    dice = Random(7)
    spot = lambda: (WEST + dice.uniform(0.0002, 4 * SIDE - 0.0002), SOUTH + dice.uniform(0.0002, SIDE - 0.0002))  # noqa: E731
    moment = lambda: NOW - timedelta(minutes=dice.randrange(30 * 24 * 60))  # noqa: E731
    batch = [
        told(dice.choice((Channel.HOTLINE, Channel.GRID, Channel.RESIDENT)), spot(), moment(), dice.choice(KINDS))
        for _ in range(700)
    ]
    report_many(batch, by=SYSTEM, now=NOW)

    found = compare()

    rows = list(Matter.objects.values("id", "channel", "template_code", "lon", "lat", "reported_at"))
    grid = [row for row in rows if row["channel"] == "grid"]
    expected = {}
    for call in rows:
        if call["channel"] != "hotline" or call["template_code"] not in SEEN:
            continue
        near = any(
            each["template_code"] == call["template_code"]
            and timedelta() <= call["reported_at"] - each["reported_at"] <= timedelta(days=7)
            and metres((each["lon"], each["lat"]), (call["lon"], call["lat"])) <= 100
            for each in grid
        )
        expected[call["id"]] = "matched" if near else "open"
    assert standings() == expected
    assert set(expected.values()) == {"matched", "open"}
    assert (found.written, found.open) == (len(expected), list(expected.values()).count("open"))


def test_the_edges_of_place_and_time_are_where_they_are_said_to_be(town, rule):
    lon, lat = WEST + SIDE * 1.5, SOUTH + SIDE / 2
    north = lambda far: (lon, lat + far / 111_320)  # noqa: E731
    week = timedelta(days=7)
    cases = [  # kind of call, grid report: place, before the call; is it matched?
        (north(99), week, True),
        (north(101), week, False),
        (north(0), week + timedelta(minutes=1), False),
        (north(0), timedelta(), True),
        (north(0), -timedelta(minutes=1), False),  # the grid came after the caller
    ]
    for n, (place, before, is_matched) in enumerate(cases):
        at = NOW - timedelta(days=2)
        shift = n * 0.004 - 0.008  # 400 m apart from the next case
        answers = report_many(
            [
                told(Channel.GRID, (place[0] + shift, place[1]), at - before),
                told(Channel.HOTLINE, (lon + shift, lat), at),
            ],
            by=SYSTEM,
            now=NOW,
        )
        compare()

        assert (standings()[answers[1].id] == "matched") is is_matched, n


def test_a_report_that_arrives_late_is_matched_late_and_what_was_judged_stays(town, rule):
    at = NOW - timedelta(days=5)
    first, second = report_many(
        [told(Channel.HOTLINE, (WEST + SIDE * share, SOUTH + SIDE / 2), at) for share in (0.3, 0.7)], by=SYSTEM, now=NOW
    )
    compare(now=at)
    actions.compare(START, END, by=SYSTEM, now=NOW)
    text = {"text": "现场能看到", "by": town.duty_chief, "now": NOW + timedelta(days=4)}
    actions.take(Review.CONFIRM, matter_id=second.id, **text)
    report_many(
        [told(Channel.GRID, (WEST + SIDE * share, SOUTH + SIDE / 2), at) for share in (0.3, 0.7)], by=SYSTEM, now=NOW
    )

    again = compare()

    assert standings() == {first.id: Standing.MATCHED, second.id: Standing.MISSED}
    assert again.written == 1
    assert compare().written == 0


def test_a_grid_explains_and_somebody_else_judges(town, rule):
    [call] = report_many([told(Channel.HOTLINE, (WEST + SIDE / 2, SOUTH + SIDE / 2), CALLED)], by=SYSTEM, now=NOW)
    compare()

    actions.take(Review.EXPLAIN, matter_id=call.id, text="上午巡查时没有", by=town.grid_worker, now=NOW)
    finding = actions.take(
        Review.EXCUSE, matter_id=call.id, text="属实", excuse=Excuse.JUST_HAPPENED, by=town.duty_chief, now=NOW
    )

    assert (finding.standing, finding.excuse) == (Standing.EXCUSED, Excuse.JUST_HAPPENED)
    kinds = list(Entry.objects.filter(subject=f"matter:{call.id}").order_by("seq").values_list("kind", flat=True))
    assert kinds[-2:] == ["reverse.explain", "reverse.excuse"]
    assert "上午" not in str(list(Entry.objects.values_list("data", flat=True)))
    with pytest.raises(Refused, match=r"reverse\.decided"):
        actions.take(Review.CONFIRM, matter_id=call.id, text="还是算", by=town.supervisor, now=NOW)


def test_nobody_meets_a_comparison_that_lies_elsewhere(town, rule):
    [call] = report_many([told(Channel.HOTLINE, (WEST + SIDE / 2, SOUTH + SIDE / 2), CALLED)], by=SYSTEM, now=NOW)
    compare()

    sees = {name for name in town.cast if queries.visible_to(town.cast[name]).exists()}

    assert {"grid_worker", "grid_head", "secretary", "duty_chief", "supervisor", "leader"} <= sees
    assert not sees & {"other_grid_worker", "neighbouring_chief", "neighbouring_grid_worker", "handler", "audit_admin"}
    with pytest.raises(Missing):
        actions.take(Review.EXPLAIN, matter_id=call.id, text="不是我们的", by=town.neighbouring_grid_worker, now=NOW)
    day = date(2026, 11, 20)
    for name in town.cast:
        shown = queries.figures(town.cast[name], day_from=day, day_to=day, area="3308", level=Level.GRID)
        assert bool(shown) is (name in sees), name


def test_figures_add_up_by_grid_and_by_team_and_hold_no_person(town, rule):
    points = [(WEST + SIDE * (n + 0.5), SOUTH + SIDE / 2) for n in range(4)]
    at = NOW - timedelta(hours=2)
    batch = [told(Channel.HOTLINE, point, CALLED) for point in points] + [told(Channel.GRID, points[0], at)]
    report_many(batch, by=SYSTEM, now=NOW)
    compare()
    day = {"day_from": date(2026, 11, 20), "day_to": date(2026, 11, 20), "area": "3308"}

    grids = queries.figures(town.supervisor, **day, level=Level.GRID)
    teams = queries.figures(town.supervisor, **day, level=Level.VILLAGE)

    assert [group.area for group in grids] == sorted(GRIDS)
    assert [tuple(group.tally[:2]) for group in grids] == [(1, 0), (0, 1), (0, 1), (0, 1)]
    assert [tuple(group.tally[:2]) for group in teams] == [(1, 1), (0, 1), (0, 1)]
    assert not {field.name for field in Finding._meta.get_fields()} & {
        "contact",
        "phone",
        "caller",
        "reported_by",
        "name",
    }


def test_the_catalogs_rule_is_the_first_and_only_administrators_set_another(town):
    first = actions.load_rule(ROOT / "catalog" / "reverse_check.json", by=SYSTEM, now=NOW)

    assert (first.radius_m, first.days) == (100, 7)
    assert "C02" in first.templates
    assert actions.load_rule(ROOT / "catalog" / "reverse_check.json", by=SYSTEM, now=NOW) is None
    with pytest.raises(NotAllowed):
        actions.set_rule(Settings(templates=SEEN), by=town.duty_chief, now=NOW)
    with pytest.raises(Refused, match=r"template\.unknown"):
        actions.set_rule(Settings(templates=frozenset({"Z99"})), by=town.system_admin, now=NOW)


def test_days_long_gone_are_compared_month_by_month_when_somebody_asks(town, rule):
    long_ago, spot = NOW - timedelta(days=100), (WEST + SIDE / 2, SOUTH + SIDE / 2)
    told_then = [told(Channel.HOTLINE, spot, long_ago), told(Channel.HOTLINE, spot, NOW - timedelta(days=5))]
    report_many([*told_then, told(Channel.GRID, spot, NOW - timedelta(days=6))], by=SYSTEM, now=NOW)
    asking = {"by": town.system_admin, "now": NOW}

    asked = comparisons.ask(long_ago.date(), NOW.date(), **asking)
    with pytest.raises(Refused, match=r"reverse\.under_way"):
        comparisons.ask(long_ago.date(), NOW.date(), **asking)
    reached = []
    while comparisons.advance(NOW):
        reached.append(Comparison.objects.get().reached_at)

    done = Comparison.objects.get()
    assert reached == sorted(set(reached)) and len(reached) == 4  # from August to November
    assert (done.pk, done.ended_at, done.reached_at, done.written, done.left) == (asked.pk, NOW, NOW, 2, 1)
    assert sorted(standings().values()) == ["matched", "open"]


def test_only_who_sets_the_reach_has_days_compared_and_only_days_that_were(town, rule):
    ask = partial(comparisons.ask, now=NOW)
    today, admin = NOW.date(), town.system_admin

    for first, last, by, code in (
        (today, today, town.duty_chief, "permission.denied"),
        (today, today - timedelta(days=1), admin, "reverse.span"),
        (today + timedelta(days=1), today + timedelta(days=2), admin, "reverse.span"),
        (today - timedelta(days=1_100), today, admin, "reverse.span"),
    ):
        with pytest.raises(Refused) as refusal:
            ask(first, last, by=by)
        assert refusal.value.code == code
    assert not Comparison.objects.exists()
    assert comparisons.last(town.duty_chief) is None


def test_what_the_desk_found_to_be_none_or_another_leaves_the_list_and_what_was_judged_stays(town, rule):
    spot = lambda n: (WEST + SIDE * (n + 0.5) / 2, SOUTH + SIDE / 2)  # noqa: E731
    at, later = NOW - timedelta(days=2), NOW - timedelta(days=1)
    seen = [told(Channel.HOTLINE, spot(n), later) for n in range(5)] + [told(Channel.GRID, spot(3), at)]
    refused, reclassified, judged, matched, plain, by_grid = report_many(seen, by=SYSTEM, now=later)
    compare(now=NOW - timedelta(hours=1))
    actions.take(
        Review.EXCUSE, matter_id=judged.id, text="夜间", excuse=Excuse.NOT_VISIBLE, by=town.duty_chief, now=NOW
    )
    none = {"ground": Ground.NOT_OURS, "reason": "不属受理范围", "route": "请找物业"}
    for id_ in (refused.id, judged.id, by_grid.id):
        matters.take(Act.REFUSE, matter_id=id_, by=town.duty_chief, now=NOW, **none)
    matters.take(
        Act.RECLASSIFY, matter_id=reclassified.id, by=town.duty_chief, now=NOW, template="F11", reason="问政策"
    )

    compare()

    assert standings() == {judged.id: "excused", matched.id: "open", plain.id: "open"}


def test_what_is_sealed_is_never_compared(town, rule):
    secret = a_report(point=(WEST + SIDE / 2, SOUTH + SIDE / 2), channel=Channel.HOTLINE, is_secret=True, at=CALLED)
    report_many([secret], by=SYSTEM, now=NOW)

    compare()

    assert standings() == {}
