"""What a device's matter says: a sentence made of facts, in Chinese as every matter is."""

from datetime import datetime

from tongxin import words
from tongxin.apps.devices import kinds
from tongxin.apps.devices.models import Device
from tongxin.apps.matters.incoming import TITLE_LIMIT
from tongxin.apps.people.queries import unit_names
from tongxin.rules.devices import Cause, DeviceKind, Fault, Sighting
from tongxin.rules.working_time import SHANGHAI


def title(device: Device, cause: Cause, what: str) -> str:
    """Return the headline: what goes on, and where."""
    kind = DeviceKind(device.kind)
    said = {
        Cause.READING: f"{kinds.book().sorts[kind].measure}报警",
        Cause.SIGHTING: words.label(Sighting(what)) if cause is Cause.SIGHTING else "",
        Cause.FAULT: f"{words.label(kind)}{words.label(Fault(what))}" if cause is Cause.FAULT else "",
        Cause.SILENCE: f"{words.label(kind)}失联",
    }[cause]
    return f"{device.place} {said}"[:TITLE_LIMIT]


def text(device: Device, cause: Cause, what: str, at: datetime, value: float | None) -> str:
    """Return the sentence of the report: device, fact, moment, and whose it is."""
    kind, when = DeviceKind(device.kind), f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"
    named = f"{device.place}的{words.label(kind)}（{device.code}）"
    owner = f"权属单位：{unit_names().get(device.owner_id, '—')}。"
    if cause is Cause.READING:
        sort, limits = kinds.book().sorts[kind], kinds.limits_for(device.kind, device.limits)
        if not sort.unit:
            return f"{named}于 {when} 报告{sort.measure}。{owner}"
        measured = f"{sort.measure} {value:g} {sort.unit}，报警值 {limits.raise_at:g} {sort.unit}" if limits else ""
        return f"{named}于 {when} 测得{measured}。{owner}"
    if cause is Cause.SIGHTING:
        return f"{named}于 {when} 上报{words.label(Sighting(what))}，请到现场核实。{owner}"
    if cause is Cause.FAULT:
        return f"{named}于 {when} 报告{words.label(Fault(what))}。{owner}"
    return f"{named}自 {when} 起没有心跳（应每 {device.heartbeat_minutes} 分钟一次）。{owner}"
