"""满意率 and its siblings: which answers are valid, what a city may choose, and what no choice changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.indices import Index, Rate
from tongxin.rules.ratings import Rating
from tongxin.rules.rulebook import Formulas
from tongxin.rules.satisfaction import Told, first_replied, rates, valid

counts = st.integers(0, 10_000)


@st.composite
def said(draw) -> Told:
    rated = [draw(counts) for _ in range(4)]
    owed = draw(counts)
    return Told(
        *rated,
        solved=draw(st.integers(0, sum(rated))),
        unreached=draw(counts),
        declined=draw(counts),
        owed=owed,
        in_time=draw(st.integers(0, owed)),
    )


formulas = st.builds(
    Formulas,
    st.lists(st.sampled_from([each.value for each in Rating]), min_size=1, unique=True).map(tuple),
    st.booleans(),
    st.booleans(),
    st.integers(0, 100),
)


DEFAULT = Formulas()


def of(told: Told, formula: Formulas = DEFAULT) -> dict[Index, Rate]:
    return {rate.of: rate for rate in rates(told, formula)}


TOLD = Told(60, 20, 10, 10, solved=85, unreached=30, declined=20, owed=50, in_time=45)


def test_the_published_formulas():
    """Source: domain.md §2.3: 响应率 按时联系/应联系, 解决率 已解决/有效回访, 满意率 (满意+基本满意)/有效回访."""
    assert {index: (rate.part, rate.whole) for index, rate in of(TOLD).items()} == {
        Index.RESPONDED: (45, 50),
        Index.SOLVED: (85, 100),
        Index.SATISFIED: (90, 100),
        Index.OVERALL: (8_750, 10_000),  # half of each
    }


def test_the_percentages_that_are_shown():
    assert [rate.percent for rate in rates(TOLD, Formulas())] == [90.0, 85.0, 90.0, 87.5]


def test_the_first_desks_figure_counts_replies():
    """Source: domain.md §3.1d 首接答复及时率."""
    assert first_replied(TOLD) == (Index.FIRST_REPLIED, 45, 50)


def test_the_published_shares_of_a_rating_in_four_steps():
    """Golden: S0-32, 44,759 ratings 98.15/1.22/0.54/0.09 % and 40,722 ratings 99.47/0.40/0.10/0.03 %."""
    for given_, printed in (
        ((43931, 546, 241, 41), [98.15, 1.22, 0.54, 0.09]),
        ((40508, 162, 39, 13), [99.47, 0.40, 0.10, 0.03]),
    ):
        told = Told(*given_)
        alone = [of(told, Formulas(satisfied=(each.value,)))[Index.SATISFIED].percent for each in Rating]

        assert told.rated in (44759, 40722)
        assert alone == printed


def test_what_nobody_said_is_no_rate():
    assert [rate.percent for rate in rates(Told(), Formulas())] == [None] * 4
    assert [rate.percent for rate in rates(Told(unreached=5, declined=5), Formulas())] == [None] * 4


@pytest.mark.parametrize(
    ("formula", "whole"),
    [
        (Formulas(), 100),
        (Formulas(counts_unreached=True), 130),
        (Formulas(counts_unrated=True), 120),
        (Formulas(counts_unreached=True, counts_unrated=True), 150),
    ],
)
def test_a_city_may_count_whom_nobody_reached_and_who_would_not_rate(formula, whole):
    assert valid(TOLD, formula) == whole
    assert of(TOLD, formula)[Index.SOLVED] == (Index.SOLVED, 85, whole)
    assert of(TOLD, formula)[Index.SATISFIED] == (Index.SATISFIED, 90, whole)


def test_every_rate_of_a_few_answers_says_that_they_are_few():
    assert {rate.is_small for rate in rates(Told(satisfied=29, owed=29), Formulas())} == {True}
    assert {rate.is_small for rate in rates(Told(satisfied=30, owed=30), Formulas())} == {False}


def test_a_city_may_leave_the_fairly_satisfied_out():
    strict = Formulas(satisfied=("very_satisfied", "satisfied"))

    assert of(TOLD, strict)[Index.SATISFIED] == (Index.SATISFIED, 80, 100)


@given(said(), formulas)
def test_a_rate_is_a_part_of_a_whole(told, formula):
    for rate in rates(told, formula):
        assert 0 <= rate.part <= rate.whole


@given(said(), formulas)
def test_the_overall_rate_lies_between_the_two_it_is_made_of(told, formula):
    found = of(told, formula)
    if not found[Index.OVERALL].whole:
        return
    shares = [found[index].part / found[index].whole for index in (Index.SOLVED, Index.SATISFIED)]

    assert min(shares) - 1e-9 <= found[Index.OVERALL].part / found[Index.OVERALL].whole <= max(shares) + 1e-9


@given(said())
def test_one_more_who_is_content_lowers_no_rate(told):
    more = told.plus(Told(very_satisfied=1, solved=1))

    for before, after in zip(rates(told, Formulas()), rates(more, Formulas()), strict=True):
        assert after.part * max(before.whole, 1) >= before.part * after.whole or not before.whole


@given(said(), said(), formulas)
def test_two_units_together_lie_between_them(one, other, formula):
    for here, there, both in zip(
        rates(one, formula), rates(other, formula), rates(one.plus(other), formula), strict=True
    ):
        assert (both.part, both.whole) == (here.part + there.part, here.whole + there.whole)


def test_nothing_in_a_figure_names_a_person():
    """Source: domain.md §8: counts by unit and desk, never of who handled, closed or called."""
    assert set(Told._fields) == {
        "very_satisfied", "satisfied", "fairly", "dissatisfied", "solved", "unreached", "declined", "owed", "in_time",
    }  # fmt: skip
