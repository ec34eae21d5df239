"""A call for help by the rules: every step from every standing, the rungs of teams, the colour of waiting."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from tongxin.rules import help_calls, vans
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.help_calls import Move, Standing, decide, lamp, next_rung
from tongxin.rules.lamps import Lamp
from tongxin.rules.working_time import SHANGHAI

CALLED = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)


def allowed(move, standing):
    try:
        return decide(move, standing)
    except Refused as refusal:
        assert refusal.facts == {"move": move, "standing": standing}
        return None


def test_nothing_moves_a_call_that_ended_and_only_one_that_rings_is_passed_on():
    for move, standing in product(Move, Standing):
        if standing is Standing.ENDED:
            assert allowed(move, standing) is None
        if move is Move.PASS_ON:
            assert (allowed(move, standing) is not None) == (standing is Standing.CALLING)


def test_a_call_ends_only_after_somebody_said_that_they_come():
    assert allowed(Move.END, Standing.CALLING) is None
    assert allowed(Move.ANSWER, Standing.ANSWERED) is None
    assert allowed(Move.ARRIVE, Standing.CALLING) is Standing.ARRIVED
    assert {allowed(Move.END, standing) for standing in (Standing.ANSWERED, Standing.ARRIVED)} == {Standing.ENDED}


def test_buttons_are_what_may_be_done():
    for standing in Standing:
        assert help_calls.moves(standing) == [
            move for move in Move if move is not Move.PASS_ON and allowed(move, standing)
        ]


def test_teams_are_called_one_after_the_other_until_none_is_left():
    rung, called = 0, [0]
    while (rung := next_rung(rung, 3)) is not None:
        called.append(rung)

    assert called == [0, 1, 2]


def test_waiting_turns_amber_at_half_the_time_and_red_beyond_it_and_an_answer_in_time_stays_green():
    def after(seconds, answered=None):
        at = CALLED + timedelta(seconds=answered) if answered is not None else None
        return lamp(CALLED, at, 3, CALLED + timedelta(seconds=seconds))

    assert [after(seconds) for seconds in (0, 89, 90, 180, 181)] == [
        Lamp.GREEN,
        Lamp.GREEN,
        Lamp.AMBER,
        Lamp.AMBER,
        Lamp.RED,
    ]
    assert after(9_999, answered=170) is Lamp.GREEN
    assert after(9_999, answered=200) is Lamp.RED


def test_a_van_stops_in_the_order_of_the_clock():
    first = vans.Stop("村口", datetime(2026, 1, 1, 9).time(), datetime(2026, 1, 1, 10).time(), 118.8, 28.9)
    second = first._replace(name="祠堂", start=first.end, end=datetime(2026, 1, 1, 11).time())

    vans.check_stops([first, second])
    for wrong in ([second, first], [first, first], [first._replace(end=first.start)], []):
        with pytest.raises(Invalid):
            vans.check_stops(wrong)
