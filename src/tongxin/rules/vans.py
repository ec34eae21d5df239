"""便民流动车: vans that bring services to villages by fixed routes; their stops and hours are public.

Source: domain.md §1 S3-26 (定路线全覆盖, 百宝箱), §4 F14.
"""

from collections.abc import Sequence
from datetime import time
from enum import StrEnum
from typing import NamedTuple

from tongxin.rules.errors import Invalid

MOST_STOPS = 20
MOST_SERVED = 500  # at one stop
REQUESTS = "F14"  # the template of what residents ask a van for


class VanService(StrEnum):
    """What a van offers at its stops."""

    PAPERS = "papers"  # 证照代办
    PAYING = "paying"  # 缴费代收
    SHOPPING = "shopping"  # 代购送货
    REPAIRS = "repairs"  # 家电维修
    HEALTH = "health"  # 测压问诊
    LAW = "law"  # 法律咨询
    POLICY = "policy"  # 政策宣讲
    RIDES = "rides"  # 接送学看病


class Stop(NamedTuple):
    """Where a van stands, from when to when."""

    name: str
    start: time
    end: time
    lon: float
    lat: float


def check_stops(stops: Sequence[Stop]) -> None:
    """Raise Invalid unless the stops have names, follow one another in time, and do not overlap."""
    if not 1 <= len(stops) <= MOST_STOPS:
        raise Invalid("van.stops", most=MOST_STOPS)
    last = None
    for stop in stops:
        if not stop.name.strip():
            raise Invalid("van.stop_unnamed")
        if stop.end <= stop.start or (last is not None and stop.start < last):
            raise Invalid("van.stop_hours", stop=stop.name)
        last = stop.end
