"""吹哨, 报到: who blows, who is called, what each unit owes on which clock, and how it is concluded and rated."""

from datetime import timedelta

import pytest

from tests.town import SONGYUAN_01, a_matter, kinds_of
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions, queries
from tongxin.apps.matters.models import Deadline, Matter, Note, Summons, Whistle
from tongxin.rules.errors import Missing, NotAllowed, Refused
from tongxin.rules.lifecycles.matter import Act as Step
from tongxin.rules.lifecycles.matter import CloseKind, Ground, State, StepRefused
from tongxin.rules.overlays import summons, whistle
from tongxin.rules.overlays.summons import Act as Answer
from tongxin.rules.overlays.whistle import Act, Kind, Outcome
from tongxin.rules.ratings import Rating

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ASKS = "垃圾堆压住路灯电缆，需要路灯所、环卫所和综合执法队一起到场。"
THREE = ("lamps", "sanitation", "enforcement")
ANSWERERS = {"lamps": "lamp_handler", "sanitation": "handler", "enforcement": "enforcer"}


@pytest.fixture
def matter(town, now):
    return a_matter(town, "AWAITING_DISPATCH")


def blow(town, matter, *units, at, by=None, act=Act.BLOW, **told):
    """Blow a whistle; returns the summonses by the names of the units."""
    said = {"kind": Kind.REQUEST} if act is Act.BLOW else {}
    said |= {"reason": ASKS} | told
    asked = tuple(town.unit[unit] for unit in units)
    actions.take_over(act, matter_id=matter.pk, by=by or town.duty_chief, now=at, units=asked, **said)
    names = {id_: name for name, id_ in town.unit.items()}
    found = Summons.objects.filter(matter=matter, ended_at__isnull=True).select_related("whistle").order_by("pk")
    return {names[row.unit_id]: row for row in found}


def take(row, act, *, by, at, **told):
    return actions.take_over(act, matter_id=row.matter_id, overlay_id=row.pk, by=by, now=at, **told)


def answer(town, called, *acts, at, **told):
    """Let these units take these acts, each by its own handler."""
    for name, row in called.items():
        for act in acts:
            take(row, act, by=getattr(town, ANSWERERS[name]), at=at, **told)


def conclude(town, called, *, at, by=None, outcome=Outcome.SHARED, reason="分工已定，各办各的。"):
    row = next(iter(called.values())).whistle
    return take(row, Act.CONCLUDE, by=by or town.duty_chief, at=at, outcome=outcome, reason=reason)


def clocks_of(row) -> dict[str, Deadline]:
    return {each.clock: each for each in Deadline.objects.filter(of="summons", of_id=row.pk)}


def outcomes(row) -> dict[str, str]:
    return {clock: each.outcome for clock, each in clocks_of(row).items()}


def trace(matter) -> tuple:
    return (
        Matter.objects.filter(pk=matter.pk).values().get(),
        list(Whistle.objects.order_by("pk").values()),
        list(Summons.objects.order_by("pk").values()),
        list(Deadline.objects.filter(matter=matter).order_by("pk").values()),
        Entry.objects.count(),
        Note.objects.count(),
    )


# --- the way of a whistle --------------------------------------------------------------------------------------


def test_three_units_are_called_come_advise_and_the_town_concludes_and_rates(town, matter, now):
    called = blow(town, matter, *THREE, at=now + HOUR)

    answer(town, called, Answer.SIGN, at=now + HOUR + 10 * MINUTE)
    answer(town, called, Answer.CONTACT, at=now + 2 * HOUR)
    answer(town, called, Answer.ARRIVE, at=now + 20 * HOUR)
    answer(town, called, Answer.ADVISE, at=now + 21 * HOUR, reason="由我单位先断电。")
    conclude(town, called, at=now + 22 * HOUR)
    for row in called.values():
        take(row, Answer.RATE, by=town.duty_chief, at=now + 23 * HOUR, rating=Rating.SATISFIED)

    for row in called.values():
        row.refresh_from_db()
        assert (row.state, row.rating, row.ended_at) == (summons.State.DONE, "satisfied", now + 21 * HOUR)
        assert outcomes(row) == dict.fromkeys(("turn_sign", "turn_contact", "turn_arrive"), "on_time")
    matter.refresh_from_db()
    assert (matter.overlays, matter.involved) == ({}, [])
    told = [kind for kind in kinds_of(matter) if kind.startswith(("whistle", "summons"))]
    assert told == [
        "whistle.blow",
        *["summons.sign"] * 3,
        *["summons.contact"] * 3,
        *["summons.arrive"] * 3,
        *["summons.advise"] * 3,
        "whistle.conclude",
        *["summons.rate"] * 3,
    ]


