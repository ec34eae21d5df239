"""Running the city: reports in chunks, then wave after wave of steps, all through the ordinary ways in."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from random import Random
from typing import NamedTuple

from django.db import transaction

from tongxin.apps.matters.actions import Asked, Incoming, Reported, Taken, report_many, take_many, take_over
from tongxin.apps.matters.actions.evidence import Known, attach_known_many
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.matters.overlaying import MODELS
from tongxin.interfaces.console.simulation import scenes, tales
from tongxin.interfaces.console.simulation.lives import Life
from tongxin.interfaces.console.simulation.pictures import Album
from tongxin.interfaces.console.simulation.stage import SimulationRefused, Stage, read
from tongxin.interfaces.console.simulation.standing import Dues, Over, Photo, Telling
from tongxin.interfaces.console.simulation.tales import Tale
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import SYSTEM, Actor, Role
from tongxin.rules.units import UnitKind

CHUNK = 2_000  # matters in one transaction: what is done stays when somebody interrupts


@dataclass
class Outcome:
    """What was simulated. `refused` counts what the rules refused, by code: a city whose rules we do not know."""

    reported: int = 0
    steps: int = 0
    overlays: int = 0
    photos: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class _Walk(NamedTuple):
    """A life under way and what it asks for next."""

    telling: Telling
    asks: Asked | Photo | Over


def simulate(
    *,
    matters: int,
    seed: int,
    start: datetime,
    end: datetime,
    home: str,
    more: bool = False,
    done: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Live the city's life from start to end; the same seed gives the same city. `done` hears of each finished chunk.

    Raises SimulationRefused: `simulate.no_areas`, `simulate.no_catalog`, `simulate.no_units`, `simulate.no_grids`,
    and `simulate.not_empty` where matters stand already and `more` are not asked for.
    """
    stage = read(seed=seed, end=end, home=home)
    first = Matter.objects.count()
    if first and not more:
        raise SimulationRefused("simulate.not_empty", matters=first)
    album, outcome = Album(start), Outcome()
    waiting = iter(tales.told(stage, start=start, first=first, many=matters))
    while chunk := list(islice(waiting, CHUNK)):
        with transaction.atomic():
            _live(stage, chunk, album, outcome)
        done(len(chunk))
    if not first:
        with transaction.atomic():
            outcome.overlays += scenes.lay(stage)
    return outcome


def _live(stage: Stage, chunk: Sequence[Tale], album: Album, outcome: Outcome) -> None:
    reported = _report(stage, chunk, tales.written(stage, chunk), outcome)
    desks = _desks([matter.id for _, _, matter in reported])
    walks: list[_Walk] = []
    for tale, reporter, matter in reported:
        template, *known = desks[matter.id]
        life = Life(stage, tale, stage.kinds[template], matter, *known)
        walks += _next(life.tell(reporter), None)
    while walks:
        walks = [*_shown(walks, album, outcome), *_stepped(walks, outcome), *_laid_over(walks, outcome)]


def _desks(ids: Sequence[int]) -> dict[int, tuple[str, int, int, bool]]:
    columns = ("pk", "template_code", "desk_id", "suggested_id", "wants_reply")
    rows = Matter.objects.filter(pk__in=ids).values_list(*columns)
    return {id_: (template, desk, suggested or desk, wants) for id_, template, desk, suggested, wants in rows}


# --- reporting -------------------------------------------------------------------------------------------


def _report(
    stage: Stage, chunk: Sequence[Tale], incoming: Sequence[Incoming], outcome: Outcome
) -> list[tuple[Tale, Actor, Reported]]:
    """Report everything, each by its own reporter; what one person reports goes in one batch."""
    batches: dict[Actor, list[tuple[Tale, Incoming]]] = {}
    for tale, one in zip(chunk, incoming, strict=True):
        batches.setdefault(_reporter(stage, tale, one.area), []).append((tale, one))
    reported = []
    for reporter, batch in batches.items():
        answers = report_many([one for _, one in batch], by=reporter, now=stage.end)
        for (tale, _), answer in zip(batch, answers, strict=True):
            if isinstance(answer, Refused):
                outcome.refused[answer.code] += 1
            else:
                reported.append((tale, reporter, answer))
    outcome.reported += len(reported)
    return sorted(reported, key=lambda row: (row[0].at, row[0].number))


