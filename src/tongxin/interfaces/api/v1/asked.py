"""What callers send: one definition each, read by the decoder and by openapi.json alike."""

from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from tongxin.apps.matters.actions.steps import ROUTE_LIMIT
from tongxin.apps.matters.incoming import KEY_LIMIT, NAME_LIMIT, PHONE_LIMIT, PLACE_LIMIT, TITLE_LIMIT
from tongxin.interfaces.api.v1.described import AREA, DATUM, LAT, LON, POINT_BOTH, WORDS, Moment, among, told
from tongxin.rules.channels import Channel
from tongxin.rules.datum import Datum
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, Because, CloseKind, Ground
from tongxin.rules.sealing import REASON_LEAST, REASON_MOST

MOST_BIGINT, MOST_INT = 2**63 - 1, 2**31 - 1


class Said(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a caller sends. A field nobody knows is refused: a typing error must not lose what was meant."""

    BESIDES: ClassVar[dict[str, Any]] = {}  # how its fields hang together: more of its JSON Schema


# a point, or else an area
WHERE: dict[str, Any] = POINT_BOTH | {
    "else": POINT_BOTH["else"] | {"required": ["area"], "properties": {"area": {"minLength": 2}}}
}


class Contact(Said):
    """How to answer the reporter. Personal: kept apart, masked in every answer."""

    name: Annotated[str, told("姓名 | name", "王女士", maxLength=NAME_LIMIT)] = ""
    phone: Annotated[str, told("电话 | telephone", "13812346027", maxLength=PHONE_LIMIT)] = ""


class Report(Said):
    """One report. Say where by a point (`lon`, `lat`) or by an `area` code."""

    BESIDES: ClassVar[dict[str, Any]] = WHERE

    template: Annotated[str, told("事项模板编码，见 /templates | code of the template, see /templates", "C02")]
    text: Annotated[
        str,
        told(
            "发生了什么，最多 2000 字 | what happened, 2000 characters at most",
            "垃圾桶旁堆了好多垃圾。",
            maxLength=TEXT_LIMIT,
            pattern=WORDS,
        ),
    ]
    title: Annotated[
        str,
        told(
            "标题，最多 80 字；不填取正文首句 | title; else the text's first sentence",
            "菜场垃圾堆积",
            maxLength=TITLE_LIMIT,
        ),
    ] = ""
    place: Annotated[str, told("地点描述，最多 120 字 | the place in words", "荷花菜场东门", maxLength=PLACE_LIMIT)] = (
        ""
    )
    lon: Annotated[float | None, told("经度，度；与 lat 一起填 | longitude, degrees; with lat", 118.865, **LON)] = None
    lat: Annotated[float | None, told("纬度，度 | latitude, degrees", 28.945, **LAT)] = None
    crs: Annotated[
        str,
        Meta(
            description="坐标系，不分大小写 | datum, any case: wgs84 (GPS), gcj02 (高德、腾讯), bd09 (百度), cgcs2000",
            examples=[datum.value for datum in Datum],
            extra_json_schema={"pattern": DATUM},
        ),
    ] = Datum.WGS84.value
    area: Annotated[
        str,
        told("区域编码，没有坐标时必填 | code of the area where no point is given", "330802007008001", pattern=AREA),
    ] = ""
    form: Annotated[
        dict[str, Any], told("模板表单的答案 | answers to the template's form", {"amount": "一堆", "kind": "生活垃圾"})
    ] = {}
    channel: Annotated[Channel, among(Channel, "来源渠道 | where it came from")] = Channel.PARTNER
    urgency: Annotated[
        Urgency | None, among(Urgency, "紧急程度，只能比模板更急 | how pressing; never softer than the template")
    ] = None
    is_secret: Annotated[bool, told("身份保密 | keep the reporter's identity secret")] = False
    contact: Annotated[Contact | None, told("联系方式 | how to answer the reporter")] = None
    reported_at: Annotated[
        Moment | None,
        told(
            "上报时刻，带时区；最早 7 天前，时限从它起算；不填为现在 | when it was reported, with zone; at most 7 "
            "days ago; the clocks start there; else now",
        ),
    ] = None
    key: Annotated[
        str,
        told(
            "幂等键，如 12345-2026-0417：相同的键只产生一件事项 | idempotency key: one matter for a key, however "
            "often it is sent",
            maxLength=KEY_LIMIT,
        ),
    ] = ""


class Unseal(Said):
    """Why a sealed matter must be opened now."""

    reason: Annotated[
        str,
        told(
            "理由，10 至 200 字；当事人会看到 | why, 10 to 200 characters; the person concerned reads it",
            "家属报警，需核实走失地点。",
            minLength=REASON_LEAST,
            maxLength=REASON_MOST,
        ),
    ]


class AskOfAny(Said):
    """What an act needs, of one matter or of several. /acts says which fields each act asks for."""

    reason: Annotated[
        str, told("理由或办理情况，最多 2000 字 | why, or what was done", "垃圾已清运。", maxLength=TEXT_LIMIT)
    ] = ""
    ground: Annotated[Ground | None, among(Ground, "法定理由 | legal ground")] = None
    route: Annotated[
        str,
        told(
            "可以去哪里办，最多 120 字 | where the reporter can go instead",
            "请向县人民法院咨询",
            maxLength=ROUTE_LIMIT,
        ),
    ] = ""
    unit: Annotated[
        Annotated[int, Meta(ge=1, le=MOST_BIGINT)] | str | None,
        told("承办单位的编号或编码 | the unit's id or code", "sanitation-330802007"),
    ] = None
    close_as: Annotated[CloseKind | None, among(CloseKind, "结案类型 | how it is closed")] = None
    reply: Annotated[
        str,
        told(
            "给报事人的答复，最多 2000 字 | the answer to the reporter",
            "垃圾已清运，感谢您的反映。",
            maxLength=TEXT_LIMIT,
        ),
    ] = ""
    suggested_unit: Annotated[
        Annotated[int, Meta(ge=1, le=MOST_BIGINT)] | str | None,
        told(
            "退回时写明应由谁办：编号或编码 | who should handle it, when returned: id or code", "enforcement-330802007"
        ),
    ] = None
    because: Annotated[Because | None, among(Because, "为什么重办 | why it is handled anew")] = None


def check_lengths(said: AskOfAny) -> None:
    """Raise Invalid for a text that is too long for any act, before anything is looked up for it."""
    for name, limit in (("reason", TEXT_LIMIT), ("route", ROUTE_LIMIT), ("reply", TEXT_LIMIT)):
        if len(text := getattr(said, name)) > limit:
            raise Invalid("report.too_long", field=name, limit=limit, found=len(text))


class Ask(AskOfAny, kw_only=True):
    """What an act on one matter needs. /acts says which fields each act asks for."""

    master: Annotated[str, told("合并到哪一件：编号 | number of the matter that this one follows", "KC261120-0411")] = (
        ""
    )
    template: Annotated[str, told("改成哪一类：模板编码 | code of the kind it is to be of", "D02", max_length=20)] = ""
    rev: Annotated[
        Annotated[int, Meta(ge=1, le=MOST_INT)] | None,
        told(
            "您看到的版本；不一致时拒绝 (412)，同 If-Match | the revision you saw; refused (412) when changed since", 3
        ),
    ] = None
