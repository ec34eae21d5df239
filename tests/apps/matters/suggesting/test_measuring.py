"""Bounds and curves: what is shown from a bound on is right as often as was asked for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tongxin.apps.matters.suggesting.measuring import FEWEST, LEAST, WANTED, calibrated, step_at

answers = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=FEWEST, max_size=90)


@given(answers)
def test_from_each_bound_on_enough_is_right_or_hardly_anything_is_shown(told):
    sure, is_right = np.array([share for share, _ in told]), np.array([right for _, right in told])

    bounds = calibrated(sure, is_right)

    assert list(bounds) == sorted(bounds)
    for bound, least, wanted in zip(bounds, LEAST, WANTED, strict=True):
        assert bound >= least
        if least < bound < 1:  # equal shares stand in no order: those at the bound itself may be wrong
            above = is_right[sure > bound]
            assert above.mean() >= wanted - 1 / FEWEST if len(above) >= FEWEST else True


def test_a_guesser_that_is_never_right_says_nothing():
    assert calibrated(np.linspace(0, 0.99, 100), np.zeros(100, dtype=bool)) == (1.0, 1.0, 1.0)


def test_one_that_is_always_right_is_still_held_to_the_least():
    assert calibrated(np.linspace(0.6, 0.99, 100), np.ones(100, dtype=bool)) == LEAST


def test_wrong_guesses_below_move_the_bound_above_them():
    sure = np.concatenate([np.full(60, 0.9), np.full(60, 0.3)])
    is_right = np.concatenate([np.ones(60, dtype=bool), np.zeros(60, dtype=bool)])

    bounds = calibrated(sure, is_right)

    assert 0.3 <= bounds.somewhat <= 0.9
    assert step_at(0.5, sure, is_right) == (0.5, 0.5, 1.0, 60)


def test_where_nothing_is_shown_nothing_is_right():
    assert step_at(0.99, np.array([0.5]), np.array([True])).precision is None
