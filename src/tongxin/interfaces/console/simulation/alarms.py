"""What the police handed over lately in the demonstration city: a fortnight of quarrels, and one that has just come.

Nobody in these stories exists. What was settled went the whole way, by the posts that take each step.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F

from tongxin.apps.alarms import actions, pushing
from tongxin.apps.alarms.actions import Said, Taken
from tongxin.apps.alarms.actions.following import KINDS
from tongxin.apps.alarms.models import SENT, Alarm, Partner, Telling
from tongxin.apps.areas import queries as areas
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import actions as matters
from tongxin.apps.matters.models import Matter
from tongxin.apps.people.models import Post
from tongxin.apps.people.queries import actor_of
from tongxin.interfaces.console.police_simulator import STORIES, Story
from tongxin.rules.alarms import Answering, Category, Result, Toward
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import Act, CloseKind
from tongxin.rules.permissions import SYSTEM, Actor, Role, reporting

SIMULATED = "http://127.0.0.1:8110/"  # where `tongxin police_simulator` listens
CODE, NAME = "110", "柯城公安 110 指挥中心"
STATION = "330802540000"  # what they call the station of the home town
BY = reporting(f"police:{CODE}")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DONE = "双方已达成口头协议，当场履行。"


class Lately(NamedTuple):
    """One incident: how long ago, which of the stories, and how far it went since."""

    hours: float
    story: int
    result: Result | None = None
    is_settled: bool = False
    is_withdrawn: bool = False
    is_late: bool = False


LATELY = (
    Lately(318, 0, Result.SETTLED, is_settled=True),
    Lately(270, 5, Result.MEDIATING, is_settled=True),
    Lately(221, 2, Result.MEDIATING, is_settled=True, is_late=True),
    Lately(176, 7, Result.CALMED, is_settled=True),
    Lately(148, 3, Result.NO_DISPUTE, is_withdrawn=True),
    Lately(122, 6, Result.SETTLED, is_settled=True),
    Lately(75, 1, Result.MEDIATING),
    Lately(50, 8, Result.TENSE),
    Lately(27, 4, Result.UNWILLING, is_late=True),
    Lately(5, 3, Result.MEDIATING),
    Lately(0.4, 7),
    Lately(0.1, 0),
)


def hand_over(*, home: str, now: datetime) -> int:
    """Open the partner and hand these over in the grids of a town; return how many. Once: a second time is none."""
    if Partner.objects.filter(code=CODE).exists():
        return 0
    url = SIMULATED if settings.OUTWARD_LOOPBACK else ""
    partner, _ = actions.open_partner(code=CODE, name=NAME, area=home[:6], url=url, by=SYSTEM, now=now)
    station = pushing.station_of(home)
    if station is not None:
        actions.name_station(partner_id=partner.pk, code=STATION, unit_id=station, by=SYSTEM, now=now)
    villages = [each.code for each in areas.children(home)]
    grids = [grid.code for village in villages for grid in areas.children(village)]
    for nth, lately in enumerate(LATELY):
        at = now - timedelta(hours=lately.hours)
        taken = _taken(partner, STORIES[lately.story], nth, grids[nth * 5 % len(grids)], at)
        _go_on(taken, lately, at, now)
    # what was told before this demonstration began was taken then; from now on the simulator is told, where it runs
    Telling.objects.filter(alarm__partner=partner).update(state=SENT, code="200", tries=1, ended_at=F("at"))
    return len(LATELY)


def _taken(partner: Partner, story: Story, nth: int, grid: str, at: datetime) -> Taken:
    lon, lat = areas.center(grid) or (None, None)
    fields = story._asdict() | {"category": Category(story.category)}
    told = {"lon": lon, "lat": lat, "area": grid if lon is None else "", "station": STATION, "at": at}
    told |= {"contact_name": "报警人", "contact_phone": f"1380000{7100 + nth}"}
    said = Said(number=f"SIM{at:%Y%m%d}{nth:04d}", **fields, **told)
    return actions.take_in(partner.pk, said, message=f"sim-{nth}", by=BY, now=at)


def _go_on(taken: Taken, lately: Lately, at: datetime, now: datetime) -> None:
    """Let both stations answer, the desk feed back, and the matter go as far as it went by now."""
    alarm, result = taken.alarm, lately.result
    if result is None:
        return
    late = 70 * MINUTE if lately.is_late else timedelta(0)
    for nth, to in enumerate((Toward.ATTENDING_STATION, Toward.RESPONSIBLE_STATION)):
        told = {"alarm_id": alarm.pk, "message": f"sim-{alarm.pk}-{nth}", "to": to, "answering": Answering.ACKNOWLEDGE}
        actions.answer_by_partner(**told, by=BY, now=min(at + (6 + 11 * nth) * MINUTE + late * nth, now))
    desk = alarm.pushes.get(to=Toward.TOWN_DESK)
    begun = desk.due_at - 9 * MINUTE + late
    if begun + 6 * HOUR > now:  # it came at night, or just now: the desk has not got to it
        return
    chief = _holder(desk.unit_id, Role.DUTY_CHIEF, at)
    own = {"push_id": desk.pk, "by": chief}
    actions.answer(answering=Answering.ACKNOWLEDGE, now=begun, **own)
    actions.answer(answering=Answering.GRID_WORKER_ARRIVES, now=begun + 25 * MINUTE, **own)
    if result is not Result.NO_DISPUTE:
        actions.answer(answering=Answering.MEDIATOR_VISITS, now=begun + 95 * MINUTE, **own)
    actions.answer(answering=Answering.FEED_BACK, result=result, now=begun + 2 * HOUR, **own)
    if lately.is_withdrawn:
        told = {"message": f"sim-{alarm.pk}-w", "reason": "经核实为误报。"}
        actions.withdraw(alarm.partner_id, alarm.number, **told, by=BY, now=begun + 3 * HOUR)
    _walk(alarm, chief, begun + 2 * HOUR, is_settled=lately.is_settled)


def _walk(alarm: Alarm, chief: Actor, at: datetime, *, is_settled: bool) -> None:
    """Walk the matter to its unit, or to its end; what the rules refuse on the way leaves it where it is."""
    matter = Matter.objects.get(pk=alarm.matter_id)
    unit = matter.suggested_id
    if unit is None:
        return
    handler, head = (_holder(unit, role, at) for role in (Role.HANDLER, Role.HANDLER_HEAD))
    way: list[tuple[Act, Actor, Mapping[str, Any]]] = [
        (Act.ACCEPT, chief, {}),
        (Act.FILE, chief, {}),
        (Act.DISPATCH, chief, {"unit_id": unit}),
        (Act.SIGN, handler, {}),
    ]
    if is_settled:
        way += [
            (Act.HANDLE, handler, {"reason": DONE}),
            (Act.REVIEW, head, {}),
            (Act.CHECK, chief, {}),
            (Act.REPLY, chief, {"reason": DONE}),
            (Act.CLOSE, chief, {"close_as": CloseKind.NORMAL}),
        ]
    for nth, (act, by, details) in enumerate(way):
        try:
            matters.take(act, matter_id=matter.pk, by=by, now=at + nth * 20 * MINUTE, **details)
        except Refused:
            break
    happened = Entry.objects.filter(subject=f"matter:{matter.pk}", kind__in=KINDS)
    actions.follow(list(happened), by=SYSTEM, now=at + 4 * HOUR)


def _holder(unit_id: int, role: Role, now: datetime) -> Actor:
    """Return whoever holds this post in a unit; a demonstration has somebody in every one of them."""
    post = Post.objects.filter(unit_id=unit_id, role=role, end_on__isnull=True).order_by("pk").first()
    return actor_of(post.person_id if post is not None and post.person_id else 0, now)
