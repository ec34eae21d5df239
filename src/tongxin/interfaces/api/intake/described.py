"""openapi.json of the doors for machines, OpenAPI 3.1: made of the shapes that their decoders read."""

from functools import cache
from typing import Any, NamedTuple

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongxin.guard.envelopes import HEADERS, TOLERANCE
from tongxin.interfaces.api.intake import hotline_shapes, machines, police, police_shapes, shapes
from tongxin.interfaces.api.problems import MEDIA_TYPE, TITLES
from tongxin.interfaces.api.v1.described import Moment
from tongxin.interfaces.api.v1.shapes import Problem
from tongxin.rules.alarms import Saying

Described = dict[str, Any]

BASE = "/api/intake"
JSON = "application/json"
REF = "#/components/schemas/{name}"
WORDS = {
    200: "以前收过，或没有要新建的 | taken before, or nothing had to be made",
    201: "收下 | taken in",
    202: "收下，没有回答体 | taken in, without a body",
    207: "逐条作答，有的没有收 | answered one by one, some were refused",
}
ABOUT = """机器入口：传感器和图像事件、热线交换机、即时消息、公安推送。没有一个字段描述人的身份。\
时刻带时区；坐标 WGS-84；\
错误一律 RFC 9457 problem+json。签名的入口用 Standard Webhooks 信封：webhook-signature 是对“编号.时刻.内容”的签名，\
时刻差不得超过五分钟，同一消息重发不会记两次。

Doors for machines: sensors and image events, switchboards, chats, what the police hand over. No field says who somebody
is. Moments have a zone, coordinates are WGS-84, errors are RFC 9457 problems. Signed doors take envelopes of Standard
Webhooks: webhook-signature signs “id.timestamp.body”, of five minutes at most, and a message sent again counts once."""
KEYS = [{"Bearer": []}, {"Header": []}]
SIGNED = [{name: [] for name in HEADERS}]


class Door(NamedTuple):
    """What is said of one address."""

    path: str
    id: str
    summary: str
    told: Described  # the answers, by status
    body: Described | None = None  # by media type
    security: list[dict[str, list[str]]] = []
    problems: tuple[int, ...] = ()


def _ref(shape: type) -> Described:
    return {"$ref": REF.format(name=shape.__name__)}


def _json(schema: Described) -> Described:
    return {JSON: {"schema": schema}}


def _saying(saying: Saying) -> Described:
    """Return what a message of the police is, of one kind."""
    members = {"type": {"const": saying.value}, "timestamp": _ref(Stamp), "data": _ref(police_shapes.SHAPES[saying])}
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


class Stamp(msgspec.Struct):
    """Stands for a moment wherever one is described by hand."""

    at: Moment


ROW = _json(_ref(shapes.Row))
ROWS = {"type": "array", "items": _ref(shapes.Row)}
SCHEMA = {"200": _json({"type": "object", "required": ["$schema", "$defs"]})}
TAKEN = {"202": {}}
OF_KEYS = (400, 401, 404, 413, 422, 429)
OF_SIGNED = (400, 401, 409, 413, 422, 429)


def _machine(word: str, shape: type, summary: str) -> Door:
    """Return the door for one kind of message of devices, single or as a list."""
    one, many = _ref(shape), {"type": "array", "items": _ref(shape), "maxItems": machines.MOST}
    row = {"oneOf": [_ref(shapes.Row), ROWS]}
    told = {"200": _json(row), "201": _json(row), "207": _json(ROWS)}
    body = _json({"oneOf": [one, many]})
    if shape is shapes.Event:
        body |= _with_photo(one)
    return Door(f"/v1/{word}", f"tell{shape.__name__}", summary, told, body, KEYS, OF_KEYS)


def _with_photo(event: Described) -> Described:
    photo = {
        "type": "string",
        "format": "binary",
        "description": "照片，人脸号牌已模糊 | a photo, faces and plates blurred",
    }
    form = {"type": "object", "properties": {"event": event, "photo": photo}, "required": ["event"]}
    return {"multipart/form-data": {"schema": form, "encoding": {"event": {"contentType": JSON}}}}


