"""A call to the hotline: what the switchboard tells of it, where that leads, and what becomes of it in the end.

Source: domain.md §2.3 (GB/T 33358-2016: answered within 15 s; 国办发〔2020〕53号: 110, 119, 120, 122 at once).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from tongxin.rules.errors import Refused

ANSWER_WITHIN = timedelta(seconds=15)


class CallState(StrEnum):
    """Where a call stands."""

    RINGING = "ringing"  # 振铃
    TALKING = "talking"  # 通话中
    ENDED = "ended"  # 已结束
    MISSED = "missed"  # 未接


class CallEvent(StrEnum):
    """What a switchboard tells, by the names of its webhooks."""

    ARRIVED = "call.arrived"
    ANSWERED = "call.answered"
    HUNG_UP = "call.hung_up"
    RECORDED = "recording.ready"


class CallAct(StrEnum):
    """What a switchboard is asked to do."""

    ANSWER = "answer"  # 接听
    MUTE = "mute"  # 静音
    THREE_WAY = "three_way"  # 三方通话
    TRANSFER = "transfer"  # 转接
    HANG_UP = "hang_up"  # 挂断


class CallOutcome(StrEnum):
    """What became of a call at the desk."""

    ANSWERED = "answered"  # 当场答复
    DISPATCHED = "dispatched"  # 受理派送
    JOINED = "joined"  # 并入同一件
    HANDED_OVER = "handed_over"  # 转紧急电话


class EmergencyService(StrEnum):
    """Whose matters these are from the first second on: handed over at once, no clock of ours waits for them."""

    POLICE = "110"  # 公安
    FIRE = "119"  # 消防
    AMBULANCE = "120"  # 急救
    TRAFFIC = "122"  # 交警


# what an emergency is taken down as where nobody chose its template: there is no time to
TEMPLATE_OF: Mapping[EmergencyService, str] = {
    EmergencyService.POLICE: "G02",
    EmergencyService.FIRE: "H01",
    EmergencyService.AMBULANCE: "H12",
    EmergencyService.TRAFFIC: "A11",
}

S, E = CallState, CallEvent
FOLLOWS: Mapping[tuple[CallState | None, CallEvent], CallState] = {
    (None, E.ARRIVED): S.RINGING,
    (S.RINGING, E.ANSWERED): S.TALKING,
    (S.RINGING, E.HUNG_UP): S.MISSED,
    (S.TALKING, E.HUNG_UP): S.ENDED,
    (S.TALKING, E.RECORDED): S.TALKING,
    (S.ENDED, E.RECORDED): S.ENDED,
}
LIVE = frozenset({S.RINGING, S.TALKING})


def follow(state: CallState | None, event: CallEvent) -> CallState:
    """Return where a call stands after an event. Raises Refused for one that cannot come now."""
    after = FOLLOWS.get((state, event))
    if after is None:
        raise Refused("call.out_of_order", event=event, state=state or "")
    return after


def is_in_time(arrived_at: datetime, answered_at: datetime | None) -> bool:
    """Tell whether a call was answered as soon as the standard asks."""
    return answered_at is not None and answered_at - arrived_at <= ANSWER_WITHIN
