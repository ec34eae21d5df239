"""The demonstration hotline and its rooms: set up once, and a call at hand at every start."""

from datetime import timedelta

from tests.town import NOW, a_report
from tongxin.apps.hotline import queries
from tongxin.apps.hotline.models import Article, Call, Line
from tongxin.apps.matters.actions import report_many
from tongxin.apps.people import rosters
from tongxin.apps.people.models import Unit
from tongxin.interfaces.console.simulation import calls, offices
from tongxin.rules.channels import Channel
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.rosters import monday_of


def test_the_hotline_is_set_up_once_and_a_call_waits_for_the_operator(town):
    told = (a_report(channel=Channel.HOTLINE, at=NOW - timedelta(hours=n)) for n in range(1, 61))
    matters = {each.id for each in report_many(list(told), by=SYSTEM, now=NOW)}

    calls.set_up(now=NOW, seed=1)
    calls.set_up(now=NOW, seed=1)

    assert (Line.objects.count(), Article.objects.count()) == (1, 12)
    assert queries.masked_number(queries.at_hand(town.operator, NOW)) == "138****6027"
    assert Call.objects.filter(ended_at=None).count() == 1
    (team,) = queries.figures(town.operator, NOW - timedelta(days=30), NOW)
    assert set(Call.objects.exclude(matter=None).values_list("matter", flat=True)) == matters
    assert team.dispatched == len(matters) and 0.9 < team.connected / team.calls < 1
    assert team.calls == sum((team.answered, team.dispatched, team.joined, team.handed_over, team.missed))


def test_somebody_is_on_duty_in_every_room_at_every_hour_and_a_written_week_stays(town):
    offices.arrange({"command_room": town.duty_chief}, NOW)
    written = rosters.week(town.unit["command_room"], monday_of(NOW.date()))
    offices.arrange({"command_room": town.duty_chief}, NOW)

    hours = (NOW + timedelta(hours=each) for each in range(0, 8 * 24, 5))
    assert all(rosters.on_duty(town.unit["command_room"], each) for each in hours)
    assert rosters.week(town.unit["command_room"], monday_of(NOW.date())) == written
    assert len({day for _, day in written.cells}) == 7  # the days that are over too
    assert {post.role for post in written.posts if any(post.pk == each for each, _ in written.cells)} == {
        "acceptor", "dispatcher", "duty_chief", "caller_back",
    }  # fmt: skip


def test_every_office_has_a_telephone_that_rings_nowhere(town):
    Unit.objects.filter(pk=town.unit["lamps"]).update(phone="12319")

    assert (offices.connect(NOW), offices.connect(NOW)) == (Unit.objects.count() - 1, 0)

    phones = dict(Unit.objects.values_list("pk", "phone"))
    assert phones.pop(town.unit["lamps"]) == "12319"
    assert len(set(phones.values())) == len(phones)
    assert all(each.startswith("0570-1") for each in phones.values())  # no number of a city begins with 1
