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
    audit,
    calls,
    catalog,
    deliveries,
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
Accept-Language prefers. Examples hold in the demonstration city (`make demo`), numbers of matters and ids apart."""

# what the description is divided into, in the order in which one gets to know it
TAGS = {
    "matters": "上报、查询、办理、证据、保密 | reporting, reading, acting, evidence, sealed matters",
    "overlays": "延期、挂账、协办、吹哨、异议、回访、复核 | what lies over a matter",
    "orders": "督办单 | supervision orders",
    "receipts": "反映人凭回执：跟踪、补充、催办、评价、自己的信息 | for reporters, by their receipt",
    "catalog": "事项模板、流程表、单位 | kinds of matters, the lifecycle, units",
    "areas": "区域与定位 | areas, and where a point lies",
    "calls": "12345 来电 | calls",
    "letters": "来信 | letters",
    "knowledge": "知识库 | the knowledge base",
    "alarms": "警情推送 | what the police handed over",
    "devices": "设备台账与读数 | the ledger of devices, and what they measure",
    "patrols": "巡查 | patrols",
    "visits": "走访与八项职责 | visits, and the eight duties",
    "vans": "便民流动车 | service vans",
    "help": "一键求助 | one-tap help",
    "reverse": "倒逼比对 | the reverse check",
    "publicity": "公告与公开 | what everybody is told",
    "notices": "自己的通知 | one's own notices",
    "figures": "指标 | figures",
    "posts": "岗位、代班、值班 | posts, standing in, rosters",
    "webhooks": "事件推送 | news pushed to programs",
    "deliveries": "消息发送、措辞、群机器人 | the delivery log, wordings, robots",
    "rules": "规则：草案、试运行、发布 | rules: draft, rehearse, publish",
    "administration": "日历、单位、后台事务 | calendar, units, what is stuck",
}

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
    deliveries,
    reverse,
    publicity,
    receipts,
    receipt_rights,
    several,
    posts,
    administration,
    audit,
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
        described["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]
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
