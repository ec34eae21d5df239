"""Marks among the words: where and when, so that a search is narrowed by the index of words."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.matching import mark_of, marks_of, months_of, words_of
from tongxin.rules.working_time import SHANGHAI

MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
AREAS = st.sampled_from((2, 4, 6, 9, 12, 15, 17)).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=900)), st.floats(0, 1))
def test_whatever_lies_between_two_moments_bears_the_mark_of_one_of_their_months(since, span, share):
    between = since + span * share

    assert marks_of("330802", between)[-1] in {f"@{month}" for month in months_of(since, since + span)}
    assert len(months_of(since, since + span)) <= span.days // 28 + 2


@given(AREAS, st.text("0123456789", max_size=8))
def test_all_within_an_area_bears_its_mark_and_no_word_looks_like_one(area, deeper):
    within = (area + deeper)[:17]

    assert mark_of(area) in ("", *marks_of(within, datetime(2026, 11, 20, tzinfo=SHANGHAI)))
    assert not any(word.startswith("@") for word in words_of(f"@{area} @2026-11"))


def test_a_month_is_the_local_one():
    late = datetime(2026, 10, 31, 16, 30, tzinfo=UTC)

    assert marks_of("330802001001", late) == ["@330802", "@330802001", "@2026-11"]
    assert months_of(late - timedelta(hours=1), late + timedelta(days=45)) == ("2026-10", "2026-11", "2026-12")
