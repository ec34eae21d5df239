"""协办, 会办: who may invite whom, whose word it takes, on which clock, and for whom the lead waits."""

from datetime import timedelta

import pytest

from tests.town import a_matter, a_photo, kinds_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions, joining, queries
from tongxin.apps.matters.models import Branch, Deadline, Matter, Note
from tongxin.rules import lamps
from tongxin.rules.errors import Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act as Step
from tongxin.rules.lifecycles.matter import Ground, State, StepRefused
from tongxin.rules.overlays.branch import Act, Join, Kind
from tongxin.rules.overlays.branch import State as Part
from tongxin.rules.overlays.hold import Act as Holding
from tongxin.rules.working_time import Limit

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ASKS = "请派升降车配合，把路灯杆上的杂物清下来。"


@pytest.fixture
def matter(town, now):
    return a_matter(town, "HANDLING", photos=0)


def invite(town, matter, *units, by=None, at, **told):
    """Invite these units as the lead; returns their rows in order."""
    said = {"kind": Kind.ASSIST, "join": Join.ALL, "reason": ASKS} | told
    asked = tuple(town.unit[unit] for unit in units)
    actions.take_over(Act.INVITE, matter_id=matter.pk, by=by or town.handler, now=at, units=asked, **said)
    return list(Branch.objects.filter(matter=matter, opened_at=at).order_by("pk"))


def invited(town, matter, *units, at, **told):
    rows = invite(town, matter, *units, at=at, **told)
    for row in rows:
        act(town, Act.APPROVE, row, by=town.dispatcher, at=at)
    return rows


def act(town, act, row, *, by, at, **told):
    return actions.take_over(act, matter_id=row.matter_id, overlay_id=row.pk, by=by, now=at, **told)


def handle(town, matter, at):
    actions.attach(a_photo(7), matter_id=matter.pk, kind="after", by=town.handler, now=at)
    return actions.take(Step.HANDLE, matter_id=matter.pk, by=town.handler, now=at, reason="已清理完毕。")


def clock_of(row) -> Deadline:
    return Deadline.objects.filter(of="branch", of_id=row.pk).latest("pk")


def trace(matter) -> tuple:
    return (
        Matter.objects.filter(pk=matter.pk).values().get(),
        list(Branch.objects.filter(matter=matter).order_by("pk").values()),
        list(Deadline.objects.filter(matter=matter).order_by("pk").values()),
        Entry.objects.count(),
        Note.objects.count(),
    )


# --- the way of a part ---------------------------------------------------------------------------------------


def test_a_unit_is_invited_approved_signs_works_and_the_lead_goes_on(town, matter, now):
    (row,) = invite(town, matter, "lamps", at=now + HOUR)

    act(town, Act.APPROVE, row, by=town.dispatcher, at=now + 2 * HOUR)
    act(town, Act.SIGN, row, by=town.lamp_handler, at=now + 3 * HOUR)
    with pytest.raises(StepRefused, match=r"step\.waits_for_others") as refusal:
        handle(town, matter, now + 4 * HOUR)
    act(town, Act.DONE, row, by=town.lamp_handler, at=now + 5 * HOUR, reason="杂物已清下。")
    handle(town, matter, now + 6 * HOUR)

    row.refresh_from_db()
    matter.refresh_from_db()
    assert refusal.value.facts["waits"] == 1
    assert (row.state, row.ended_at, row.due_at) == (Part.DONE, now + 5 * HOUR, None)
    assert clock_of(row).outcome == "on_time"
    assert (matter.state, matter.waits, matter.overlays, matter.involved) == (State.AWAITING_REVIEW, 0, {}, [])
    assert [kind for kind in kinds_of(matter) if kind.startswith("branch")] == [
        "branch.invite",
        "branch.approve",
        "branch.sign",
        "branch.done",
    ]


def test_the_words_of_an_invitation_are_a_note_and_the_journal_keeps_codes(town, matter, now):
    rows = invite(town, matter, "lamps", "enforcement", at=now + HOUR, kind=Kind.CONSULT, limit=Limit.parse("2wh"))

    entry = Entry.objects.get(subject=f"matter:{matter.pk}", kind="branch.invite")
    assert {row.said for row in rows} == {entry.seq}
    assert matter.notes.get(seq=entry.seq).text == ASKS
    assert entry.data == entry.data | {
        "id": rows[0].pk,
        "state": "asked",
        "units": [town.unit["lamps"], town.unit["enforcement"]],
        "kind": "consult",
        "join": "all",
        "limit": "2wh",
        "is_beyond": False,
        "noted": True,
    }


