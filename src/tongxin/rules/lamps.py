"""Lamps: the colour of a deadline is a pure function of its columns and now."""

from datetime import datetime
from enum import StrEnum


class Lamp(StrEnum):
    """How a deadline stands. Source: domain.md §3.1d 三色预警; ui.md §1: red, amber, green speak of time only."""

    GREEN = "green"  # 正常
    AMBER = "amber"  # 临期
    RED = "red"  # 逾期
    HOLD = "hold"  # 挂账: the clock stands still


def lamp(
    now: datetime, due_at: datetime, amber_at: datetime, *, is_stopped: bool = False, ended_at: datetime | None = None
) -> Lamp:
    """Return the lamp: a stopped clock never turns red, an ended one shows for good whether it was kept."""
    if ended_at is not None:
        return Lamp.RED if ended_at > due_at else Lamp.GREEN
    if is_stopped:
        return Lamp.HOLD
    if now > due_at:
        return Lamp.RED
    return Lamp.AMBER if now >= amber_at else Lamp.GREEN
