"""openapi.json of this door, OpenAPI 3.1: made of its routes, of the shapes it tells and of what its handlers read.

One description for both endpoints and both forms; `xml` says how a shape is written there.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tongxin.interfaces.api.open311 import asked, discovery, reading, reporting, services, shapes, updates
from tongxin.interfaces.api.open311.door import FORMS, Handler
from tongxin.interfaces.api.open311.formats import Form, one_of
from tongxin.interfaces.api.open311.reporting import KEY_MOST
from tongxin.interfaces.api.open311.routes import PART, ROUTES, Route
from tongxin.interfaces.api.open311.shapes import Collection, Shape

Described = dict[str, Any]

REF = "#/components/schemas/{name}"
WORDS = {
    200: "成功 | done",
    201: "已收下 | taken in",
    400: "有误，或太频繁 | something is wrong, or it was asked too often",
    403: "没有密钥、密钥无效，或不许 | no key, an unknown one, or not permitted",
    404: "没有 | there is no such thing",
}
ABOUT = """Open311 GeoReport v2 及其进展扩展 servicerequestupdates。每个地址以 .xml 或 .json 结尾；\
测试入口核对一切而不保存。空参数等于没有；地址里的斜杠可以重复；GET 的地址也答 HEAD，其他方法答 405；\
错误一律是 `[{code, description}]`。

Open311 GeoReport v2 with its extension servicerequestupdates. Every address ends in .xml or .json; the test endpoint
checks everything and keeps nothing. An empty parameter is an absent one; slashes may be doubled; what is got by GET
answers HEAD, other methods are answered with 405; errors are always `[{code, description}]`."""
PLACED = [{"required": ["lat", "long"]}, {"required": ["address_id"]}, {"required": ["address_string"]}]
RECEIPT = "4f1c7a52-9d0e-4f4b-8a63-1c2d3e4f5a6b"
NAMED = {  # what addresses name
    "code": ("事项模板代码 | code of the service", "C02"),
    "number": ("事项编号 | number of the request", "KC261120-0417"),
    "token": ("回执 | the receipt", RECEIPT),
}


class Sent(NamedTuple):
    """A form: its fields, those that must be there, and what else is said of it."""

    fields: Mapping[str, Described]
    required: tuple[str, ...]
    shown: tuple[str, ...]  # the fields of the example
    answers: Mapping[str, str] = {}  # what it answers to the questions of its service
    more: Mapping[str, Any] = {}


class Operation(NamedTuple):
    """What is said of one handler: `told` is a list, or the one shape that XML calls `alone`."""

    id: str
    summary: str
    told: Collection | type[Shape]
    alone: str = ""
    query: Mapping[str, Described] = {}
    form: Sent | None = None
    is_kept: bool = False  # whether X-Idempotency-Key is read


OPERATIONS: Mapping[Handler, Operation] = {
    discovery.discovery: Operation("discover", "有哪些入口 | where to go", shapes.Discovery, "discovery"),
    services.services: Operation("listServices", "可以报哪些 | what can be reported", shapes.SERVICES),
    services.definition: Operation(
        "getService", "一类要问什么 | the questions of a service", shapes.Definition, "service_definition"
    ),
    reading.requests: Operation("listRequests", "查事项 | list requests", shapes.REQUESTS, query=asked.LISTS),
    reporting.report: Operation(
        "report",
        "上报 | report",
        shapes.RECEIPTS,
        form=Sent(
            asked.REPORT,
            ("service_code",),
            shown=("service_code", "lat", "long", "description"),
            answers={"attribute[amount]": "一堆", "attribute[kind]": "生活垃圾"},
            more={"anyOf": PLACED, "patternProperties": asked.ANSWERS},
        ),
        is_kept=True,
    ),
    reading.one: Operation("getRequest", "查一件 | one request", shapes.REQUESTS),
    updates.updates: Operation("listUpdates", "查进展 | what happened", shapes.UPDATES, query=asked.HAPPENED),
    updates.tell: Operation(
        "tellUpdate",
        "补充 | add words to a request",
        shapes.UPDATES_TAKEN,
        form=Sent(asked.SAID, updates.REQUIRED, shown=updates.REQUIRED),
    ),
    reading.token: Operation("getToken", "凭回执查编号 | the number behind a receipt", shapes.TOKENS),
}


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Return the description."""
    return HttpResponse(_encoded(), content_type="application/json", headers={"Access-Control-Allow-Origin": "*"})


def description() -> Described:
    """Return the description as it is served and committed."""
    base = next(iter(discovery.ENDPOINTS.values())).rstrip("/")
    return {
        "openapi": "3.1.0",
        "info": {"title": "同心 Open311", "version": "2", "description": ABOUT},
        "externalDocs": {"url": discovery.SPECIFICATION},
        "servers": [{"url": path.rstrip("/"), "description": stage} for stage, path in discovery.ENDPOINTS.items()],
        "paths": {path: each for route in ROUTES for path, each in _paths(route)}
        | {"/media/{token}.jpg": {"get": _photo() | {"servers": [{"url": base}]}}},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "Key": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "api_key",
                    "description": "接口密钥，也可写在表单里 | API key, which may stand in the form instead",
                }
            },
        },
    }


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(description())


# --- addresses -------------------------------------------------------------------------------------------


