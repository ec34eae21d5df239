"""Lamps: time alone decides the colour."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.deadlines import Verdict, verdict
from tongxin.rules.lamps import Lamp, lamp

DUE = datetime(2026, 11, 20, 9, tzinfo=UTC)
AMBER = DUE - timedelta(hours=4)
SECOND = timedelta(seconds=1)

moments = st.integers(-100_000, 100_000).map(lambda seconds: DUE + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("now", "colour"),
    [
        (AMBER - SECOND, Lamp.GREEN),
        (AMBER, Lamp.AMBER),
        (DUE, Lamp.AMBER),
        (DUE + SECOND, Lamp.RED),
    ],
)
def test_a_running_clock_goes_from_green_over_amber_to_red(now, colour):
    assert lamp(now, DUE, AMBER) is colour


@given(moments)
def test_a_stopped_clock_never_turns_red(now):
    assert lamp(now, DUE, AMBER, is_stopped=True) is Lamp.HOLD


@given(moments, moments)
def test_an_ended_clock_shows_its_verdict_for_good(now, ended):
    was_kept = verdict(DUE, ended) is Verdict.ON_TIME

    assert lamp(now, DUE, AMBER, ended_at=ended) is (Lamp.GREEN if was_kept else Lamp.RED)


@given(moments, moments)
def test_a_running_clock_only_gets_worse(one, other):
    sooner, later = sorted([one, other])
    order = [Lamp.GREEN, Lamp.AMBER, Lamp.RED]

    assert order.index(lamp(sooner, DUE, AMBER)) <= order.index(lamp(later, DUE, AMBER))
