"""What machines send: one definition each, read by the decoder and by schema.json alike.

No shape has a field for a person, a face, a plate or a picture's contents, and a field nobody knows is refused by its
name. Source: domain.md §8.
"""

from typing import Annotated

from msgspec import Meta, Struct

from tongxin.interfaces.api.v1.described import Moment, among, told
from tongxin.interfaces.api.v1.shapes import Problem
from tongxin.rules.devices import Fault, Sighting

MOST_SEQ = 2**53

Device = Annotated[
    str,
    told("设备编码；用设备自己的密钥时可不填 | code of the device; with its own key it may be left out", "WL-001"),
]
At = Annotated[
    Moment | None,
    told("设备侧的时刻，带时区；与 seq 至少填一个 | when, by the device; this or seq", "2026-11-20T15:42:00+08:00"),
]
Seq = Annotated[
    Annotated[int, Meta(ge=0, le=MOST_SEQ)] | None,
    told("设备侧的序号，重发不变 | the device's own number; the same when sent again", 4711),
]


class Said(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a machine sends. Told again with the same `at` and `seq`, it changes nothing."""

    device: Device = ""
    at: At = None
    seq: Seq = None


class Reading(Said):
    """A value in the unit of measure of the device's kind."""

    value: Annotated[float, told("读数，单位见设备类别 | the value, in the unit of its kind", 42.5)]


class Event(Said):
    """A happening that an image shows: what it is, and nothing of who is in it. No boxes, no names, no likeness."""

    kind: Annotated[Sighting, among(Sighting, "看到了什么 | what goes on")]
    faces_blurred: Annotated[
        bool,
        told(
            "附照片时必须为 true：前端已把人脸和号牌模糊 | true where a photo comes along: faces and plates are blurred"
        ),
    ] = False


class Trouble(Said):
    """Something is wrong with the device itself, or is no more."""

    fault: Annotated[Fault, among(Fault, "故障 | what is wrong")]
    is_over: Annotated[bool, told("已恢复 | it is mended")] = False


class Heartbeat(Said):
    """The device is there."""


class Row(Struct, kw_only=True, omit_defaults=True):
    """The answer to one message, in its place."""

    status: Annotated[int, told("201 收下，200 以前收过，4xx 未收 | 201 taken, 200 taken before, 4xx refused", 201)]
    matter: Annotated[str | None, told("由此产生或并入的事项 | number of the matter it led to", "KC261120-0417")] = None
    photo: Annotated[Problem | None, told("照片没有收下的原因 | why the photo was not kept")] = None
    problem: Annotated[Problem | None, told("没有收下的原因 | why it was refused")] = None
