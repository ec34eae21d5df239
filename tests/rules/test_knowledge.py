"""Nobody publishes the own words, and what is over says so."""

from contextlib import suppress
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.knowledge import ArticleAct, ArticleState, Freshness, Version, decide, freshness

WRITER, OTHER = 1, 2
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
days = st.integers(-400, 400).map(lambda n: TODAY + n * DAY)


def test_whoever_wrote_it_neither_reviews_nor_publishes_it():
    for state, act in product(ArticleState, (ArticleAct.REVIEW, ArticleAct.PUBLISH)):
        with pytest.raises(Refused):
            decide(act, Version(state, WRITER), WRITER)


def test_a_draft_is_read_out_only_after_two_looks():
    """Whatever acts others take, nothing comes from a draft to publication in fewer than two."""
    once = set()
    for act in ArticleAct:
        with suppress(Refused):
            once.add(decide(act, Version(ArticleState.DRAFT, WRITER), OTHER))

    assert ArticleState.PUBLISHED not in once
    assert decide(ArticleAct.PUBLISH, Version(ArticleState.REVIEWED, WRITER), OTHER) is ArticleState.PUBLISHED


def test_own_words_are_refused_as_own_and_not_as_a_wrong_state():
    with pytest.raises(NotAllowed, match=r"article\.own_writing"):
        decide(ArticleAct.PUBLISH, Version(ArticleState.REVIEWED, WRITER), WRITER)


@given(from_on=days, until_on=days | st.none(), checked_on=days, today=days)
def test_over_stays_over_and_what_comes_is_not_read_out_yet(from_on, until_on, checked_on, today):
    found = freshness(from_on, until_on, checked_on, today)

    assert (found is Freshness.COMING) == (today < from_on)
    if found is Freshness.OVER:
        assert freshness(from_on, until_on, checked_on, today + DAY) is Freshness.OVER
    if until_on is None:
        assert found not in (Freshness.OVER, Freshness.ENDING)


def test_the_last_good_day_is_the_one_before_it_ends():
    ends = TODAY + DAY

    assert freshness(TODAY - DAY, ends, TODAY, TODAY) is Freshness.ENDING
    assert freshness(TODAY - DAY, ends, TODAY, ends) is Freshness.OVER
