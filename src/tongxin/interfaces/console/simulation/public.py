"""What a demonstration city tells in public: the counties' brands, some notices, and a handful of reviewed words."""

from datetime import datetime, timedelta
from pathlib import Path

from tongxin.apps.areas.queries import names
from tongxin.apps.matters.queries import visible_to
from tongxin.apps.publicity import actions
from tongxin.apps.publicity.models import Brand, Notice, Publication
from tongxin.rules.permissions import SYSTEM, Actor
from tongxin.rules.publicity import Showing
from tongxin.rules.working_time import SHANGHAI

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTICES = (  # area, title, text, began how many hours ago, ends after how many days at which hour
    (
        "330802007",
        "松园路停水",
        "松园路管道改接，松园小区 1–6 幢 8:00–12:00 停水，请提前存水。问讯打 12345。",
        2,
        1,
        12,
    ),
    ("330802", "养老助餐点开放", "全区 18 个街道乡镇的助餐点 10:30–12:30 供餐，60 岁以上老人优惠。", 72, 29, 24),
    ("3308", "冬季森林防火", "11 月 15 日起进山不带火种。看到冒烟先打 119，再点“我要反映”。", 160, 62, 24),
    ("330803", "樟潭大桥维修", "夜间 21:00 至次日 5:00 单向通行，请绕行衢江大桥。", 20, 8, 5),
)
REVIEWED = (  # kind, words
    ("D02", ("路灯连着几天不亮，晚上走路不方便。", "巷子里两盏路灯一闪一闪。", "灯杆歪了，灯也不亮。")),
    ("C02", ("垃圾箱旁堆了垃圾，请清运。", "路边有人丢了旧沙发。", "河堤下面有建筑垃圾。")),
    ("D01", ("井盖松动，车子压过有响声。", "井盖边沿破了一块。", "人行道上的小井盖不见了。")),
    ("E01", ("河边有漂浮的垃圾。", "桥下水面有油花。", "水草和瓶子堵在闸口。")),
    ("C19", ("路口有车占道停放，影响转弯。", "消防通道口停了一排车。", "公交站台前停车，上下客要到路中间。")),
)


def tell(city: Path, reviewer: Actor, now: datetime) -> None:
    """Tell what is missing, the words of matters as this reviewer reads them; a city that tells is left alone."""
    if not Brand.objects.exists():
        actions.load_brands(city / "brands.json", by=SYSTEM, now=now)
    if not Notice.objects.exists():
        today = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        for area, title, text, ago, days, hour in NOTICES:
            period = {"start_at": now - ago * HOUR, "end_at": today + days * DAY + hour * HOUR}
            if area in names():
                actions.post_notice(area=area, title=title, text=text, **period, by=SYSTEM, now=now)
    if not Publication.objects.exists():
        for code, words in REVIEWED:
            _review(code, words, reviewer, now)


def _review(code: str, words: tuple[str, ...], by: Actor, now: datetime) -> None:
    """Show plain words of a few closed matters of a kind; what somebody wrote is nobody's example."""
    closed = visible_to(by).filter(template_code=code, is_sealed=False, closed_at__gte=now - 60 * DAY)
    for id_, said in zip(closed.order_by("-closed_at").values_list("pk", flat=True)[: len(words)], words, strict=False):
        actions.review(matter_id=id_, state=Showing.SHOWN, text=said, by=by, now=now)
