"""申诉复核, purely: once a round, within its days, and by somebody else."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles import matter
from tongxin.rules.overlays.appeal import TABLE, Act, Kind, Mark, mark
from tongxin.rules.overlays.frame import Ask, Facts, Seat, decide
from tongxin.rules.permissions import Role
from tongxin.rules.working_time import SHANGHAI

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
DAY = timedelta(days=1)
LIFE = {
    "": {Act.RAISE: "raised", Act.CONTEST: "raised"},
    "raised": {Act.TAKE: "heard"},
    "heard": {Act.UPHOLD: "upheld", Act.DISMISS: "dismissed"},
    "upheld": {},
    "dismissed": {},
}
ROLE_OF = {Act.RAISE: Role.REPORTER, Act.CONTEST: Role.HANDLER_HEAD}
SAID = Ask(kind="rating", reason="写明")


def facts(state="", *, over=matter.State.CLOSED, who=9, now=NOW, appealed_at=None, marks=None) -> Facts:
    known = {
        "days": 30,
        "reporter_appealed_at": appealed_at,
        "marks": dict.fromkeys(Kind, Mark.OPEN) if marks is None else marks,
    }
    about = matter.Facts(over, handlers=(6,), closed_by=5, closed_at=NOW - DAY)
    return Facts(about, now, who, state, opened_by=4, more=known)


def try_it(act, about, *, role=None, ask=SAID) -> str:
    taker = role or ROLE_OF.get(act, Role.SUPERVISOR)
    try:
        return str(decide(TABLE, act, about, ask, lambda _: frozenset({taker})).target)
    except Refused as refusal:
        return refusal.code


@pytest.mark.parametrize(("state", "act"), list(product(LIFE, Act)))
def test_its_life_is_the_one_written_here(state, act):
    assert try_it(act, facts(state)) == LIFE[state].get(act, "overlay.wrong_state")


@pytest.mark.parametrize(("act", "role"), list(product(Act, Role)))
def test_each_act_has_its_takers(act, role):
    takers = {
        Act.RAISE: {Role.REPORTER, Role.CALLER_BACK, Role.OPERATOR, Role.DUTY_CHIEF},
        Act.CONTEST: {Role.HANDLER_HEAD},
    }.get(act, {Role.COMMANDER, Role.DUTY_CHIEF, Role.SUPERVISOR})
    state = next(state for state, acts in LIFE.items() if act in acts)

    assert (try_it(act, facts(state), role=role) != "step.wrong_role") is (role in takers)


@pytest.mark.parametrize("act", [Act.TAKE, Act.UPHOLD, Act.DISMISS])
def test_it_is_heard_from_above_only(act):
    state = next(state for state, acts in LIFE.items() if act in acts)

    step = decide(TABLE, act, facts(state), SAID, lambda seat: frozenset(Role) if seat is Seat.ABOVE else frozenset())

    assert step.seat is Seat.ABOVE


@pytest.mark.parametrize(
    ("act", "who", "code"),
    [
        (act, who, code)
        for act in (Act.TAKE, Act.UPHOLD, Act.DISMISS)
        for who, code in ((4, "overlay.own_request"), (5, "step.own_handling"), (6, "step.own_handling"))
    ],
)
def test_who_appealed_closed_or_handled_does_not_hear(act, who, code):
    state = next(state for state, acts in LIFE.items() if act in acts)

    assert try_it(act, facts(state, who=who)) == code


@pytest.mark.parametrize("over", matter.State)
def test_a_reporter_appeals_against_what_is_closed_and_a_unit_whenever_it_was_marked(over):
    assert (try_it(Act.RAISE, facts(over=over)) == "raised") is (over is matter.State.CLOSED)
    assert try_it(Act.CONTEST, facts(over=over)) == "raised"


def test_an_appeal_that_was_raised_is_heard_whatever_becomes_of_the_matter():
    for over in matter.State:
        assert try_it(Act.TAKE, facts("raised", over=over)) == "heard"
        assert try_it(Act.DISMISS, facts("heard", over=over)) == "dismissed"


@pytest.mark.parametrize(
    ("days", "code"), [(0, "raised"), (29, "raised"), (29.000001, "appeal.period_over"), (90, "appeal.period_over")]
)
def test_a_reporter_has_thirty_days_from_the_closing(days, code):
    """It was closed a day ago."""
    assert try_it(Act.RAISE, facts(now=NOW + days * DAY)) == code


def test_a_reporter_appeals_once_a_closing():
    assert try_it(Act.RAISE, facts(appealed_at=NOW)) == "appeal.once"
    assert try_it(Act.RAISE, facts(appealed_at=NOW - DAY)) == "appeal.once"  # in the very moment of closing
    assert try_it(Act.RAISE, facts(appealed_at=NOW - 2 * DAY)) == "raised"  # of an earlier round


CODES = {Mark.OPEN: "raised", Mark.NONE: "appeal.no_mark", Mark.ONCE: "appeal.once", Mark.OVER: "appeal.mark_over"}


@pytest.mark.parametrize(("asked", "found"), list(product(Kind, Mark)))
def test_a_unit_appeals_against_a_mark_that_stands(asked, found):
    marks = dict.fromkeys(Kind, Mark.OPEN) | {asked: found}

    assert try_it(Act.CONTEST, facts(marks=marks), ask=Ask(kind=asked, reason="写明")) == CODES[found]


@pytest.mark.parametrize("found", Mark)
def test_the_button_says_why_there_is_nothing_to_appeal_against(found):
    marks = dict.fromkeys(Kind, Mark.NONE) | {Kind.REWORK: found}

    assert try_it(Act.CONTEST, facts(marks=marks), ask=Ask(kind="rework", reason="写明")) == CODES[found]


@pytest.mark.parametrize(
    ("at", "appealed_at", "expected"),
    [
        (None, None, Mark.NONE),
        (None, NOW, Mark.NONE),
        (NOW - DAY, None, Mark.OPEN),
        (NOW - 30 * DAY, None, Mark.OPEN),
        (NOW - 31 * DAY, None, Mark.OVER),
        (NOW - DAY, NOW, Mark.ONCE),
        (NOW - DAY, NOW - DAY, Mark.ONCE),
        (NOW - DAY, NOW - 2 * DAY, Mark.OPEN),  # against an earlier one
    ],
)
def test_a_mark_stands_thirty_days_and_is_appealed_against_once(at, appealed_at, expected):
    assert mark(at, appealed_at, 30, NOW) is expected


@pytest.mark.parametrize("act", [Act.RAISE, Act.CONTEST, Act.UPHOLD, Act.DISMISS])
def test_every_word_of_it_has_its_reason(act):
    state = next(state for state, acts in LIFE.items() if act in acts)

    assert try_it(act, facts(state), ask=Ask(kind="rating", reason="  ")) == "step.no_reason"
