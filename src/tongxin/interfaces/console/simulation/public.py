"""What a demonstration city tells in public: the counties' brands, some notices, and a handful of reviewed words."""

from datetime import datetime, timedelta
from pathlib import Path

from tongxin.apps.areas.queries import names
from tongxin.apps.matters.queries import visible_to
from tongxin.apps.publicity import actions
from tongxin.apps.publicity.models import Brand, Notice, Publication
from tongxin.rules.permissions import SYSTEM, Actor
from tongxin.rules.publicity import Showing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTICES = (  # area, title, text, begins and ends how many hours from now
    ("330802007", "松园路停水", "松园路管道改接，松园小区 1–6 幢 8:00–12:00 停水，请提前存水。问讯打 12345。", -2, 40),
    ("330802", "养老助餐点开放", "全区 18 个街道乡镇的助餐点 10:30–12:30 供餐，60 岁以上老人优惠。", -72, 700),
    ("3308", "冬季森林防火", "11 月 15 日起进山不带火种。看到冒烟先打 119，再点“我要反映”。", -160, 1500),
    ("330803", "樟潭大桥维修", "夜间 21:00 至次日 5:00 单向通行，请绕行衢江大桥。", -20, 200),
)
REVIEWED = (  # kind, words
    ("D02", "路灯连着几天不亮，晚上走路不方便。"),
    ("C02", "垃圾箱旁堆了垃圾，请清运。"),
    ("D01", "井盖松动，车子压过有响声。"),
    ("E01", "河边有漂浮的垃圾。"),
    ("C19", "路口有车占道停放，影响转弯。"),
)
FEW = 3  # reviewed matters of each kind


def tell(city: Path, reviewer: Actor, now: datetime) -> None:
    """Tell what is missing, the words of matters as this reviewer reads them; a city that tells is left alone."""
    if not Brand.objects.exists():
        actions.load_brands(city / "brands.json", by=SYSTEM, now=now)
    if not Notice.objects.exists():
        for area, title, text, begins, ends in NOTICES:
            period = {"start_at": now + begins * HOUR, "end_at": now + ends * HOUR}
            if area in names():
                actions.post_notice(area=area, title=title, text=text, **period, by=SYSTEM, now=now)
    if not Publication.objects.exists():
        for code, words in REVIEWED:
            _review(code, words, reviewer, now)


def _review(code: str, words: str, by: Actor, now: datetime) -> None:
    """Show the same plain words of a few closed matters of a kind; what somebody wrote is nobody's example."""
    closed = visible_to(by).filter(template_code=code, is_sealed=False, closed_at__gte=now - 60 * DAY)
    for id_ in closed.order_by("-closed_at").values_list("pk", flat=True)[:FEW]:
        actions.review(matter_id=id_, state=Showing.SHOWN, text=words, by=by, now=now)
