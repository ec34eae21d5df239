"""What the API answers: one definition each, read by the encoder and by openapi.json alike."""

from typing import Annotated, Any

import msgspec
from msgspec import Struct

from tongxin.interfaces.api.v1.asked import Ask, Report, Unseal
from tongxin.interfaces.api.v1.described import Moment, among, told
from tongxin.rules.area_codes import How
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import Act, State
from tongxin.rules.permissions import Role
from tongxin.rules.units import UnitKind


class AreaRef(Struct, kw_only=True):
    """An area by code and name."""

    code: Annotated[str, told("区域编码 | code", "330802007008001")]
    name: Annotated[str, told("名称 | name", "松园社区 01 网格")]
    chain: Annotated[list[str], told("自上而下的名称 | names from the top down", ["衢州市", "柯城区", "荷花街道"])]


class TemplateRef(Struct, kw_only=True):
    """The very version of the template a matter was reported under."""

    code: Annotated[str, told("模板编码 | code", "C02")]
    name: Annotated[str, told("名称 | name", "暴露垃圾")]
    name_en: Annotated[str, told("英文名称 | English name")]


class UnitRef(Struct, kw_only=True):
    """A unit by id, code and name."""

    id: Annotated[int, told("编号 | id", 7)]
    code: Annotated[str, told("编码 | code", "sanitation")]
    name: Annotated[str, told("名称 | name", "荷花街道环卫所")]


class Links(Struct, kw_only=True):
    """Where to go on."""

    self: Annotated[str, told("事项 | the matter", "/api/v1/matters/KC261120-0417")]
    acts: Annotated[
        str, told("办理地址，{act} 换成要办的事 | address of acts", "/api/v1/matters/KC261120-0417/acts/{act}")
    ]
    evidence: Annotated[str, told("证据地址 | address of evidence", "/api/v1/matters/KC261120-0417/evidence")]


class Reported(Struct, kw_only=True):
    """The answer to a report."""

    number: Annotated[str, told("事项编号，可口头告知 | number, short enough to say on the phone", "KC261120-0417")]
    receipt: Annotated[
        str, told("回执，128 位随机；只在此处给出，交给上报人 | receipt, told here only: for the reporter")
    ]
    receipt_key: Annotated[
        str,
        told(
            "回执密钥，为居民上报（channel 为 resident）时给出，凭它补充、催办、评价 | key of the receipt, where the "
            "channel is resident: by it the reporter adds, urges, rates",
        ),
    ]
    state: Annotated[State, among(State, "状态 | state")]
    area: Annotated[AreaRef, told("所在区域 | the area it lies in")]
    level: Annotated[str, told("层级：G 网格 V 村社 T 镇街 C 县区 Y 市 | level", "V")]
    urgency: Annotated[Urgency, among(Urgency, "紧急程度 | urgency")]
    due_at: Annotated[Moment | None, told("全流程截止时刻 | when the whole is due")]
    links: Annotated[Links, told("相关地址 | where to go on")]


class Problem(Struct, kw_only=True, omit_defaults=True):
    """Why not. RFC 9457, application/problem+json; `code` names the rule and never changes, `detail` is for people."""

    type: Annotated[str, told("问题类型的相对地址 | relative URI of the kind of problem", "/problems/template.unknown")]
    title: Annotated[str, told("概括 | short title", "内容不符合要求")]
    status: Annotated[int, told("HTTP 状态 | HTTP status", 422)]
    detail: Annotated[str, told("给人看的一句话，中文或英文 | a sentence for people", "没有“X1”这个事项模板。")]
    code: Annotated[str, told("规则代码，供程序判断 | the rule's code, for programs", "template.unknown")]
    facts: Annotated[dict[str, Any], told("有关事实 | the facts behind it", {"template": "X1"})]
    errors: Annotated[list[dict[str, str]], told("逐项说明 | one by one")] = []


class Row(Struct, kw_only=True, omit_defaults=True):
    """The answer to one row of a list, in its place: either the matter or the problem."""

    status: Annotated[int, told("201 新建，200 以前报过，4xx 未收 | 201 new, 200 reported before, 4xx refused", 201)]
    matter: Annotated[Reported | None, told("收下的事项 | the matter")] = None
    problem: Annotated[Problem | None, told("没有收下的原因 | why it was refused")] = None


class RowsProblem(Problem, kw_only=True, omit_defaults=True):
    """Why a list was refused in which no row is a report; of one report it is a problem without `rows`."""

    rows: Annotated[list[Row], told("逐行说明，只在一批里没有一行能读时 | each row, of a list alone")] = []


