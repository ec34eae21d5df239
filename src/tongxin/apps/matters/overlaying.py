"""The one way of acting on what lies over a matter: lock → decide → save → record.

Each kind's own file under `overlays/` says only what its acts change; locking, permission, clocks, notes and the
journal are here, once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tongxin.apps.journal.entries import Draft, Head, guarded, record_many
from tongxin.apps.matters import rows
from tongxin.apps.matters.clockwork import DROPPED, MOVE, Clockwork
from tongxin.apps.matters.models import (
    Appeal,
    Branch,
    CallBack,
    Extension,
    Hold,
    Matter,
    Objection,
    OrderItem,
    Overlay,
    Summons,
    Whistle,
)
from tongxin.apps.matters.seats import duties_of, duty_of, facts_about, sees
from tongxin.apps.matters.standing import Standing, locked
from tongxin.apps.matters.stepping import Asked
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import stands
from tongxin.postgres.batches import pipeline, send
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Stale
from tongxin.rules.lifecycles.matter import LAMP_CLOCK, TEXT_LIMIT, State
from tongxin.rules.overlays.frame import LAPSED, Ask, Facts, Step, Still, Table, decide
from tongxin.rules.overlays.frame import Overlay as Kind
from tongxin.rules.overlays.tables import BY_ACT, TABLES
from tongxin.rules.permissions import Actor, Duty
from tongxin.rules.working_time import Limit, WorkingCalendar

MODELS: Mapping[Kind, type[Overlay]] = {
    Kind.EXTENSION: Extension,
    Kind.HOLD: Hold,
    Kind.BRANCH: Branch,
    Kind.WHISTLE: Whistle,
    Kind.SUMMONS: Summons,
    Kind.ORDER: OrderItem,
    Kind.OBJECTION: Objection,
    Kind.CALL_BACK: CallBack,
    Kind.APPEAL: Appeal,
}
BRINGS_IN = (Kind.BRANCH, Kind.SUMMONS, Kind.ORDER)  # whose asked units are in the matter while they are asked


class Overlaid(NamedTuple):
    """The answer to an act: the overlay it was about (of several, the first) and how the matter stands now."""

    id: int
    matter_id: int
    number: str
    state: str
    rev: int
    due_at: datetime | None


@dataclass(slots=True)
class Scene:
    """One act on one matter: all it looks at, and all it will write."""

    act: str
    by: Actor
    now: datetime
    ask: Ask
    matter: Standing
    work: Clockwork
    days: WorkingCalendar
    seq: int
    facts: Facts
    step: Step
    table: Table
    duty: Duty
    rev: int = 0  # of the matter, afterwards
    row: Any = None  # the overlay's row; for an act that opens one, the new one, not yet written
    limit: Limit | None = None  # of the clock the step starts, where the book's is not meant
    columns: dict[str, Any] = field(default_factory=dict)  # what changes in the matter's row
    data: dict[str, Any] = field(default_factory=dict)  # what the journal keeps: codes and references
    then: list[Asked] = field(default_factory=list)  # steps of the matter that this brings about, in order
    more: list[tuple[Any, Kind, Mapping[Clock, Limit]]] = field(default_factory=list)
    others: list[tuple[Any, Kind]] = field(default_factory=list)  # rows of others that end with this act

    def another(
        self, kind: Kind, state: str, /, *, unit_id: int | None, clocks: Mapping[Clock, Limit] | None = None,
        **columns: Any,
    ) -> Any:  # fmt: skip
        """Open one more overlay with this act: another invited unit, a whistle's summons. Returns its row, unwritten.

        All of its clocks start at once.
        """
        row = MODELS[kind](**self._opened(), unit_id=unit_id, state=state, **columns)
        self.more.append((row, kind, clocks or {}))
        return row

    def end(self, kind: Kind, row: Any, state: str) -> None:
        """End another overlay with this act: what its clocks missed stays missed, the rest is dropped."""
        row.state, row.ended_at, row.due_at = str(state), self.now, None
        self.work.drop_of(kind.value, row.pk)
        self.others.append((row, kind))

    def _opened(self) -> dict[str, Any]:
        said = self.seq if self.ask.reason.strip() else None
        return {
            "matter_id": self.matter.id,
            "opened_at": self.now,
            "opened_by": self.by.person_id,
            "said": said,
        }


Doing = Callable[[Scene], None]
_DOES: dict[str, Doing] = {}


def does(*acts: str) -> Callable[[Doing], Doing]:
    """Register what these acts change beyond the overlay's state: columns of its row, of the matter, its clocks."""

    def register(doing: Doing) -> Doing:
        for act in acts:
            _DOES[str(act)] = doing
        return doing

    return register


