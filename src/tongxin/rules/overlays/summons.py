"""报到: what one called unit owes a whistle: it signs, gets in touch, comes to the spot, and says what it thinks.

All three clocks run from the blow, so that nobody gains time by signing late. It may say that it cannot come; that
counts. Rated is the unit, never who came. Source: domain.md §2.3 (南京鼓楼: 1 h, 24 h, 3 or 5 工作日), §3.1 row 11.
"""

from collections.abc import Mapping
from enum import StrEnum
from math import isfinite

from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.distances import meters_between
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import LIVE, StepRefused
from tongxin.rules.lifecycles.matter import State as Matter
from tongxin.rules.overlays import whistle
from tongxin.rules.overlays.frame import LAPSED, Ask, Facts, Overlay, Seat, Step, Table, no_reason
from tongxin.rules.permissions import Role
from tongxin.rules.ratings import Rating
from tongxin.rules.rulebook import Rulebook
from tongxin.rules.working_time import Limit


class State(StrEnum):
    """Where a called unit stands."""

    CALLED = "called"  # 待签收
    SIGNED = "signed"  # 已签收
    IN_TOUCH = "in_touch"  # 已联系
    ARRIVED = "arrived"  # 已到场
    DONE = "done"  # 已应哨
    DECLINED = "declined"  # 不能到场
    MISSED = "missed"  # 未到场
    CANCELLED = "cancelled"  # 已撤哨
    LAPSED = LAPSED  # 已失效


class Act(StrEnum):
    """What can be done about it."""

    SIGN = "summons.sign"  # 签收哨令
    CONTACT = "summons.contact"  # 已联系
    ARRIVE = "summons.arrive"  # 到场报到
    ADVISE = "summons.advise"  # 提出会商意见
    DECLINE = "summons.decline"  # 说明不能到场
    RATE = "summons.rate"  # 评价应哨单位


def limits_of(kind: str, urgency: Urgency, book: Rulebook) -> Mapping[Clock, Limit]:
    """Return the three limits of a whistle. An emergency whistle is signed as an extremely urgent matter is."""
    pressing = Urgency.EXTREME if kind == whistle.Kind.EMERGENCY else urgency
    return {
        Clock.TURNOUT_SIGN: book.limit(Clock.TURNOUT_SIGN, pressing),
        Clock.TURNOUT_CONTACT: book.limit(Clock.TURNOUT_CONTACT, pressing),
        Clock.TURNOUT_ARRIVE: book.whistle_limits[kind],
    }


def meters_away(facts: Facts, ask: Ask) -> float | None:
    """Return how far from the matter the check-in is; None where one of the two has no point."""
    lon, lat = facts.more["lon"], facts.more["lat"]
    if None in (ask.lon, ask.lat, lon, lat):
        return None
    return meters_between(ask.lon, ask.lat, lon, lat)  # type: ignore[arg-type]


def bad_point(_: Facts, ask: Ask) -> Refused | None:
    """A check-in gives no point, or a whole one on earth."""
    if ask.lon is None and ask.lat is None:
        return None
    given = ask.lon is not None and ask.lat is not None and isfinite(ask.lon) and isfinite(ask.lat)
    on_earth = given and abs(ask.lon) <= 180 and abs(ask.lat) <= 90  # type: ignore[arg-type]
    return None if on_earth else StepRefused("summons.bad_point")


def too_far(facts: Facts, ask: Ask) -> Refused | None:
    """Who checks in far from the matter says why: the spot may be another, the map may be wrong."""
    away, most = meters_away(facts, ask), facts.more["near_m"]
    if away is None or away <= most or ask.reason.strip():  # type: ignore[operator]
        return None
    return StepRefused("summons.too_far", away=round(away), most=most)


def no_rating(_: Facts, ask: Ask) -> Refused | None:
    return None if ask.rating in set(Rating) else StepRefused("summons.no_rating")


def low_without_reason(_: Facts, ask: Ask) -> Refused | None:
    low = ask.rating == Rating.DISSATISFIED and not ask.reason.strip()
    return StepRefused("summons.low_without_reason") if low else None


def rated(facts: Facts) -> Refused | None:
    return StepRefused("summons.rated") if facts.more["rating"] else None


R, S, A = Role, State, Act
HANDLERS = frozenset({R.HANDLER, R.HANDLER_HEAD})
AWAITED = frozenset({S.CALLED, S.SIGNED, S.IN_TOUCH})
OPEN = AWAITED | {S.ARRIVED}
RATED = (S.DONE, S.DECLINED, S.MISSED)

TABLE = Table(
    Overlay.SUMMONS,
    (
        Step(A.SIGN, frozenset({S.CALLED}), S.SIGNED, HANDLERS, Seat.ASKED, ends=(Clock.TURNOUT_SIGN,)),
        Step(
            A.CONTACT,
            frozenset({S.SIGNED}),
            S.IN_TOUCH,
            HANDLERS,
            Seat.ASKED,
            asks=("reason?",),
            ends=(Clock.TURNOUT_CONTACT,),
        ),
        # who stands on the spot is in touch
        Step(
            A.ARRIVE,
            frozenset({S.SIGNED, S.IN_TOUCH}),
            S.ARRIVED,
            HANDLERS,
            Seat.ASKED,
            (),
            (bad_point, too_far),
            asks=("lon?", "lat?", "reason?"),
            ends=(Clock.TURNOUT_CONTACT, Clock.TURNOUT_ARRIVE),
        ),
        Step(A.ADVISE, frozenset({S.ARRIVED}), S.DONE, HANDLERS, Seat.ASKED, (), (no_reason,), asks=("reason",)),
        Step(A.DECLINE, AWAITED, S.DECLINED, HANDLERS, Seat.ASKED, (), (no_reason,), asks=("reason",)),
        *(
            Step(
                A.RATE,
                frozenset({state}),
                state,
                frozenset({R.DUTY_CHIEF, R.COMMANDER}),
                Seat.HOLDER,
                (rated,),
                (no_rating, low_without_reason),
                within=frozenset(Matter),
                asks=("rating", "reason?"),
            )
            for state in RATED
        ),
    ),
    lives=LIVE,
    ended=frozenset(S) - OPEN,
)
