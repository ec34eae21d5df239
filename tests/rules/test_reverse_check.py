"""Who explains, who judges, and what counts: the grid is heard before it is judged, and nobody judges the own word."""

from datetime import timedelta

import pytest

from tests.town import NOW
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.permissions import Actor, Duty, Role
from tongxin.rules.reverse_check import (
    EXPLAINERS,
    REVIEWERS,
    UNDECIDED,
    Excuse,
    Facts,
    Review,
    Settings,
    Standing,
    Tally,
    decide,
)

GRID, TOWN = "330802001001001", "330802001"


def somebody(role, area=GRID, person=1):
    return Actor(f"person:{person}", person, (Duty(9, role, area, 1),))


def facts(standing=Standing.OPEN, explained_by=None):
    return Facts(standing, GRID, NOW, explained_by, 3)


def outcome(act, by, about, at):
    try:
        return decide(act, about, by=by, now=at, text="看过现场", excuse=Excuse.JUST_HAPPENED)[0]
    except Refused as refused:
        return refused.code


LATER = NOW + timedelta(days=3)


def test_no_other_post_and_no_other_place_has_a_word():
    for role in Role:
        for area in (GRID, TOWN, "330802001001002", "330803001"):
            for act in Review:
                is_theirs = role in (EXPLAINERS if act is Review.EXPLAIN else REVIEWERS) and GRID.startswith(area)

                assert (outcome(act, somebody(role, area), facts(), LATER) != "reverse.not_yours") is is_theirs


def test_what_is_decided_stays_decided():
    for standing in set(Standing) - UNDECIDED:
        for act in Review:
            role = Role.GRID_WORKER if act is Review.EXPLAIN else Role.ASSESSOR

            assert outcome(act, somebody(role, TOWN if role is Role.ASSESSOR else GRID), facts(standing), LATER) == (
                "reverse.decided"
            )


def test_the_grid_is_heard_before_it_is_judged():
    chief = somebody(Role.DUTY_CHIEF, TOWN)

    assert outcome(Review.CONFIRM, chief, facts(), LATER - timedelta(seconds=1)) == "reverse.grid_not_heard"
    assert outcome(Review.CONFIRM, chief, facts(), LATER) == Standing.MISSED
    assert outcome(Review.CONFIRM, chief, facts(Standing.EXPLAINED, 2), NOW) == Standing.MISSED
    assert outcome(Review.EXCUSE, chief, facts(), NOW) == Standing.EXCUSED  # to their good at any time


def test_nobody_judges_the_own_word():
    both = Actor("person:1", 1, (Duty(1, Role.VILLAGE_SECRETARY, TOWN, 1), Duty(2, Role.DUTY_CHIEF, TOWN, 1)))

    for act in (Review.CONFIRM, Review.EXCUSE):
        assert outcome(act, both, facts(Standing.EXPLAINED, 1), LATER) == "reverse.own_word"
        assert outcome(act, both, facts(Standing.EXPLAINED, 2), LATER) != "reverse.own_word"


def test_every_word_has_its_reason():
    chief = somebody(Role.DUTY_CHIEF, TOWN)

    with pytest.raises(Invalid, match=r"reverse\.no_text"):
        decide(Review.CONFIRM, facts(), by=chief, now=LATER, text="  ")
    with pytest.raises(Invalid, match=r"reverse\.too_long"):
        decide(Review.CONFIRM, facts(), by=chief, now=LATER, text="长" * 501)
    with pytest.raises(Invalid, match=r"reverse\.no_excuse"):
        decide(Review.EXCUSE, facts(), by=chief, now=LATER, text="刚倒的")


def test_what_is_open_or_excused_counts_for_nobody_and_against_nobody():
    before, after = Tally(matched=6, missed=2), Tally(matched=6, missed=2, open=50, explained=9, excused=30)

    assert before.judged == after.judged == 8


@pytest.mark.parametrize(
    "reach", [{"radius_m": 9}, {"radius_m": 1_001}, {"days": 0}, {"days": 61}, {"explain_days": 31}]
)
def test_a_reach_out_of_reason_is_refused(reach):
    with pytest.raises(Invalid, match=r"reverse\.out_of_range"):
        Settings(**reach).check()