DOORS = (
    Door(
        "/cti/{line}",
        "tellCall",
        "通话：振铃、接听、挂断、录音 | calls: ringing, answered, hung up, recorded",
        TAKEN,
        _json(_ref(hotline_shapes.CallMessage)),
        SIGNED,
        OF_SIGNED,
    ),
    Door(
        "/chat/{line}",
        "tellLetter",
        "即时消息：企业微信或钉钉机器人的写法 | chat, as robots of WeCom or DingTalk write it",
        TAKEN,
        _json({"anyOf": [_ref(hotline_shapes.WeComMessage), _ref(hotline_shapes.DingTalkMessage)]}),
        SIGNED,
        OF_SIGNED,
    ),
    Door(
        "/police/{partner}",
        "tellAlarm",
        "公安推送的纠纷警情 | disputes that the police hand over",
        {"200": _json(_ref(police.Answer)), "201": _json(_ref(police.Answer))},
        _json({"oneOf": [_saying(saying) for saying in police_shapes.SHAPES]}),
        SIGNED,
        (*OF_SIGNED, 404),
    ),
    Door("/police/schema.json", "getAlarmSchema", "公安消息的 JSON Schema | its messages as JSON Schema", SCHEMA),
    _machine("readings", shapes.Reading, "读数 | values"),
    _machine("events", shapes.Event, "图像事件，可附一张照片 | image events, one of them with a photo"),
    _machine("faults", shapes.Trouble, "设备自身的故障 | what is wrong with devices"),
    _machine("heartbeats", shapes.Heartbeat, "设备在线 | that devices are there"),
    Door("/v1/schema.json", "getMachineSchema", "设备消息的 JSON Schema | messages of devices as JSON Schema", SCHEMA),
)


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Return the description."""
    return HttpResponse(_encoded(), content_type=JSON)


def description() -> Described:
    """Return the description as it is served and committed."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "同心机器入口 Tongxin intake", "version": "1", "description": ABOUT},
        "servers": [{"url": BASE}],
        "paths": {door.path: {"post" if door.body else "get": _operation(door)} for door in DOORS},
        "components": {"schemas": _schemas(), "securitySchemes": _schemes()},
    }


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(description())


# --- its parts -------------------------------------------------------------------------------------------


def _operation(door: Door) -> Described:
    told: Described = {
        "operationId": door.id,
        "summary": door.summary,
        "tags": [door.path.split("/")[1]],
        "security": door.security,
        "parameters": [_code(name) for name in ("line", "partner") if f"{{{name}}}" in door.path],
        "responses": {
            status: {"description": WORDS[int(status)]} | ({"content": content} if content else {})
            for status, content in door.told.items()
        }
        | {str(status): _problem(status) for status in sorted((*door.problems, 500))},
    }
    if door.body:
        told["requestBody"] = {"required": True, "content": door.body}
    return told


def _code(name: str) -> Described:
    about = {"line": "线路代码 | code of the line", "partner": "对接方代码 | code of the partner"}[name]
    schema = {"type": "string", "minLength": 1, "maxLength": 40, "pattern": r"^[^/\x00]+$"}
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}


def _problem(status: int) -> Described:
    told: Described = {"description": " | ".join(TITLES[status]), "content": {MEDIA_TYPE: {"schema": _ref(Problem)}}}
    if status == 429:
        about = "等多少秒 | how many seconds to wait"
        told["headers"] = {"Retry-After": {"description": about, "required": True, "schema": {"type": "integer"}}}
    return told


def _schemas() -> Described:
    wanted = (*machines.SHAPES, shapes.Row, Problem, police.Answer, *police_shapes.SHAPES.values(), Stamp)
    hotline = (hotline_shapes.CallMessage, hotline_shapes.WeComMessage, hotline_shapes.DingTalkMessage)
    _, found = msgspec.json.schema_components((*wanted, *hotline), ref_template=REF)
    found["Stamp"] = found["Stamp"]["properties"]["at"]
    return found


def _schemes() -> Described:
    about = {
        "webhook-id": "消息编号，重发不变 | the message's id, the same when sent again",
        "webhook-timestamp": f"发送时刻，Unix 秒，差不过 {TOLERANCE:.0f} 秒 | when it was sent, in Unix seconds",
        "webhook-signature": "v1,<base64 HMAC-SHA256>，可有几个，空格分隔 | signatures, with spaces between them",
    }
    key = "设备自己的密钥 txd_…，或接口密钥 tx_… | a device's own key, or an API key"
    return {
        "Bearer": {"type": "http", "scheme": "bearer", "description": key},
        "Header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": key},
    } | {name: {"type": "apiKey", "in": "header", "name": name, "description": about[name]} for name in HEADERS}