def act(
    act: str, *, matter_id: int, by: Actor, now: datetime, overlay_id: int | None = None, rev: int | None = None,
    for_person: int | None = None, with_step: bool = False, **details: Any,
) -> tuple[Overlaid, list[Asked]]:  # fmt: skip
    """Act on an overlay, in the caller's transaction; return it, and the steps of the matter it brings about.

    `details` are the fields of `rules.overlays.frame.Ask`; `for_person` opened it where the platform only writes it
    down; `with_step`: it comes with a step, which counts the matter's revision. Some ten statements.
    Raises StepRefused, NotAllowed, Missing, Stale, Invalid.
    """
    table = BY_ACT.get(str(act))
    if table is None:
        raise Invalid("overlay.unknown_act", act=str(act)[:40])
    ask = Ask(**details)
    _check(ask)

    standing, clocks, heads = locked([matter_id])
    row = _locked_row(table, matter_id, overlay_id)

    scene = _decide(str(act), table, ask, by, now, rev, standing.get(matter_id), clocks.get(matter_id, []), row, heads)
    scene.rev = standing[matter_id].rev + (not with_step)
    _apply(scene)
    if for_person is not None and overlay_id is None:
        scene.row.opened_by = for_person

    return _save(scene, heads), scene.then


# --- lock --------------------------------------------------------------------------------------------------


def _locked_row(table: Table, matter_id: int, overlay_id: int | None) -> Any:
    if overlay_id is None:
        return None
    model = MODELS[table.overlay]
    row = model.objects.select_for_update().filter(pk=overlay_id, matter_id=matter_id).first()  # type: ignore[attr-defined]
    if row is None:
        raise Missing("overlay.missing")
    return row


def _check(ask: Ask) -> None:
    if len(ask.reason) > TEXT_LIMIT:
        raise Invalid("report.too_long", field="reason", limit=TEXT_LIMIT, found=len(ask.reason))
    if "\x00" in ask.reason:
        raise Invalid("report.nul", field="reason")
    for unit in filter(None, (*ask.units, ask.unit_id)):
        if unit not in stands():
            raise Invalid("unit.missing", unit=unit)


# --- decide ------------------------------------------------------------------------------------------------


def _decide(
    act: str, table: Table, ask: Ask, by: Actor, now: datetime, rev: int | None, matter: Standing | None,
    clocks: Sequence[Any], row: Any, heads: Mapping[str, Head],
) -> Scene:  # fmt: skip
    if matter is None or not sees(by, matter):
        raise Missing("matter.missing")
    if rev is not None and rev != matter.rev:
        raise Stale("matter.changed", rev=matter.rev)
    if by.acts is not None and act not in by.acts:
        raise NotAllowed("key.narrowed", act=act)
    days = calendar()
    work = Clockwork(clocks, Urgency(matter.urgency), matter.book, days, now)
    facts = facts_about(table.overlay, matter, row, work, by, now)
    step = decide(table, act, facts, ask, lambda seat: frozenset(duties_of(by, matter, row, seat)))
    duty = duty_of(by, matter, row, step)
    seq = heads.get(f"matter:{matter.id}", (0, b""))[0] + 1
    return Scene(act, by, now, ask, matter, work, days, seq, facts, step, table, duty, row=row)


# --- what changes ------------------------------------------------------------------------------------------


def _apply(scene: Scene) -> None:
    """Set the overlay's state and let its kind say what else changes; the clocks come after, for they need its id."""
    if scene.row is None:
        scene.row = MODELS[scene.table.overlay](**scene._opened(), unit_id=scene.ask.unit_id)
    else:
        scene.row.decided_by, scene.row.decided_at = scene.by.person_id, scene.now
    scene.row.state = str(scene.step.target)
    if scene.step.still is Still.STOP:
        scene.work.stop()
        scene.columns["stopped_at"] = scene.now
    elif scene.step.still is Still.GO:
        scene.work.go()
        scene.columns["stopped_at"] = None
    if doing := _DOES.get(scene.act):
        doing(scene)
    if scene.step.target in scene.table.ended and scene.row.ended_at is None:
        scene.row.ended_at = scene.now


def _clocks(scene: Scene) -> None:
    """Move the overlay's own clocks: what ran for it ends, what the step starts begins."""
    kind, row = scene.table.overlay.value, scene.row
    ended = row.ended_at is not None
    if ended or scene.step.starts:
        scene.work.end_of(kind, row.pk)
    elif scene.step.ends:
        scene.work.end_of(kind, row.pk, *scene.step.ends)
    if scene.step.starts and not ended:
        _start(scene, kind, row.pk, scene.step.starts, scene.limit)
    row.due_at = scene.work.due_of(kind, row.pk)
    for other, kind_, clocks in scene.more:
        for clock, limit in clocks.items():
            _start(scene, kind_.value, other.pk, clock, limit)
        other.due_at = scene.work.due_of(kind_.value, other.pk)
    if scene.step.still is Still.GO:  # joint parts stood still with the matter
        for part in Branch.objects.filter(matter_id=scene.matter.id, ended_at__isnull=True, due_at__isnull=False):
            Branch.objects.filter(pk=part.pk).update(due_at=scene.work.due_of(Kind.BRANCH.value, part.pk))


