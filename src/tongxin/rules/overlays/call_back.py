"""回访: the first desk asks the reporter whether it is solved and how satisfied he is; who reported may say it himself.

Within three working days of closing, by nobody who handled or closed it. Whom nobody reaches, and who would not rate,
is no valid call-back (有效回访) and counts in no rate. Source: domain.md §2.3, §3.1 row 20.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Clock
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import State as Matter
from tongxin.rules.lifecycles.matter import StepRefused
from tongxin.rules.overlays.frame import (
    LAPSED,
    NEW,
    Ask,
    Facts,
    Overlay,
    Seat,
    Step,
    Table,
    one_is_open,
    own_handling,
)
from tongxin.rules.permissions import Role
from tongxin.rules.ratings import Rating


class State(StrEnum):
    """Where a call-back stands."""

    WAITING = "waiting"  # 待回访
    ANSWERED = "answered"  # 已评价
    UNREACHED = "unreached"  # 未接通
    DECLINED = "declined"  # 拒评
    LAPSED = LAPSED  # 已失效


class Act(StrEnum):
    """What can be done about it."""

    OPEN = "call_back.open"  # 列入回访: comes with the closing of a sampled matter
    ANSWER = "call_back.answer"  # 登记评价
    MISS = "call_back.miss"  # 未接通
    DECLINE = "call_back.decline"  # 拒绝评价
    RATE = "call_back.rate"  # 自助评价


class Source(StrEnum):
    """Who wrote an answer down."""

    CALL_BACK = "call_back"  # 回访
    SELF = "self"  # 自评


RATING_DAYS = timedelta(days=30)  # how long after closing a reporter may rate: as long as he may appeal
BETWEEN_TRIES = timedelta(hours=2)  # three calls in a minute are one: an unreached reporter counts in no rate


def after_miss(tries: int, most: int) -> State:
    """Return where a call-back stands after so many calls that nobody answered."""
    return State.UNREACHED if tries >= most else State.WAITING


def is_negative(rating: str, is_solved: bool) -> bool:
    """Tell whether an answer asks for the matter to be handled anew."""
    return rating == Rating.DISSATISFIED or not is_solved


def no_rating(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.rating in set(Rating) else StepRefused("call_back.no_rating")


def no_verdict(_: Facts, ask: Ask) -> Refused | None:
    return StepRefused("call_back.no_verdict") if ask.is_solved is None else None


def no_words(_: Facts, ask: Ask) -> Refused | None:
    """What is to be handled anew must say what is wrong."""
    lacking = is_negative(ask.rating, bool(ask.is_solved)) and not ask.reason.strip()
    return StepRefused("call_back.no_words") if lacking else None


def tried_lately(facts: Facts) -> Refused | None:
    last = facts.more["last_try_at"]
    if not isinstance(last, datetime) or facts.now >= last + BETWEEN_TRIES:
        return None
    return StepRefused("call_back.tried_lately", until=last + BETWEEN_TRIES)


def spoke_for_another(facts: Facts) -> Refused | None:
    """Who took down a call is not who called: that reporter is called back, or rates by the receipt."""
    is_another = facts.who is not None and facts.more["channel"] == Channel.HOTLINE
    return StepRefused("call_back.spoke_for_another") if is_another else None


def rated_already(facts: Facts) -> Refused | None:
    return StepRefused("call_back.rated_already") if facts.more["is_answered"] else None


def rating_period_over(facts: Facts) -> Refused | None:
    closed_at = facts.matter.closed_at
    if closed_at is None or facts.now <= closed_at + RATING_DAYS:
        return None
    return StepRefused("call_back.period_over", until=closed_at + RATING_DAYS)


R, S, A = Role, State, Act
CALLERS = frozenset({R.CALLER_BACK, R.OPERATOR, R.DUTY_CHIEF})
REPORTER = frozenset({R.REPORTER})
WAITING = frozenset({S.WAITING})
SAYS = (no_rating, no_verdict, no_words)
FORM = ("rating", "is_solved", "reason?")

TABLE = Table(
    Overlay.CALL_BACK,
    (
        Step(A.OPEN, NEW, S.WAITING, frozenset({R.PLATFORM}), Seat.FIRST, starts=Clock.CALL_BACK),
        Step(A.ANSWER, WAITING, S.ANSWERED, CALLERS, Seat.FIRST, (own_handling,), SAYS, asks=FORM),
        Step(A.MISS, WAITING, S.WAITING, CALLERS, Seat.FIRST, (own_handling, tried_lately)),
        Step(A.DECLINE, WAITING, S.DECLINED, CALLERS, Seat.FIRST, (own_handling,), asks=("reason?",)),
        Step(A.RATE, WAITING, S.ANSWERED, REPORTER, Seat.FIRST, (own_handling, spoke_for_another), SAYS, asks=FORM),
        Step(
            A.RATE,
            NEW,
            S.ANSWERED,
            REPORTER,
            Seat.FIRST,
            (own_handling, spoke_for_another, one_is_open, rated_already, rating_period_over),
            SAYS,
            asks=FORM,
        ),
    ),
    lives=frozenset({Matter.CLOSED}),
    ended=frozenset(S) - WAITING,
)