def _reporter(stage: Stage, tale: Tale, area: str) -> Actor:
    """Return who brings it in: somebody of the grid, an operator, a desk; what comes by machine comes by itself."""
    rng = Random(f"{stage.seed}/{tale.number}/by")
    match tale.channel:
        case Channel.GRID:
            seats = ((Role.GRID_WORKER, area), (Role.GRID_HEAD, area), (Role.GRID_HEAD, area[: Level.VILLAGE]))
        case Channel.HOTLINE:
            seats = tuple((Role.OPERATOR, unit) for unit in stage.units_by_kind.get((UnitKind.HOTLINE, ""), ()))
        case Channel.DEPARTMENT | Channel.PAPER:
            room = UnitKind.COMMAND_ROOM, area[: Level.TOWN]
            seats = tuple((Role.ACCEPTOR, unit) for unit in stage.units_by_kind.get(room, ()))
        case _:
            seats = ()
    for role, place in seats:
        if able := stage.sitting(role, place):
            return rng.choice(able)
    return SYSTEM


# --- waves -----------------------------------------------------------------------------------------------


def _next(telling: Telling, answer: Taken | Dues | None) -> Iterator[_Walk]:
    """Yield the walk with its next wish, or nothing where the life has come to its end."""
    try:
        yield _Walk(telling, telling.send(answer))
    except StopIteration:
        return


def _shown(walks: Sequence[_Walk], album: Album, outcome: Outcome) -> Iterator[_Walk]:
    showing = [(walk.telling, walk.asks) for walk in walks if isinstance(walk.asks, Photo)]
    photos = [Known(album.of(ask.template, ask.kind), ask.matter_id, ask.kind, ask.by, ask.now) for _, ask in showing]
    if not photos:
        return
    for (telling, _), refusal in zip(showing, attach_known_many(photos), strict=True):
        if refusal is not None:
            outcome.refused[refusal.code] += 1
        else:
            outcome.photos += 1
        yield from _next(telling, None)


def _laid_over(walks: Sequence[_Walk], outcome: Outcome) -> Iterator[_Walk]:
    """Take the acts on overlays one by one; what is refused stops nobody: it would not have stopped a city either."""
    for telling, asks in walks:
        if not isinstance(asks, Over):
            continue
        dues = None
        try:
            with transaction.atomic():
                dues = _acted(asks)
            outcome.overlays += 1
        except Refused as refusal:
            outcome.refused[refusal.code] += 1
        yield from _next(telling, dues)


def _acted(asks: Over) -> Dues:
    ids: list[int | None] = [None]
    if asks.on is not None:
        rows = MODELS[asks.on].objects.filter(matter_id=asks.matter_id, ended_at__isnull=True)  # type: ignore[attr-defined]
        ids = list(rows.filter(**({"unit_id": asks.unit_id} if asks.unit_id else {})).values_list("pk", flat=True))
    for id_ in ids:
        take_over(asks.act, matter_id=asks.matter_id, overlay_id=id_, by=asks.by, now=asks.now, **dict(asks.said))
    clocks = Deadline.objects.filter(matter_id=asks.matter_id, of="", ended_at__isnull=True)
    due = dict(clocks.values_list("clock", "due_at"))
    return Dues(due.get("handle"), due.get("whole"), "whole" in due)


def _stepped(walks: Sequence[_Walk], outcome: Outcome) -> Iterator[_Walk]:
    stepping = [(walk.telling, walk.asks) for walk in walks if isinstance(walk.asks, Asked)]
    if not stepping:
        return
    for (telling, _), answer in zip(stepping, take_many([asked for _, asked in stepping]), strict=True):
        if isinstance(answer, Refused):
            outcome.refused[answer.code] += 1
            telling.close()
        else:
            outcome.steps += 1
            yield from _next(telling, answer)
