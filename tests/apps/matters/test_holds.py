"""挂账, 补正, 鉴定: the clocks stand still, never turn red, and run on with the time added."""

from datetime import date, datetime, timedelta

import pytest

from tests.town import a_matter, a_photo
from tongxin.apps.matters import actions
from tongxin.apps.matters.models import Deadline, Hold, Matter
from tongxin.rules import lamps
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import Act
from tongxin.rules.overlays.hold import Act as Holding
from tongxin.rules.overlays.hold import Ground, Kind, State
from tongxin.rules.permissions import SYSTEM
from tongxin.rules.working_time import SHANGHAI

pytestmark = pytest.mark.django_db
REVIEW = date(2026, 12, 18)


def held(town, now, **said):
    """Return a matter on hold since `now`, and the hold."""
    matter = a_matter(town, "HANDLING", now=now - timedelta(minutes=10))
    asked = ask(town, matter, now, **said)
    actions.take_over(Holding.GRANT, matter_id=matter.pk, overlay_id=asked.id, by=town.commander, now=now)
    matter.refresh_from_db()
    return matter, asked


def ask(town, matter, now, kind=Kind.SUSPENSION, ground=Ground.PLANNING, until=REVIEW):
    return actions.take_over(
        Holding.ASK,
        matter_id=matter.pk,
        by=town.handler,
        now=now,
        kind=kind,
        ground=ground,
        until=until,
        reason="待规划",
    )


def go_on(town, matter, hold, now):
    actions.take_over(
        Holding.RESUME, matter_id=matter.pk, overlay_id=hold.id, by=town.handler, now=now, reason="规划已批"
    )
    matter.refresh_from_db()


def clock(matter, name) -> Deadline:
    return Deadline.objects.get(matter=matter, clock=name)


def test_a_held_matter_never_turns_red(town, now):
    matter, _ = held(town, now)

    for days in (1, 30, 300):
        later = now + timedelta(days=days)
        assert lamps.lamp(later, matter.due_at, matter.amber_at, is_stopped=matter.stopped_at is not None) is Lamp.HOLD
    assert not Deadline.objects.filter(matter=matter, of="", ended_at=None, next_fire_at__isnull=False).exists()


def test_the_time_that_stood_still_is_given_back_whole(town, now):
    matter, hold = held(town, now)
    before = clock(matter, "handle").due_at
    monday = datetime(2026, 12, 7, 9, 0, tzinfo=SHANGHAI)

    go_on(town, matter, hold, monday)

    after = clock(matter, "handle")
    used = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI) - after.started_at.astimezone(SHANGHAI)
    assert used == timedelta(minutes=7)
    assert after.due_at.astimezone(SHANGHAI) == datetime(2026, 12, 7, 14, 53, tzinfo=SHANGHAI)  # 3 h 53 min were left
    assert after.due_at > before
    assert after.stops == [now, monday]
    assert (matter.due_at, matter.stopped_at, matter.overlays) == (after.due_at, None, {})


def test_holding_and_going_on_at_once_changes_nothing(town, now):
    matter, hold = held(town, now)
    before = {each.clock: each.due_at for each in Deadline.objects.filter(matter=matter, of="")}

    go_on(town, matter, hold, now)

    assert {each.clock: each.due_at for each in Deadline.objects.filter(matter=matter, of="")} == before


def test_nothing_is_handled_returned_or_raised_while_held(town, now):
    matter, _ = held(town, now)
    actions.attach(a_photo(), matter_id=matter.pk, kind="after", by=town.handler, now=now)

    for act, who in ((Act.HANDLE, "handler"), (Act.RETURN, "handler"), (Act.ESCALATE, "duty_chief")):
        with pytest.raises(Refused, match=r"step\.on_hold"):
            actions.take(act, matter_id=matter.pk, by=getattr(town, who), now=now, reason="办了")


def test_only_a_commander_holds_and_never_his_own_request(town, now):
    matter = a_matter(town, "HANDLING")
    asked = ask(town, matter, now)

    for who in ("duty_chief", "handler_head", "dispatcher"):
        with pytest.raises(NotAllowed):
            actions.take_over(Holding.GRANT, matter_id=matter.pk, overlay_id=asked.id, by=getattr(town, who), now=now)
    assert Matter.objects.get(pk=matter.pk).stopped_at is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"until": date(2026, 11, 20)}, "hold.wrong_day"),
        ({"until": date(2027, 1, 20)}, "hold.wrong_day"),  # sixty-one days
        ({"until": None}, "hold.no_day"),
        ({"kind": ""}, "hold.no_kind"),
        ({"kind": Kind.MATERIAL}, "hold.wrong_ground"),
        ({"ground": Ground.APPRAISAL}, "hold.wrong_ground"),
    ],
)
def test_a_hold_has_a_kind_a_ground_that_fits_and_a_day_within_sixty(town, now, said, code):
    matter = a_matter(town, "HANDLING")

    with pytest.raises(Refused, match=code):
        ask(town, matter, now, **said)
    assert not Hold.objects.exists()


def test_on_its_review_day_it_runs_on_by_itself_and_not_before(town, now):
    matter, hold = held(town, now)
    due = Hold.objects.get(pk=hold.id).due_at

    with pytest.raises(Refused, match=r"hold\.not_yet"):
        actions.take_over(
            Holding.EXPIRE, matter_id=matter.pk, overlay_id=hold.id, by=SYSTEM, now=due - timedelta(seconds=1)
        )
    actions.take_over(Holding.EXPIRE, matter_id=matter.pk, overlay_id=hold.id, by=SYSTEM, now=due)

    matter.refresh_from_db()
    assert matter.stopped_at is None
    assert due.astimezone(SHANGHAI) == datetime(2026, 12, 19, 0, 0, tzinfo=SHANGHAI)  # the day's 24:00


def test_what_cannot_be_handled_for_longer_is_booked_as_backlog_and_stays_stopped(town, now):
    matter, hold = held(town, now)
    later = now + timedelta(days=28)

    actions.take_over(
        Holding.BOOK,
        matter_id=matter.pk,
        overlay_id=hold.id,
        by=town.commander,
        now=later,
        until=date(2027, 1, 29),
        reason="产权诉讼未了",
    )

    row = Hold.objects.get(pk=hold.id)
    assert (row.state, row.is_backlog, row.review_on) == (State.BACKLOG, True, date(2027, 1, 29))
    matter.refresh_from_db()
    assert matter.stopped_at == now
    go_on(town, matter, hold, later + timedelta(days=1))
    assert matter.stopped_at is None
