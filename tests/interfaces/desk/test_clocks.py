"""Clocks on pages: what is left in what a limit counts, what stood still, what was due before."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from tests.apps.matters.test_holds import go_on, held
from tests.interfaces.desk.visitors import visitor
from tests.town import NOW, a_matter
from tongxin.apps.matters import actions, queries
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.matters.queries import Filters
from tongxin.apps.matters.spots import Narrowed, counted
from tongxin.interfaces.desk import clocks, lines
from tongxin.rules.area_codes import Level
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.overlays.extension import Act as Extension
from tongxin.rules.working_time import SHANGHAI, Limit, Unit

FRIDAY_EVENING = datetime(2026, 11, 20, 17, 0, tzinfo=SHANGHAI)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=SHANGHAI)


def bars(matter: Matter, now: datetime) -> dict[str, clocks.Bar]:
    with override("zh-hans"):
        shown = clocks.bars(matter, list(matter.deadlines.order_by("id")), now)
    return {bar.name: bar for bar in shown}


@pytest.mark.parametrize(
    ("due", "unit", "said", "dense"),
    [
        ("23 10:30", Unit.WORKING_HOUR, "剩 2 工作时", "剩 2 工作时"),  # over a weekend: two hours, not a working day
        ("23 09:00", Unit.WORKING_MINUTE, "剩 1 工作时", "剩 1 工作时"),
        ("23 08:45", Unit.WORKING_MINUTE, "剩 45 工作分钟", "剩 45 工作分钟"),
        ("24 00:00", Unit.WORKING_DAY, "剩 1 工作日", "剩 1 工作日"),
        ("21 00:00", Unit.WORKING_DAY, "剩 7 小时", "剩 7:00"),  # its last day: the hours to 24:00
        ("20 17:30", Unit.WORKING_HOUR, "剩 30 分", "剩 30 分"),
        ("22 19:00", Unit.HOUR, "剩 2 天 2 小时", "剩 2 天 2 小时"),  # nights and rest days count
        ("27 00:00", Unit.DAY, "剩 6 天", "剩 6 天"),
        ("20 15:00", Unit.WORKING_HOUR, "逾期 2 小时", "逾期 2:00"),
    ],
)
def test_what_is_left_is_said_in_what_the_limit_counts(db, due, unit, said, dense):
    with override("zh-hans"):
        answers = lines.remainder(at(due), FRIDAY_EVENING, unit), lines.short_remainder(at(due), FRIDAY_EVENING, unit)

    assert answers == (said, dense)


@pytest.mark.parametrize(
    ("due", "urgency", "unit"),
    [
        ("24 00:00", "N", Unit.WORKING_DAY),
        ("23 10:30", "N", Unit.WORKING_HOUR),
        ("23 10:30", "U", Unit.HOUR),
        ("22 10:30", "N", Unit.HOUR),  # a Sunday: no working hour ends there
        ("23 12:00", "N", Unit.WORKING_HOUR),
        ("23 13:00", "N", Unit.HOUR),
    ],
)
def test_a_list_tells_what_a_limit_counts_by_its_end(db, due, urgency, unit):
    assert lines.unit_of(at(due), urgency) is unit


# --- what stands still -----------------------------------------------------------------------------------


def test_a_clock_that_stands_still_is_grey_and_keeps_what_was_left(town):
    matter, _ = held(town, NOW)
    shown = [bars(matter, NOW + timedelta(days=days))["处置"] for days in (0, 1, 300)]

    assert {bar.colour for bar in shown} == {"hold"}
    assert len(set(shown)) == 1
    assert shown[0].text == "停表 · 剩 3 工作时"


def test_after_a_stop_a_clock_says_how_often_and_how_long_it_stood(town):
    matter, hold = held(town, NOW)
    monday = at("23 09:00")
    go_on(town, matter, hold, monday)

    bar = bars(matter, monday)["处置"]

    assert bar.note == "停表 1 次，共 2 天 17 小时不计"
    assert bar.used == round(7 / 240 * 100)  # seven of 240 working minutes: the stop used nothing
    assert bar.colour == "green"


def test_two_stops_are_added_up(town):
    matter, hold = held(town, NOW)
    go_on(town, matter, hold, NOW + timedelta(hours=1))
    clock = Deadline.objects.get(matter=matter, clock="handle")
    Deadline.objects.filter(pk=clock.pk).update(
        stops=[*clock.stops, NOW + timedelta(hours=2), NOW + timedelta(hours=4)]
    )

    assert bars(matter, NOW + timedelta(hours=5))["处置"].note == "停表 2 次，共 3 小时不计"


def test_the_clock_of_an_overlay_is_named_after_it_and_stands_behind_the_matters_own(town):
    matter, _ = held(town, NOW)

    names = list(bars(matter, NOW))

    assert names.index("处置") < names.index("挂账复查")


def test_the_page_of_what_stands_still_says_so_in_its_head(town):
    matter, _ = held(town, NOW)

    page = visitor("handler").get(f"/m/{matter.number}/").content.decode()

    assert "挂账 · 剩 3 工作时" in page
    assert "处置停表，自 " in page


def test_a_list_shows_what_stands_still_as_held_and_in_no_other_colour(town):
    matter, _ = held(town, NOW)
    year_after = NOW + timedelta(days=365)
    filters = Filters(states=(State.HANDLING,))

    def numbers(lamp):
        narrowed = Filters(states=(State.HANDLING,), lamp=lamp)
        return [row.number for row in queries.worklist(town.handler, narrowed, year_after).rows]

    assert {lamp: numbers(lamp) for lamp in Lamp} == {lamp: [matter.number] * (lamp is Lamp.HOLD) for lamp in Lamp}
    (row,) = queries.worklist(town.handler, filters, year_after).rows
    with override("zh-hans"):
        (line,) = lines.lines([row], year_after)
    assert (line.colour, line.words) == ("hold", "挂账")
    assert line.due == "2026-11-20 15:42 起停表"


def test_the_tally_of_a_queue_and_the_map_count_what_stands_still_as_neither_red_nor_amber(town):
    held(town, NOW)
    a_matter(town, "HANDLING")
    year_after = NOW + timedelta(days=365)

    tally = queries.queues(town.handler, [State.HANDLING], year_after)[State.HANDLING]
    (spot,) = counted(town.dispatcher, Level.TOWN, year_after)
    (still,) = counted(town.dispatcher, Level.TOWN, year_after, narrowed=Narrowed(lamp=Lamp.HOLD))

    assert tally == (2, 1, 0, 1)
    assert (spot.count, spot.red, spot.amber, still.count) == (2, 1, 0, 1)


def test_a_queue_offers_the_filter_for_what_stands_still_where_something_does(town):
    a_matter(town, "HANDLING")
    before = visitor("handler").get("/q/handling/").content.decode()
    held(town, NOW)

    after = visitor("handler").get("/q/handling/").content.decode()

    assert "lamp=hold" not in before
    assert "lamp=hold" in after


# --- what was extended -----------------------------------------------------------------------------------


def test_an_extended_clock_shows_when_it_was_due_before(town):
    matter = a_matter(town, "HANDLING")
    before = Deadline.objects.get(matter=matter, clock="handle").due_at
    asked = actions.take_over(
        Extension.ASK, matter_id=matter.pk, by=town.handler, now=NOW, limit=Limit.parse("2wh"), reason="车坏了"
    )
    actions.take_over(Extension.GRANT, matter_id=matter.pk, overlay_id=asked.id, by=town.duty_chief, now=NOW)
    matter.refresh_from_db()

    bar = bars(matter, NOW)["处置"]
    page = visitor("handler").get(f"/m/{matter.number}/").content.decode()

    assert bar.was == f"{before.astimezone(SHANGHAI):%m-%d %H:%M}"
    assert f"原到期 <s>{bars(matter, timezone.now())['处置'].was}</s>" in page