class Taken(Struct, kw_only=True):
    """The answer to an act: where the matter stands now."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    state: Annotated[State, among(State, "状态 | state")]
    rev: Annotated[int, told("版本，也是 ETag | revision, also the ETag", 4)]
    due_at: Annotated[Moment | None, told("当前时限的截止时刻 | when the clock that runs now is due")]
    unit: Annotated[UnitRef | None, told("承办单位 | the unit that handles it")]


class Line(Struct, kw_only=True):
    """One matter in a list."""

    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    title: Annotated[str, told("标题 | title", "菜场垃圾堆积")]
    place: Annotated[str, told("地点描述 | the place in words", "荷花菜场东门")]
    template: Annotated[TemplateRef, told("事项模板 | template")]
    area: Annotated[AreaRef, told("所在区域 | area")]
    state: Annotated[State, among(State, "状态 | state")]
    level: Annotated[str, told("层级：G 网格 V 村社 T 镇街 C 县区 Y 市 | level", "V")]
    urgency: Annotated[Urgency, among(Urgency, "紧急程度 | urgency")]
    channel: Annotated[Channel, among(Channel, "来源渠道 | channel")]
    is_sealed: Annotated[bool, told("封存，只有专门岗位可见 | sealed: for named duties only")]
    unit: Annotated[UnitRef | None, told("承办单位 | the unit that handles it")]
    lamp: Annotated[Lamp | None, among(Lamp, "时限灯 | lamp")]
    due_at: Annotated[Moment | None, told("当前时限的截止时刻 | when the clock that runs now is due")]
    is_provisional: Annotated[
        bool, told("所用年份的工作日安排尚未公布 | rests on a year whose calendar is unpublished")
    ]
    reported_at: Annotated[Moment, told("上报时刻 | when it was reported")]
    closed_at: Annotated[Moment | None, told("办结时刻 | when it was closed")]
    is_late: Annotated[bool | None, told("办结时是否超期 | whether it was closed late")]
    lon: Annotated[float | None, told("经度 WGS-84 | longitude", 118.865)]
    lat: Annotated[float | None, told("纬度 WGS-84 | latitude", 28.945)]
    href: Annotated[str, told("事项地址 | address of the matter", "/api/v1/matters/KC261120-0417")]


class Lines(Struct, kw_only=True):
    """A page of matters."""

    items: Annotated[list[Line], told("事项 | matters")]
    next: Annotated[str | None, told("下一页的 after；没有下一页为 null | cursor of the next page, or null")]


class ClockShown(Struct, kw_only=True):
    """One clock of a matter."""

    clock: Annotated[Clock, among(Clock, "时限 | clock")]
    limit: Annotated[str, told("时长 | limit: m, h 自然分钟、小时; wm, wh, wd 工作分钟、小时、日; d 日", "4wh")]
    started_at: Annotated[Moment, told("起算 | started")]
    due_at: Annotated[Moment, told("截止 | due")]
    amber_at: Annotated[Moment, told("临期提醒 | warns from")]
    ended_at: Annotated[Moment | None, told("止算 | ended")]
    outcome: Annotated[str, told("on_time 按期，overdue 超期，dropped 取消，空为在走 | empty while it runs")]
    lamp: Annotated[Lamp | None, among(Lamp, "时限灯 | lamp")]
    is_provisional: Annotated[bool, told("所用年份的工作日安排尚未公布 | rests on an unpublished calendar")]


class Choice(Struct, kw_only=True):
    """One act that the matter's state knows: open, or refused with its reason."""

    act: Annotated[Act, among(Act, "办理 | act")]
    label: Annotated[str, told("名称 | its word", "签收")]
    is_open: Annotated[bool, told("现在可以办 | possible for this key now")]
    needs: Annotated[list[str], told("必须填写的字段 | fields it asks for", ["reason"])]
    refused: Annotated[Problem | None, told("不能办的原因 | why not")]
    href: Annotated[str, told("办理地址 | where to POST", "/api/v1/matters/KC261120-0417/acts/sign")]


class Happened(Struct, kw_only=True):
    """One entry of the timeline: which post did what, never who."""

    seq: Annotated[int, told("序号 | its place in the chain", 1)]
    at: Annotated[Moment, told("时刻 | when")]
    kind: Annotated[str, told("记录种类 | kind of entry", "matter.sign")]
    role: Annotated[Role | None, among(Role, "岗位 | the post's role")]
    is_lent: Annotated[bool, told("代班 | the post was stood in for")]
    unit: Annotated[UnitRef | None, told("岗位所在单位 | the post's unit")]
    facts: Annotated[dict[str, Any], told("代码与编号 | codes and references", {"state": "handling"})]
    note: Annotated[str, told("办理时写的话 | words written with it", "垃圾已清运。")]


