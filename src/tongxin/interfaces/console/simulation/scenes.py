"""What lies over matters at home when the city's clock stops: whoever signs in finds something of everything at work.

Laid by the same acts as anybody's, in the last hour; what the rules refuse is left out.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from tongxin.apps.journal.models import Entry
from tongxin.apps.matters.actions import take, take_over
from tongxin.apps.matters.actions.supervision import issue_order
from tongxin.apps.matters.models import Matter
from tongxin.interfaces.console.simulation import phrases
from tongxin.interfaces.console.simulation.stage import Stage
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import Act, Ground, State
from tongxin.rules.overlays import branch, extension, hold, whistle
from tongxin.rules.permissions import Actor, Role
from tongxin.rules.units import COMMAND, UnitKind
from tongxin.rules.working_time import SHANGHAI, Limit

EACH = 3  # matters a scene
HOUR = timedelta(hours=1)


def lay(stage: Stage) -> int:
    """Lay the scenes over matters of the home town; return how many were laid."""
    handled = _standing(stage, State.HANDLING)
    fresh = _standing(stage, State.AWAITING_ACCEPTANCE)
    done = 0
    for scene, matters in (
        (_asks_for_time, handled),
        (_asks_to_hold, handled),
        (_is_held, handled),
        (_invites, handled),
        (_is_returned, handled),
        (_whistles, _standing(stage, State.AWAITING_DISPATCH)),
        (_is_urged, _standing(stage, State.AWAITING_SIGNATURE)),
        (_is_merged, fresh),
    ):
        done += sum(_tried(scene, stage, matter) for matter, _ in zip(matters, range(EACH), strict=False))
    return done + _pressed(stage, handled)


def _standing(stage: Stage, state: State) -> Iterator[Matter]:
    """Yield the home town's matters in a state, once each over all scenes."""
    found = Matter.objects.filter(area__startswith=stage.home[: Level.TOWN], state=state, overlays={}, is_sealed=False)
    return iter(found.order_by("-due_at", "id"))


def _tried(scene: Callable[[Stage, Matter, datetime], None], stage: Stage, matter: Matter) -> bool:
    try:
        with transaction.atomic():
            scene(stage, matter, min(max(stage.end - HOUR, _last(matter)), stage.end))
    except (Refused, IndexError):  # refused, or nobody sits there
        return False
    return True


def _last(matter: Matter) -> datetime:
    """Return when the last thing happened to it: nothing may come before."""
    return Entry.objects.filter(subject=f"matter:{matter.pk}").latest("seq").at


def _one(stage: Stage, role: Role, unit_id: int | None) -> Actor:
    return stage.sitting(role, unit_id or 0)[0]


def _asks_for_time(stage: Stage, matter: Matter, at: datetime) -> None:
    clock = matter.deadlines.get(clock="handle", of="", ended_at__isnull=True)
    limit = Limit(1, Limit.parse(clock.limit).unit)
    by = _one(stage, Role.HANDLER, matter.unit_id)
    reason = Random(matter.number).choice(phrases.MORE_TIME)
    take_over(extension.Act.ASK, matter_id=matter.pk, by=by, now=at, limit=limit, reason=reason)


def _asks_to_hold(stage: Stage, matter: Matter, at: datetime) -> int:
    ground, reason = Random(matter.number).choice(phrases.HOLDS)
    until = (at + timedelta(days=40)).astimezone(SHANGHAI).date()
    said = {"kind": hold.Kind.SUSPENSION, "ground": ground, "until": until, "reason": reason}
    by = _one(stage, Role.HANDLER, matter.unit_id)
    return take_over(hold.Act.ASK, matter_id=matter.pk, by=by, now=at, **said).id


def _is_held(stage: Stage, matter: Matter, at: datetime) -> None:
    asked = _asks_to_hold(stage, matter, at)
    by = _one(stage, Role.COMMANDER, matter.desk_id)
    take_over(hold.Act.GRANT, matter_id=matter.pk, overlay_id=asked, by=by, now=at)


def _invites(stage: Stage, matter: Matter, at: datetime) -> None:
    units = tuple(_departments(stage, matter)[:2])
    said = {"kind": branch.Kind.ASSIST, "join": branch.Join.ALL, "units": units, "reason": phrases.JOIN}
    asked = take_over(
        branch.Act.INVITE, matter_id=matter.pk, by=_one(stage, Role.HANDLER, matter.unit_id), now=at, **said
    )
    chief = _one(stage, Role.DUTY_CHIEF, matter.desk_id)
    take_over(branch.Act.APPROVE, matter_id=matter.pk, overlay_id=asked.id, by=chief, now=at)


def _is_returned(stage: Stage, matter: Matter, at: datetime) -> None:
    said = {
        "ground": Ground.NOT_OURS,
        "reason": phrases.RETURNS[0][1],
        "suggested_unit": _departments(stage, matter)[0],
    }
    take(
        Act.RETURN,
        matter_id=matter.pk,
        by=_one(stage, Role.HANDLER, matter.unit_id),
        now=at,
        **said,
    )


def _whistles(stage: Stage, matter: Matter, at: datetime) -> None:
    units = tuple(_departments(stage, matter)[:3])
    said = {"kind": whistle.Kind.REQUEST, "units": units, "reason": phrases.WHISTLE}
    take_over(whistle.Act.BLOW, matter_id=matter.pk, by=_one(stage, Role.DUTY_CHIEF, matter.desk_id), now=at, **said)


def _is_urged(stage: Stage, matter: Matter, at: datetime) -> None:
    by = _one(stage, Role.DUTY_CHIEF, matter.desk_id)
    take(Act.URGE, matter_id=matter.pk, by=by, now=at, reason="请尽快到场，居民多次询问。")


def _is_merged(stage: Stage, matter: Matter, at: datetime) -> None:
    """Merge it into an older one of its kind in the same town, if there is one."""
    same = Matter.objects.filter(
        template_code=matter.template_code, area__startswith=stage.home[: Level.TOWN], closed_at__isnull=True
    )
    master = same.exclude(pk=matter.pk).exclude(state=State.MERGED).order_by("id").first()
    if master is None:
        raise IndexError
    by = _one(stage, Role.ACCEPTOR, matter.desk_id)
    take(Act.MERGE, matter_id=matter.pk, by=by, now=stage.end, master_id=master.pk)


def _departments(stage: Stage, matter: Matter) -> list[int]:
    """Return the town's units that could work on it beside the handling one: no desk of the command line."""
    others = stage.others(matter.unit_id or 0, matter.area[: Level.TOWN])
    return [unit for unit in others if stage.units[unit][1] not in COMMAND.values()]


def _pressed(stage: Stage, matters: Iterator[Matter]) -> int:
    """Have the city's supervision press for some at once."""
    offices = stage.units_by_kind.get((UnitKind.SUPERVISION, ""), ())
    seats = [actor for unit in offices for actor in stage.sitting(Role.SUPERVISOR, unit)]
    ids = [matter.pk for matter, _ in zip(matters, range(EACH), strict=False)]
    if not seats or not ids:
        return 0
    try:
        issue_order(
            matter_ids=ids,
            grade="key",
            text="群众反映集中，请限期办结并书面答复。",
            reply_by=None,
            by=seats[0],
            now=stage.end,
        )
    except Refused:
        return 0
    return len(ids)
