"""How moments, spans and numbers are written. Source: ui.md §7."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tongxin.look import filters
from tongxin.look.filters import LOCAL
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import State

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=LOCAL)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=LOCAL))


def at(*parts):
    return datetime(*parts, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (at(2026, 11, 20, 9, 5), "09:05"),
        (at(2026, 11, 19, 15, 42), "11-19 15:42"),
        (at(2025, 11, 20, 15, 42), "2025-11-20 15:42"),
        (datetime(2026, 11, 20, 7, 42, tzinfo=UTC), "15:42"),
        (None, "—"),
    ],
)
def test_a_moment_says_no_more_than_it_must(moment, written):
    assert filters.moment(moment, NOW) == written


def test_a_limit_at_midnight_belongs_to_the_day_it_closes():
    midnight = at(2026, 11, 21, 0, 0)

    assert filters.moment(midnight, NOW, day_end=True) == "24:00"
    assert filters.moment(midnight, NOW) == "11-21 00:00"
    assert filters.moment(at(2026, 11, 24, 0, 0), NOW, day_end=True) == "11-23 24:00"
    assert filters.moment(at(2027, 1, 1, 0, 0), NOW, day_end=True) == "12-31 24:00"


@pytest.mark.parametrize(
    ("language", "written"), [("zh-hans", ("今天 09:30", "昨天 15:06")), ("en", ("today 09:30", "yesterday 15:06"))]
)
def test_near_days_are_said_in_words(language, written):
    with translation.override(language):
        said = filters.recent(at(2026, 11, 20, 9, 30), NOW), filters.recent(at(2026, 11, 19, 15, 6), NOW)

    assert said == written


def test_residents_read_the_day_of_the_week():
    with translation.override("zh-hans"):
        assert filters.long_moment(at(2026, 11, 23, 10, 42)) == "11 月 23 日（周一）10:42"
        assert filters.wall_clock(NOW) == "11月20日 周五 15:42"
    with translation.override("en"):
        assert filters.long_moment(at(2026, 11, 23, 10, 42)) == "Mon 23 Nov 10:42"


@pytest.mark.parametrize(
    ("minutes", "chinese", "english", "dense"),
    [
        (8, "剩 8 分", "8 min left", "剩 0:08"),
        (130, "剩 2 小时 10 分", "2 h 10 min left", "剩 2:10"),
        (120, "剩 2 小时", "2 h left", "剩 2:00"),
        (31 * 60, "剩 1 天 7 小时", "1 d 7 h left", "剩 31:00"),
        (5 * 1440 + 300, "剩 5 天", "5 days left", "剩 5 天"),
        (12 * 1440, "剩 12 天", "12 days left", "剩 12 天"),
        (-80, "逾期 1 小时 20 分", "1 h 20 min overdue", "逾期 1:20"),
        (0, "剩 不到 1 分", "under 1 min left", "剩 0:00"),
    ],
)
def test_what_is_left_is_said_with_its_units(minutes, chinese, english, dense):
    due_at = NOW + timedelta(minutes=minutes)

    with translation.override("zh-hans"):
        assert (filters.remainder(due_at, NOW), filters.remainder_dense(due_at, NOW)) == (chinese, dense)
    with translation.override("en"):
        assert filters.remainder(due_at, NOW) == english


def test_working_days_are_said_while_there_are_any():
    with translation.override("zh-hans"):
        assert filters.remainder(NOW + timedelta(days=5), NOW, working_days=3) == "剩 3 工作日"
        assert filters.remainder(NOW - timedelta(minutes=3), NOW, working_days=0) == "逾期 3 分"


@given(due_at=MOMENTS, now=MOMENTS)
def test_only_what_is_past_is_called_overdue(due_at, now):
    with translation.override("zh-hans"):
        brief = filters.remainder_brief(due_at, now)
        for said in (filters.remainder(due_at, now), filters.remainder_dense(due_at, now), brief):
            assert said.startswith("逾期 ") == (due_at < now)


def test_a_phones_list_says_one_unit_and_promises_no_more_than_is_left():
    with translation.override("zh-hans"):
        said = [filters.remainder_brief(NOW + timedelta(minutes=n), NOW) for n in (22, 934, 1890, -2479, 0)]

    assert said == ["剩 22 分", "剩 15 小时", "剩 1 天", "逾期 1 天", "剩 不到 1 分"]


@given(now=MOMENTS, one=st.integers(0, 10**6), more=st.integers(0, 10**6))
def test_a_longer_span_is_never_rounded_below_a_shorter(now, one, more):
    def seconds(words):
        parts = words.replace("不到 1 分", "0 分").split()
        sizes = {"分": 60, "小时": 3600, "天": 86400}
        return sum(int(n) * sizes[unit] for n, unit in zip(parts[::2], parts[1::2], strict=True))

    with translation.override("zh-hans"):
        short, long = filters.span(timedelta(seconds=one)), filters.span(timedelta(seconds=one + more))

    assert seconds(short) <= seconds(long) <= one + more


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (lambda: filters.number(1286), "1,286"),
        (lambda: filters.number(None), "—"),
        (lambda: filters.capped(1001), "1000+"),
        (lambda: filters.capped(1000), "1000"),
        (lambda: filters.rate(0.94994), "94.99%"),
        (lambda: filters.distance(38.2), "38 米"),
        (lambda: filters.distance(1234), "1.2 公里"),
        (lambda: filters.area(20), "20 平方米"),
        (lambda: filters.limit(4, "wh"), "4 工作时"),
        (lambda: filters.limit(30, "m"), "30 分钟"),
        (lambda: filters.dash(0), 0),
        (lambda: filters.dash(""), "—"),
        (lambda: filters.label(State.AWAITING_DISPATCH), "待派遣"),
    ],
)
def test_figures_carry_their_units(written, expected):
    with translation.override("zh-hans"):
        assert written() == expected


def test_a_refusal_speaks_the_readers_language():
    refusal = Refused("key.days", days=4000)

    with translation.override("zh-hans"):
        chinese = filters.say(refusal)
    with translation.override("en"):
        english = filters.say(refusal)

    assert chinese != english
    assert all("4000" in said for said in (chinese, english))