class EvidenceShown(Struct, kw_only=True):
    """A photo or document of a matter."""

    id: Annotated[int, told("编号 | id", 12)]
    kind: Annotated[str, told("before 处置前，after 处置后，other 其他，document 文书 | kind", "after")]
    media_type: Annotated[str, told("媒体类型 | media type", "image/jpeg")]
    size: Annotated[int, told("字节数 | bytes", 48213)]
    sha256: Annotated[str, told("文件指纹 | digest of the file")]
    taken_at: Annotated[Moment | None, told("拍摄时刻 | when it was taken")]
    kept_at: Annotated[Moment, told("入库时刻 | when it was kept")]
    href: Annotated[str, told("文件地址 | address of the file", "/api/v1/matters/KC261120-0417/evidence/12")]


class Masked(Struct, kw_only=True):
    """The reporter's contact, always masked: no GET opens it."""

    name: Annotated[str, told("姓名，已隐去 | name, masked", "王*")]
    phone: Annotated[str, told("电话，已隐去 | telephone, masked", "138****6027")]
    is_secret: Annotated[bool, told("身份保密 | the identity is secret")]


class Matter(Line, kw_only=True):
    """A matter in full, as far as this key may see."""

    rev: Annotated[int, told("版本，也是 ETag | revision, also the ETag", 3)]
    text: Annotated[str, told("上报内容 | what was reported")]
    form: Annotated[dict[str, Any], told("表单 | form")]
    located: Annotated[How, among(How, "如何定位 | how it was located")]
    located_m: Annotated[float | None, told("到最近网格的米数 | meters to the nearest grid")]
    contact: Annotated[Masked | None, told("联系方式，已隐去 | contact, masked")]
    desk: Annotated[UnitRef, told("受理派遣的指挥室 | the desk that owns it")]
    suggested: Annotated[UnitRef | None, told("建议的承办单位 | the unit routing suggests")]
    suggested_by: Annotated[str, told("派单规则 | the routing rule that suggests it", "R-014")]
    close_as: Annotated[str, told("结案类型 | how it was closed", "normal")]
    clocks: Annotated[list[ClockShown], told("时限 | clocks")]
    acts: Annotated[list[Choice], told("能办与不能办 | acts, open and refused")]
    timeline: Annotated[list[Happened], told("经过 | what happened")]
    evidence: Annotated[list[EvidenceShown], told("证据 | evidence")]
    links: Annotated[Links, told("相关地址 | where to go on")]


class Look(Struct, kw_only=True):
    """One look at what is personal or sealed, by post and never by name."""

    at: Annotated[Moment | None, told("何时 | when")]
    role: Annotated[Role | None, among(Role, "岗位；null 为系统 | role, null for the system")]
    is_lent: Annotated[bool, told("代班 | stood in for")]
    unit: Annotated[UnitRef | None, told("单位 | unit")]
    reason: Annotated[str, told("理由 | why", "到场前联系")]
    until: Annotated[
        Moment | None,
        told("保密件开到何时；看联系方式为 null | until when a sealed matter was open; null for a look at the contact"),
    ]


class Readers(Struct, kw_only=True):
    """Every look, the newest first."""

    items: Annotated[list[Look], told("谁看过 | looks")]


class Unsealed(Struct, kw_only=True):
    """A sealed matter that was opened: since when and until when."""

    id: Annotated[int, told("编号 | id", 7)]
    number: Annotated[str, told("事项编号 | number", "KC261120-0417")]
    at: Annotated[Moment | None, told("打开时刻 | opened")]
    until: Annotated[Moment | None, told("关闭时刻 | closes, or was closed")]
    href: Annotated[str, told("事项地址 | the matter", "/api/v1/matters/KC261120-0417")]


class Other(Struct, kw_only=True):
    """Another area at the same point."""

    code: Annotated[str, told("区域编码 | code", "330802007008002")]
    name: Annotated[str, told("名称 | name", "松园社区 02 网格")]


class Located(Struct, kw_only=True):
    """Where a point lies, and why."""

    lon: Annotated[float, told("经度 WGS-84 | longitude", 118.865)]
    lat: Annotated[float, told("纬度 WGS-84 | latitude", 28.945)]
    how: Annotated[How, among(How, "如何定位 | how it was found")]
    area: Annotated[AreaRef | None, told("所在区域；不在辖区内为 null | the area, or null outside")]
    metres: Annotated[float | None, told("到最近网格的米数 | meters, where the nearest was taken", 12.5)]
    others: Annotated[list[Other], told("同一点上的其他区域 | other areas at this point")]
    is_synthetic: Annotated[bool, told("边界为示意 | the outline is drawn for show")]


