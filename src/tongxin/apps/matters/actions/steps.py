"""Steps: moving matters along their life. One step is a batch of one, and as many round trips as a thousand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from tongxin.apps.journal.entries import Head, guarded, record_many
from tongxin.apps.matters import beside, rows
from tongxin.apps.matters.choices import facts_of, rings
from tongxin.apps.matters.clockwork import MOVE, MOVED, Clockwork
from tongxin.apps.matters.reclassifying import reclassified, sort_of
from tongxin.apps.matters.standing import Open, Standing, locked
from tongxin.apps.matters.stepping import CHANGED, Asked, Change, Taken, change_of, move_clocks
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import stands
from tongxin.postgres.batches import pipeline, send
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.errors import Invalid, Missing, NotAllowed, Refused, Stale
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, Act, Ask, Master, State, decide, target_of
from tongxin.rules.permissions import SYSTEM, Actor, duties_at, scope
from tongxin.rules.working_time import WorkingCalendar

ROUTE_LIMIT = 120
_SET = ", ".join(f'"{name}" = new."{name}"' for name, _ in CHANGED[1:-2])
WRITE = f"""
    WITH clocks AS ({MOVE})
    UPDATE matters_matter AS m SET {_SET}, rev = m.rev + 1,
        handlers = CASE WHEN new_handler = ANY(m.handlers) THEN m.handlers
                        ELSE array_remove(m.handlers || new_handler, NULL) END,
        returned_by = array_remove(m.returned_by || new_returner, NULL)
    FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in CHANGED)})
        AS new({", ".join(f'"{name}"' for name, _ in CHANGED)})
    WHERE m.id = new.id"""


def take(act: Act, *, matter_id: int, by: Actor, now: datetime, **details: Any) -> Taken:
    """Move a matter one step along its life. Raises StepRefused, NotAllowed, Missing, Stale, Invalid."""
    answer = take_many([Asked(act, matter_id, by, now, **details)])[0]
    if isinstance(answer, Refused):
        raise answer
    return answer


@transaction.atomic
def take_many(batch: Sequence[Asked]) -> list[Taken | Refused]:
    """Take one step on each of these matters; a refused one leaves no trace and stops no other.

    A matter may stand in a batch once. At most six statements in two round trips however many matters; what an act
    writes beside the life (a merge, an escalation, an objection) costs a few more.
    """
    ids = [asked.matter_id for asked in batch]
    if len(set(ids)) != len(ids):
        raise ValueError("a matter may stand in a batch once")

    standing, clocks, heads = locked(sorted({*ids, *(asked.master_id for asked in batch if asked.master_id)}))

    days = calendar()
    answers: list[Taken | Refused] = []
    changes: list[Change] = []
    for asked in batch:
        try:
            change = _decide(asked, standing, clocks.get(asked.matter_id, ()), days)
        except Refused as refusal:
            answers.append(refusal)
        else:
            answers.append(change.taken)
            changes.append(change)

    _save(changes, heads)
    return answers


# --- decide ----------------------------------------------------------------------------------------------


def _decide(asked: Asked, standing: Mapping[int, Standing], clocks: Sequence[Open], days: WorkingCalendar) -> Change:
    matter = seen(asked.by, standing.get(asked.matter_id))
    if asked.rev is not None and asked.rev != matter.rev:
        raise Stale("matter.changed", rev=matter.rev)
    if asked.by.acts is not None and asked.act not in asked.by.acts:
        raise NotAllowed("key.narrowed", act=asked.act)
    _check(asked)
    work = Clockwork(clocks, Urgency(matter.urgency), matter.book, days, asked.now)
    sign, whole, handle = (work.own.get(clock) for clock in (Clock.SIGN, Clock.WHOLE, Clock.HANDLE))
    late = any(each and (each.ended_at or asked.now) > each.running.due_at for each in (whole, handle))
    facts = facts_of(
        matter,
        matter.kind,
        sign.running.due_at if sign and sign.runs else None,
        late,
        merged_from=beside.merged_from(matter.id) if asked.act is Act.UNMERGE else None,
    )
    duties = duties_at(
        asked.by,
        area=matter.area,
        desk_id=matter.desk_id,
        unit_id=matter.unit_id,
        reported=asked.by.reported(matter),
        channel=matter.channel,
    )
    first = duties_at(asked.by, area=matter.area, desk_id=matter.first_desk_id, unit_id=None, channel=matter.channel)
    after = matter
    if asked.act is Act.RECLASSIFY and asked.template:
        after = reclassified(matter, asked.template)
        asked = replace(asked, was=matter.template_code)
    ask = _ask(asked, standing, matter, after)
    step = decide(asked.act, facts, ask, frozenset(duties), at_first_desk=frozenset(first))
    counting = first if step.from_first_desk else duties
    duty = next(duty for role, duty in counting.items() if role in step.takers(facts))
    target = target_of(step, facts)
    around = rings(matter)
    shown = move_clocks(step, after, target, work, around)
    return change_of(asked, after, target, duty, late, work, shown, around)


def seen(by: Actor, matter: Standing | None) -> Standing:
    """Return a locked matter if the actor may see it. Raises Missing."""
    if matter is None or not (by is SYSTEM or scope(by).sees(matter)):
        raise Missing("matter.missing")
    return matter


def _ask(asked: Asked, standing: Mapping[int, Standing], matter: Standing, after: Standing) -> Ask:
    master = None
    if asked.master_id:
        found = seen(asked.by, standing.get(asked.master_id))
        master = Master(found.id, State(found.state), found.is_sealed)
    return Ask(
        asked.now,
        asked.by.person_id,
        asked.reason,
        asked.ground,
        asked.route,
        asked.unit_id,
        asked.close_as,
        asked.reply,
        asked.suggested_unit,
        master,
        asked.because,
        matter.book.reopen_days,
        sort_of(after, asked.by) if asked.template else None,
    )


def _check(asked: Asked) -> None:
    for name, text, limit in (
        ("reason", asked.reason, TEXT_LIMIT),
        ("reply", asked.reply, TEXT_LIMIT),
        ("route", asked.route, ROUTE_LIMIT),
    ):
        if len(text) > limit:
            raise Invalid("report.too_long", field=name, limit=limit, found=len(text))
        if "\x00" in text:
            raise Invalid("report.nul", field=name)
    for unit in (asked.unit_id, asked.suggested_unit):
        if unit and unit not in stands():
            raise Invalid("unit.missing", unit=unit)


# --- save ------------------------------------------------------------------------------------------------


def _save(changes: Sequence[Change], heads: Mapping[str, Head]) -> None:
    if not changes:
        return
    seqs = {change.taken.id: heads[change.entry.subject][0] + 1 for change in changes}
    notes = [(change.taken.id, seqs[change.taken.id], change.note) for change in changes if change.note]
    moved = [row for change in changes for row in change.work.moved()]
    with guarded(), pipeline():
        clocks = [list(column) for column in zip(*moved, strict=True)] or [[] for _ in MOVED]
        send(WRITE, [*clocks, *(list(column) for column in zip(*(change.matter for change in changes), strict=True))])
        rows.deadlines_of.add([row for change in changes for row in change.work.started(change.taken.id)])
        rows.notes.add(notes)
        record_many([change.entry for change in changes], heads=heads)
    for change in changes:
        beside.write(change, seqs[change.taken.id])
