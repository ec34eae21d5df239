"""Where a page ended is read back as it was told; what no page told is refused."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules import cursors
from tongxin.rules.errors import Invalid


@given(st.none() | st.datetimes(timezones=st.just(UTC)), st.integers(0, 2**63 - 1))
def test_a_place_in_a_list_is_read_back_as_it_was_told(moment, id_):
    assert cursors.read_open(cursors.cursor(moment, id_)) == (moment, id_)


@pytest.mark.parametrize(
    "text", ["", "~", "~x", "7", "yesterday~7", "2026-11-20T15:42:00~7", "2026-11-20T15:42:00+08:00~-1", f"~{2**63}"]
)
def test_what_no_page_told_is_refused(text):
    with pytest.raises(Invalid, match=r"cursor\.invalid"):
        cursors.read_open(text)


def test_a_list_of_moments_takes_no_place_without_one():
    assert cursors.read(cursors.cursor(datetime(2026, 11, 20, tzinfo=UTC), 7))[1] == 7

    with pytest.raises(Invalid, match=r"cursor\.invalid"):
        cursors.read(cursors.cursor(None, 7))
