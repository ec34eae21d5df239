"""What a switchboard may tell next, and how soon a call has to be answered."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from tongxin.rules.calls import LIVE, TEMPLATE_OF, CallEvent, CallState, EmergencyService, follow, is_in_time
from tongxin.rules.errors import Refused

E = CallEvent
AT = datetime(2026, 11, 20, 15, 42)


def told(*events: CallEvent) -> CallState | None:
    state = None
    for event in events:
        state = follow(state, event)
    return state


def test_a_call_begins_by_arriving_and_ends_once():
    """Of all orders in which the four events can come, only a call's own is taken."""
    taken = []
    for order in permutations(CallEvent):
        try:
            taken.append((order, told(*order)))
        except Refused as refusal:
            assert refusal.code == "call.out_of_order"

    assert taken == [
        ((E.ARRIVED, E.ANSWERED, E.HUNG_UP, E.RECORDED), CallState.ENDED),
        ((E.ARRIVED, E.ANSWERED, E.RECORDED, E.HUNG_UP), CallState.ENDED),
    ]


def test_who_gives_up_waiting_was_missed_and_has_no_recording():
    assert told(E.ARRIVED, E.HUNG_UP) is CallState.MISSED
    with pytest.raises(Refused):
        told(E.ARRIVED, E.HUNG_UP, E.RECORDED)


def test_what_has_ended_does_not_ring_again():
    for state in set(CallState) - LIVE:
        for event in (E.ARRIVED, E.ANSWERED, E.HUNG_UP):
            with pytest.raises(Refused):
                follow(state, event)


@pytest.mark.parametrize(("seconds", "in_time"), [(0, True), (15, True), (15.5, False), (90, False)])
def test_fifteen_seconds_are_in_time(seconds, in_time):
    assert is_in_time(AT, AT + timedelta(seconds=seconds)) is in_time
    assert not is_in_time(AT, None)


def test_every_emergency_has_a_template_to_be_taken_down_as():
    assert set(TEMPLATE_OF) == set(EmergencyService)
