"""Published figures, lived through: a city that reports, settles and raises as many matters as was printed.

What towns settled and what they raised to the district goes every step of its life through the rules; the rest comes in
as a city's past does, with how it stood. Then the product counts, and either the figures are those printed or it fails.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from django.db import transaction

from tongxin.apps.matters import figures
from tongxin.apps.matters.actions import Asked, Incoming, Past, Reported, report_many, take_many
from tongxin.apps.matters.models import Matter
from tongxin.interfaces.console.simulation import tales
from tongxin.interfaces.console.simulation.stage import SimulationRefused, Stage, read
from tongxin.rules import deadlines
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Refused
from tongxin.rules.indices import Counts
from tongxin.rules.lifecycles.matter import Act, CloseKind, State
from tongxin.rules.permissions import SYSTEM, Actor, Duty, Role
from tongxin.rules.working_time import due_at

CHUNK = 5_000  # the size from which reports go by COPY
LIVES = 500
MINUTE = timedelta(minutes=1)
EVERYWHERE = Actor("system", None, (Duty(0, Role.LEADER, "", 0),))


@dataclass(frozen=True, slots=True)
class Published:
    """What was printed. Source: domain.md §1 S3-14, S3-16."""

    reported: int = 136_157
    closed: int = 129_136
    by_towns: int = 2_326
    raised: int = 535

    @property
    def past(self) -> int:
        return self.reported - self.by_towns - self.raised

    @property
    def past_closed(self) -> int:
        return self.closed - self.by_towns - self.raised


WENDENG = Published()


def live_through(
    wanted: Published, *, seed: int, end: datetime, home: str, done: Callable[[int], None] = lambda _: None
) -> Counts:
    """Live through what was printed, and return what the product counts.

    Raises SimulationRefused: those of `stage.read`, `simulate.not_empty`, and `simulate.differs` where the count is
    not what was printed.
    """
    stage = read(seed=seed, end=end, home=home)
    if first := Matter.objects.count():
        raise SimulationRefused("simulate.not_empty", matters=first)
    start = end - timedelta(days=180)
    coming = iter(tales.told(stage, start=start, first=0, many=wanted.reported))
    _live(stage, _written(stage, coming, wanted.by_towns, "T"), is_raised=False, done=done)
    _live(stage, _written(stage, coming, wanted.raised, "T"), is_raised=True, done=done)
    _take_over(stage, coming, wanted, done)
    counts = figures.counted(EVERYWHERE, end)[0].counts
    _hold_against(counts, wanted)
    return counts


def _hold_against(counts: Counts, wanted: Published) -> None:
    printed = (wanted.reported, wanted.closed, wanted.by_towns, wanted.raised)
    found = (counts.reported, counts.closed, counts.closed_by_town, counts.raised)
    if found != printed:
        raise SimulationRefused("simulate.differs", printed=printed, found=found)


# --- what is told ------------------------------------------------------------------------------------------


def _written(stage: Stage, coming: Iterator[tales.Tale], many: int, levels: str) -> Iterator[list[Incoming]]:
    """Yield chunks of reports about kinds of these levels that want no photo and are not sealed, without contact."""
    codes = [
        code
        for code, kind in sorted(stage.kinds.items())
        if kind.level in levels and not kind.is_sealed and not kind.after_photos and not kind.before_photos
    ]
    rng = Random(f"{stage.seed}/published/{levels}")
    chunk = LIVES if levels == "T" else CHUNK
    while taken := list(islice(coming, min(chunk, many))):
        many -= len(taken)
        plain = [tale._replace(pose=None, grid=tale.grid or rng.choice(stage.grids)) for tale in taken]
        plain = [tale._replace(template=rng.choice(codes)) for tale in plain]
        yield [
            replace(each, contact_name="", contact_phone="", channel=Channel.GRID)
            for each in tales.written(stage, plain)
        ]
        if not many:
            return


def _take_over(stage: Stage, coming: Iterator[tales.Tale], wanted: Published, done: Callable[[int], None]) -> None:
    """Take in the past: so many closed, the rest being handled; the open ones are the latest."""
    closed = wanted.past_closed
    for chunk in _written(stage, coming, wanted.past, "GV"):
        batch = []
        for each in chunk:
            is_closed = closed > 0
            closed -= is_closed
            batch.append(replace(each, past=_past(stage, each, is_closed=is_closed)))
        with transaction.atomic():
            answers = report_many(batch, by=SYSTEM, now=stage.end, source="published")
        _all_taken(answers)
        done(len(batch))


def _past(stage: Stage, each: Incoming, *, is_closed: bool) -> Past:
    kind = stage.kinds[each.template]
    assert each.at is not None
    due = due_at(each.at, deadlines.whole(kind.limit), stage.calendar).at
    if not is_closed:
        return Past(State.HANDLING, due_at=due)
    share = Random(f"{stage.seed}/{each.at.isoformat()}/{each.title}").uniform(0.1, 1.02)
    closed_at = min(each.at + (due - each.at) * share, stage.end)
    return Past(State.CLOSED, due_at=due, closed_at=max(closed_at, each.at))


# --- what is lived step by step ------------------------------------------------------------------------------


def _live(stage: Stage, chunks: Iterator[list[Incoming]], *, is_raised: bool, done: Callable[[int], None]) -> None:
    for chunk in chunks:
        with transaction.atomic():
            reported = report_many(chunk, by=SYSTEM, now=stage.end)
            _all_taken(reported)
            _walk(stage, [each for each in reported if isinstance(each, Reported)], chunk, is_raised=is_raised)
        done(len(chunk))


def _walk(stage: Stage, matters: Sequence[Reported], told: Sequence[Incoming], *, is_raised: bool) -> None:
    """Take every step of these lives abreast, a minute each, from the report to the closing."""
    at = {matter.id: each.at or stage.end for matter, each in zip(matters, told, strict=True)}
    chiefs = _chiefs(stage, at)
    _step(at, chiefs, Act.ACCEPT, Act.FILE)
    if is_raised:
        _step(at, chiefs, Act.ESCALATE, reason="超出镇街职权，呼叫区级")
        chiefs = _chiefs(stage, at)
        _step(at, chiefs, Act.ACCEPT, Act.FILE)
    units = dict(Matter.objects.filter(pk__in=list(at)).values_list("pk", "suggested_id"))
    _step(at, chiefs, Act.DISPATCH, units=units)
    _step(at, _of_units(stage, Role.HANDLER, units), Act.SIGN, Act.HANDLE, reason="已办结，现场已核实")
    _step(at, _of_units(stage, Role.HANDLER_HEAD, units), Act.REVIEW)
    _step(at, {matter.id: _checker(stage, matter.area) for matter in matters}, Act.CHECK)
    _step(at, chiefs, Act.CLOSE, close_as=CloseKind.NORMAL)


def _step(at: dict[int, datetime], who: dict[int, Actor], *acts: Act, units: Any = None, **said: Any) -> None:
    for act in acts:
        batch = []
        for id_, by in who.items():
            at[id_] += MINUTE
            given = {"unit_id": units[id_]} if units else {}
            batch.append(Asked(act, id_, by, at[id_], **said, **given))
        _all_taken(take_many(batch))


def _chiefs(stage: Stage, ids: Iterable[int]) -> dict[int, Actor]:
    """Return a chief of the desk that owns each matter now; a chief may take all steps of a desk."""
    desks = Matter.objects.filter(pk__in=list(ids)).values_list("pk", "desk_id")
    return _of_units(stage, Role.DUTY_CHIEF, dict(desks))


def _of_units(stage: Stage, role: Role, units: Mapping[int, int]) -> dict[int, Actor]:
    return {id_: stage.sitting(role, unit)[0] for id_, unit in units.items()}


def _checker(stage: Stage, area: str) -> Actor:
    for role, place in (
        (Role.GRID_WORKER, area),
        (Role.GRID_HEAD, area),
        (Role.GRID_HEAD, area[: Level.VILLAGE]),
        (Role.VILLAGE_SECRETARY, area[: Level.VILLAGE]),
    ):
        if able := stage.sitting(role, place):
            return able[0]
    raise SimulationRefused("simulate.no_units")


def _all_taken(answers: Sequence[Any]) -> None:
    for answer in answers:
        if isinstance(answer, Refused):
            raise answer