def test_an_invited_unit_sees_the_matter_from_its_approval_to_its_end_only(town, matter, now):
    (row,) = invite(town, matter, "lamps", at=now + HOUR)
    saw = [sees(town.lamp_handler, matter)]

    act(town, Act.APPROVE, row, by=town.duty_chief, at=now + HOUR)
    saw.append(sees(town.lamp_handler, matter))
    act(town, Act.SIGN, row, by=town.lamp_handler, at=now + HOUR)
    act(town, Act.DONE, row, by=town.lamp_handler, at=now + HOUR, reason="已完成。")
    saw.append(sees(town.lamp_handler, matter))

    assert saw == [False, True, False]
    assert not sees(town.neighbouring_handler, matter)


def sees(actor, matter) -> bool:
    return queries.visible_to(actor).filter(pk=matter.pk).exists()


def test_an_invited_unit_takes_no_step_of_the_matters_life(town, matter, now):
    invited(town, matter, "lamps", at=now + HOUR)
    before = trace(matter)

    for step in Step:
        with pytest.raises(Refused):
            actions.take(
                step,
                matter_id=matter.pk,
                by=town.lamp_handler,
                now=now + 2 * HOUR,
                reason="想替主办办掉",
                ground=Ground.NOT_OURS,
                suggested_unit=town.unit["enforcement"],
            )

    assert trace(matter) == before


def test_an_invited_unit_adds_a_photo_of_its_part(town, matter, now):
    invited(town, matter, "lamps", at=now + HOUR)

    actions.attach(a_photo(3), matter_id=matter.pk, kind="after", by=town.lamp_handler, now=now + 2 * HOUR)

    matter.refresh_from_db()
    assert matter.after_photos == 1
    with pytest.raises(Missing):
        actions.attach(a_photo(4), matter_id=matter.pk, kind="after", by=town.neighbouring_handler, now=now + 2 * HOUR)


# --- who may be invited, and whose word it takes ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "told", "code"),
    [
        ((), {}, "branch.no_unit"),
        (("sanitation",), {}, "branch.lead_itself"),
        (("lamps", "command_room"), {}, "branch.not_here"),
        (("next_sanitation",), {}, "branch.not_here"),
        (("lamps",), {"kind": "help"}, "branch.no_kind"),
        (("lamps",), {"join": ""}, "branch.no_join"),
        (("lamps",), {"reason": "  "}, "step.no_reason"),
        (("lamps",), {"limit": Limit.parse("9wd")}, "branch.beyond_lead"),
    ],
)
def test_an_invitation_that_says_the_wrong_thing_leaves_no_trace(town, matter, now, units, told, code):
    before = trace(matter)

    with pytest.raises(StepRefused) as refusal:
        invite(town, matter, *units, at=now + HOUR, **told)

    assert refusal.value.code == code
    assert trace(matter) == before


def test_a_unit_is_not_invited_twice_at_once_but_again_when_its_part_is_over(town, matter, now):
    (row,) = invited(town, matter, "lamps", at=now + HOUR)

    with pytest.raises(StepRefused, match=r"branch\.invited_already"):
        invite(town, matter, "lamps", "enforcement", at=now + 2 * HOUR)
    act(town, Act.CANCEL, row, by=town.handler, at=now + 3 * HOUR, reason="先不用了")

    assert len(invite(town, matter, "lamps", at=now + 4 * HOUR)) == 1


@pytest.mark.parametrize("who", ["lamp_handler", "enforcer", "dispatcher", "duty_chief", "grid_worker"])
def test_only_the_lead_unit_invites(town, matter, now, who):
    with pytest.raises((NotAllowed, Missing)):
        invite(town, matter, "lamps", by=getattr(town, who), at=now + HOUR)


