"""Occasions, quiet hours, wordings, retries: laws that hold whatever the tables say."""

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.events import FACTS, KINDS, checked, facts, is_asked
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.occasions import (
    FOR_STAFF,
    ON_REQUEST,
    ROBOTS,
    TIMES,
    TO_REPORTER,
    TO_STAFF,
    Group,
    Medium,
    Occasion,
    Who,
    is_told,
    tells,
)
from tongxin.rules.quiet_hours import QuietHours, slot
from tongxin.rules.retries import GIVE_UP, REST, TO_PEOPLE, TO_PROGRAMS, rest, wait
from tongxin.rules.wordings import LONGEST, SAMPLE, check, fill, names_in
from tongxin.rules.working_time import SHANGHAI

CATALOG = json.loads((Path(__file__).resolve().parents[2] / "catalog" / "notices.json").read_text(encoding="utf-8"))
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
CLOCK_TIMES = st.times().map(lambda at: at.replace(microsecond=0))
BESIDE = {"resident.supplement", "resident.wish", "partner.supplement", "matter.hasten"}  # beside the life


def test_everything_that_is_told_can_happen():
    known = {*KINDS, *BESIDE, "rules.publish", "rules.schedule", "rules.withdraw", "rules.lapse", "webhook.disable"}
    known |= {"alarm.push", "alarm.late"}

    assert {str(kind) for kind in (*TO_REPORTER, *TO_STAFF, *TIMES)} <= known


def test_every_occasion_arises_and_reporters_hear_of_their_own_matters_only():
    rows = [each for kind in (*TO_REPORTER, *TO_STAFF) for each in tells(kind)]
    rows += [each for kind in TIMES for clock in Clock for each in tells(kind, clock)]

    assert {each.occasion for each in rows} == set(Occasion) - ON_REQUEST
    for each in rows:
        assert (each.who is Who.REPORTER) == (each.occasion.group is Group.OWN)
        assert bool(each.roles) == (each.who in {Who.DESK, Who.UNIT, Who.ASKED, Who.GROUND})


def test_a_plain_new_matter_rings_nobody_and_an_urgent_one_does():
    new = State.AWAITING_ACCEPTANCE
    assert [is_told(Occasion.URGENT_NEW, each, new) for each in Urgency] == [False, True, True]
    assert not any(is_told(Occasion.URGENT_NEW, each, State.CLOSED) for each in Urgency)
    assert all(is_told(Occasion.TO_SIGN, each, state) for each in Urgency for state in State)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_catalogs_words_can_be_said_by_every_medium(language):
    for occasion in Occasion:
        told = CATALOG["occasions"][occasion][language]
        assert len(told["title"]) <= (8 if language == "zh-hans" else 24)
        media = (*FOR_STAFF, *ROBOTS)
        for medium in media:
            text = told.get("robot" if medium in ROBOTS else medium.value) or ("" if medium in ROBOTS else told["app"])
            if text and occasion not in ON_REQUEST:
                check(text, medium)
        if occasion.group is Group.OWN:
            assert "{place}" not in told["app"], "a resident's words are not sent about"
        assert all(("{code}" in told[name]) == (occasion in ON_REQUEST) for name in ("app", "sms"))


@settings(max_examples=20)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_short_message_is_one_message_whatever_stands_for_the_names(kind, unit):
    for occasion in Occasion:
        text = CATALOG["occasions"][occasion]["zh-hans"]["sms"]
        said = fill(text, SAMPLE | {"kind": kind, "unit": unit}, Medium.SMS)
        assert len(said) <= LONGEST[Medium.SMS]
        if "number" in names_in(text) and len(kind) + len(unit) < 20:
            assert SAMPLE["number"] in said


@pytest.mark.parametrize(
    "text", ["{0}", "{number.real}", "{number[0]}", "{number!r}", "{number:>9}", "{}", "}", "{phone}"]
)
def test_a_wording_holds_plain_names_only(text):
    with pytest.raises(Invalid):
        check(text, Medium.APP)


@settings(max_examples=40)
@given(MOMENTS, CLOCK_TIMES, CLOCK_TIMES)
def test_when_quiet_hours_are_over_it_is_not_quiet_and_no_earlier_moment_was_loud(at, start, end):
    quiet = QuietHours(start, end)
    over = quiet.over(at)

    assert over >= at and not quiet.covers(over)
    assert over - at < timedelta(days=1)
    if over > at:
        assert quiet.covers(over - timedelta(microseconds=1))


def test_the_night_is_quiet_from_half_past_nine_to_half_past_seven():
    quiet = QuietHours.parse("21:30-07:30")
    night = datetime(2026, 11, 20, 21, 30, tzinfo=SHANGHAI)

    assert quiet == QuietHours(time(21, 30), time(7, 30))
    assert quiet.over(night) == datetime(2026, 11, 21, 7, 30, tzinfo=SHANGHAI)
    assert quiet.over(night - timedelta(seconds=1)) == night - timedelta(seconds=1)


@settings(max_examples=40)
@given(MOMENTS, st.integers(0, 59))
def test_slots_are_an_interval_apart_and_never_behind(at, minute):
    hour, shift = timedelta(hours=1), timedelta(minutes=minute)
    found = slot(at, hour, shift)

    assert at <= found < at + hour
    assert slot(found, hour, shift) == found
    assert slot(found + timedelta(microseconds=1), hour, shift) == found + hour


def test_waits_grow_and_end_within_a_day():
    for waits in (TO_PEOPLE, TO_PROGRAMS):
        told = [wait(tries, waits) for tries in range(1, len(waits) + 2)]
        assert told[-1] is None and told[:-1] == sorted(told[:-1])
        assert sum(waits, timedelta()) <= timedelta(days=1)
    assert REST[0] <= rest(timedelta()) <= rest(timedelta(hours=1)) <= rest(GIVE_UP) <= REST[1]


def test_an_endpoint_gets_what_it_asked_for_and_codes_only():
    assert is_asked("matter.close", ["matter.*"]) and is_asked("matter.close", ["*"])
    assert not is_asked("matter.close", ["clock.*"]) and not is_asked("matter.unmask", ["*"])
    for wrong in ([], ["matter.unmask"], ["person.*"], ["nothing"]):
        with pytest.raises(Invalid):
            checked(wrong)
    assert facts({"state": "CLOSED", "person": 7, "noted": True, "unit": 3}) == {"state": "CLOSED"}
    assert not {"person", "actor", "name", "phone", "text", "reason", "meters", "keeper"} & FACTS