def test_all_three_clocks_run_from_the_blow_so_that_nobody_gains_by_signing_late(town, matter, now):
    called = blow(town, matter, "lamps", at=now)
    row = called["lamps"]
    before = {clock: each.due_at for clock, each in clocks_of(row).items()}

    answer(town, called, Answer.SIGN, at=now + 50 * MINUTE)

    row.refresh_from_db()
    assert {each.started_at for each in clocks_of(row).values()} == {now}
    assert {clock: each.due_at for clock, each in clocks_of(row).items()} == before
    assert before["turn_sign"] == now + HOUR
    assert before["turn_contact"] == now + 24 * HOUR
    assert before["turn_arrive"].astimezone(now.tzinfo).isoformat() == "2026-11-26T00:00:00+08:00"  # Wed, 24:00
    assert row.due_at == before["turn_contact"]


@pytest.mark.parametrize(
    ("kind", "sign", "arrive"),
    [
        (Kind.REQUEST, HOUR, "2026-11-26T00:00:00+08:00"),
        (Kind.ENFORCEMENT, HOUR, "2026-11-26T00:00:00+08:00"),
        (Kind.HARD, HOUR, "2026-11-28T00:00:00+08:00"),
        (Kind.EMERGENCY, 15 * MINUTE, "2026-11-20T16:42:00+08:00"),
    ],
)
def test_each_kind_of_whistle_has_its_own_time_to_come(town, matter, now, kind, sign, arrive):
    hard = kind is Kind.HARD
    told = {"act": Act.BLOW_HARD, "by": town.commander} if hard else {"kind": kind}

    row = blow(town, matter, "lamps", at=now, **told)["lamps"]

    assert row.whistle.kind == kind
    assert clocks_of(row)["turn_sign"].due_at == now + sign
    assert clocks_of(row)["turn_arrive"].due_at.astimezone(now.tzinfo).isoformat() == arrive


def test_the_journal_keeps_who_was_called_and_the_words_are_a_note(town, matter, now):
    blow(town, matter, "lamps", "sanitation", at=now, kind=Kind.ENFORCEMENT)

    entry = Entry.objects.get(subject=f"matter:{matter.pk}", kind="whistle.blow")
    assert entry.data["kind"] == "enforcement"
    assert entry.data["units"] == [town.unit["lamps"], town.unit["sanitation"]]
    assert matter.notes.get(seq=entry.seq).text == ASKS
    assert ASKS not in str(entry.data)


# --- who blows, who is called ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["dispatcher", "acceptor", "handler_head", "grid_head", "secretary", "county_chief"])
def test_a_whistle_is_blown_by_a_chief_of_the_town_that_owns_the_matter(town, matter, now, who):
    with pytest.raises((NotAllowed, Missing)):
        blow(town, matter, "lamps", at=now, by=getattr(town, who))


def test_a_neighbouring_town_does_not_even_see_what_it_would_whistle_about(town, matter, now):
    with pytest.raises(Missing):
        blow(town, matter, "lamps", at=now, by=town.neighbouring_chief)


def test_what_is_hard_is_called_by_the_commander_only(town, matter, now):
    before = trace(matter)

    with pytest.raises(StepRefused, match=r"whistle\.hard_by_commander"):
        blow(town, matter, "lamps", at=now, kind=Kind.HARD)
    with pytest.raises(NotAllowed):
        blow(town, matter, "lamps", at=now, act=Act.BLOW_HARD)

    assert trace(matter) == before


