"""The API, version 1: its addresses together, its refusals as problems, its description complete."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from tongxin.interfaces.api import problems
from tongxin.interfaces.api.middleware import respond_to
from tongxin.interfaces.api.v1 import (
    acts,
    administration,
    alarms,
    calls,
    catalog,
    devices,
    documents,
    evidence,
    help,
    knowledge,
    letters,
    matters,
    notices,
    overlay_shapes,
    overlays,
    patrols,
    places,
    posts,
    proposals,
    publicity,
    readers,
    receipt_rights,
    receipts,
    reverse,
    several,
    statuses,
    suggestions,
    unsealing,
    vans,
    visits,
    webhooks,
)
from tongxin.interfaces.api.v1.keys import Bearer, Header
from tongxin.rules.errors import Invalid, Missing, Refused

DESCRIPTION = """同心接口，第 1 版。时刻一律 ISO 8601 带时区；坐标一律 WGS-84，上报时可用其他坐标系；错误一律 RFC 9457 \
`application/problem+json`，`code` 供程序判断，`detail` 按 Accept-Language \
用中文或英文。

The API of Tongxin, version 1. Moments are ISO 8601 with zone; coordinates are WGS-84, though reports may use other
datums; errors are RFC 9457 problems: `code` is for programs, `detail` for people, in Chinese or English as
Accept-Language prefers."""

PARTS = (
    matters,
    acts,
    overlays,
    evidence,
    readers,
    unsealing,
    suggestions,
    places,
    catalog,
    proposals,
    webhooks,
    devices,
    patrols,
    visits,
    vans,
    help,
    calls,
    knowledge,
    notices,
    reverse,
    publicity,
    receipts,
    receipt_rights,
    several,
    posts,
    administration,
    alarms,
    letters,
)


class Api(NinjaAPI):
    """ninja's API, whose description also holds the shapes that ninja does not decode itself."""

    def get_openapi_schema(self, **options: Any) -> dict[str, Any]:
        return self._described

    @cached_property
    def _described(self) -> dict[str, Any]:
        described = super().get_openapi_schema(path_prefix="/api/v1/")
        described["components"]["schemas"] |= documents.schemas(
            *overlay_shapes.ALL,
            *(shape for part in PARTS for shape in getattr(part, "SHAPES", ())),
        )
        for methods in described["paths"].values():
            for told in methods.values():  # ninja adds an empty 200 where only others are declared
                told["responses"] = {status: each for status, each in told["responses"].items() if "content" in each}
                if not told.setdefault("security", []):  # nobody is asked who they are
                    told["responses"].pop(401, None)
                for each in told["parameters"]:  # a parameter's own examples would be a map; its schema's are a list
                    if isinstance(each.get("examples"), list):
                        each["schema"]["examples"] = each.pop("examples")
        return described


api = Api(
    title="同心 Tongxin",
    version="1",
    description=DESCRIPTION,
    auth=[Header(), Bearer()],
    docs_url=None,  # ninja's page loads its scripts from elsewhere; openapi.json is for any reader
    openapi_url="/openapi.json",
    urls_namespace="api-v1",
)
for each in PARTS:
    api.add_router("", each.router)


@api.exception_handler(Exception)
def _refused(request: HttpRequest, error: Exception) -> HttpResponse:
    return respond_to(request, statuses.told(error) if isinstance(error, Refused) else error)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problems.respond(request, problems.Unknown("key.absent"))


@api.exception_handler(ValidationError)
def _unfit(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Parameters that do not fit: in the address, there is no such thing; behind it, the caller is told which."""
    found = [(str(each["loc"][0]), ".".join(map(str, each["loc"][1:]))[:60], str(each["msg"])) for each in error.errors]
    where, at, _ = found[0]
    at = at.rsplit(".", 1)[-1] if where == "path" else at.removeprefix("params.")
    refusal = Missing("path.invalid", at=at) if where == "path" else Invalid("query.invalid", at=at)
    return problems.respond(request, refusal, [{"at": each, "says": says} for _, each, says in found])


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer addresses under /api that do not exist."""
    raise Missing("path.missing", path=request.path_info[:120])
