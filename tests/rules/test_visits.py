"""Visits are of places: what looks like a file on somebody is not taken."""

from datetime import UTC, date, datetime

import pytest

from tongxin.rules import visits
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.visits import Outcome
from tongxin.rules.working_time import SHANGHAI

AT = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
PLAIN = {
    "place": "松园小区 2 幢",
    "asked": "",
    "answered": "",
    "outcome": Outcome.NOTHING,
    "has_matter": False,
    "next_on": None,
    "at": AT,
}


def told(**changes):
    visits.check(**(PLAIN | changes))


@pytest.mark.parametrize("number", ["13800006027", "0570-1234567", "330802199001011234", "33080219900101123X"])
def test_no_telephone_or_identity_is_written_into_a_visit(number):
    for field in ("place", "asked", "answered"):
        with pytest.raises(Invalid, match=r"visit\.personal"):
            told(**{field: f"住户，{number}，要回电"})


def test_house_numbers_and_dates_are_no_persons():
    told(place="荷花中路 1208 号 3 幢 2 单元", asked="2026-11-20 起停水，12345 答复过。", answered="抢修中。")


def test_an_outcome_says_what_it_rests_on():
    with pytest.raises(Refused, match="unanswered"):
        told(outcome=Outcome.ANSWERED, asked="何时通气？")
    with pytest.raises(Refused, match="no_matter"):
        told(outcome=Outcome.REPORTED)
    told(outcome=Outcome.ANSWERED, asked="何时通气？", answered="周五。")
    told(outcome=Outcome.REPORTED, has_matter=True)


def test_the_next_visit_lies_ahead_and_within_a_year():
    told(next_on=date(2026, 11, 21))
    for day in (date(2026, 11, 20), date(2028, 1, 1)):
        with pytest.raises(Invalid, match="next_on"):
            told(next_on=day)


def test_the_next_visit_is_counted_from_the_local_day():
    before_dawn = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # half past one on the 21st in Shanghai
    told(next_on=date(2026, 11, 22), at=before_dawn)
    with pytest.raises(Invalid, match="next_on"):
        told(next_on=date(2026, 11, 21), at=before_dawn)


def test_a_place_is_named_and_short():
    for place in ("  ", "长" * 61):
        with pytest.raises(Invalid, match=r"visit\.place"):
            told(place=place)
