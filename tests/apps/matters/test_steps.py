"""Steps: a matter's way from report to closing, its clocks, and that a refused step leaves no trace."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import connection, transaction

from tests.town import WAY, a_matter, a_photo, a_report, kinds_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.journal.queries import story
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions import Asked
from tongxin.apps.matters.models import Deadline, Matter, Note, Objection
from tongxin.rules.errors import Missing, NotAllowed, Refused, Stale
from tongxin.rules.lifecycles.matter import Act, CloseKind, Ground, State
from tongxin.rules.working_time import SHANGHAI

pytestmark = pytest.mark.django_db
TRIERS = ("acceptor", "dispatcher", "duty_chief", "handler", "handler_head", "grid_worker")
NEIGHBOURS = ("neighbouring_handler", "neighbouring_dispatcher", "neighbouring_chief", "neighbouring_grid_worker")
FULL = {"reason": "写明了", "ground": Ground.NOT_OURS, "route": "请拨 12345", "close_as": CloseKind.NORMAL}


def returning(town) -> dict:
    return FULL | {"suggested_unit": town.unit["enforcement"]}


def clocks_of(matter: Matter) -> dict[str, Deadline]:
    return {clock.clock: clock for clock in matter.deadlines.order_by("id")}


def trace(matter_id: int) -> tuple:
    row = Matter.objects.filter(pk=matter_id).values().get()
    clocks = list(Deadline.objects.filter(matter_id=matter_id).order_by("id").values())
    return row, clocks, Entry.objects.count(), Note.objects.count()


def test_a_matter_goes_from_report_to_closing(town, now):
    matter = a_matter(town, "CLOSED")

    assert matter.state == State.CLOSED
    assert kinds_of(matter) == [
        "matter.report",
        "matter.accept",
        "matter.file",
        "matter.dispatch",
        "matter.sign",
        "evidence.keep",
        "matter.handle",
        "matter.review",
        "matter.check",
        "matter.close",
    ]
    assert matter.is_late is False
    assert {clock.outcome for clock in clocks_of(matter).values()} == {"on_time"}


def test_every_step_takes_at_most_six_statements(town, now, django_assert_max_num_queries):
    matter = a_matter(town, "AWAITING_FILING")
    actions.take(Act.FILE, matter_id=matter.pk, by=town.duty_chief, now=now + timedelta(minutes=2))

    with django_assert_max_num_queries(6 + 2):  # SAVEPOINT and RELEASE of the test's own transaction
        actions.take(
            Act.DISPATCH,
            matter_id=matter.pk,
            by=town.dispatcher,
            now=now + timedelta(minutes=3),
            unit_id=town.unit["sanitation"],
            reason="请尽快到场",
        )


@pytest.mark.slow
def test_every_pair_of_state_and_act_outside_the_table_leaves_no_trace(town, now):
    """Every actor of the cast tries every act in every state; what is refused changes no row anywhere."""
    from tests.rules.test_lifecycle_matter import PERMITTED

    later = now + timedelta(hours=1)
    tried = 0
    for state in ["AWAITING_ACCEPTANCE", *(reached for reached, *_ in WAY)]:
        matter = a_matter(town, state)
        before = trace(matter.pk)
        for act, who in product(Act, TRIERS):
            if (act, State(matter.state)) in PERMITTED:
                continue
            unit_id = town.unit["enforcement"] if act is Act.DISPATCH else None
            asked = Asked(act, matter.pk, getattr(town, who), later, unit_id=unit_id, **FULL)
            assert isinstance(actions.take_many([asked])[0], Refused), (state, act, who)
            tried += 1

        assert trace(matter.pk) == before, state

    assert tried > 900


def test_folding_the_journal_gives_the_row(town, now):
    matter = a_matter(town, "CLOSED")

    folded: dict = {}
    for entry in story(f"matter:{matter.pk}"):
        folded |= {key: value for key, value in entry.data.items() if key in {"state", "unit", "close_as", "area"}}

    assert folded == {
        "state": matter.state,
        "unit": matter.unit_id,
        "close_as": matter.close_as,
        "area": matter.area,
    }


def test_the_handling_clock_runs_from_dispatch_and_a_return_does_not_stop_it(town, now):
    matter = a_matter(town, "HANDLING")
    begun = clocks_of(matter)["handle"]

    at = now + timedelta(minutes=10)
    actions.take(Act.RETURN, matter_id=matter.pk, by=town.handler, now=at, **returning(town))
    objection = Objection.objects.get(matter=matter)
    actions.take_over(
        "objection.uphold",
        matter_id=matter.pk,
        overlay_id=objection.pk,
        by=town.duty_chief,
        now=at,
        unit_id=town.unit["enforcement"],
        reason="属综合执法",
    )
    actions.take(
        Act.DISPATCH,
        matter_id=matter.pk,
        by=town.dispatcher,
        now=now + timedelta(minutes=15),
        unit_id=town.unit["enforcement"],
    )

    runs = clocks_of(matter)["handle"]
    assert (runs.pk, runs.started_at, runs.due_at, runs.ended_at) == (begun.pk, begun.started_at, begun.due_at, None)
    assert begun.started_at == now + timedelta(minutes=3)


def test_rework_gives_back_exactly_the_time_that_stood_still(town, now):
    matter = a_matter(town, "AWAITING_CHECK")
    finished = clocks_of(matter)["handle"]
    monday = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)

    actions.take(Act.REWORK, matter_id=matter.pk, by=town.grid_worker, now=monday, reason="还有残留")

    again = clocks_of(matter)["handle"]
    # 4 working hours from Friday 15:45; handled at 15:47, so 3 h 58 min were left at Monday 09:00
    assert finished.ended_at == now + timedelta(minutes=5)
    assert again.ended_at is None
    assert again.due_at.astimezone(SHANGHAI) == datetime(2026, 11, 23, 14, 58, tzinfo=SHANGHAI)
    assert Matter.objects.get(pk=matter.pk).reworks == 1


def test_what_ran_late_closes_late(town, now):
    matter = a_matter(town, "HANDLING")
    later = datetime(2026, 11, 27, 10, 0, tzinfo=SHANGHAI)
    actions.attach(a_photo(), matter_id=matter.pk, kind="after", by=town.handler, now=later)
    for act, who in ((Act.HANDLE, "handler"), (Act.REVIEW, "handler_head"), (Act.CHECK, "grid_worker")):
        actions.take(act, matter_id=matter.pk, by=getattr(town, who), now=later, reason="办了")

    with pytest.raises(Refused, match=r"step\.closes_late"):
        actions.take(Act.CLOSE, matter_id=matter.pk, by=town.duty_chief, now=later, close_as=CloseKind.NORMAL)
    actions.take(Act.CLOSE, matter_id=matter.pk, by=town.duty_chief, now=later, close_as=CloseKind.LATE)

    matter.refresh_from_db()
    assert (matter.state, matter.close_as, matter.is_late) == ("closed", "late", True)


def test_a_reopened_matter_starts_a_new_round_of_clocks(town, now):
    matter = a_matter(town, "CLOSED")
    first = clocks_of(matter)
    later = now + timedelta(days=3)

    actions.take(Act.REOPEN, matter_id=matter.pk, by=town.duty_chief, now=later, reason="又堆起来了")
    for _, act, who, details in WAY[:3]:
        given = details | ({"unit_id": town.unit["sanitation"]} if "unit_id" in details else {})
        actions.take(act, matter_id=matter.pk, by=getattr(town, who), now=later + timedelta(minutes=1), **given)

    again = clocks_of(matter)
    assert again["handle"].pk != first["handle"].pk
    assert again["handle"].started_at == later + timedelta(minutes=1)
    assert Deadline.objects.get(pk=first["whole"].pk).outcome == "on_time"
    matter.refresh_from_db()
    assert (matter.reopened, matter.closed_at, matter.close_as) == (1, None, "")


def test_a_refused_matter_drops_its_clocks_and_can_be_reinstated(town, now):
    matter = a_matter(town)

    actions.take(Act.REFUSE, matter_id=matter.pk, by=town.acceptor, now=now, **FULL)
    refused = clocks_of(matter)
    actions.take(Act.REINSTATE, matter_id=matter.pk, by=town.duty_chief, now=now + timedelta(hours=1), reason="复议")

    assert refused["whole"].outcome == "dropped"
    matter.refresh_from_db()
    assert (matter.state, matter.closed_at) == ("awaiting_acceptance", None)
    assert {clock.clock for clock in matter.deadlines.filter(ended_at=None)} == {"accept", "whole"}


def test_voiding_takes_a_second_person(town, now):
    matter = a_matter(town)
    actions.take(Act.PROPOSE_VOID, matter_id=matter.pk, by=town.duty_chief, now=now, reason="误报")

    with pytest.raises(Refused, match=r"step\.same_person"):
        actions.take(Act.VOID, matter_id=matter.pk, by=town.duty_chief, now=now)
    actions.take(Act.VOID, matter_id=matter.pk, by=town.second_chief, now=now)

    assert Matter.objects.get(pk=matter.pk).state == State.VOIDED


def test_a_grid_worker_settles_on_the_spot_and_somebody_else_checks(town, now):
    matter = a_matter(town)
    for kind in ("before", "after"):
        actions.attach(a_photo(), matter_id=matter.pk, kind=kind, by=town.grid_worker, now=now)
    actions.take(Act.SETTLE, matter_id=matter.pk, by=town.grid_worker, now=now, reason="当场清走了")

    with pytest.raises(Refused, match=r"step\.own_handling"):
        actions.take(Act.CHECK, matter_id=matter.pk, by=town.grid_worker, now=now)
    actions.take(Act.CHECK, matter_id=matter.pk, by=town.grid_head, now=now)

    matter.refresh_from_db()
    assert (matter.state, matter.level) == ("awaiting_closing", "G")


@pytest.mark.parametrize("who", NEIGHBOURS)
def test_the_neighbouring_county_finds_no_matter_at_all(town, now, who):
    matter = a_matter(town, "HANDLING")
    before = trace(matter.pk)

    for act in Act:
        with pytest.raises(Missing), transaction.atomic():
            actions.take(act, matter_id=matter.pk, by=getattr(town, who), now=now, **FULL)

    assert trace(matter.pk) == before


def test_another_unit_of_the_same_town_cannot_handle_it(town, now):
    matter = a_matter(town, "HANDLING")

    with pytest.raises(Missing):
        actions.take(Act.PROGRESS, matter_id=matter.pk, by=town.enforcer, now=now, reason="我来")


def test_a_leader_sees_it_but_cannot_touch_it(town, now):
    matter = a_matter(town, "AWAITING_CLOSING")

    with pytest.raises(NotAllowed):
        actions.take(Act.CLOSE, matter_id=matter.pk, by=town.leader, now=now, close_as=CloseKind.NORMAL)


def test_a_stale_reader_is_told_so(town, now):
    matter = a_matter(town)
    seen = matter.rev
    actions.take(Act.ACCEPT, matter_id=matter.pk, by=town.acceptor, now=now)

    with pytest.raises(Stale):
        actions.take(Act.FILE, matter_id=matter.pk, by=town.duty_chief, now=now, rev=seen)


def test_in_a_batch_a_refused_step_stops_no_other(town, now):
    matters = [a_matter(town), a_matter(town, "AWAITING_FILING"), a_matter(town)]

    answers = actions.take_many([Asked(Act.ACCEPT, matter.pk, town.acceptor, now) for matter in matters])

    assert [getattr(answer, "code", "taken") for answer in answers] == ["taken", "step.wrong_state", "taken"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_of_two_who_take_the_same_step_at_once_one_succeeds(town, now):
    matters = [actions.report(a_report(), by=town.grid_worker, now=now) for _ in range(5)]

    def accept(matter_id: int) -> str:
        try:
            actions.take(Act.ACCEPT, matter_id=matter_id, by=town.acceptor, now=now)
            return "taken"
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as many:
        for matter in matters:
            told = list(many.map(accept, [matter.id] * 6))
            assert sorted(told) == ["step.wrong_state"] * 5 + ["taken"]
