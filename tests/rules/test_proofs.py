"""Codes that prove who somebody is: few enough and short enough that guessing leads nowhere."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.rules.errors import Refused
from tongxin.rules.proofs import LIFE, TRIES, Sent, check_asking, digits_of, is_alive

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
SECONDS = st.lists(st.integers(0, 3 * 24 * 3600), max_size=40)


@settings(max_examples=20)
@given(SECONDS)
def test_whoever_keeps_asking_gets_ten_codes_a_day_and_fifty_guesses_at_most(moments):
    sent: list[datetime] = []
    for at in (NOON + timedelta(seconds=each) for each in sorted(moments)):
        try:
            check_asking(sent, at)
        except Refused as refusal:
            assert refusal.facts["until"] > at
            check_asking(sent, refusal.facts["until"])  # what is promised is kept
        else:
            sent.append(at)

    for end in sent:
        for most, within in ((1, timedelta(seconds=60)), (3, timedelta(hours=1)), (10, timedelta(days=1))):
            assert sum(end - within < each <= end for each in sent) <= most
    assert TRIES * 10 / 10**6 <= 1 / 20_000


@pytest.mark.parametrize(
    ("sent", "after", "alive"),
    [
        (Sent(NOON), timedelta(0), True),
        (Sent(NOON, TRIES - 1), LIFE - timedelta(seconds=1), True),
        (Sent(NOON), LIFE, False),
        (Sent(NOON, TRIES), timedelta(0), False),
        (Sent(NOON, is_used=True), timedelta(0), False),
    ],
)
def test_a_code_lives_ten_minutes_five_tries_and_one_use(sent, after, alive):
    assert is_alive(sent, NOON + after) is alive


@settings(max_examples=20)
@given(st.integers(0, 2**64 - 1))
def test_a_code_has_six_digits_whatever_it_is_made_of(number):
    assert len(digits_of(number)) == 6 and digits_of(number).isdecimal()
