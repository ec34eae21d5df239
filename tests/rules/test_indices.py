"""Indices: the published figures come out as they were printed, each with its denominator."""

import pytest

from tongxin.rules.indices import Counts, Index, Rate, rates


def rate_of(counts: Counts, index: Index) -> Rate:
    return next(rate for rate in rates(counts) if rate.of is index)


def test_the_published_closing_rate_is_of_everything_reported():
    counts = Counts(reported=136_157, closed=129_136, within=7_021)

    assert rate_of(counts, Index.CLOSED_OF_REPORTED).percent == 94.84  # S3-14


def test_the_other_definition_leaves_out_what_is_still_inside_its_limit():
    tianmen = Counts(reported=996, closed=911, closed_in_time=737, overdue=61, within=24)

    assert rate_of(tianmen, Index.CLOSED_OF_DUE) == (Index.CLOSED_OF_DUE, 911, 972)
    assert rate_of(tianmen, Index.CLOSED_OF_DUE).percent == 93.72
    assert rate_of(tianmen, Index.CLOSED_IN_TIME).percent == 75.82


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [
        (256_339, 256_432, 99.96),  # S1-06 by count
        (45_160, 45_228, 99.85),  # S4-03
        (43_931, 44_759, 98.15),  # S0-32
        (40_508, 40_722, 99.47),
        (1, 8, 12.5),
        (1, 200, 0.5),
        (1, 3, 33.33),
        (2, 3, 66.67),
        (1, 80_000, 0.0),
    ],
)
def test_percents_are_rounded_half_up_to_two_decimals(part, whole, percent):
    assert Rate(Index.CLOSED_OF_REPORTED, part, whole).percent == percent


def test_nothing_is_no_rate_and_a_small_sample_says_so():
    assert Rate(Index.REWORKED, 0, 0).percent is None
    assert Rate(Index.REWORKED, 1, 29).is_small
    assert not Rate(Index.REWORKED, 1, 30).is_small
    assert not Rate(Index.REWORKED, 0, 0).is_small


def test_voided_matters_raise_no_closing_rate_that_is_due():
    counts = Counts(reported=10, voided=5, closed=4, overdue=1)

    assert rate_of(counts, Index.CLOSED_OF_DUE) == (Index.CLOSED_OF_DUE, 4, 5)
