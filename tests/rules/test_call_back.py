"""回访, purely: who asks, what must be said, when it ends without an answer."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from tongxin.rules.channels import Channel
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.lifecycles import matter
from tongxin.rules.overlays.call_back import TABLE, Act, State, after_miss, is_negative
from tongxin.rules.overlays.frame import Ask, Facts, Seat, decide
from tongxin.rules.permissions import Role
from tongxin.rules.ratings import Rating
from tongxin.rules.working_time import SHANGHAI

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)
LIFE = {
    "": {Act.OPEN: "waiting", Act.RATE: "answered"},
    "waiting": {Act.ANSWER: "answered", Act.MISS: "waiting", Act.DECLINE: "declined", Act.RATE: "answered"},
    "answered": {},
    "unreached": {},
    "declined": {},
    "lapsed": {},
}
ROLE_OF = {Act.OPEN: Role.PLATFORM, Act.RATE: Role.REPORTER}
SAID = Ask(rating=Rating.SATISFIED, is_solved=True)


def facts(state="waiting", *, over=matter.State.CLOSED, who=9, now=NOW, opened=0, **more) -> Facts:
    known = {"channel": Channel.RESIDENT, "last_try_at": None, "is_answered": False} | more
    about = matter.Facts(over, handlers=(6,), closed_by=5, closed_at=NOW - HOUR)
    return Facts(about, now, who, state, open=opened, more=known)


def try_it(act, about, *, role=None, ask=SAID) -> str:
    taker = role or ROLE_OF.get(act, Role.CALLER_BACK)
    try:
        return str(decide(TABLE, act, about, ask, lambda _: frozenset({taker})).target)
    except Refused as refusal:
        return refusal.code


@pytest.mark.parametrize(("state", "act"), list(product(LIFE, Act)))
def test_its_life_is_the_one_written_here(state, act):
    assert try_it(act, facts(state)) == LIFE[state].get(act, "overlay.wrong_state")


@pytest.mark.parametrize(("over", "act"), list(product(matter.State, Act)))
def test_only_a_closed_matter_is_asked_about(over, act):
    state = "" if act is Act.OPEN else "waiting"

    found = try_it(act, facts(state, over=over))

    assert (found == "step.wrong_state") is (over is not matter.State.CLOSED)


@pytest.mark.parametrize(("act", "role"), list(product((Act.ANSWER, Act.MISS, Act.DECLINE, Act.RATE), Role)))
def test_the_first_desk_calls_and_the_reporter_speaks_for_himself(act, role):
    calls = {Role.CALLER_BACK, Role.OPERATOR, Role.DUTY_CHIEF}
    takers = {Role.REPORTER} if act is Act.RATE else calls

    assert (try_it(act, facts(), role=role) != "step.wrong_role") is (role in takers)


def test_it_is_the_first_desk_that_calls():
    for act in (Act.ANSWER, Act.MISS, Act.DECLINE):
        with pytest.raises(NotAllowed):
            decide(TABLE, act, facts(), SAID, lambda seat: frozenset() if seat is Seat.FIRST else frozenset(Role))


@pytest.mark.parametrize(("act", "who"), list(product((Act.ANSWER, Act.MISS, Act.DECLINE, Act.RATE), (5, 6))))
def test_nobody_asks_about_the_own_work_or_praises_it(act, who):
    assert try_it(act, facts(who=who)) == "step.own_handling"


@pytest.mark.parametrize(
    ("rating", "solved", "words"), list(product(("", "five", *Rating), (None, True, False), ("", "不行")))
)
def test_an_answer_says_both_and_a_poor_one_says_why(rating, solved, words):
    is_poor = rating == "dissatisfied" or solved is False
    complete = rating in set(Rating) and solved is not None and (bool(words) or not is_poor)

    for act in (Act.ANSWER, Act.RATE):
        found = try_it(act, facts(), ask=Ask(rating=rating, is_solved=solved, reason=words))
        assert (found == "answered") is complete, (act, found)


@pytest.mark.parametrize(("rating", "solved"), list(product(Rating, (True, False))))
def test_what_is_handled_anew(rating, solved):
    assert is_negative(rating, solved) is (rating is Rating.DISSATISFIED or not solved)


@pytest.mark.parametrize(("tries", "most"), [(1, 3), (2, 3), (3, 3), (4, 3), (1, 1), (8, 9), (9, 9)])
def test_it_ends_with_the_last_call_that_nobody_answers(tries, most):
    assert after_miss(tries, most) == (State.UNREACHED if tries >= most else State.WAITING)


@pytest.mark.parametrize(
    ("since", "code"),
    [
        (timedelta(0), "call_back.tried_lately"),
        (2 * HOUR - timedelta(seconds=1), "call_back.tried_lately"),
        (2 * HOUR, "waiting"),
    ],
)
def test_calls_in_a_row_are_one(since, code):
    assert try_it(Act.MISS, facts(last_try_at=NOW - since)) == code
    assert try_it(Act.ANSWER, facts(last_try_at=NOW - since)) == "answered"


def test_who_took_down_a_call_does_not_rate_for_the_caller():
    for channel in Channel:
        expected = "call_back.spoke_for_another" if channel == "hotline" else "answered"
        assert {try_it(Act.RATE, facts(state, channel=channel)) for state in ("", "waiting")} == {expected}
        caller = [
            facts(state, channel=channel, who=None) for state in ("", "waiting")
        ]  # by the receipt, not an account
        assert {try_it(Act.RATE, each) for each in caller} == {"answered"}


def test_a_reporter_rates_once_while_nobody_calls_and_within_thirty_days():
    closed_at = NOW - HOUR
    assert try_it(Act.RATE, facts("", opened=1)) == "overlay.one_is_open"
    assert try_it(Act.RATE, facts("", is_answered=True)) == "call_back.rated_already"
    assert try_it(Act.RATE, facts("", now=closed_at + timedelta(days=30))) == "answered"
    assert try_it(Act.RATE, facts("", now=closed_at + timedelta(days=30, seconds=1))) == "call_back.period_over"
