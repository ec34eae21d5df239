"""What the demonstration shows of the last weeks: calls held against the grid, what went out, who looked where."""

from datetime import timedelta

from tests.town import NOW, SIDE, SOUTH, WEST, a_report
from tongxin.apps.insight import actions as reverse_check
from tongxin.apps.insight.models import Finding
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Unmasking
from tongxin.apps.notify.models import Endpoint, Event, Robot, Sending
from tongxin.apps.notify.sending import send_due
from tongxin.interfaces.console.simulation import looks, outgoing, reviewing
from tongxin.rules.channels import Channel
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.occasions import Medium
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.reverse_check import Settings

HOME = "330802001"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_past_weeks_were_compared_explained_and_judged_and_the_last_days_wait(town):
    reverse_check.set_rule(Settings(templates=frozenset({"C02"})), by=town.system_admin, now=NOW - 90 * DAY)
    spot = (WEST + SIDE / 2, SOUTH + SIDE / 2)
    told = [a_report(point=spot, channel=Channel.HOTLINE, at=NOW - n * DAY - HOUR) for n in range(60)]
    actions.report_many(told, by=SYSTEM, now=NOW)

    judged = reviewing.review(start=NOW - 61 * DAY, now=NOW, seed=3)

    standing = dict(Finding.objects.values_list("reported_at", "standing"))
    assert judged == sum(each in ("missed", "excused") for each in standing.values()) > 20
    assert set(standing.values()) == {"open", "explained", "missed", "excused"}
    assert {each for at, each in standing.items() if at > NOW - 4 * DAY} == {"open"}
    assert not Finding.objects.filter(judged_at__gt=NOW).exists()


def test_the_logs_are_filled_once_and_nothing_of_them_is_ever_sent(town):
    for n in range(12):
        told = a_report(contact_phone="13800007100", at=NOW - 26 * HOUR - n * HOUR)
        matter = actions.report(told, by=SYSTEM, now=NOW)
        actions.take(Act.ACCEPT, matter_id=matter.id, by=town.duty_chief, now=NOW - 25 * HOUR)
    units = {Medium.WECOM: "command_room", Medium.DINGTALK: "sanitation"}
    asked = {"home": HOME, "admin": town.system_admin, "owner": town.leader.person_id, "now": NOW, "seed": 3}

    for _ in range(2):
        outgoing.leave(robots=units, **asked)
    looked = looks.look(home=HOME, by=[town.handler, town.duty_chief], now=NOW)

    told_of = Entry.objects.filter(kind__in=("matter.report", "matter.accept"))
    assert Sending.objects.count() >= 12 and Event.objects.count() == told_of.count()
    assert not Robot.objects.filter(is_active=True).exists() and Endpoint.objects.get().disabled_at == NOW
    assert send_due(NOW + DAY) == 0
    assert looked == Unmasking.objects.count() > 3