class AreaShown(Struct, kw_only=True):
    """An area."""

    code: Annotated[str, told("区域编码 | code", "330802001")]
    name: Annotated[str, told("名称 | name", "荷花街道")]
    aliases: Annotated[list[str], told("别名 | what people call it besides", ["荷花"])]
    level: Annotated[str, told("层级 | level", "town")]
    kind: Annotated[str, told("ordinary 普通，special 专属 | kind", "ordinary")]
    parent: Annotated[str | None, told("上级编码 | code of the area above", "330802")]
    chain: Annotated[list[str], told("自上而下的名称 | names from the top down")]
    bbox: Annotated[
        list[float] | None, told("西、南、东、北 | west, south, east, north", [118.86, 28.94, 118.89, 28.95])
    ]
    centre: Annotated[list[float] | None, told("中心点：经度、纬度 | longitude, latitude", [118.875, 28.945])]
    is_synthetic: Annotated[bool, told("边界为示意 | the outline is drawn for show")]
    valid_from: Annotated[str | None, told("启用日 | first day")]
    valid_to: Annotated[str | None, told("停用日 | first day no longer")]
    geometry: Annotated[msgspec.Raw | None, told("GeoJSON 几何，shape=1 时给出 | GeoJSON geometry, with shape=1")] = (
        None
    )


class TemplateLine(Struct, kw_only=True):
    """A kind of matter, in a list."""

    code: Annotated[str, told("模板编码 | code", "C02")]
    version: Annotated[int, told("版本 | version", 1)]
    name: Annotated[str, told("名称 | name", "暴露垃圾")]
    name_en: Annotated[str, told("英文名称 | English name")]
    level: Annotated[str, told("层级：G 网格 V 村社 T 镇街 C 县区 Y 市 | level", "V")]
    urgency: Annotated[Urgency, among(Urgency, "紧急程度 | urgency")]
    limit: Annotated[str, told("处置时限 | handling limit", "4wh")]
    may_settle: Annotated[bool, told("网格员可自行处置 | may be settled on the spot")]
    is_sealed: Annotated[bool, told("封存类 | sealed kind")]
    before_photos: Annotated[int, told("处置前照片数 | photos of the start wanted", 1)]
    after_photos: Annotated[int, told("处置后照片数 | photos of the result wanted", 1)]


class TemplateShown(TemplateLine, kw_only=True):
    """A kind of matter in full."""

    form: Annotated[dict[str, Any], told("表单的 JSON Schema 2020-12 | the form's JSON Schema")]
    unit_kinds: Annotated[list[str], told("承办单位类别 | kinds of units that handle it")]
    filing_condition: Annotated[str, told("立案条件 | when it is filed")]
    closing_condition: Annotated[str, told("结案条件 | when it may be closed")]
    filing_condition_en: Annotated[str, told("立案条件（英文） | in English")]
    closing_condition_en: Annotated[str, told("结案条件（英文） | in English")]


class Templates(Struct, kw_only=True):
    """The templates in force."""

    items: Annotated[list[TemplateLine], told("模板 | templates")]


class UnitShown(UnitRef, kw_only=True):
    """A unit."""

    kind: Annotated[UnitKind, among(UnitKind, "单位类别 | kind")]
    area: Annotated[str, told("所在区域编码 | code of its area", "330802001")]
    phone: Annotated[str, told("办公电话 | office telephone")]


class Units(Struct, kw_only=True):
    """A page of units."""

    items: Annotated[list[UnitShown], told("单位 | units")]
    next: Annotated[str | None, told("下一页的 after；没有下一页为 null | cursor of the next page, or null")]


class ActShown(Struct, kw_only=True):
    """One row of the lifecycle: an act, from which states, where to, by whom."""

    act: Annotated[Act, among(Act, "办理 | act")]
    label: Annotated[str, told("名称 | its word", "签收")]
    sources: Annotated[list[State], told("从这些状态 | from these states")]
    target: Annotated[State | None, told("到这个状态；null 为不变 | to this state; null: it stays")]
    roles: Annotated[list[Role], told("由这些岗位 | by these roles")]
    needs: Annotated[list[str], told("必须填写的字段 | fields it asks for", ["reason"])]


class Acts(Struct, kw_only=True):
    """The lifecycle as a table."""

    items: Annotated[list[ActShown], told("办理 | acts")]


ALL = (
    Report, Ask, Reported, Row, Problem, RowsProblem, Taken,
    Lines, Matter, EvidenceShown, Located, AreaShown, Templates,
    TemplateShown, Units, Acts, Unseal, Look, Readers, Unsealed,
)  # fmt: skip