def _start(scene: Scene, kind: str, id_: int, clock: Clock, limit: Limit | None) -> None:
    wanted = limit or scene.matter.book.limit(clock, Urgency(scene.matter.urgency))
    scene.work.start_of(kind, id_, clock, wanted)


# --- save --------------------------------------------------------------------------------------------------


def _save(scene: Scene, heads: Mapping[str, Head]) -> Overlaid:
    row, matter = scene.row, scene.matter
    row.save()
    for other, *_ in (*scene.more, *scene.others):
        other.save()
    _clocks(scene)
    row.save(update_fields=["due_at"])
    for other, _, clocks in scene.more:
        if clocks:
            other.save(update_fields=["due_at"])
    _save_matter(scene)
    data = {"id": row.pk, "state": row.state, **scene.data}
    beside = [*((other, kind) for other, kind, _ in scene.more), *scene.others]
    if beside:
        data["with"] = [[kind.value, other.pk, other.state] for other, kind in beside]
    if scene.ask.reason.strip():
        data["noted"] = True
    entry = Draft(scene.act, f"matter:{matter.id}", scene.by.ref, scene.duty.post_id, scene.now, data)
    with guarded(), pipeline():
        write_clocks(matter.id, scene.work)
        rows.notes.add([(matter.id, scene.seq, scene.ask.reason.strip())] if scene.ask.reason.strip() else [])
        record_many([entry], heads=heads)
    return Overlaid(row.pk, matter.id, matter.number, row.state, scene.rev, row.due_at)


def _save_matter(scene: Scene) -> None:
    matter, state = scene.matter, State(scene.matter.state)
    shown = scene.work.running(LAMP_CLOCK[state]) if state in LAMP_CLOCK else None
    columns = scene.columns | {"rev": scene.rev}
    columns["due_at"] = shown.due_at if shown else None
    columns["amber_at"] = shown.amber_at if shown else None
    columns["is_provisional"] = bool(shown and shown.is_provisional)
    touched = {scene.table.overlay, *(kind for _, kind, *_ in (*scene.more, *scene.others))}
    counts = counted(matter, touched)
    columns["overlays"] = counts
    if touched & set(BRINGS_IN):
        columns["involved"] = brought_in(matter.id, counts)
    Matter.objects.filter(pk=matter.id).update(**columns)


def counted(matter: Standing, kinds: set[Kind]) -> dict[str, int]:
    """Return how many overlays are open over the matter by kind, counted anew for these kinds. A statement a kind."""
    counts = dict(matter.overlays)
    for kind in kinds:
        open_ = MODELS[kind].objects.filter(matter_id=matter.id, ended_at__isnull=True).count()  # type: ignore[attr-defined]
        counts.pop(kind.value, None)
        if open_:
            counts[kind.value] = open_
    return counts


def brought_in(matter_id: int, counts: Mapping[str, int]) -> list[int]:
    """Return the units that open overlays bring into the matter. A statement a kind."""
    found: set[int] = set()
    for kind in BRINGS_IN:
        if kind.value in counts:
            asked = MODELS[kind].objects.filter(matter_id=matter_id, ended_at__isnull=True, unit__isnull=False)  # type: ignore[attr-defined]
            asked = asked.exclude(state__in=TABLES[kind].unasked)
            found.update(asked.values_list("unit_id", flat=True))
    return sorted(found)


def write_clocks(matter_id: int, work: Clockwork) -> None:
    """Write what changed in one matter's clocks; inside a pipeline nothing waits for the answer."""
    if moved := list(work.moved()):
        send(MOVE, [list(column) for column in zip(*moved, strict=True)])
    rows.deadlines_of.add(list(work.started(matter_id)))


# --- what a step of the matter does to its overlays ----------------------------------------------------------


def lapse(matter: Standing, kinds: Sequence[Kind], now: datetime) -> None:
    """End what the matter went on without: its rows lapse, its clocks are dropped. Three statements a kind."""
    for kind in kinds:
        rows_ = MODELS[kind].objects.filter(matter_id=matter.id, ended_at__isnull=True)  # type: ignore[attr-defined]
        rows_.update(state=LAPSED, ended_at=now, due_at=None)
    drop = """UPDATE matters_deadline SET ended_at = greatest(%s::timestamptz, started_at), outcome = %s,
        next_fire_at = NULL WHERE matter_id = %s AND "of" = ANY(%s::text[]) AND ended_at IS NULL"""
    send(drop, [now, DROPPED, matter.id, [kind.value for kind in kinds]])
    counts = {kind: many for kind, many in matter.overlays.items() if Kind(kind) not in kinds}
    columns: dict[str, Any] = {"overlays": counts, "involved": brought_in(matter.id, counts)}
    if Kind.BRANCH in kinds:
        columns["waits"] = 0
    Matter.objects.filter(pk=matter.id).update(**columns)
