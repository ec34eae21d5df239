"""What stands in a message: `tongxin/<device code>/reading|event|fault|heartbeat`, JSON, no field for a person.

A field nobody knows is refused, as at the HTTP door. Photos do not travel this way.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from tongxin.apps.devices.actions import Message
from tongxin.rules.devices import Fault, Sighting, Tidings
from tongxin.rules.errors import Invalid

LONGEST = 4_096  # bytes


class Payload(Struct, kw_only=True, forbid_unknown_fields=True):
    """When, or the device's own number: what tells it from a repetition."""

    at: Annotated[datetime, Meta(tz=True)] | None = None
    seq: int | None = None


class Reading(Payload):
    value: float


class Event(Payload):
    kind: Sighting
    faces_blurred: bool = False  # as at the HTTP door; here no photo comes along that could show one


class Trouble(Payload):
    fault: Fault
    is_over: bool = False


DECODERS = {
    "reading": msgspec.json.Decoder(Reading),
    "event": msgspec.json.Decoder(Event),
    "fault": msgspec.json.Decoder(Trouble),
    "heartbeat": msgspec.json.Decoder(Payload),
}


def message_of(topic: str, payload: bytes) -> Message:
    """Return what a message says. Raises Invalid."""
    levels = topic.split("/")
    if len(levels) != 3 or levels[2] not in DECODERS or "\0" in topic:
        raise Invalid("payload.topic", topic=topic[:80])
    if len(payload) > LONGEST:
        raise Invalid("payload.long", limit=LONGEST)
    _, device, word = levels
    try:
        said = DECODERS[word].decode(payload or b"{}")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        raise Invalid("payload.unfit", found=type(wrong).__name__) from wrong
    match said:
        case Reading():
            return Message(device, Tidings.READING, said.at, said.seq, said.value)
        case Event():
            return Message(device, Tidings.SIGHTING, said.at, said.seq, what=said.kind.value)
        case Trouble():
            return Message(device, Tidings.FAULT, said.at, said.seq, what=said.fault.value, is_over=said.is_over)
    return Message(device, Tidings.HEARTBEAT, said.at, said.seq)
