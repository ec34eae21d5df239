"""Numbers of matters, whole and as people remember their ends."""

from datetime import date

import pytest

from tongxin.rules.numbers import is_number, number, series, tail_of

TODAY = date(2026, 11, 20)
HERE = {"KC", "QJ"}


def test_a_number_is_made_of_letters_day_and_serial():
    assert number(series("KC", TODAY), 417) == "KC261120-0417"
    assert is_number(" kc261120-0417 ")
    assert not is_number("0417")


@pytest.mark.parametrize(
    "said", ["KC261120-0417", "kc 261120 0417", "261120-0417", "1120-0417", "11200417", "0417", "417", "KC-0417"]
)
def test_whatever_end_of_a_number_is_said_the_number_is_among_those_it_may_stand_for(said):
    assert "KC261120-0417" in tail_of(said, TODAY).numbers(HERE, TODAY, 31)


def test_only_the_last_days_and_the_own_counties_are_looked_at_the_latest_first():
    found = tail_of("0417", TODAY).numbers(HERE, TODAY, 2)

    assert found == ["KC261120-0417", "QJ261120-0417", "KC261119-0417", "QJ261119-0417"]
    assert tail_of("LY-0417", TODAY).numbers(HERE, TODAY, 2) == []


def test_a_day_later_than_today_was_last_year():
    assert tail_of("1224-0001", TODAY).numbers({"KC"}, TODAY, 2) == ["KC251224-0001"]


@pytest.mark.parametrize("said", ["", "17", "松园", "1332-0417", "0230-0001", "12345678901234", "路灯 12"])
def test_other_words_are_no_end_of_a_number(said):
    assert tail_of(said, TODAY) is None
