"""What openapi.json says of each address beyond its parameters: bodies, answers, problems, headers."""

import json
from typing import Any

import msgspec

from tongxin.interfaces.api.problems import MEDIA_TYPE, TITLES
from tongxin.interfaces.api.v1 import shapes

REF = "#/components/schemas/{name}"
ALWAYS = (401, 500)
WORDS = {
    200: "成功 | done",
    201: "已收下 | taken in",
    202: "已发出，还差一步 | sent, one step is left",
    207: "部分收下，逐行说明 | partly taken in, see each row",
}

Described = dict[str, Any]


def documented(
    answers: dict[int, Any], *problems: int, body: Any = None, headers: tuple[Described, ...] = (), tag: str
) -> Described:
    """Return what ninja cannot know of an operation: `answers` by status, then the statuses of its problems."""
    told: Described = {
        "tags": [tag],
        "responses": {status: _answer(status, shape) for status, shape in answers.items()}
        | {status: _problem(status) for status in (*problems, *ALWAYS)},
    }
    if headers:
        told["parameters"] = list(headers)
    if body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return told


def ref(shape: type) -> Described:
    """Return the reference to a shape."""
    return {"$ref": REF.format(name=shape.__name__)}


def header(name: str, description: str, example: str, **schema: Any) -> Described:
    """Return the description of an optional request header; `schema` holds further keywords of JSON Schema."""
    return {
        "in": "header",
        "name": name,
        "required": False,
        "description": description,
        "schema": {"type": "string", "examples": [example], **schema},
    }


def schemas(*more: type) -> Described:
    """Return all shapes as JSON Schema, and those that stand beside the address they belong to."""
    _, components = msgspec.json.schema_components((*shapes.ALL, *more), ref_template=REF)
    return _plainly(components)


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


def _problem(status: int) -> Described:
    return {"description": " | ".join(TITLES[status]), "content": {MEDIA_TYPE: {"schema": ref(shapes.Problem)}}}
