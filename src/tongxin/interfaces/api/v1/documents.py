"""What openapi.json says of each address beyond its parameters: bodies, answers, problems, headers."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from tongxin.interfaces.api.problems import MEDIA_TYPE
from tongxin.interfaces.api.v1 import shapes
from tongxin.interfaces.api.v1.asked import Said
from tongxin.interfaces.api.v1.described import PLAIN

REF = "#/components/schemas/{name}"
ALWAYS = (401, 500)
OF_THE_CITY = (404, 409)  # what a body names may not be there, or not be possible as things stand
WORDS = {
    200: "成功 | done",
    201: "已收下 | taken in",
    202: "已发出，还差一步 | sent, one step is left",
    207: "部分收下，逐行说明 | partly taken in, see each row",
}

PROBLEMS = {
    400: "请求体不是 JSON（UTF-8） | the body is no JSON",
    401: "没有密钥，或密钥无效、停用、过期 | no key, or none that is known",
    403: "岗位或密钥不许 | the post or the key does not permit it",
    404: "没有，或不在范围内：地址里的，或请求里点名的 | not there or not in scope, in the address or in what is named",
    409: "按现在的情况不能办：状态、名额、已有的、过早过晚 | not possible as things stand",
    412: "被别人改过：先读再办 | changed meanwhile: read it first",
    413: "太大 | too large",
    422: "与描述不符，或前后矛盾 | contradicts the description, or itself",
    429: "太频繁，Retry-After 说明等几秒 | too often; Retry-After says how long to wait",
    500: "我们的错；X-Request-ID 告诉管理员 | our fault; tell the administrator the X-Request-ID",
}

Described = dict[str, Any]


def documented(
    answers: dict[int, Any],
    *problems: int,
    body: Any = None,
    may_be_empty: bool = False,
    problem: type[shapes.Problem] = shapes.Problem,
    headers: tuple[Described, ...] = (),
    tag: str,
) -> Described:
    """Return what ninja cannot know of an operation: `answers` by status, then the statuses of its problems.

    `problem` is how a 422 is told, where it tells more than others.
    """
    refused = sorted({*problems, *ALWAYS, *(OF_THE_CITY if body is not None else ())})
    told: Described = {
        "tags": [tag],
        "responses": {status: _answer(status, shape) for status, shape in answers.items()}
        | {status: _problem(status, problem if status == 422 else shapes.Problem) for status in refused},
    }
    if headers:
        told["parameters"] = list(headers)
    if body is not None:
        told["requestBody"] = {"required": not may_be_empty, "content": {"application/json": {"schema": body}}}
    return told


def ref(shape: type) -> Described:
    """Return the reference to a shape."""
    return {"$ref": REF.format(name=shape.__name__)}


def header(name: str, description: str, *examples: str, **schema: Any) -> Described:
    """Return the description of an optional request header; `schema` holds further keywords of JSON Schema."""
    return {
        "in": "header",
        "name": name,
        "required": False,
        "description": description,
        "schema": {"type": "string", **({"examples": list(examples)} if examples else {}), **schema},
    }


def schemas(*more: type) -> Described:
    """Return all shapes as JSON Schema, and those that stand beside the address they belong to."""
    _, components = msgspec.json.schema_components((*shapes.ALL, *more), ref_template=REF)
    named = _plainly(components)
    for shape in _asked(Said):
        if told := named.get(shape.__name__):
            _keep_plain(told["properties"])
            told |= shape.BESIDES
    return named


def _asked(shape: type[Said]) -> Iterator[type[Said]]:
    """Give all shapes of what callers send."""
    for each in shape.__subclasses__():
        yield each
        yield from _asked(each)


def _keep_plain(told: Any) -> None:
    """Say of every text that nothing else is said of what the database can keep: `bodies.check_plain`."""
    if isinstance(told, list):
        for each in told:
            _keep_plain(each)
    elif isinstance(told, dict):
        if told.get("type") == "string" and not {"pattern", "enum", "format"} & told.keys():
            told["pattern"] = PLAIN
        for name, each in told.items():
            if name not in ("default", "examples", "enum"):
                _keep_plain(each)


def _plainly(components: Described) -> Described:
    """Name schemas that msgspec tells apart by their modules in one word: `rules.patrols.Found` is PatrolsFound."""
    text = json.dumps(components, default=str)
    for name in [name for name in components if "." in name]:
        module, own = name.rsplit(".", 2)[-2:]
        plain = f"{module.title().replace('_', '')}{own}"
        text = text.replace(f'"{name}"', f'"{plain}"').replace(f'/{name}"', f'/{plain}"')
    named: Described = json.loads(text)
    for name, each in named.items():
        each["title"] = name
    return named


def _answer(status: int, shape: Any) -> Described:
    if isinstance(shape, str | tuple):  # a media type, or several: bytes
        kinds = (shape,) if isinstance(shape, str) else shape
        content: Described = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    else:
        content = {"application/json": {"schema": shape if isinstance(shape, dict) else ref(shape)}}
    return {"description": WORDS[status], "content": content}


def _problem(status: int, shape: type[shapes.Problem]) -> Described:
    return {"description": PROBLEMS[status], "content": {MEDIA_TYPE: {"schema": ref(shape)}}}
