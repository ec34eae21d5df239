"""What a partner's platform told lately, as it comes in by Open311: a few reports, and words that followed them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tongxin.apps.areas import queries as areas
from tongxin.apps.matters import actions
from tongxin.apps.matters.actions import Incoming
from tongxin.rules.channels import Channel
from tongxin.rules.permissions import Actor

SOURCE = "open311:demo"
TEXT_MOST = 4_000  # GeoReport v2


class Told(NamedTuple):
    """One report: its words as the platform puts them together (title, detail), and what was said an hour later."""

    template: str
    form: Mapping[str, Any]
    text: str
    place: str
    hours_ago: int
    further: str = ""


REPORTS = (
    Told(
        "D02",
        {"pole": "SY-0417", "count": 2},
        "巷口两盏路灯不亮\n\n晚上接孩子放学，这一段全黑，台阶看不见。",
        "松园社区 学后巷口",
        30,
        "今晚又看了，还是不亮。\n（对方平台标记：要求重开）",
    ),
    Told(
        "D13",
        {"fault": "满溢"},
        "垃圾箱满了三天\n\n厨余桶盖不上，味道很大。",
        "松园社区 菜场东门",
        20,
        "今天多了两袋。",
    ),
    Told("C20", {"spot": "盲道", "count": 12}, "共享单车占了盲道\n\n公交站到路口这一段过不去。", "松园社区 公交站", 9),
    Told(
        "D01",
        {"kind": "雨水", "is_cordoned": False},
        "雨水井盖缺了一块\n\n路边能看到洞，没有围挡。",
        "松园社区 12 幢前",
        5,
    ),
    Told("E01", {"water": "信安湖支流", "kind": "水草浮萍"}, "河面都是浮萍\n\n桥下最多。", "松园社区 小桥", 3),
)


def tell(by: Actor, village: str, now: datetime) -> int:
    """Report these in the grids of a village, by a partner's actor; return how many were new. Telling twice is once."""
    grids = [grid.code for grid in areas.children(village)]
    new = 0
    for nth, told in enumerate(REPORTS):
        lon, lat = areas.center(grids[nth % len(grids)]) or (None, None)
        at = now - timedelta(hours=told.hours_ago)
        incoming = Incoming(
            template=told.template,
            text=told.text,
            place=told.place,
            lon=lon,
            lat=lat,
            form=told.form,
            channel=Channel.PARTNER,
            source_key=f"{SOURCE}:{nth}",
        )
        reported = actions.report(incoming, by=by, now=at, source=SOURCE)
        new += reported.is_new
        if told.further and reported.is_new:
            words = {"text": told.further, "key": f"{SOURCE}:{nth}:1", "limit": TEXT_MOST}
            actions.add_words(matter_id=reported.id, **words, by=by, now=at + timedelta(hours=1))
    return new
