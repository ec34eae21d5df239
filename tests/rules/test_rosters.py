"""A roster's week: parts that fill the day without a gap, told back from their hours."""

from datetime import date, timedelta

from tongxin.rules.rosters import Part, days_of, monday_of, part_of, span

FRIDAY = date(2026, 11, 20)


def test_day_and_night_fill_the_whole_and_the_next_day_begins_where_it_ends():
    day, night, whole = (span(part, FRIDAY) for part in (Part.DAY, Part.NIGHT, Part.WHOLE))

    assert day[1] == night[0]
    assert (day[0], night[1]) == whole
    assert whole[1] == span(Part.DAY, FRIDAY + timedelta(days=1))[0]


def test_a_part_is_told_back_from_its_hours_and_other_hours_are_none():
    for part in Part:
        assert part_of(*span(part, FRIDAY)) is part

    start, end = span(Part.DAY, FRIDAY)
    assert part_of(start, end + timedelta(minutes=1)) is None


def test_a_week_has_seven_days_from_monday_on():
    days = list(days_of(monday_of(FRIDAY)))

    assert [day.weekday() for day in days] == list(range(7))
    assert FRIDAY in days
    assert monday_of(days[0]) == monday_of(days[6]) == days[0]