def test_a_county_blows_no_whistle_but_gives_orders(town, now):
    matter = a_matter(town, "AWAITING_DISPATCH")
    actions.take(Step.ESCALATE, matter_id=matter.pk, by=town.duty_chief, now=now + HOUR, reason="需县里牵头")

    with pytest.raises(StepRefused, match=r"whistle\.only_towns"):
        blow(town, matter, "lamps", at=now + 2 * HOUR, by=town.county_chief)


@pytest.mark.parametrize(
    ("units", "told", "code"),
    [
        ((), {}, "whistle.no_unit"),
        (("command_room",), {}, "whistle.not_a_department"),
        (("county_center",), {}, "whistle.not_a_department"),
        (("station",), {}, "whistle.not_a_department"),
        (("lamps", "next_sanitation"), {}, "whistle.not_a_department"),
        (("lamps",), {"kind": "tea"}, "whistle.no_kind"),
        (("lamps",), {"reason": ""}, "step.no_reason"),
    ],
)
def test_a_whistle_that_says_the_wrong_thing_leaves_no_trace(town, matter, now, units, told, code):
    before = trace(matter)

    with pytest.raises(StepRefused) as refusal:
        blow(town, matter, *units, at=now, **told)

    assert refusal.value.code == code
    assert trace(matter) == before


@pytest.mark.parametrize("state", ["AWAITING_ACCEPTANCE", "HANDLING", "AWAITING_CHECK", "AWAITING_CLOSING"])
def test_a_whistle_is_blown_wherever_a_matter_is_on_somebodys_table(town, now, state):
    matter = a_matter(town, state)

    assert set(blow(town, matter, "lamps", at=now + HOUR)) == {"lamps"}


def test_no_whistle_is_blown_about_what_is_closed(town, now):
    matter = a_matter(town, "CLOSED")

    with pytest.raises(StepRefused, match=r"step\.wrong_state"):
        blow(town, matter, "lamps", at=now + HOUR)


def test_one_whistle_at_a_time_and_more_units_are_called_to_it(town, matter, now):
    called = blow(town, matter, "lamps", at=now)

    with pytest.raises(StepRefused, match=r"overlay\.one_is_open"):
        blow(town, matter, "enforcement", at=now + HOUR)
    row = called["lamps"].whistle
    with pytest.raises(StepRefused, match=r"whistle\.called_already"):
        take(row, Act.CALL, by=town.duty_chief, at=now + HOUR, units=(town.unit["lamps"],), reason="再叫一次")
    take(row, Act.CALL, by=town.duty_chief, at=now + HOUR, units=(town.unit["enforcement"],), reason="要执法")

    later = Summons.objects.get(unit_id=town.unit["enforcement"])
    assert later.whistle_id == row.pk
    assert clocks_of(later)["turn_sign"].due_at == now + 2 * HOUR


# --- what a called unit owes ------------------------------------------------------------------------------------


def test_a_called_unit_sees_the_matter_and_takes_no_step_of_its_life(town, matter, now):
    blow(town, matter, "lamps", at=now)
    before = trace(matter)

    assert queries.visible_to(town.lamp_handler).filter(pk=matter.pk).exists()
    for step in Step:
        with pytest.raises(Refused):
            actions.take(
                step,
                matter_id=matter.pk,
                by=town.lamp_handler,
                now=now + HOUR,
                reason="代为办理",
                ground=Ground.NOT_OURS,
                unit_id=town.unit["lamps"],
                close_as=CloseKind.NORMAL,
            )
    assert trace(matter) == before


def test_each_unit_answers_for_itself_only(town, matter, now):
    called = blow(town, matter, "lamps", "sanitation", at=now)

    for who in (town.handler, town.duty_chief, town.dispatcher, town.commander):
        with pytest.raises(NotAllowed):
            take(called["lamps"], Answer.SIGN, by=who, at=now + MINUTE)
    with pytest.raises(Missing):
        take(called["lamps"], Answer.SIGN, by=town.neighbouring_handler, at=now + MINUTE)


