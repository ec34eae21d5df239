"""When readings raise: laws of hysteresis, debouncing, duplicates, lateness and quiet time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.errors import Invalid
from tongxin.rules.readings import KEPT, Limits, Reading, Watch, joins, limits_of, mark_of, watched

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
FLOOD = Limits(30, 15, need=2, of=3, seconds=30, quiet_minutes=5, stale_minutes=60)
PLAIN = Limits(30, 15, quiet_minutes=0, stale_minutes=60)


def readings(*values, every=20, start=NOW - timedelta(minutes=20)):
    return [Reading(start + timedelta(seconds=every * n), n, value) for n, value in enumerate(values)]


def turns_of(values, limits=PLAIN, **when):
    return [(turn.is_raise, turn.reading.mark) for turn in watched(Watch(), readings(*values, **when), limits, NOW)[1]]


depths = st.lists(st.integers(0, 60), max_size=40)


def test_one_high_reading_among_low_ones_is_no_flood():
    assert turns_of([5, 80, 5, 5, 80, 5, 5], FLOOD) == []
    assert turns_of([5, 80, 5, 80], FLOOD) == [(True, 3)]  # two of three, half a minute apart
    assert turns_of([5, 80, 80], FLOOD) == []  # too close together to be sure
    assert turns_of([5, 80, 80, 80], FLOOD) == [(True, 3)]


@given(st.sampled_from([0.1, 0.5, 1, 7]), st.lists(st.integers(1, 9), max_size=400))
def test_a_device_that_speaks_often_is_believed_as_soon_as_one_that_speaks_rarely(every, sizes):
    """A flood of two minutes is one, and begins after half a minute, in however many batches it is told."""
    told = readings(*[5] * 3, *[50] * int(120 / every), every=every)

    watch, turns, rest = Watch(), [], told
    for size in [*sizes, len(told)]:
        watch, found = watched(watch, rest[:size], FLOOD, NOW)
        turns, rest = turns + found, rest[size:]

    assert [turn.is_raise for turn in turns] == [True]
    assert 30 <= (turns[0].reading.at - told[3].at).total_seconds() < 30 + every


def test_a_device_that_speaks_often_and_flaps_raises_nothing_and_one_that_keeps_dipping_does():
    assert turns_of([40, 10] * 200, FLOOD, every=0.5) == []
    assert [is_raise for is_raise, _ in turns_of([40, 40, 10] * 40, FLOOD, every=0.5)] == [True]


def test_low_is_bad_where_the_band_says_so():
    battery = Limits(20, 40, quiet_minutes=0, stale_minutes=60)

    assert turns_of([50, 30, 19, 25, 39, 41], battery) == [(True, 2), (False, 5)]


@given(st.lists(st.integers(16, 60), min_size=1, max_size=60))
def test_flapping_within_the_band_raises_once_however_long(values):
    assert turns_of([45, *values], every=5) == [(True, 0)]


@given(st.lists(st.integers(0, 29), max_size=60))
def test_nothing_below_the_threshold_raises(values):
    assert turns_of(values, every=5) == []


@given(depths)
def test_turns_alternate_and_each_lies_beyond_its_own_threshold(values):
    found = watched(Watch(), readings(*values), PLAIN, NOW)[1]

    assert [turn.is_raise for turn in found] == [nth % 2 == 0 for nth in range(len(found))]
    assert all(turn.reading.value >= 30 if turn.is_raise else turn.reading.value <= 15 for turn in found)


@given(depths, st.randoms(use_true_random=False), st.sampled_from([PLAIN, FLOOD]))
def test_duplicates_and_the_order_within_a_batch_change_nothing(values, chance, limits):
    plain = readings(*values)
    doubled = plain + chance.choices(plain, k=len(plain)) if plain else []
    chance.shuffle(doubled)

    assert watched(Watch(), doubled, limits, NOW) == watched(Watch(), plain, limits, NOW)


@given(depths, st.lists(st.integers(1, 7), max_size=40), st.sampled_from([PLAIN, FLOOD]))
def test_it_is_the_same_in_however_many_batches_it_comes_and_when_it_comes_again(values, sizes, limits):
    every = readings(*values)
    once, all_turns = watched(Watch(), every, limits, NOW)

    watch, turns, rest = Watch(), [], list(every)
    for size in [*sizes, len(every)]:
        batch, rest = rest[:size], rest[size:]
        watch, found = watched(watch, batch, limits, NOW)
        again, none = watched(watch, batch, limits, NOW)
        turns += found
        assert (again, none) == (watch, [])

    assert (watch, turns) == (once, all_turns)


@given(st.permutations(range(KEPT)))
def test_one_flood_is_one_whatever_order_two_listeners_bring_it_in(order):
    flood = readings(*[5, 10] + [50] * 6 + [40] * 4)
    watch, raised = Watch(), 0
    for nth in order:
        watch, turns = watched(watch, [flood[nth]], FLOOD, NOW)
        raised += sum(turn.is_raise for turn in turns)

    assert raised == 1 and watch.is_raised


@given(st.lists(st.booleans(), min_size=KEPT, max_size=KEPT), st.integers(0, KEPT))
def test_what_one_listener_has_not_brought_yet_is_waited_for_and_makes_no_spike_a_flood(halves, from_then):
    """Every other reading may be in the hands of a listener that was killed, and come only when it is back."""
    spiky = [5, 5, 5, 80, 5, 5, 5, 5, 80, 5, 5, 5]
    fresh = [each._replace(seq=n) for n, each in enumerate(readings(*spiky, start=NOW))]
    at_once = [each for each, half in zip(fresh, halves, strict=True) if half]
    later = [each for each, half in zip(fresh, halves, strict=True) if not half]

    watch = Watch()
    for each in [*at_once, *later[from_then:], *later[:from_then]]:
        watch, turns = watched(watch, [each], FLOOD, NOW)
        assert turns == []


def test_what_stays_missing_is_not_waited_for_forever():
    flood = [each._replace(seq=2 * n) for n, each in enumerate(readings(50, 50, 50, 50, start=NOW))]

    waiting = watched(Watch(), flood, FLOOD, flood[-1].at)
    after = watched(waiting[0], [], FLOOD, flood[-1].at + timedelta(minutes=1))

    assert (waiting[1], [turn.is_raise for turn in after[1]]) == ([], [True])


@given(st.lists(st.integers(30, 99), min_size=1, max_size=20), st.integers(61, 10_000))
def test_what_is_old_when_it_comes_never_raises(values, minutes):
    assert turns_of(values, start=NOW - timedelta(minutes=minutes + len(values))) == []


def test_after_it_is_over_quiet_time_passes_before_it_is_raised_again():
    values = [50, 50, 50, 5, 5, 5] + [50] * 30  # over after 100 s, quiet for 300 s

    found = turns_of(values, FLOOD)

    assert [is_raise for is_raise, _ in found] == [True, False, True]
    assert found[2][1] - found[1][1] >= 300 / 20


def test_a_counter_that_starts_anew_is_no_duplicate_where_the_moment_is_told():
    assert mark_of(NOW, 1) != mark_of(NOW + timedelta(seconds=1), 1)
    assert mark_of(NOW, 1) != mark_of(NOW, 2)
    assert mark_of(None, 7) == mark_of(None, 7) == 7


def test_what_begins_close_by_and_soon_after_belongs_together():
    assert joins(NOW, NOW - timedelta(minutes=30), 30)
    assert not joins(NOW, NOW - timedelta(minutes=31), 30)


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ({"raise_att": 1}, "device.limit_unknown"),
        ({"raise_at": "30"}, "device.limit_value"),
        ({"need": 1.5}, "device.limit_value"),
        ({"clear_at": 30}, "device.limit_band"),
        ({"raise_at": 10}, "device.limit_band"),
        ({"need": 4}, "device.limit_count"),
        ({"seconds": -1}, "device.limit_span"),
    ],
)
def test_limits_that_make_no_sense_are_refused_by_name(own, code):
    told = {"raise_at": 30, "clear_at": 15, "need": 2, "of": 3, "unit": "厘米"}

    with pytest.raises(Invalid, match=code):
        limits_of(told, own)
    assert limits_of(told, {"raise_at": 50}).raise_at == 50
