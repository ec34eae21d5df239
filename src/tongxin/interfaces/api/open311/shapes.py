"""What this door tells: one definition each, written by the handlers and described by openapi.json alike.

Names, order and meaning are the standard's. What may be empty has None for it: JSON says null, XML leaves it out.
Source: open311.org, GeoReport v2; servicerequestupdates by mysociety/open311-adapter.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from tongxin.interfaces.api.open311.formats import Listing
from tongxin.interfaces.api.open311.statuses import Status
from tongxin.interfaces.api.v1.described import told
from tongxin.rules.lifecycles.matter import State

Id = Annotated[str, told("事项编号 | number of the request", "KC261120-0417")]
AT = Meta(extra_json_schema={"format": "date-time"}, examples=["2026-11-20T15:42:00+08:00"])
At = Annotated[str, AT]
Datatype = Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
Link = Annotated[str | None, told("照片链接 | link to a photo")]


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is told."""


class Endpoint(Shape, kw_only=True):
    """Where requests are taken in: for good, or to try out a program."""

    specification: Annotated[str, told("所依标准 | the standard it keeps to", "http://wiki.open311.org/GeoReport_v2")]
    url: Annotated[str, told("地址，以斜杠结尾 | address, ending in a slash", "https://city.example/api/open311/v2/")]
    changeset: Annotated[At, told("何时变更 | when it last changed")]
    type: Annotated[Literal["production", "test"], told("正式或测试 | for good or to try")]
    formats: Annotated[list[str], told("写法 | how it is written", ["text/xml", "application/json"])]


class Discovery(Shape, kw_only=True):
    """What this server offers."""

    changeset: Annotated[At, told("何时变更 | when it last changed")]
    contact: Annotated[str, told("有问题找谁 | whom to ask")]
    key_service: Annotated[str, told("怎样得到密钥 | how to be given a key")]
    endpoints: Annotated[list[Endpoint], told("入口 | where to go")]


class Service(Shape, kw_only=True):
    """A kind of matter that can be reported."""

    service_code: Annotated[str, told("事项模板代码 | code of the template", "C02", pattern="^[A-Za-z0-9_-]+$")]
    service_name: Annotated[str, told("名称 | name", "暴露垃圾")]
    description: Annotated[str, told("什么情况算这一类 | what belongs here")]
    metadata: Annotated[bool, told("是否另有要问的 | whether it asks questions of its own")]
    type: Annotated[Literal["realtime"], told("当场给编号 | a number is given at once")]
    keywords: Annotated[str | None, told("关键词，逗号分隔 | keywords, with commas")] = None
    group: Annotated[str | None, told("大类 | its class", "市容环境")] = None


class Value(Shape, kw_only=True):
    """One of the answers to choose from."""

    key: Annotated[str, told("上报时填的值 | what is sent")]
    name: Annotated[str, told("给人看的名称 | what people read")]


class Attribute(Shape, kw_only=True):
    """One question of a service."""

    variable: Annotated[bool, told("是否要填 | whether an answer is wanted")]
    code: Annotated[str, told("填在 attribute[…] 里的代码 | stands in attribute[…]", "amount")]
    datatype: Annotated[Datatype, told("填什么 | what kind of answer")]
    required: Annotated[bool, told("是否必填 | whether it must be answered")]
    datatype_description: Annotated[str | None, told("怎样填 | what fits")] = None
    order: Annotated[int, told("顺序，从 1 起 | its place, from 1", 1, ge=1)]
    description: Annotated[str, told("问题 | the question", "垃圾量")]
    values: Annotated[list[Value] | None, told("可选的答案 | the answers to choose from")] = None


class Definition(Shape, kw_only=True):
    """The questions of a service."""

    service_code: Annotated[str, told("事项模板代码 | code of the template", "C02")]
    attributes: Annotated[list[Attribute], told("要问的 | its questions, in their order")]