def test_nobody_comes_before_it_has_signed_and_nobody_advises_before_it_has_come(town, matter, now):
    called = blow(town, matter, "lamps", at=now)
    row, who = called["lamps"], town.lamp_handler

    for act in (Answer.CONTACT, Answer.ARRIVE, Answer.ADVISE):
        with pytest.raises(StepRefused, match=r"overlay\.wrong_state"):
            take(row, act, by=who, at=now + MINUTE, reason="先说")
    take(row, Answer.SIGN, by=who, at=now + MINUTE)
    with pytest.raises(StepRefused, match=r"overlay\.wrong_state"):
        take(row, Answer.ADVISE, by=who, at=now + MINUTE, reason="先说")


def test_who_stands_on_the_spot_is_in_touch(town, matter, now):
    called = blow(town, matter, "lamps", at=now)

    answer(town, called, Answer.SIGN, Answer.ARRIVE, at=now + 30 * MINUTE)

    row = called["lamps"]
    row.refresh_from_db()
    assert (row.contacted_at, row.arrived_at) == (now + 30 * MINUTE, now + 30 * MINUTE)
    assert outcomes(row) == dict.fromkeys(("turn_sign", "turn_contact", "turn_arrive"), "on_time")


def test_a_check_in_keeps_no_place_but_how_far_it_was(town, matter, now):
    called = blow(town, matter, "lamps", at=now)
    lon, lat = SONGYUAN_01
    answer(town, called, Answer.SIGN, at=now + MINUTE)

    answer(town, called, Answer.ARRIVE, at=now + HOUR, lon=lon, lat=lat + 0.001)

    row = called["lamps"]
    row.refresh_from_db()
    assert row.arrived_m == pytest.approx(111, abs=1)  # a thousandth of a degree of latitude
    data = Entry.objects.get(subject=f"matter:{matter.pk}", kind="summons.arrive").data
    assert data["meters"] == row.arrived_m
    assert str(lat) not in str(data)
    assert not {"lon", "lat", "arrived_lon", "arrived_lat"} & {field.name for field in Summons._meta.get_fields()}


def test_who_checks_in_far_from_the_matter_says_why(town, matter, now):
    called = blow(town, matter, "lamps", at=now)
    lon, lat = SONGYUAN_01
    answer(town, called, Answer.SIGN, at=now + MINUTE)

    with pytest.raises(StepRefused, match=r"summons\.too_far") as refusal:
        answer(town, called, Answer.ARRIVE, at=now + HOUR, lon=lon, lat=lat + 0.006)
    answer(town, called, Answer.ARRIVE, at=now + HOUR, lon=lon, lat=lat + 0.006, reason="从配电房一侧进场。")

    assert refusal.value.facts == {"away": 667, "most": 500}


@pytest.mark.parametrize("point", [{"lon": 118.8}, {"lon": 200.0, "lat": 28.9}, {"lon": float("nan"), "lat": 28.9}])
def test_half_a_point_is_no_check_in(town, matter, now, point):
    called = blow(town, matter, "lamps", at=now)
    answer(town, called, Answer.SIGN, at=now + MINUTE)

    with pytest.raises(StepRefused, match=r"summons\.bad_point"):
        answer(town, called, Answer.ARRIVE, at=now + HOUR, **point)


def test_who_cannot_come_says_why_and_has_answered_but_not_come(town, matter, now):
    called = blow(town, matter, "lamps", at=now)
    row = called["lamps"]

    with pytest.raises(StepRefused, match=r"step\.no_reason"):
        take(row, Answer.DECLINE, by=town.lamp_handler, at=now + MINUTE)
    take(row, Answer.DECLINE, by=town.lamp_handler, at=now + MINUTE, reason="升降车在检修。")

    row.refresh_from_db()
    assert (row.state, row.arrived_at) == (summons.State.DECLINED, None)
    assert outcomes(row) == {"turn_sign": "on_time", "turn_contact": "on_time", "turn_arrive": "dropped"}
    assert not queries.visible_to(town.lamp_handler).filter(pk=matter.pk).exists()