def _paths(route: Route) -> list[tuple[str, Described]]:
    handlers = {"get": route.get} | ({"post": route.post} if route.post else {})
    names = PART.findall(route.path)
    return [
        (
            f"/{route.path}.{form}",
            {method: _operation(OPERATIONS[handler], form, names) for method, handler in handlers.items()},
        )
        for form in Form
    ]


def _operation(said: Operation, form: Form, names: list[str]) -> Described:
    statuses = (200, 201) if said.form else (200,)
    whole = _written(said.told, said.alone)
    told: Described = {
        "operationId": f"{said.id}{form.value.title()}",
        "summary": said.summary,
        "tags": [said.id],
        "security": [{"Key": []}] if said.form else [{}, {"Key": []}],
        "parameters": [*map(_named, names), *_parameters(said)],
        "responses": {str(status): _answer(status, form, whole) for status in statuses}
        | {str(status): _refusal(status, form) for status in (400, 403, 404)},
    }
    if said.form:
        told["requestBody"] = {"required": True, "content": dict(zip(FORMS, _forms(said.form), strict=True))}
    return told


def _photo() -> Described:
    pattern = "^[A-Za-z0-9:_-]{1,200}$"
    token = {"name": "token", "in": "path", "required": True, "schema": {"type": "string", "pattern": pattern}}
    photo = {"description": WORDS[200], "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
    return {
        "operationId": "getPhoto",
        "summary": "照片，链接一小时内有效 | a photo, by a link that is good for an hour",
        "tags": ["getPhoto"],
        "security": [{}],
        "parameters": [token | {"description": "签名 | signature"}],
        "responses": {"200": photo} | {str(status): _refusal(status, Form.XML) for status in (400, 404)},
    }


def _named(name: str) -> Described:
    description, example = NAMED[name]
    schema = {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[^/]+$", "examples": [example]}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _parameters(said: Operation) -> list[Described]:
    query = said.query if said.form else {**said.query, "jurisdiction_id": asked.JURISDICTION}
    told = [_parameter("query", name, schema) for name, schema in query.items()]
    if said.is_kept:
        schema = {"type": "string", "maxLength": KEY_MOST, "pattern": "^[ -~]*$", "examples": ["fms-417"]}
        about = "重发不变；同一键只收一次 | the same when sent again; one key is one request"
        told.append(_parameter("header", "X-Idempotency-Key", schema | {"description": about}))
    return told


def _parameter(place: str, name: str, schema: Described) -> Described:
    about = schema["description"]
    kept = {key: value for key, value in schema.items() if key != "description"}
    return {"name": name, "in": place, "required": False, "description": about, "schema": kept}


def _forms(sent: Sent) -> list[Described]:
    """Return the form urlencoded and as multipart, where photos may come along."""
    plain = {"type": "object", "properties": dict(sent.fields), "required": list(sent.required), **sent.more}
    with_photos = plain | {"properties": {**sent.fields, "media": asked.PHOTOS}}
    example = {name: told["examples"][0] for name, told in sent.fields.items() if name in sent.shown} | sent.answers
    shown = {"examples": {"whole": {"value": example}}}
    return [
        {"schema": plain, **shown},
        {"schema": with_photos, "encoding": {"media": {"contentType": "image/*"}}, **shown},
    ]


# --- answers ---------------------------------------------------------------------------------------------


def _answer(status: int, form: Form, schema: Described) -> Described:
    return {"description": WORDS[status], "content": {form.media_type.partition(";")[0]: {"schema": schema}}}


def _refusal(status: int, form: Form) -> Described:
    told = _answer(status, form, _written(shapes.ERRORS, "") | {"minItems": 1})
    if status == 400:
        about = "太频繁时：等多少秒 | where it was too often: how many seconds to wait"
        told["headers"] = {"Retry-After": {"description": about, "schema": {"type": "integer", "minimum": 1}}}
    return told


def _written(told: Collection | type[Shape], alone: str) -> Described:
    if not isinstance(told, Collection):
        return {"$ref": REF.format(name=told.__name__)}
    return {
        "type": "array",
        "items": {"$ref": REF.format(name=told.shape.__name__)},
        "xml": {"name": told.name, "wrapped": True},
    }


def _schemas() -> Described:
    """Return every shape, with what XML calls it; a list inside one is wrapped, and its things are its singular."""
    roots = {each.told: each.alone for each in OPERATIONS.values()} | {shapes.ERRORS: ""}
    named = {told.shape.__name__: told.each for told in roots if isinstance(told, Collection)}
    named |= {told.__name__: alone for told, alone in roots.items() if not isinstance(told, Collection)}
    wanted = [told.shape if isinstance(told, Collection) else told for told in roots]
    _, found = msgspec.json.schema_components(wanted, ref_template=REF)
    for name, schema in found.items():
        if name in named:
            schema["xml"] = {"name": named[name]}
        for field, each in schema.get("properties", {}).items():
            _wrap(field, each, found)
    return found


def _wrap(field: str, told: Described, found: Described) -> None:
    for each in (told, *told.get("anyOf", ())):
        if each.get("type") != "array":
            continue
        each["xml"] = {"wrapped": True}
        if "$ref" in each["items"]:
            found[re.sub(".*/", "", each["items"]["$ref"])]["xml"] = {"name": one_of(field)}
        else:
            each["items"]["xml"] = {"name": one_of(field)}
