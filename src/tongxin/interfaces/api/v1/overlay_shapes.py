"""The API's shapes of what lies over matters: what is answered, and what is asked."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from tongxin.apps.matters.overlay_queues import QUEUES
from tongxin.interfaces.api.v1.asked import MOST_BIGINT, MOST_INT, Said
from tongxin.interfaces.api.v1.described import LAT, LON, POINT_BOTH, WORDS, Moment, among, told
from tongxin.interfaces.api.v1.shapes import ClockShown, Line, Problem, UnitRef
from tongxin.rules.lamps import Lamp
from tongxin.rules.lifecycles.matter import TEXT_LIMIT
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.overlays.order import MOST, Grade
from tongxin.rules.overlays.tables import BY_ACT, TABLES, options
from tongxin.rules.permissions import Role

# every act on an overlay that a person takes, and every list of what waits: what addresses may name
OverlayAct = StrEnum(  # type: ignore[misc]
    "OverlayAct",
    {
        act.upper().replace(".", "_"): act
        for act, table in BY_ACT.items()
        if any(step.act == act and step.by != {Role.PLATFORM} for step in table.steps)
    },
)
QueueName = StrEnum("QueueName", {name.upper(): name for name in QUEUES})  # type: ignore[misc]

UnitGiven = Annotated[int, Meta(ge=1, le=MOST_BIGINT)] | str


def _choices(field: str) -> Any:
    """Return what a field may hold for one act or another, and nothing: an act says itself which of them it takes."""
    found = {options(step.act, field) for table in TABLES.values() for step in table.steps} - {None}
    codes = sorted({code.value for each in found if each for code in each})
    return StrEnum(f"Overlay{field.title()}", {"NONE": "", **{code.upper(): code for code in codes}})


OverlayGround, OverlayKind, OverlayJoin, OverlayRating, OverlayOutcome = map(
    _choices, ("ground", "kind", "join", "rating", "outcome")
)


# --- what is asked ---------------------------------------------------------------------------------------


class OverlayAsk(Said):
    """What an act on an overlay needs; each act lists its own fields under `needs` and `may`."""

    BESIDES: ClassVar[dict[str, Any]] = POINT_BOTH

    id: Annotated[
        Annotated[int, Meta(ge=1, le=MOST_BIGINT)] | None,
        told("哪一项；新提出的不填 | which overlay; none for an act that opens one", 7),
    ] = None
    rev: Annotated[
        Annotated[int, Meta(ge=1, le=MOST_INT)] | None,
        told("您看到的事项版本；不一致时 412 | the matter's revision you saw; 412 when changed since", 5),
    ] = None
    reason: Annotated[
        str,
        told("理由或情况，最多 2000 字 | why, or what was done", "要等吊车，明早第一趟清运。", maxLength=TEXT_LIMIT),
    ] = ""
    ground: Annotated[OverlayGround, told("理由类别 | the ground, a code", "season")] = OverlayGround("")
    kind: Annotated[OverlayKind, told("种类 | the kind, a code", "suspension")] = OverlayKind("")
    limit: Annotated[
        str,
        told(
            "时长：m、h 自然，wm、wh、wd 工作，d 日 | a span: m, h natural; wm, wh, wd working; d days",
            "2wh",
            pattern="^([0-9]{1,4}(m|h|wm|wh|wd|d))?$",
        ),
    ] = ""
    until: Annotated[date | None, told("复查日期 | the review day", "2026-12-10")] = None
    units: Annotated[list[UnitGiven], told("单位编号或编码 | units, by id or code", ["enforcement-330802007"])] = []
    unit: Annotated[UnitGiven | None, told("单位编号或编码 | a unit, by id or code", "enforcement-330802007")] = None
    join: Annotated[OverlayJoin, told("主办等谁：all、lead、any | for whom the lead waits", "all")] = OverlayJoin("")
    is_beyond: Annotated[bool, told("可以晚于主办时限 | may end after the lead's own limit")] = False
    rating: Annotated[OverlayRating, told("评价 | rating, a code", "satisfied")] = OverlayRating("")
    is_solved: Annotated[bool | None, told("是否解决 | is it solved")] = None
    reply_by: Annotated[date | None, told("答复期限 | answer by this day", "2026-12-01")] = None
    outcome: Annotated[OverlayOutcome, told("会商结果 | what came out of it, a code", "settled")] = OverlayOutcome("")
    lon: Annotated[
        float | None, told("到场经度，量过即弃 | where one checks in; measured, never kept", 118.865, **LON)
    ] = None
    lat: Annotated[float | None, told("到场纬度 | latitude", 28.945, **LAT)] = None


class OrderAsk(Said):
    """One supervision order over several matters."""

    grade: Annotated[Grade, among(Grade, "督办级别 | grade")]
    text: Annotated[
        str,
        told(
            "督办要求，最多 2000 字 | what is asked",
            "同一地点 7 日内第 2 次，请书面答复。",
            maxLength=TEXT_LIMIT,
            pattern=WORDS,
        ),
    ]
    matters: Annotated[
        Annotated[list[str], Meta(min_length=1, max_length=MOST)],
        told("事项编号 | numbers of matters", ["KC261120-0417"]),
    ]
    reply_by: Annotated[date | None, told("答复期限；不填按级别 | answer by; else by the grade", "2026-12-01")] = None


class CancelAsk(Said):
    """Why an order is taken back."""

    reason: Annotated[str, told("撤销原因 | why", "已由县里统一安排。", maxLength=TEXT_LIMIT, pattern=WORDS)]


# --- what is answered ------------------------------------------------------------------------------------


class OverlayChoice(Struct, kw_only=True):
    """One act on an overlay: open, or refused with its reason."""

    act: Annotated[str, told("办理 | act", "extension.grant")]
    label: Annotated[str, told("名称 | its word", "批准延期")]
    is_open: Annotated[bool, told("现在可以办 | possible for this key now")]
    needs: Annotated[list[str], told("必须填写的字段 | fields it asks for", ["reason"])]
    may: Annotated[list[str], told("可以填写的字段 | fields that may be left out", [])]
    refused: Annotated[Problem | None, told("不能办的原因 | why not")]
    href: Annotated[str, told("办理地址 | where to POST", "/api/v1/matters/KC261120-0417/overlays/extension.grant")]


class OverlayShown(Struct, kw_only=True):
    """Something that lies over a matter, running or over."""

    kind: Annotated[Overlay, among(Overlay, "种类 | kind")]
    id: Annotated[int, told("编号，同种类内唯一 | id, unique within its kind", 7)]
    state: Annotated[str, told("状态代码 | state, a code", "asked")]
    label: Annotated[str, told("状态 | the state's word", "待审批")]
    unit: Annotated[UnitRef | None, told("被请或发起的单位 | the unit it asks, or that opened it")]
    opened_at: Annotated[Moment, told("提出 | opened")]
    due_at: Annotated[Moment | None, told("到期 | due")]
    ended_at: Annotated[Moment | None, told("结束；进行中为 null | ended; null while it runs")]
    facts: Annotated[dict[str, Any], told("只属于它的内容 | what only this kind has", {"limit": "2wh", "round": 1})]
    said: Annotated[str, told("提出时写的话 | the words it was opened with", "要等吊车。")]
    clocks: Annotated[list[ClockShown], told("它自己的时限 | its own clocks")]
    acts: Annotated[list[OverlayChoice], told("能办与不能办 | acts, open and refused")]


class Overlays(Struct, kw_only=True):
    """All that lies over a matter, and what may be laid over it."""

    rev: Annotated[int, told("事项版本 | the matter's revision", 5)]
    items: Annotated[list[OverlayShown], told("先提出的在前 | the oldest first")]
    openings: Annotated[list[OverlayChoice], told("可以新提出的 | acts that open something new")]


class OverlayTaken(Struct, kw_only=True):
    """The answer to an act on an overlay."""

    number: Annotated[str, told("事项编号 | number of the matter", "KC261120-0417")]
    kind: Annotated[Overlay, among(Overlay, "种类 | kind")]
    id: Annotated[int, told("编号 | id", 7)]
    state: Annotated[str, told("现在的状态 | the state it is in now", "granted")]
    rev: Annotated[int, told("事项版本 | the matter's revision", 6)]
    due_at: Annotated[Moment | None, told("到期 | due")]


class WaitingShown(Struct, kw_only=True):
    """One line of a list of what waits: the overlay and its matter."""

    kind: Annotated[Overlay, among(Overlay, "种类 | kind")]
    id: Annotated[int, told("编号 | id", 7)]
    state: Annotated[str, told("状态代码 | state, a code", "asked")]
    unit: Annotated[UnitRef | None, told("被请或发起的单位 | the unit it asks, or that opened it")]
    opened_at: Annotated[Moment, told("提出 | opened")]
    due_at: Annotated[Moment | None, told("到期 | due")]
    lamp: Annotated[Lamp | None, among(Lamp, "它自己的时限灯 | the lamp of its own clock")]
    matter: Annotated[Line, told("事项 | the matter")]


class WaitingPage(Struct, kw_only=True):
    """A page of what waits."""

    items: Annotated[list[WaitingShown], told("先到期的在前 | the first due first")]
    next: Annotated[str | None, told("下一页的 after；没有下一页为 null | cursor of the next page, or null")]


class OrderLine(Struct, kw_only=True):
    """A supervision order, with how far the matters are that this key sees."""

    number: Annotated[str, told("督办单号 | number", "DB261120-0007")]
    grade: Annotated[Grade, among(Grade, "级别 | grade")]
    trigger: Annotated[str, told("自动督办的规则；人工为空 | the rule that raised it; empty: by hand", "overdue")]
    text: Annotated[str, told("督办要求 | what is asked")]
    issuer: Annotated[UnitRef | None, told("发起单位 | the unit that issued it")]
    issued_at: Annotated[Moment, told("发起 | issued")]
    reply_by: Annotated[Moment, told("答复期限 | answer by")]
    ended_at: Annotated[Moment | None, told("办结；在办为 null | ended; null while it runs")]
    items: Annotated[int, told("件数 | matters", 3)]
    open: Annotated[int, told("未销号 | not settled yet", 2)]
    replied: Annotated[int, told("待销号 | replied, to be judged", 1)]
    overdue: Annotated[int, told("答复逾期 | overdue", 0)]
    href: Annotated[str, told("地址 | address", "/api/v1/orders/DB261120-0007")]


class Orders(Struct, kw_only=True):
    """A page of orders."""

    items: Annotated[list[OrderLine], told("新发起的在前 | the newest first")]
    next: Annotated[int | None, told("下一页的 before；没有下一页为 null | cursor of the next page, or null")]


class OrderItemShown(Struct, kw_only=True):
    """One matter of an order."""

    id: Annotated[int, told("编号 | id", 7)]
    state: Annotated[str, told("状态代码 | state, a code", "signed")]
    label: Annotated[str, told("状态 | the state's word", "待答复")]
    unit: Annotated[UnitRef | None, told("答复单位 | the unit that answers")]
    due_at: Annotated[Moment | None, told("到期 | due")]
    lamp: Annotated[Lamp | None, among(Lamp, "时限灯 | lamp")]
    signed_at: Annotated[Moment | None, told("签收 | signed")]
    replied_at: Annotated[Moment | None, told("答复 | replied")]
    sent_back: Annotated[int, told("退回次数 | how often it was sent back", 0)]
    matter: Annotated[Line, told("事项 | the matter")]


class OrderShown(OrderLine, kw_only=True):
    """An order in full, as far as this key may see."""

    matters: Annotated[list[OrderItemShown], told("事项 | matters")]


class OrderOutcome(Struct, kw_only=True, omit_defaults=True):
    """What became of one matter of a new order."""

    number: Annotated[str, told("事项编号 | number of the matter", "KC261120-0417")]
    status: Annotated[int, told("201 已督办，4xx 未督办 | 201 pressed for, 4xx refused", 201)]
    id: Annotated[int | None, told("编号 | id of its item", 7)] = None
    problem: Annotated[Problem | None, told("没有督办的原因 | why it was refused")] = None


class OrderIssued(Struct, kw_only=True):
    """The answer to a new order."""

    number: Annotated[str, told("督办单号；一件都没督办时为空 | number; empty where no matter was pressed for")]
    items: Annotated[list[OrderOutcome], told("逐件结果，次序同请求 | what became of each, in the order asked")]


ALL = (OverlayAsk, OrderAsk, CancelAsk, Overlays, OverlayTaken, WaitingPage, Orders, OrderShown, OrderIssued)