def test_only_a_matter_that_is_being_handled_is_handled_jointly(town, now):
    matter = a_matter(town, "AWAITING_REVIEW")

    with pytest.raises(StepRefused, match=r"step\.wrong_state"):
        invite(town, matter, "lamps", at=now + HOUR)


@pytest.mark.parametrize("who", ["handler", "handler_head", "lamp_handler", "neighbouring_dispatcher", "grid_head"])
def test_the_command_room_alone_decides_on_an_invitation(town, matter, now, who):
    (row,) = invite(town, matter, "lamps", at=now + HOUR)

    for deciding in (Act.APPROVE, Act.DENY):
        with pytest.raises((NotAllowed, Missing)):
            act(town, deciding, row, by=getattr(town, who), at=now + HOUR, reason="自己批")


def test_a_declined_invitation_asks_nobody_and_holds_nothing_back(town, matter, now):
    (row,) = invite(town, matter, "lamps", at=now + HOUR)

    act(town, Act.DENY, row, by=town.dispatcher, at=now + HOUR, reason="主办单位自己有升降车。")
    handle(town, matter, now + 2 * HOUR)

    row.refresh_from_db()
    assert (row.state, row.due_at) == (Part.DENIED, None)
    assert not Deadline.objects.filter(of="branch").exists()
    assert not sees(town.lamp_handler, matter)


# --- the unit's no --------------------------------------------------------------------------------------------


def test_a_unit_says_no_once_and_a_ruling_binds_it(town, matter, now):
    (row,) = invited(town, matter, "lamps", at=now + HOUR)
    no = {"ground": Ground.NOT_OURS, "reason": "灯杆产权属通信公司。"}

    with pytest.raises(StepRefused, match=r"step\.no_ground"):
        act(town, Act.OBJECT, row, by=town.lamp_handler, at=now + HOUR, reason="不归我们")
    act(town, Act.OBJECT, row, by=town.lamp_handler, at=now + 2 * HOUR, **no)
    with pytest.raises(StepRefused, match=r"step\.waits_for_others"):
        handle(town, matter, now + 3 * HOUR)
    act(town, Act.BIND, row, by=town.duty_chief, at=now + 3 * HOUR, reason="移交协议已写明由路灯所维护。")
    with pytest.raises(StepRefused, match=r"branch\.bound"):
        act(town, Act.OBJECT, row, by=town.lamp_handler, at=now + 4 * HOUR, **no)
    act(town, Act.DONE, row, by=town.lamp_handler, at=now + 5 * HOUR, reason="已完成。")

    row.refresh_from_db()
    assert (row.state, row.is_bound, row.ground) == (Part.DONE, True, "not_ours")


def test_a_released_unit_is_waited_for_no_longer_and_its_clock_counts_for_nothing(town, matter, now):
    (row,) = invited(town, matter, "lamps", at=now + HOUR)
    act(town, Act.OBJECT, row, by=town.lamp_handler, at=now + HOUR, ground=Ground.NOT_OURS, reason="产权不在我所。")

    act(town, Act.RELEASE, row, by=town.duty_chief, at=now + 2 * HOUR, reason="另请通信公司。")
    handle(town, matter, now + 3 * HOUR)

    assert clock_of(row).outcome == "dropped"
    matter.refresh_from_db()
    assert (matter.state, matter.involved) == (State.AWAITING_REVIEW, [])


@pytest.mark.parametrize("who", ["dispatcher", "handler", "lamp_handler", "neighbouring_chief"])
def test_a_no_is_ruled_on_by_a_chief_of_the_command_room(town, matter, now, who):
    (row,) = invited(town, matter, "lamps", at=now + HOUR)
    act(town, Act.OBJECT, row, by=town.lamp_handler, at=now + HOUR, ground=Ground.NOT_OURS, reason="产权不在我所。")

    for ruling in (Act.BIND, Act.RELEASE):
        with pytest.raises((NotAllowed, Missing)):
            act(town, ruling, row, by=getattr(town, who), at=now + HOUR, reason="这样定")


