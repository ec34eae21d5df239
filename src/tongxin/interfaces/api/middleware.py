"""The door: API requests are answered here, past sessions, cookies and pages, and every one leaves a log line.

Nothing behind it reads a cookie, so that a signed-in browser can never be made to call the API.
"""

import re
import secrets
from collections.abc import Callable
from time import perf_counter

import structlog
from django.core.exceptions import DisallowedHost, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import Resolver404, resolve

from tongxin.interfaces.api import meters, problems
from tongxin.interfaces.api.log import traced
from tongxin.rules.errors import Missing, Refused

ADDRESSES = ("/api/", "/healthz", "/metrics")
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
UNROUTED = "-"
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "private, no-store"}

log = structlog.get_logger("tongxin.api")


class Door:
    """Answer the API's addresses, let all others pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ADDRESSES):
            return self._get_response(request)
        started = perf_counter()
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        response = _answer(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-ID"] = request.id
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
        response._has_been_logged = True  # the line below says it all; Django's own would name paths
        _account(request, response, perf_counter() - started)
        return response


def _answer(request: HttpRequest) -> HttpResponse:
    try:
        request.get_host()
        match = request.resolver_match = resolve(request.path_info)
        response = match.func(request, *match.args, **match.kwargs)
    except Exception as error:  # the outermost hand: whatever it was, the caller gets a problem
        return respond_to(request, error)
    if isinstance(response, HttpResponseNotAllowed):  # the frameworks' own; doors say it in their own form
        allowed = response.headers["Allow"]
        return problems.respond(
            request, problems.WrongMethod("method.not_allowed", method=request.method, allowed=allowed)
        )
    return response


def respond_to(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the problem that an error is to the caller."""
    return problems.respond(request, refusal_of(request, error))


def refusal_of(request: HttpRequest, error: Exception) -> Refused:
    """Return what an error is to the caller; what nobody anticipated is logged with its trace."""
    match error:
        case Refused():
            return error
        case Resolver404() | Http404():
            return Missing("path.missing", path=request.path_info[:120])
        case DisallowedHost():
            return problems.Unreadable("host.unknown")
        case RequestDataTooBig():
            return problems.TooLarge("body.too_large", limit_mb=12)
        case SuspiciousOperation():
            return problems.Unreadable("body.not_json", found=type(error).__name__)
    log.error("broken", request=request.id, **_traced(error))
    return problems.Broken("server.error", request=request.id)


def _account(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    route = request.resolver_match.route if request.resolver_match else UNROUTED
    method = request.method if request.method in METHODS else UNROUTED
    meters.REQUESTS.labels(method, route, response.status_code).inc()
    meters.SECONDS.labels(route).observe(seconds)
    log.info(
        "request",
        request=request.id,
        method=method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 2),
        **getattr(request, "noted", {}),
    )


def _traced(error: BaseException) -> dict[str, object]:
    """Return where and as what an error arose. Never its message: it may quote a row, and rows hold personal text."""
    told: dict[str, object] = {
        "error": type(error).__qualname__,
        "trace": traced(error),
    }
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        told |= {"sqlstate": diagnosis.sqlstate, "constraint": diagnosis.constraint_name}
    return told
