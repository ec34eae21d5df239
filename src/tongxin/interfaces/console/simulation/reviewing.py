"""The reverse check of the demonstration city: every week compared when it was over, explained and judged since.

Grids explain, the command room of the town or the city's supervisors judge; the last days still wait.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from tongxin.apps.insight import actions
from tongxin.apps.insight.models import Finding
from tongxin.apps.people.models import Post
from tongxin.apps.people.queries import actor_of
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import SYSTEM, Actor, Role
from tongxin.rules.reverse_check import Excuse, Review, Standing

WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
MOST = 70  # reviewed, the newest first
SPEAKS, JUDGED = 0.7, 0.8
SAID = (
    "前一天下午巡查过此处，没有发现，应是当晚形成的。",
    "此处在小区围墙内，巡查路线看不到。",
    "巡查时已口头联系环卫清理，没有登记。",
    "当天重点巡查学校周边，没有走到这里。",
    "位置在两个网格交界处，以为邻格已报。",
)
MISSED = "现场在巡查路线上，当周两次经过未报，计入覆盖。"
EXCUSED = {
    Excuse.JUST_HAPPENED: "照片时间与来电相隔不到两小时，属刚发生。",
    Excuse.NOT_VISIBLE: "现场核实，公共区域确实看不到。",
    Excuse.KNOWN_OTHERWISE: "环卫所当天已在处理，有派工记录。",
    Excuse.NO_DUTY: "该点位不在网格事项清单内。",
}


def review(*, start: datetime, now: datetime, seed: int) -> int:
    """Compare a past week by week, and let people look at it; return how many comparisons were judged."""
    rng = Random(seed)
    while start < now:
        end = min(start + WEEK, now)
        actions.compare(start, end, by=SYSTEM, now=end)
        start = end
    judges = {post.area: actor_of(post.person_id or 0, now) for post in _judges()}
    waiting = Finding.objects.filter(standing=Standing.OPEN, found_at__lt=now - 4 * DAY).order_by("-reported_at")
    return sum(_looked_at(finding, judges, rng, now) for finding in waiting[:MOST])


def _judges() -> Iterator[Post]:
    """Yield who judges: of each town its command room, above them the city's supervisors."""
    found = Post.objects.filter(role__in=(Role.DUTY_CHIEF, Role.SUPERVISOR), end_on__isnull=True)
    yield from found.exclude(person=None).order_by("area", "-pk")


def _looked_at(finding: Finding, judges: dict[str, Actor], rng: Random, now: datetime) -> bool:
    """Let the grid speak, mostly, and somebody judge it some days later; tell whether it was judged."""
    at = finding.found_at + rng.uniform(3, 60) * HOUR
    worker = Post.objects.filter(role=Role.GRID_WORKER, area=finding.area, end_on__isnull=True).first()
    if worker is not None and worker.person_id and rng.random() < SPEAKS:
        _take(Review.EXPLAIN, finding, rng.choice(SAID), actor_of(worker.person_id, now), at)
    above = (finding.area[:level] for level in (Level.TOWN, Level.CITY))
    judge = next((judges[area] for area in above if area in judges), None)
    judged_at = finding.found_at + rng.uniform(75, 160) * HOUR
    if judge is None or judged_at > now or rng.random() > JUDGED:
        return False
    if rng.random() < 0.5:
        return _take(Review.CONFIRM, finding, MISSED, judge, judged_at)
    excuse = rng.choice(list(EXCUSED))
    return _take(Review.EXCUSE, finding, EXCUSED[excuse], judge, judged_at, excuse)


def _take(act: Review, finding: Finding, text: str, by: Actor, at: datetime, excuse: Excuse | None = None) -> bool:
    with suppress(Refused):  # a city whose posts lie otherwise leaves it open
        actions.take(act, matter_id=finding.pk, text=text, by=by, now=at, excuse=excuse)
        return True
    return False
