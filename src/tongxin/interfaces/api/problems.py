"""Problems: how every refusal leaves this door. RFC 9457, `application/problem+json`, in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header

from tongxin import words
from tongxin.rules.errors import Refused

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: ("请求不正确", "Bad request"),
    401: ("未认证", "Not authenticated"),
    403: ("没有权限", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("方法不支持", "Method not allowed"),
    408: ("来得太慢", "Too slow"),
    409: ("现在不能办理", "Not possible now"),
    412: ("已被他人改过", "Changed meanwhile"),
    413: ("内容太大", "Too large"),
    422: ("内容不符合要求", "Not as required"),
    429: ("太频繁", "Too often"),
    500: ("系统出错", "Something broke"),
    503: ("暂时不可用", "Not available now"),
}


class Unreadable(Refused):
    """The body cannot be read as what it claims to be."""

    status = 400


class Unknown(Refused):
    """Nobody known is asking."""

    status = 401


class WrongMethod(Refused):
    """The address exists, but not for this method."""

    status = 405


class TooLarge(Refused):
    """The body is larger than is read here."""

    status = 413


class Broken(Refused):
    """A bug of ours: the caller learns the request's id, never the cause."""

    status = 500


@lru_cache(maxsize=256)
def language_of(accepted: str) -> str:
    """Return "zh-hans" or "en", as an Accept-Language header prefers; Chinese where it says nothing of either."""
    for language, _ in parse_accept_lang_header(accepted.lower()):
        if language.startswith("zh"):
            return "zh-hans"
        if language.startswith("en"):
            return "en"
    return "zh-hans"


def language(request: HttpRequest) -> str:
    """Return the language this request is answered in."""
    return language_of(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))


def problem(refusal: Refused, language: str, errors: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """Return the members of a problem: what happened, as a code with facts and as a sentence."""
    chinese = language.startswith("zh")
    told: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "title": TITLES[refusal.status][0 if chinese else 1],
        "status": refusal.status,
        "detail": words.say(refusal, language),
        "code": refusal.code,
        "facts": {name: plain(value) for name, value in refusal.facts.items()},
    }
    return told | {"errors": list(errors)} if errors else told


def respond(request: HttpRequest, refusal: Refused, errors: Sequence[Mapping[str, str]] = ()) -> HttpResponse:
    """Return the answer that says why not."""
    spoken = language(request)
    return answer(msgspec.json.encode(problem(refusal, spoken, errors)), refusal, spoken)


def answer(body: bytes, refusal: Refused, spoken: str) -> HttpResponse:
    """Return a problem that is written already, with the headers its status calls for."""
    response = HttpResponse(body, status=refusal.status, content_type=MEDIA_TYPE)
    response["Content-Language"] = "zh-Hans" if spoken == "zh-hans" else spoken
    response["Vary"] = "Accept-Language"
    if refusal.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="tongxin"' + (
            ', error="invalid_token"' if refusal.code == "key.unknown" else ""
        )
    if refusal.status == 429:
        response["Retry-After"] = str(refusal.facts["seconds"])
    if isinstance(refusal, WrongMethod):
        response["Allow"] = str(refusal.facts["allowed"])
    return response


def plain(value: Any) -> Any:
    """Return a fact as JSON can carry it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