def test_a_late_signature_is_late_however_quick_the_rest_is(town, matter, now):
    called = blow(town, matter, "lamps", at=now)

    answer(town, called, Answer.SIGN, Answer.ARRIVE, at=now + 2 * HOUR)

    assert outcomes(called["lamps"]) == {"turn_sign": "overdue", "turn_contact": "on_time", "turn_arrive": "on_time"}
    matter.refresh_from_db()
    assert matter.is_late is None


# --- how it ends ------------------------------------------------------------------------------------------------


def test_nothing_is_concluded_while_somebody_may_still_come(town, matter, now):
    called = blow(town, matter, "lamps", "enforcement", at=now)
    answer(town, {"lamps": called["lamps"]}, Answer.SIGN, Answer.ARRIVE, at=now + HOUR)

    with pytest.raises(StepRefused, match=r"whistle\.awaited") as refusal:
        conclude(town, called, at=now + 2 * HOUR)
    take(called["enforcement"], Answer.DECLINE, by=town.enforcer, at=now + 3 * HOUR, reason="全员在外处置火情。")
    conclude(town, called, at=now + 4 * HOUR)

    assert refusal.value.facts["awaited"] == 1
    assert [each.state for each in Summons.objects.order_by("pk")] == [summons.State.DONE, summons.State.DECLINED]


def test_after_the_deadline_the_town_concludes_without_who_did_not_come(town, matter, now):
    called = blow(town, matter, "lamps", "enforcement", at=now)
    answer(town, {"lamps": called["lamps"]}, Answer.SIGN, Answer.ARRIVE, at=now + HOUR)

    conclude(town, called, at=now + 6 * DAY)

    missed = called["enforcement"]
    missed.refresh_from_db()
    assert (missed.state, missed.whistle.state) == (summons.State.MISSED, whistle.State.CONCLUDED)
    assert outcomes(missed) == dict.fromkeys(("turn_sign", "turn_contact", "turn_arrive"), "overdue")
    entry = Entry.objects.get(subject=f"matter:{matter.pk}", kind="whistle.conclude")
    assert (entry.data["outcome"], entry.data["missed"]) == ("shared", [town.unit["enforcement"]])


def test_a_conclusion_says_what_came_of_it(town, matter, now):
    called = blow(town, matter, "lamps", at=now)
    answer(town, called, Answer.SIGN, Answer.ARRIVE, at=now + HOUR)

    with pytest.raises(StepRefused, match=r"whistle\.no_outcome"):
        conclude(town, called, at=now + HOUR, outcome="")
    with pytest.raises(StepRefused, match=r"step\.no_reason"):
        conclude(town, called, at=now + HOUR, reason=" ")
    for who in (town.lamp_handler, town.dispatcher, town.county_chief):
        with pytest.raises(NotAllowed):
            conclude(town, called, at=now + HOUR, by=who)


def test_a_matter_does_not_close_while_its_whistle_is_open(town, now):
    matter = a_matter(town, "AWAITING_CLOSING")
    called = blow(town, matter, "lamps", at=now + HOUR)
    close = {"matter_id": matter.pk, "by": town.duty_chief, "close_as": CloseKind.NORMAL}

    with pytest.raises(StepRefused, match=r"step\.whistle_open"):
        actions.take(Step.CLOSE, now=now + 2 * HOUR, **close)
    answer(town, called, Answer.SIGN, Answer.ARRIVE, at=now + 2 * HOUR)
    conclude(town, called, at=now + 2 * HOUR)
    actions.take(Step.CLOSE, now=now + 2 * HOUR, **close)

    matter.refresh_from_db()
    assert matter.state == State.CLOSED


def test_a_whistle_is_called_off_until_somebody_has_come(town, matter, now):
    called = blow(town, matter, "lamps", at=now)
    row = called["lamps"].whistle

    with pytest.raises(StepRefused, match=r"step\.no_reason"):
        take(row, Act.CANCEL, by=town.duty_chief, at=now + MINUTE)
    take(row, Act.CANCEL, by=town.duty_chief, at=now + MINUTE, reason="电缆已绕开。")

    matter.refresh_from_db()
    assert (matter.overlays, matter.involved) == ({}, [])
    assert set(outcomes(called["lamps"]).values()) == {"dropped"}
    second = blow(town, matter, "lamps", at=now + HOUR)
    answer(town, second, Answer.SIGN, Answer.ARRIVE, at=now + HOUR)
    with pytest.raises(StepRefused, match=r"whistle\.somebody_came"):
        take(second["lamps"].whistle, Act.CANCEL, by=town.duty_chief, at=now + HOUR, reason="不用了")