# --- for whom the lead waits ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("join", "waits"), [(Join.ALL, [2, 1, 0]), (Join.ANY, [1, 0, 0]), (Join.LEAD, [0, 0, 0])])
def test_the_lead_waits_by_the_join_rule(town, matter, now, join, waits):
    lamps, enforcement = invited(town, matter, "lamps", "enforcement", at=now + HOUR, join=join)

    found = [waiting(matter)]
    for row, who in ((lamps, town.lamp_handler), (enforcement, town.enforcer)):
        act(town, Act.SIGN, row, by=who, at=now + 2 * HOUR)
        act(town, Act.DONE, row, by=who, at=now + 2 * HOUR, reason="已完成。")
        found.append(waiting(matter))

    assert found == waits


def waiting(matter) -> int:
    return Matter.objects.values_list("waits", flat=True).get(pk=matter.pk)


def test_invitations_are_waited_for_each_by_its_own_rule(town, matter, now):
    invited(town, matter, "lamps", at=now + HOUR, join=Join.ALL)
    invited(town, matter, "enforcement", at=now + 2 * HOUR, join=Join.ANY)
    invited(town, matter, "station", at=now + 3 * HOUR, join=Join.LEAD)

    assert waiting(matter) == 2


def test_whoever_is_still_at_it_when_the_lead_goes_on_lapses(town, matter, now):
    lamps, enforcement = invited(town, matter, "lamps", "enforcement", at=now + HOUR, join=Join.ANY)
    act(town, Act.SIGN, lamps, by=town.lamp_handler, at=now + HOUR)
    act(town, Act.DONE, lamps, by=town.lamp_handler, at=now + HOUR, reason="已完成。")

    handle(town, matter, now + 2 * HOUR)

    enforcement.refresh_from_db()
    matter.refresh_from_db()
    assert (enforcement.state, clock_of(enforcement).outcome) == (Part.LAPSED, "dropped")
    assert (matter.overlays, matter.involved, matter.waits) == ({}, [], 0)
    with pytest.raises((StepRefused, Missing)):
        act(town, Act.SIGN, enforcement, by=town.enforcer, at=now + 3 * HOUR)


def test_a_cancelled_part_is_waited_for_no_longer(town, matter, now):
    lamps, _ = invited(town, matter, "lamps", "enforcement", at=now + HOUR)

    with pytest.raises(NotAllowed):
        act(town, Act.CANCEL, lamps, by=town.dispatcher, at=now + HOUR, reason="不用了")
    act(town, Act.CANCEL, lamps, by=town.handler, at=now + 2 * HOUR, reason="通信公司已派人。")

    assert waiting(matter) == 1
    assert clock_of(lamps).outcome == "dropped"


# --- clocks ----------------------------------------------------------------------------------------------------


def test_a_part_ends_with_the_leads_own_limit_at_the_latest(town, matter, now):
    (row,) = invited(town, matter, "lamps", at=now + HOUR)  # the book gives two working days, the lead has four hours

    lead = Deadline.objects.get(matter=matter, clock="handle")
    row.refresh_from_db()
    assert lead.due_at - timedelta(minutes=1) < row.due_at <= lead.due_at
    assert row.due_at == clock_of(row).due_at


def test_a_part_may_end_later_where_the_lead_says_so(town, matter, now):
    (row,) = invited(town, matter, "lamps", at=now + HOUR, limit=Limit.parse("3wd"), is_beyond=True)

    row.refresh_from_db()
    assert row.due_at > Deadline.objects.get(matter=matter, clock="handle").due_at
    assert row.limit == "3wd"


def test_a_part_that_is_late_does_not_make_the_matter_late(town, matter, now):
    (row,) = invited(town, matter, "lamps", at=now + HOUR, limit=Limit.parse("10m"))
    act(town, Act.SIGN, row, by=town.lamp_handler, at=now + 2 * HOUR)

    act(town, Act.DONE, row, by=town.lamp_handler, at=now + 2 * HOUR, reason="已完成。")

    matter.refresh_from_db()
    assert clock_of(row).outcome == "overdue"
    assert matter.due_at == Deadline.objects.get(matter=matter, clock="handle").due_at > now + 2 * HOUR
    assert matter.amber_at > now + 2 * HOUR or matter.due_at > now + 2 * HOUR