class Receipt(Shape, kw_only=True):
    """What was taken in: its number, where it lies and until when it is due."""

    service_request_id: Id
    service_notice: Annotated[str | None, told("给上报方的话 | a word to whoever sent it")] = None
    account_id: Annotated[str | None, told("不用 | not used")] = None


class Token(Shape, kw_only=True):
    """The number behind a receipt."""

    service_request_id: Id
    token: Annotated[str, told("回执 | the receipt", "4f1c7a52-9d0e-4f4b-8a63-1c2d3e4f5a6b")]


class Request(Shape, kw_only=True):
    """A request as it stands now."""

    service_request_id: Id
    status: Annotated[Literal["open", "closed"], told("在办或办结 | under way or closed")]
    status_notes: Annotated[str | None, told("现在的状态 | where it stands", "处置中")] = None
    service_name: Annotated[str, told("事项名称 | name of its kind", "暴露垃圾")]
    service_code: Annotated[str, told("事项模板代码 | code of its kind", "C02")]
    description: Annotated[
        str,
        told(
            "凭密钥：原文；不凭密钥：名称或审核过的文字 | with a key: the words sent; else its kind, or reviewed words"
        ),
    ]
    agency_responsible: Annotated[str | None, told("承办单位 | the unit at work", "荷花街道环卫所")] = None
    service_notice: Annotated[str | None, told("不用 | not used")] = None
    requested_datetime: Annotated[At, told("何时上报 | when it was reported")]
    updated_datetime: Annotated[At, told("何时办结或有进展 | when it was closed, or last moved")]
    expected_datetime: Annotated[At | None, told("最晚何时办结 | when it is due at the latest")] = None
    address: Annotated[str | None, told("地点；不凭密钥只到网格 | place; without a key, its grid")] = None
    address_id: Annotated[str | None, told("区划或网格编码 | code of the area or grid", "330802001001001")] = None
    zipcode: Annotated[str | None, told("不用 | not used")] = None
    lat: Annotated[
        float | None, told("纬度，WGS-84；不凭密钥为网格中心 | latitude; without a key, of the grid's middle")
    ] = None
    long: Annotated[float | None, told("经度 | longitude")] = None
    media_url: Link = None


class Update(Shape, kw_only=True):
    """One step of a request."""

    update_id: Annotated[str, told("这一步的编号 | id of the step", "KC261120-0417-3")]
    service_request_id: Id
    status: Annotated[Status, told("扩展状态 | extended status")]
    updated_datetime: Annotated[At, told("何时 | when")]
    description: Annotated[str, told("发生了什么 | what happened", "已受理。")]
    media_url: Link = None
    external_status_code: Annotated[State, told("事项状态 | state of the matter")]


class UpdateTaken(Shape, kw_only=True):
    """What became of further words."""

    update_id: Annotated[str, told("编号 | its id", "KC261120-0417-4")]


class Error(Shape, kw_only=True):
    """Something that is wrong."""

    code: Annotated[int, told("400、403、404，或更细的 413、429 | 400, 403, 404, or finer: 413, 429", 404)]
    description: Annotated[str, told("给人看的一句话 | a sentence for people", "没有编号为 KC991231-0001 的事项。")]


class Collection(NamedTuple):
    """Several of one shape: what XML calls them all, and each of them. JSON has a bare array."""

    name: str
    each: str
    shape: type[Shape]

    def of(self, items: Iterable[Shape]) -> Listing:
        """Return these as they are told."""
        return Listing(self.name, self.each, list(items))


SERVICES = Collection("services", "service", Service)
RECEIPTS = Collection("service_requests", "request", Receipt)
TOKENS = Collection("service_requests", "request", Token)
REQUESTS = Collection("service_requests", "request", Request)
UPDATES = Collection("service_request_updates", "request_update", Update)
UPDATES_TAKEN = Collection("service_request_updates", "request_update", UpdateTaken)
ERRORS = Collection("errors", "error", Error)
