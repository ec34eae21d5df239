"""What the holder of a receipt may do, and how slowly somebody who is not comes to be believed."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules import receipts
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.lifecycles.matter import LIVE, OPEN, State
from tongxin.rules.working_time import SHANGHAI

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
KEPT = timedelta(days=180)


def code(rule, *given, **named):
    try:
        found = rule(*given, **named)
    except Refused as refusal:
        return refusal.code
    return found.code if found else None


def test_who_guesses_does_not_find_four_digits_while_a_matter_is_kept():
    """Ten thousand endings: a thirtieth of them at most, however patient somebody is."""
    at, guesses = NOW, 0
    while at < NOW + KEPT:
        guesses += 1
        at = receipts.pause_until(guesses, at) or at

    assert guesses < 10_000 / 30


def test_who_mistypes_waits_for_nothing_and_pauses_only_grow():
    pauses = [receipts.pause_until(n, NOW) for n in range(60)]

    assert set(pauses[: receipts.FREE_GUESSES]) == {None}
    assert all(one <= other for one, other in pairwise(pauses[receipts.FREE_GUESSES :]))
    assert pauses[-1] == NOW + timedelta(days=1)
    assert receipts.pause_until(40, None) is None


@given(st.text(alphabet="0123456789 -+()", max_size=20))
def test_the_ending_of_a_telephone_does_not_depend_on_how_it_is_written(phone):
    digits = "".join(each for each in phone if each.isdigit())

    assert receipts.ending(phone) == (digits[-4:] if len(digits) >= 7 else "")


def test_a_telephone_is_digits_and_the_signs_between_them():
    for phone in ("", "13800001111", "0570-3023456 转 12", "+86 138 0000 1111", "12345"):
        receipts.check_phone(phone)
    for phone in ("我家", "1380000111１", "138", "1" * 16, "138<script>1111"):
        with pytest.raises(Invalid):
            receipts.check_phone(phone)


def test_what_has_ended_takes_no_more_words_and_what_is_open_takes_a_few():
    for state in State:
        assert code(receipts.check_adding, state, 0) == (None if state in OPEN else "resident.ended")
        assert code(receipts.check_wishing, state, False) == (None if state in OPEN else "resident.ended")
        assert code(receipts.check_adding, state, receipts.MOST_ADDED) is not None
        assert code(receipts.check_wishing, state, True) is not None


def test_a_reporter_urges_once_a_local_day():
    late_evening = datetime(2026, 11, 19, 23, 59, tzinfo=SHANGHAI)

    assert code(receipts.check_urging, late_evening, late_evening + timedelta(minutes=2)) is None
    assert code(receipts.check_urging, NOW - timedelta(hours=9), NOW) == "resident.urged_today"
    assert code(receipts.check_urging, None, NOW) is None


def test_a_sealed_matter_is_joined_by_nobody_and_looks_as_if_it_were_not_there():
    for state in State:
        assert code(receipts.check_joining, state, is_sealed=True) == "join.missing"
        assert code(receipts.check_joining, state, is_sealed=False) == (None if state in LIVE else "join.ended")


def test_what_was_left_for_a_rescue_is_kept_a_month_and_never_longer_than_the_rest():
    assert receipts.kept_days("C02", usual=180, emergency=30) == 180
    assert receipts.kept_days("H12", usual=180, emergency=30) == 30
    assert receipts.kept_days("H12", usual=7, emergency=30) == 7
