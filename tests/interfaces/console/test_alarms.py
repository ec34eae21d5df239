"""The demonstration's police: a fortnight of quarrels that went their way, and nobody told of what is long over."""

from datetime import date

from tests.town import NOW
from tongxin.apps.alarms import queries
from tongxin.apps.alarms.models import Alarm, Push, Telling
from tongxin.apps.people import queries as people
from tongxin.apps.people.models import Person, Post, Unit
from tongxin.interfaces.console.simulation import alarms
from tongxin.rules.permissions import Role
from tongxin.rules.units import UnitKind


def test_a_fortnight_is_handed_over_once_and_what_was_settled_went_the_whole_way(town, monkeypatch, settings):
    settings.OUTWARD_LOOPBACK = True
    monkeypatch.setattr(alarms, "LATELY", [alarms.LATELY[n] for n in (0, 3, 4, 8, 10)])
    told = {"kind": UnitKind.POLICE, "area": "330802001", "name": "荷花派出所", "pinyin": ""}
    Unit.objects.create(code="police", **told)
    for role in (Role.HANDLER, Role.HANDLER_HEAD):
        person = Person.objects.create(name="某")
        post = {"unit_id": town.unit["station"], "area": "330802001001", "start_on": date(2020, 1, 1)}
        Post.objects.create(person=person, role=role, **post)
    people.forget()

    handed = [alarms.hand_over(home="330802001", now=NOW) for _ in range(2)]

    (figures,) = queries.figures(town.duty_chief, NOW.replace(day=1), NOW)
    assert handed == [len(alarms.LATELY), 0]
    assert (figures.alarms, figures.settled) == (5, 1)  # the other one fell to a unit with nobody in it
    assert 0.5 < figures.in_time / figures.pushes < 1
    assert set(Telling.objects.values_list("state", "code")) == {("sent", "200")}
    assert not Push.objects.filter(acknowledged_at__gt=NOW).exists()
    waiting = Alarm.objects.filter(ended_at=None, pushes__acknowledged_at=None).distinct()
    assert waiting.count() == 1  # the one that has just come
