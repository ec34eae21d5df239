"""Made-up content for the page of components: Friday 2026-11-20 15:42 in a street of Quzhou, as in the mock-ups."""

from datetime import datetime, timedelta
from typing import Any

import shapely

from tongxin.look.forms import Field
from tongxin.look.maps import Ground, Mark, SmallMap, small_map
from tongxin.rules.working_time import SHANGHAI

NOW = datetime(2026, 11, 20, 15, 42, tzinfo=SHANGHAI)
EAST, NORTH = 118.8720, 28.9410

# A schema as a template carries it (domain.md §4).
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["blocked", "kind"],
    "properties": {
        "kind": {
            "type": "string",
            "title": "污水来源",
            "x-title-en": "Where from",
            "enum": ["rain", "sewage", "mixed"],
            "x-labels": {"rain": "雨水井", "sewage": "污水井", "mixed": "分不清"},
            "x-labels-en": {"rain": "storm drain", "sewage": "sewer", "mixed": "not clear"},
            "x-order": 1,
        },
        "area": {
            "type": "number",
            "title": "影响面积",
            "x-title-en": "Area affected",
            "minimum": 0,
            "x-unit": "平方米",
            "x-unit-en": "m²",
            "x-order": 2,
        },
        "blocked": {"type": "boolean", "title": "是否断路", "x-title-en": "Is the road blocked", "x-order": 3},
        "near": {
            "type": "string",
            "title": "附近是什么",
            "x-title-en": "What is near",
            "enum": ["学校", "医院", "菜市场", "养老院", "车站", "住宅"],
            "x-order": 4,
        },
        "remark": {
            "type": "string",
            "title": "补充",
            "x-title-en": "Remark",
            "description": "只写事，不写人",
            "x-description-en": "About the matter, not about people",
            "maxLength": 500,
            "x-order": 5,
        },
    },
}


def sketch(width: int = 372, height: int = 168) -> SmallMap:
    """Draw a handful of made-up grids around a market."""
    corners = [
        (-80, -61), (3, -77), (37, -71), (65, -26), (9, 36), (-68, 30), (-96, 52), (-112, -1),
        (-230, 60), (-220, -90), (-60, -170), (60, -180), (190, -60), (200, 90), (20, 150), (-110, 150),
    ]  # fmt: skip
    own = _shape(corners[:6])
    around = [
        _shape([corners[5], corners[4], corners[14], corners[15], corners[6]]),
        _shape([corners[4], corners[3], corners[12], corners[13], corners[14]]),
        _shape([corners[3], corners[2], corners[11], corners[12]]),
        _shape([corners[2], corners[1], corners[0], corners[10], corners[11]]),
        _shape([corners[0], corners[7], corners[8], corners[9], corners[10]]),
        _shape([corners[0], corners[5], corners[6], corners[7]]),
    ]
    names = ["朝晖01", "松园02", "松园01", "荷花02", "荷西苑01", "荷西苑02"]
    grounds = [Ground(shape, name) for shape, name in zip(around, names, strict=True)]
    grounds.append(Ground(own, "松园03", is_own=True))
    marks = [Mark(*_degrees(-40, -10), "1"), Mark(*_degrees(28, -30), "2")]
    return small_map(grounds, pin=_degrees(-5, -12), marks=marks, ring_m=40, width=width, height=height)


def _degrees(x: float, y: float) -> tuple[float, float]:
    """Return the place some meters east and north of the market."""
    return EAST + x / 97_400, NORTH + y / 111_320


def _shape(corners: list[tuple[int, int]]) -> shapely.Polygon:
    return shapely.Polygon([_degrees(x, y) for x, y in corners])


def kit_context() -> dict[str, Any]:
    """Return what the page of components shows."""
    return {
        "now": NOW,
        "due": {"soon": NOW + timedelta(minutes=8), "late": NOW - timedelta(minutes=80)},
        "view": sketch(),
        "schema": SCHEMA,
        "filled": {"area": 20, "kind": "sewage", "blocked": False, "near": "菜市场"},
        "wrong": Field(
            name="until",
            label="延期到",
            kind="text",
            value="2026-11-19 17:30",
            is_required=True,
            error="要晚于原期限 11-20 24:00，最多再加 1 工作日。",
        ),
        "why": Field(name="why", label="为什么要看", kind="select", is_required=True, placeholder="到场前联系"),
        "rows": ROWS,
        "steps": STEPS,
        "entries": ENTRIES,
        "story": STORY,
    }


URGENT = {"icon": "bolt", "text": "紧急件", "kind": "ink"}
DOUBLE = {"icon": "copy", "text": "疑似重复 2", "kind": "brand"}
_ROW = ("number", "colour", "words", "due", "code", "title", "place", "unit", "level", "channel", "flags")
ROWS = [
    dict(zip(_ROW, cells, strict=True)) | {"url": f"#{cells[0]}"}
    for cells in (
        (
            *("KC261120-0398", "red", "逾期 6 分", "15:36 前派遣", "B03", "电动自行车楼道内停放充电，3 单元一层 2 辆"),
            *("兴华社区 02 网格", "兴华社区物业", "社区级", "网格员", [URGENT]),
        ),
        (
            *("KC261120-0417", "amber", "剩 8 分", "15:50 前派遣", "C02", "垃圾箱旁堆放生活垃圾约 6 袋、纸箱若干"),
            *("松园社区 03 网格", "街道环卫所", "街道级", "居民", [DOUBLE]),
        ),
        (
            *("KC261120-0411", "green", "剩 16 分", "15:58 前派遣", "D02", "路灯连续 3 盏不亮（灯杆 HH-2107 起）"),
            *("通荷社区 03 网格", "区市政路灯所", "区级", "12345 热线", []),
        ),
    )
]
_DONE = (("上报", "11-19 09:12"), ("受理", "09:18"), ("立案", "09:31"), ("派遣", "09:47"), ("签收", "10:26"))
STEPS = [
    *({"label": label, "state": "done", "moment": moment} for label, moment in _DONE),
    {"label": "处置", "state": "now", "moment": "进行中"},
    *({"label": label, "state": "todo", "moment": ""} for label in ("审核", "核查", "结案", "回访")),
]
ENTRIES = [
    {
        "at": "2026-11-20T08:52:00+08:00",
        "time": "今天 08:52",
        "icon": "gavel",
        "title": "普通督办",
        "who": "区督查室",
        "text": "原因：同一地点 7 日内第 2 次。请于今天 18:00 前书面答复。",
        "is_now": True,
    },
    {
        "at": "2026-11-19T10:26:00+08:00",
        "time": "昨天 10:26",
        "icon": "signature",
        "title": "签收",
        "who": "街道市政养护所",
        "text": "派遣后 39 分钟（处置钟从派遣起算）。",
        "is_now": False,
    },
]
STORY = [
    {"state": "done", "title": "收到", "meta": "今天 15:18"},
    {"state": "now", "title": "正在清运", "meta": "环卫所 15:58 签收，预计今天傍晚到现场"},
    {"state": "todo", "title": "请您评价", "meta": "不满意可以重办一次，再不行转督办"},
]