def test_the_masters_clock_runs_on_while_parts_are_open(town, matter, now):
    before = Deadline.objects.filter(matter=matter, of="").order_by("pk").values()
    kept = list(before)

    (row,) = invited(town, matter, "lamps", at=now + HOUR)
    act(town, Act.OBJECT, row, by=town.lamp_handler, at=now + HOUR, ground=Ground.NOT_OURS, reason="产权不在我所。")

    assert list(before.all()) == kept


def test_parts_stand_still_with_a_held_matter_and_nobody_is_invited_meanwhile(town, matter, now):
    (row,) = invited(town, matter, "lamps", at=now + HOUR, limit=Limit.parse("2wh"))
    due_at = Branch.objects.get(pk=row.pk).due_at
    hold = actions.take_over(
        Holding.ASK,
        matter_id=matter.pk,
        by=town.handler,
        now=now + HOUR,
        kind="suspension",
        ground="season",
        until=(now + timedelta(days=20)).date(),
        reason="汛期水位高",
    )
    actions.take_over(Holding.GRANT, matter_id=matter.pk, overlay_id=hold.id, by=town.commander, now=now + HOUR)

    with pytest.raises(StepRefused, match=r"step\.on_hold"):
        invite(town, matter, "enforcement", at=now + 2 * HOUR)
    stood = clock_of(row).stopped_at
    later = now + timedelta(days=10)
    actions.take_over(
        Holding.RESUME, matter_id=matter.pk, overlay_id=hold.id, by=town.commander, now=later, reason="水退了"
    )

    row.refresh_from_db()
    assert stood == now + HOUR
    assert clock_of(row).stopped_at is None
    assert row.due_at == clock_of(row).due_at > due_at + timedelta(days=7)


# --- what pages read --------------------------------------------------------------------------------------------


def test_the_parts_of_a_matter_are_read_with_what_was_asked_answered_and_their_own_lamps(
    town, matter, now, django_assert_num_queries
):
    lamps_part, other = invite(town, matter, "lamps", "enforcement", at=now, limit=Limit.parse("10m"), is_beyond=True)
    act(town, Act.APPROVE, lamps_part, by=town.dispatcher, at=now)
    act(town, Act.APPROVE, other, by=town.dispatcher, at=now)
    act(town, Act.SIGN, lamps_part, by=town.lamp_handler, at=now)
    act(town, Act.DONE, lamps_part, by=town.lamp_handler, at=now, reason="杂物已清下。")

    with django_assert_num_queries(1):
        done, waiting = joining.branches_of(town.dispatcher, matter)

    assert (done.unit_id, done.state, done.asked, done.answer) == (town.unit["lamps"], Part.DONE, ASKS, "杂物已清下。")
    assert (done.lamp(now), done.outcome, done.invitation) == (None, "on_time", waiting.invitation)
    assert (waiting.answer, waiting.ground, waiting.join) == ("", None, Join.ALL)
    assert waiting.lamp(now + HOUR) is lamps.Lamp.RED


def test_parts_are_read_only_by_who_sees_the_matter(town, matter, now):
    asked = invite(town, matter, "lamps", at=now)
    may = {"dispatcher", "duty_chief", "handler", "handler_head", "grid_worker", "leader", "supervisor"}

    found = {name for name in town.cast if joining.branches_of(getattr(town, name), matter)}

    assert may <= found
    assert not found & {"lamp_handler", "neighbouring_dispatcher", "neighbouring_handler", "enforcer", "system_admin"}
    act(town, Act.APPROVE, asked[0], by=town.dispatcher, at=now)
    assert joining.branches_of(town.lamp_handler, matter)


def test_a_unit_reads_its_own_parts_when_they_are_over_and_nobody_elses(town, matter, now):
    asked, _ = invite(town, matter, "lamps", "enforcement", at=now)
    before = joining.own_parts(town.lamp_handler)
    act(town, Act.APPROVE, asked, by=town.dispatcher, at=now)
    act(town, Act.CANCEL, asked, by=town.handler, at=now + HOUR, reason="不用了")

    own = joining.own_parts(town.lamp_handler)

    assert before == []
    assert [(part.number, part.state, part.asked) for part in own] == [(matter.number, Part.CANCELLED, ASKS)]
    assert joining.own_parts(town.enforcer) == []  # its invitation waits for approval
    assert joining.own_parts(town.dispatcher) == []
