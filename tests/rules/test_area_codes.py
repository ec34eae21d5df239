"""The area code is the tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.rules.area_codes import (
    Level,
    canonical,
    is_special,
    is_within,
    level_of,
    lineage,
    parent_of,
    span,
    up_to,
)

serial = st.integers(1, 999).map("{:03d}".format)
pair = st.integers(1, 99).map("{:02d}".format)
grids = st.builds("{}{}{}{}{}{}".format, pair, pair, pair, serial, serial, serial)
codes = st.builds(up_to, grids, st.sampled_from([level for level in Level if level <= Level.GRID]))


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("33", Level.PROVINCE),
        ("3308", Level.CITY),
        ("330802", Level.COUNTY),
        ("330802007", Level.TOWN),
        ("330802007008", Level.VILLAGE),
        ("330802007008003", Level.GRID),
        ("33080200700800302", Level.MICRO_GRID),
    ],
)
def test_the_width_of_a_code_is_its_level(code, level):
    assert level_of(code) is level


@pytest.mark.parametrize("code", ["", "3", "330", "3308020070", "33080x", "３３０８", "330802007008003021"])
def test_a_code_of_no_level_is_refused(code):
    with pytest.raises(ValueError):
        level_of(code)


@pytest.mark.parametrize(
    ("official", "short"),
    [
        ("330000", "33"),
        ("330800", "3308"),
        ("330802", "330802"),
        ("330800000000", "3308"),
        ("330802007000", "330802007"),
        ("330802007008", "330802007008"),
        ("330802007010", "330802007010"),
        ("330110", "330110"),
    ],
)
def test_padding_of_official_codes_is_dropped(official, short):
    assert canonical(official) == short


@given(codes)
def test_a_code_without_padding_stays(code):
    assert canonical(code) == code


@given(codes)
def test_the_lineage_goes_from_parent_to_child_down_to_the_code(code):
    line = lineage(code)

    assert line[-1] == code
    assert [parent_of(each) for each in line] == [None, *line[:-1]]
    assert all(is_within(code, each) for each in line)


@given(codes, codes)
def test_a_code_is_within_an_area_exactly_when_it_lies_in_the_span(code, area):
    start, end = span(area)

    assert (start <= code < end) == is_within(code, area)


@pytest.mark.parametrize(
    ("code", "special"),
    [("330802007008899", False), ("330802007008900", True), ("330802007008999", True), ("330802007908", False)],
)
def test_special_grids_have_serials_from_900(code, special):
    assert is_special(code) is special
