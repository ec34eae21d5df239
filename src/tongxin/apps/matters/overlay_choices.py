"""What may be done about what lies over a matter, and what not and why: asked of the same `decide` as the acts."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from tongxin.apps.matters import kinds, overlays
from tongxin.apps.matters.clockwork import DROPPED, Clockwork, Open
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.matters.overlaying import MODELS
from tongxin.apps.matters.seats import duties_of, facts_about
from tongxin.apps.matters.standing import Standing
from tongxin.apps.people.calendar import calendar
from tongxin.rules.deadlines import Clock, Running, Urgency
from tongxin.rules.errors import NotAllowed, Refused
from tongxin.rules.overlays.frame import Overlay, Seat, Step, Table, decide
from tongxin.rules.overlays.tables import TABLES
from tongxin.rules.permissions import Actor, Role
from tongxin.rules.working_time import Limit

__all__ = ["Choice", "Laid", "clockwork", "laid", "of_row", "openings", "overlays", "rows_of", "standing_of"]

AGAIN = (Clock.HANDLE, Clock.RING)  # may run on after they ended: the clocks `standing` locks


class Choice(NamedTuple):
    """One act on an overlay, for this actor: open when `refused` is None."""

    act: StrEnum
    refused: Refused | None
    is_mine: bool  # an act of one of the actor's own posts, open or not
    asks: tuple[str, ...]  # fields of its form; "?" at the end: may be left empty


class Laid(NamedTuple):
    """An overlay over a matter, running or ended, with the acts its state knows."""

    kind: Overlay
    row: Any
    choices: list[Choice]

    @property
    def is_open(self) -> bool:
        return self.row.ended_at is None


def openings(actor: Actor, matter: Matter, clocks: Sequence[Deadline], now: datetime) -> list[Choice]:
    """Return the acts of the actor's posts that lay something new over the matter, in the tables' order.

    No statement but what a kind needs to know.
    """
    standing, work = standing_of(matter), clockwork(matter, clocks, now)
    found: list[Choice] = []
    for table in TABLES.values():
        steps = [step for step in _persons(table.steps_from("")) if matter.state in (step.within or table.lives)]
        found += (each for each in _choices(table, steps, actor, standing, None, work, now) if each.is_mine)
    return found


def laid(
    actor: Actor, matter: Matter, clocks: Sequence[Deadline], now: datetime, *, ended: Iterable[Overlay] = ()
) -> list[Laid]:
    """Return what lies over the matter, the oldest first; of the `ended` kinds also what is over.

    A statement a kind: those that the matter's counts name, and `ended`.
    """
    standing, work, past = standing_of(matter), clockwork(matter, clocks, now), set(ended)
    wanted = [kind for kind in TABLES if kind.value in matter.overlays or kind in past]
    found = [
        Laid(kind, row, of_row(actor, standing, kind, row, work, now))
        for kind in wanted
        for row in rows_of(kind, matter.pk, with_ended=kind in past)
    ]
    return sorted(found, key=lambda each: (each.row.opened_at, each.row.pk))


def rows_of(kind: Overlay, matter_id: int, *, with_ended: bool = False) -> list[Any]:
    """Return one kind's rows over a matter, the oldest first, with what they hang on. One statement."""
    model = MODELS[kind]
    above = {field.name for field in model._meta.fields} & {"whistle", "order"}
    rows = model.objects.filter(matter_id=matter_id).order_by("id")  # type: ignore[attr-defined]
    if above:
        rows = rows.select_related(*above)
    return list(rows if with_ended else rows.filter(ended_at__isnull=True))


def of_row(actor: Actor, matter: Standing, kind: Overlay, row: Any, work: Clockwork, now: datetime) -> list[Choice]:
    """Return the acts that an overlay's state knows; what is over knows hardly any, but a unit may yet be rated."""
    table = TABLES[kind]
    return list(_choices(table, list(_persons(table.steps_from(row.state))), actor, matter, row, work, now))


def standing_of(matter: Matter) -> Standing:
    """Return a matter read for a page as the rules take one that is locked."""
    return Standing(*(getattr(matter, name) for name in Standing._fields))


def clockwork(matter: Matter, clocks: Sequence[Deadline], now: datetime) -> Clockwork:
    """Return the clocks of a matter read for a page, in the order of their ids, as acts move them."""
    kept = [
        _open(each)
        for each in clocks
        if each.ended_at is None or (not each.of and each.clock in AGAIN and each.outcome != DROPPED)
    ]
    return Clockwork(kept, Urgency(matter.urgency), kinds.book(matter.rulebook), calendar(), now)


def _open(each: Deadline) -> Open:
    running = Running(
        Clock(each.clock), each.started_at, Limit.parse(each.limit), each.due_at, each.amber_at, each.is_provisional
    )
    return Open(each.pk, running, each.ended_at, each.outcome, each.of, each.of_id, tuple(each.stops), each.stopped_at)


def _persons(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield the steps that persons take: the platform's are nobody's button."""
    return (step for step in steps if step.by != {Role.PLATFORM})


class Seated(dict[Seat, frozenset[Role]]):
    """The actor's roles at each seat of a matter, looked up once a seat."""

    def __init__(self, actor: Actor, matter: Standing, row: Any) -> None:
        self._about = actor, matter, row

    def __missing__(self, seat: Seat) -> frozenset[Role]:
        self[seat] = frozenset(duties_of(*self._about, seat))
        return self[seat]


def _choices(
    table: Table, steps: Sequence[Step], actor: Actor, matter: Standing, row: Any, work: Clockwork, now: datetime
) -> Iterator[Choice]:
    """Yield the steps, open or refused. What a kind knows is read only where a post of the actor takes one of them."""
    roles, facts = Seated(actor, matter, row), None
    for step in steps:
        if not any(roles[seat] & step.by for seat in _seats(step)):
            yield Choice(step.act, NotAllowed("step.wrong_role", act=step.act, roles=sorted(step.by)), False, step.asks)
            continue
        facts = facts or facts_about(table.overlay, matter, row, work, actor, now)
        try:
            decide(table, step.act, facts, None, roles.__getitem__)
        except Refused as refusal:
            yield Choice(step.act, refusal, True, step.asks)
        else:
            yield Choice(step.act, None, True, step.asks)


def _seats(step: Step) -> tuple[Seat, ...]:
    return step.seat if isinstance(step.seat, tuple) else (step.seat,)