def test_a_whistle_lapses_with_a_matter_that_is_not_taken_up(town, now):
    matter = a_matter(town)
    called = blow(town, matter, "lamps", at=now)

    actions.take(
        Step.REFUSE,
        matter_id=matter.pk,
        by=town.acceptor,
        now=now + HOUR,
        ground=Ground.EMERGENCY,
        reason="属 119 范围",
        route="请拨 119",
    )

    row = called["lamps"]
    row.refresh_from_db()
    matter.refresh_from_db()
    assert (row.state, set(outcomes(row).values())) == ("lapsed", {"dropped"})
    assert (matter.overlays, matter.involved) == ({}, [])


def test_the_town_that_blew_concludes_even_when_the_matter_went_up(town, matter, now):
    called = blow(town, matter, "lamps", at=now)
    answer(town, called, Answer.SIGN, Answer.ARRIVE, at=now + HOUR)
    actions.take(Step.ESCALATE, matter_id=matter.pk, by=town.duty_chief, now=now + 2 * HOUR, reason="需县里牵头")

    with pytest.raises(NotAllowed):
        conclude(town, called, at=now + 3 * HOUR, by=town.county_chief)
    conclude(town, called, at=now + 3 * HOUR)

    assert Whistle.objects.get().state == whistle.State.CONCLUDED


# --- rating -----------------------------------------------------------------------------------------------------


def test_a_unit_is_rated_once_by_the_town_when_its_part_is_over(town, matter, now):
    called = blow(town, matter, "lamps", at=now)
    row = called["lamps"]
    answer(town, called, Answer.SIGN, Answer.ARRIVE, at=now + HOUR)

    with pytest.raises(StepRefused, match=r"overlay\.wrong_state"):
        take(row, Answer.RATE, by=town.duty_chief, at=now + HOUR, rating=Rating.SATISFIED)
    conclude(town, called, at=now + 2 * HOUR)
    for wrong, code in (
        ({"rating": "good"}, "summons.no_rating"),
        ({"rating": Rating.DISSATISFIED}, "summons.low_without_reason"),
    ):
        with pytest.raises(StepRefused) as refusal:
            take(row, Answer.RATE, by=town.duty_chief, at=now + 2 * HOUR, **wrong)
        assert refusal.value.code == code
    for who in (town.dispatcher, town.grid_head, town.county_chief):
        with pytest.raises(NotAllowed):
            take(row, Answer.RATE, by=who, at=now + 2 * HOUR, rating=Rating.SATISFIED)
    take(row, Answer.RATE, by=town.commander, at=now + 2 * HOUR, rating=Rating.DISSATISFIED, reason="来了没带工具")
    with pytest.raises(StepRefused, match=r"summons\.rated"):
        take(row, Answer.RATE, by=town.duty_chief, at=now + 3 * HOUR, rating=Rating.VERY_SATISFIED)

    row.refresh_from_db()
    assert row.rating == "dissatisfied"


def test_a_unit_is_rated_after_the_matter_is_closed_as_well(town, now):
    matter = a_matter(town, "AWAITING_CLOSING")
    called = blow(town, matter, "lamps", at=now + HOUR)
    conclude(town, called, at=now + 9 * DAY)
    actions.take(Step.CLOSE, matter_id=matter.pk, by=town.duty_chief, now=now + 9 * DAY, close_as=CloseKind.LATE)

    take(called["lamps"], Answer.RATE, by=town.duty_chief, at=now + 10 * DAY, rating="dissatisfied", reason="没有来")

    called["lamps"].refresh_from_db()
    assert (called["lamps"].rating, called["lamps"].ended_at) == ("dissatisfied", now + 9 * DAY)
