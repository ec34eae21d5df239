"""What lies over a simulated life: rulings on returns, more time, holds, joint handling, whistles, the citizen's word.

Each part is asked for like a step and decided by the same rules; what they refuse is counted, and life goes on.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from tongxin.interfaces.console.simulation import phrases
from tongxin.interfaces.console.simulation.standing import Over, Standing
from tongxin.rules import deadlines
from tongxin.rules.area_codes import Level
from tongxin.rules.overlays import branch, call_back, extension, hold, objection, summons, whistle
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.permissions import Actor, Role
from tongxin.rules.rulebook import CallBacks
from tongxin.rules.units import COMMAND
from tongxin.rules.working_time import SHANGHAI, Limit

MINUTE = timedelta(minutes=1)

Asking = Generator[Any, Any, None]


def _over(life: Standing, act: str, by: Actor | None, on: Overlay | None = None, **said: Any) -> Asking:
    if by is not None:
        life.at += MINUTE
        unit_id = said.pop("of_unit", None)
        life.due_at((yield Over(str(act), life.matter.id, by, life.at, on, unit_id, tuple(said.items()))))


def _sitting(life: Standing, role: Role, unit_id: int | None) -> Actor | None:
    able = life.stage.sitting(role, unit_id) if unit_id else ()
    return life.rng.choice(able) if able else None


def _uninvolved(life: Standing, role: Role) -> Actor | None:
    """Return somebody of the desk who neither handled nor closed it."""
    able = [each for each in life.stage.sitting(role, life.desk_id) if each.person_id not in life.handlers]
    return life.rng.choice([each for each in able if each.person_id != life.closer] or [None])


def _departments(life: Standing) -> list[int]:
    """Return the town's units beside the handling one that are no desk of the command line."""
    others = life.stage.others(life.unit_id or 0, life.matter.area[: Level.TOWN])
    return [unit for unit in others if life.stage.units[unit][1] not in COMMAND.values()]


def ruled(life: Standing, right: int) -> Asking:
    """The command room hears an objection: nearly always the unit that returned it is right."""
    chief = _sitting(life, Role.DUTY_CHIEF, life.desk_id)
    life.at += timedelta(minutes=life.rng.randint(15, 120))
    yield from _over(
        life, objection.Act.UPHOLD, chief, Overlay.OBJECTION, unit_id=right, reason=life.rng.choice(phrases.RULINGS)
    )


def while_handled(life: Standing) -> Asking:
    """Before the work is reported done: somebody may need more time, others' hands, or has to wait."""
    if life.chance("joint"):
        yield from _joined(life)
    if life.chance("extend"):
        yield from _extended(life)
    if life.chance("hold"):
        yield from _held(life)
    if life.chance("whistle"):
        yield from _whistled(life)


def _extended(life: Standing) -> Asking:
    own = deadlines.hastened(life.kind.limit, life.kind.urgency)
    if life.handle_due is None or life.at >= life.handle_due:
        return
    more = Limit(max(own.amount // 2, 1), own.unit)
    handler = _sitting(life, Role.HANDLER, life.unit_id)
    yield from _over(life, extension.Act.ASK, handler, limit=more, reason=life.rng.choice(phrases.MORE_TIME))
    chief = _sitting(life, Role.DUTY_CHIEF, life.desk_id)
    yield from _over(life, extension.Act.GRANT, chief, Overlay.EXTENSION)


def _held(life: Standing) -> Asking:
    handler, chief = _sitting(life, Role.HANDLER, life.unit_id), _sitting(life, Role.COMMANDER, life.desk_id)
    ground, reason = life.rng.choice(phrases.HOLDS)
    until = (life.at + timedelta(days=life.rng.randint(10, 50))).astimezone(SHANGHAI).date()
    kind = hold.Kind.SUSPENSION
    yield from _over(life, hold.Act.ASK, handler, kind=kind, ground=ground, until=until, reason=reason)
    yield from _over(life, hold.Act.GRANT, chief, Overlay.HOLD)
    life.at += timedelta(days=life.rng.uniform(5, 25))
    life.wait(times=0.1)  # it may stand held when the city's clock stops
    yield from _over(life, hold.Act.RESUME, handler, Overlay.HOLD, reason="条件已具备，恢复办理。")


def _joined(life: Standing) -> Asking:
    others = _departments(life)
    if not others:
        return
    other = life.rng.choice(others)
    handler, chief = _sitting(life, Role.HANDLER, life.unit_id), _sitting(life, Role.DUTY_CHIEF, life.desk_id)
    asked = {"kind": branch.Kind.ASSIST, "join": branch.Join.ALL, "units": (other,), "reason": phrases.JOIN}
    yield from _over(life, branch.Act.INVITE, handler, **asked)
    yield from _over(life, branch.Act.APPROVE, chief, Overlay.BRANCH)
    helper = _sitting(life, Role.HANDLER, other)
    yield from _over(life, branch.Act.SIGN, helper, Overlay.BRANCH)
    life.wait(times=0.2)
    yield from _over(life, branch.Act.DONE, helper, Overlay.BRANCH, reason="协办部分已完成。")


def _whistled(life: Standing) -> Asking:
    units = _departments(life)[:3]
    chief = _sitting(life, Role.DUTY_CHIEF, life.desk_id)
    if not units or chief is None:
        return
    asked = {"kind": whistle.Kind.REQUEST, "units": tuple(units), "reason": phrases.WHISTLE}
    yield from _over(life, whistle.Act.BLOW, chief, **asked)
    for act, pause in ((summons.Act.SIGN, 10), (summons.Act.CONTACT, 60), (summons.Act.ARRIVE, 600)):
        life.at += timedelta(minutes=life.rng.randint(pause // 2, pause))
        if life.at > life.stage.end:
            return
        for unit in units:
            yield from _over(life, act, _sitting(life, Role.HANDLER, unit), Overlay.SUMMONS, of_unit=unit)
    for unit in units:
        opinion = {"of_unit": unit, "reason": life.rng.choice(phrases.ADVICE)}
        yield from _over(life, summons.Act.ADVISE, _sitting(life, Role.HANDLER, unit), Overlay.SUMMONS, **opinion)
    concluded = {"outcome": whistle.Outcome.SHARED, "reason": "会商一致，分工落实。"}
    yield from _over(life, whistle.Act.CONCLUDE, chief, Overlay.WHISTLE, **concluded)


def called_back(life: Standing) -> Generator[Any, Any, bool]:
    """The first desk calls back who left a number, as far as the sample asks for it; tell whether it is done anew."""
    life.at += timedelta(hours=life.rng.uniform(2, 40))
    if life.at > life.stage.end:
        return False
    caller = _uninvolved(life, Role.DUTY_CHIEF)
    tries, most = 0, CallBacks().tries
    while tries < most and life.chance("not_reached"):
        yield from _over(life, call_back.Act.MISS, caller, Overlay.CALL_BACK)
        tries += 1
        life.at += timedelta(hours=life.rng.uniform(3, 20))
        if life.at > life.stage.end:
            return False
    if tries == most:
        return False
    rating, is_solved = life.rng.choices(*phrases.RATINGS)[0]
    said = {"rating": rating, "is_solved": is_solved, "reason": "" if is_solved else life.rng.choice(phrases.UNSOLVED)}
    life.is_open = False
    yield from _over(life, call_back.Act.ANSWER, caller, Overlay.CALL_BACK, **said)
    return life.is_open
