"""延期: asked for in time, granted by somebody else, twice at most; the old due moment is kept."""

from datetime import datetime, timedelta

import pytest

from tests.town import a_matter, a_photo, kinds_of
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Deadline, Extension, Matter
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.overlays.extension import Act as Ext
from tongxin.rules.overlays.extension import State
from tongxin.rules.working_time import SHANGHAI, Limit

pytestmark = pytest.mark.django_db
FOUR_HOURS = Limit.parse("4wh")  # refuse on the street: 4 working hours


def ask(town, matter, now, act=Ext.ASK, limit=FOUR_HOURS, by="handler"):
    return actions.take_over(act, matter_id=matter.pk, by=getattr(town, by), now=now, limit=limit, reason="车坏了")


def decide(town, act, asked, now, by="duty_chief", **said):
    return actions.take_over(act, matter_id=asked.matter_id, overlay_id=asked.id, by=getattr(town, by), now=now, **said)


def handle_of(matter) -> Deadline:
    return Deadline.objects.get(matter=matter, clock="handle")


def test_a_granted_extension_moves_the_due_moment_and_keeps_the_old_one(town, now):
    matter = a_matter(town, "HANDLING")
    old = handle_of(matter)

    decide(town, Ext.GRANT, ask(town, matter, now), now + timedelta(minutes=9))

    row, new = Extension.objects.get(matter=matter), handle_of(matter)
    assert (row.state, row.round, row.old_due_at) == (State.GRANTED, 1, old.due_at)
    assert new.started_at == old.started_at
    # dispatched Friday 15:45, four working hours and four more: to Monday 16:45
    assert new.due_at.astimezone(SHANGHAI) == datetime(2026, 11, 23, 16, 45, tzinfo=SHANGHAI) == row.new_due_at
    matter.refresh_from_db()
    assert (matter.due_at, matter.extensions, matter.overlays) == (new.due_at, 1, {})
    assert kinds_of(matter)[-2:] == ["extension.ask", "extension.grant"]


def test_asking_alone_moves_nothing(town, now):
    matter = a_matter(town, "HANDLING")
    due = handle_of(matter).due_at

    ask(town, matter, now)

    assert handle_of(matter).due_at == due
    assert Deadline.objects.get(matter=matter, of="extension").ended_at is None
    assert Matter.objects.get(pk=matter.pk).overlays == {"extension": 1}


def test_what_is_overdue_is_not_extended(town, now):
    matter = a_matter(town, "HANDLING")

    with pytest.raises(Refused, match=r"extension\.too_late"):
        ask(town, matter, handle_of(matter).due_at + timedelta(seconds=1))
    ask(town, matter, handle_of(matter).due_at)  # the last moment counts


def test_one_extension_adds_no_more_than_the_limit_itself(town, now):
    matter = a_matter(town, "HANDLING")

    with pytest.raises(Refused, match=r"extension\.too_long"):
        ask(town, matter, now, limit=Limit.parse("5wh"))
    with pytest.raises(Refused, match=r"extension\.other_unit"):
        ask(town, matter, now, limit=Limit.parse("1wd"))
    with pytest.raises(Refused, match=r"extension\.no_limit"):
        ask(town, matter, now, limit=None)
    assert not Extension.objects.exists()


def test_the_second_takes_two_levels_and_there_is_no_third(town, now):
    matter = a_matter(town, "HANDLING")
    decide(town, Ext.GRANT, ask(town, matter, now), now)

    with pytest.raises(Refused, match=r"extension\.second_needs_two"):
        ask(town, matter, now)
    second = ask(town, matter, now, Ext.ASK_MORE)
    with pytest.raises(Refused, match=r"overlay\.wrong_state"):
        decide(town, Ext.GRANT, second, now, by="commander")  # the unit's head signs first
    decide(town, Ext.ENDORSE, second, now, by="handler_head")
    with pytest.raises(NotAllowed):
        decide(town, Ext.GRANT, second, now, by="duty_chief")
    decide(town, Ext.GRANT, second, now, by="commander")

    with pytest.raises(Refused, match=r"extension\.twice_at_most"):
        ask(town, matter, now, Ext.ASK_MORE)


def test_nobody_decides_on_what_he_asked_for(town, now):
    matter = a_matter(town, "HANDLING")
    asked = ask(town, matter, now, Ext.ASK_MORE, by="handler_head")

    with pytest.raises(Refused, match=r"overlay\.own_request"):
        decide(town, Ext.ENDORSE, asked, now, by="handler_head")


def test_a_denied_one_says_why_and_leaves_the_clock(town, now):
    matter = a_matter(town, "HANDLING")
    due = handle_of(matter).due_at
    asked = ask(town, matter, now)

    with pytest.raises(Refused, match=r"step\.no_reason"):
        decide(town, Ext.DENY, asked, now)
    decide(town, Ext.DENY, asked, now, reason="人手够")

    assert handle_of(matter).due_at == due
    assert Extension.objects.get().state == State.DENIED


def test_a_request_lapses_when_the_work_is_handed_over(town, now):
    matter = a_matter(town, "HANDLING")
    asked = ask(town, matter, now)
    actions.attach(a_photo(), matter_id=matter.pk, kind="after", by=town.handler, now=now)
    actions.take(Act.HANDLE, matter_id=matter.pk, by=town.handler, now=now, reason="清走了")

    assert Extension.objects.get(pk=asked.id).state == State.LAPSED
    assert Deadline.objects.get(matter=matter, of="extension").outcome == "dropped"
    assert Matter.objects.get(pk=matter.pk).overlays == {}


@pytest.mark.parametrize("who", ["enforcer", "dispatcher", "neighbouring_handler", "leader"])
def test_only_the_handling_unit_asks(town, now, who):
    matter = a_matter(town, "HANDLING")

    with pytest.raises(Refused):
        ask(town, matter, now, by=who)
    assert not Extension.objects.exists()
