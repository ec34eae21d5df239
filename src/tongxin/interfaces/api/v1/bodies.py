"""Reading bodies: strict JSON, decoded once into its shape; whatever does not fit is a refusal that says where."""

import json
import re
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.http import HttpRequest

from tongxin.interfaces.api.problems import TooLarge, Unreadable
from tongxin.rules.errors import Invalid, Refused

T = TypeVar("T")

BODY_LIMIT_MB = 8
DEEPEST = 16  # levels of a form's answers
MOST_INT = 2**63
YEARS = range(1970, 2200)
TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}  # Python's words, and JSON's
EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<found>[^`]+)`")
FIELD = re.compile(r"Object (?:missing required|contains unknown) field `(?P<name>[^`]*)`")
AT = re.compile(r" - at `\$\.?(?P<at>.+)`$")


def body_of(request: HttpRequest) -> bytes:
    """Return the body. Raises TooLarge, Unreadable where there is none."""
    limit = BODY_LIMIT_MB * 1024 * 1024
    body = request.read(limit + 1) if _length(request) <= limit else b"." * (limit + 1)
    if len(body) > limit:
        raise TooLarge("body.too_large", limit_mb=BODY_LIMIT_MB)
    return body


def _length(request: HttpRequest) -> int:
    stated = request.META.get("CONTENT_LENGTH") or "0"
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def rows_of(body: bytes) -> list[msgspec.Raw] | None:
    """Return the rows of a list, each still unread, or None where the body is one object. Raises Unreadable."""
    start = body.lstrip()[:1]
    if not start:
        raise Unreadable("body.empty")
    if start != b"[":
        return None
    try:
        return msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise Unreadable("body.not_json", found=str(wrong)[:80]) from wrong


def read(body: bytes, shape: type[T]) -> T:
    """Decode one object. Raises Unreadable for what is no JSON, Invalid for what does not fit, saying where."""
    if not body.strip():
        raise Unreadable("body.empty")
    try:
        found = _decoded(body, shape)
        json.loads(body, object_pairs_hook=_once)  # msgspec would silently take the last of two
    except msgspec.ValidationError as wrong:
        raise _misfit(str(wrong)) from wrong
    except RecursionError as wrong:
        raise Unreadable("body.too_deep", limit=DEEPEST) from wrong
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as wrong:
        raise Unreadable("body.not_json", found=str(wrong)[:80]) from wrong
    _check_moments(found)
    if b"\\u0000" in body or getattr(found, "form", None):
        check_plain(msgspec.to_builtins(found))
    return found


def _decoded(body: bytes, shape: type[T]) -> T:
    try:
        return _decoder(shape).decode(body)
    except msgspec.ValidationError as wrong:
        if "got `float`" not in str(wrong):
            raise
        # 7.0 is the whole number 7 (JSON Schema 2020-12, §4.2.3): some programs know no other way to write it
        return msgspec.convert(json.loads(body, parse_float=_whole, parse_constant=_none), shape)


def _whole(written: str) -> int | float:
    found = float(written)
    return int(found) if found.is_integer() and abs(found) < MOST_INT else found


def _none(written: str) -> None:
    raise ValueError(written)  # NaN and the infinities


def said(request: HttpRequest, shape: type[T]) -> T:
    """Read the body of a request as one object. Raises TooLarge, Unreadable, Invalid."""
    return read(body_of(request), shape)


def moment(at: datetime | None, name: str) -> datetime | None:
    """Return a moment a calendar can hold, wherever its zone. Raises Invalid."""
    if at is not None and at.year not in YEARS:
        raise Invalid("moment.beyond", at=name, first=YEARS[0], last=YEARS[-1])
    return at


def _check_moments(found: Any) -> None:
    for name in getattr(found, "__struct_fields__", ()):
        if isinstance(at := getattr(found, name), datetime):
            moment(at, name)


def check_plain(value: Any, at: str = "", depth: int = 0) -> None:
    """Raise Invalid where a value holds what the database cannot keep: U+0000, endless numbers, bottomless nests."""
    if isinstance(value, str):
        if "\x00" in value:
            raise Invalid("body.nul", at=at[:60])
    elif isinstance(value, dict):
        for name, each in value.items():
            inside = f"{at}.{name}" if at else str(name)
            if "\x00" in str(name):
                raise Invalid("body.nul", at=at[:60])
            _deeper(each, inside, depth)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            _deeper(each, f"{at}[{index}]", depth)
    elif isinstance(value, int) and abs(value) >= MOST_INT:
        raise Invalid("body.number", at=at[:60])


def _deeper(value: Any, at: str, depth: int) -> None:
    if depth >= DEEPEST:
        raise Invalid("body.too_deep", limit=DEEPEST)
    check_plain(value, at, depth + 1)


_decoders: dict[type, msgspec.json.Decoder[Any]] = {}


def _decoder(shape: type) -> msgspec.json.Decoder[Any]:
    if shape not in _decoders:
        _decoders[shape] = msgspec.json.Decoder(shape)
    return _decoders[shape]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise Invalid("body.twice", at=next(name for name in names if names.count(name) > 1)[:60])
    return found


def _misfit(message: str) -> Refused:
    """Return the refusal behind msgspec's message."""
    where = AT.search(message)
    at = where["at"] if where else ""
    if field := FIELD.search(message):
        code = "body.missing" if "missing" in message else "body.unknown"
        return Invalid(code, at=f"{at}.{field['name'][:60]}" if at else field["name"][:60])
    if "timezone" in message:
        return Invalid("report.no_zone")
    if types := EXPECTED.search(message):
        return Invalid("body.type", at=at or "$", wanted=_in_json(types["wanted"]), found=_in_json(types["found"]))
    return Invalid("body.value", at=at or "$", found=message.removesuffix(where[0] if where else "")[:80])


def _in_json(types: str) -> str:
    return re.sub(r"\w+", lambda word: TYPES.get(word[0], word[0]), types)
