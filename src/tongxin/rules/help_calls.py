"""一键求助: one tap at a place calls the team on duty there; who does not answer in time, the next team is called.

Timed are the place and the team, never who came. Source: domain.md §1 S0-31 (市场警长), S2-18 (网格小组 3 分钟).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.lamps import Lamp

MINUTES = range(1, 31)  # a place may ask for an answer within so many
RESPONSE = 3  # minutes, as 东阳 promises (S2-18)
MOST_TEAMS = 6


class Trouble(StrEnum):
    """What help is asked for. Whoever is in danger of life calls 110, 119 or 120, and the page says so first."""

    QUARREL = "quarrel"  # 争吵纠纷
    INJURED = "injured"  # 有人受伤不适
    HAZARD = "hazard"  # 火情险情
    LOST = "lost"  # 老人孩子走失
    OTHER = "other"  # 其他求助


class Standing(StrEnum):
    """Where a call stands."""

    CALLING = "calling"  # 呼叫中
    ANSWERED = "answered"  # 已应答
    ARRIVED = "arrived"  # 已到场
    ENDED = "ended"  # 已结束


class Move(StrEnum):
    """What can be done about a call."""

    ANSWER = "answer"  # 我去
    ARRIVE = "arrive"  # 到场
    END = "end"  # 结束
    PASS_ON = "pass_on"  # 转呼下一队


class Ending(StrEnum):
    """How a call ended."""

    SETTLED = "settled"  # 现场处置
    HANDED = "handed"  # 转 110/119/120
    REPORTED = "reported"  # 转为事项
    NOTHING = "nothing"  # 误触或无事


class Step(NamedTuple):
    """One row: what, from where, to where."""

    move: Move
    sources: frozenset[Standing]
    target: Standing


S, M = Standing, Move
CALL_LIFE = (
    #    move       from                                      to
    Step(M.ANSWER, frozenset({S.CALLING}), S.ANSWERED),
    Step(M.ARRIVE, frozenset({S.CALLING, S.ANSWERED}), S.ARRIVED),
    Step(M.PASS_ON, frozenset({S.CALLING}), S.CALLING),
    Step(M.END, frozenset({S.ANSWERED, S.ARRIVED}), S.ENDED),
)
STEPS = {step.move: step for step in CALL_LIFE}
OPEN = frozenset(Standing) - {S.ENDED}


def decide(move: Move, standing: Standing) -> Standing:
    """Return where a call stands after this. Raises Refused where it may not be done now."""
    step = STEPS[move]
    if standing not in step.sources:
        raise Refused("help.wrong_state", move=move, standing=standing)
    return step.target


def moves(standing: Standing) -> list[Move]:
    """Return what a person may do now, in the order of buttons."""
    return [step.move for step in CALL_LIFE if standing in step.sources and step.move is not Move.PASS_ON]


def next_rung(rung: int, teams: int) -> int | None:
    """Return which team is called next; None where all have been: the call then stays with them, and red."""
    return rung + 1 if rung + 1 < teams else None


def lamp(called_at: datetime, answered_at: datetime | None, minutes: int, now: datetime) -> Lamp:
    """Return the colour of a call by the time until somebody answered: amber from half of it, red beyond."""
    waited = (answered_at or now) - called_at
    whole = timedelta(minutes=minutes)
    if waited > whole:
        return Lamp.RED
    return Lamp.AMBER if answered_at is None and waited >= whole / 2 else Lamp.GREEN


def check_place(*, name: str, minutes: int, teams: int) -> None:
    """Raise Invalid unless a place has a name, teams to call, and minutes in which they answer."""
    if not name.strip():
        raise Invalid("help.unnamed")
    if minutes not in MINUTES:
        raise Invalid("help.minutes", least=MINUTES.start, most=MINUTES.stop - 1)
    if not 1 <= teams <= MOST_TEAMS:
        raise Invalid("help.teams", most=MOST_TEAMS)
