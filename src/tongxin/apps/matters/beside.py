"""What a step writes beside the life: merges, escalations, objections, call-backs, and overlays that lapse with it."""

from django.db.models import F

from tongxin.apps.journal.entries import record
from tongxin.apps.matters import overlaying, reclassifying
from tongxin.apps.matters.models import Escalation, Matter, Merge
from tongxin.apps.matters.overlays import order
from tongxin.apps.matters.stepping import Change, is_asked_back
from tongxin.rules.lifecycles.matter import Act, State
from tongxin.rules.overlays.call_back import Act as CallingBack
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.overlays.objection import Act as Objecting
from tongxin.rules.overlays.tables import lapsing
from tongxin.rules.permissions import SYSTEM


def merged_from(matter_id: int) -> State | None:
    """Return where a merged matter stood before. One statement."""
    found = Merge.objects.filter(matter_id=matter_id, ended_at__isnull=True).values_list("from_state", flat=True)
    return State(found[0]) if found else None


def write(change: Change, seq: int) -> None:
    """Write what one step leaves in the tables beside; for most steps nothing."""
    asked, before, after = change.asked, change.before, change.taken.state
    if before.overlays and (gone := lapsing(before.overlays, after)):
        overlaying.lapse(before, gone, asked.now)
    match asked.act:
        case Act.MERGE:
            _merge(change)
        case Act.UNMERGE:
            _part(change)
        case Act.WITHDRAW if before.master_id:
            _part(change)
        case Act.FOLLOW:
            _part(change)
            _ask_back(change)
        case Act.RECLASSIFY:
            reclassifying.write(before)
        case Act.ESCALATE | Act.HAND_DOWN:
            _escalate(change, seq)
        case Act.RETURN:
            _object(change)
        case Act.CLOSE:
            if before.children:
                record("merge.follow", f"merge:{before.id}", by=asked.by, at=asked.now, matter=before.id)
            _ask_back(change)
    if before.overlays.get(Overlay.ORDER.value):
        _press_on(change)


def _merge(change: Change) -> None:
    asked, before = change.asked, change.before
    Merge.objects.create(
        matter_id=before.id,
        master_id=asked.master_id,
        from_state=before.state,
        merged_at=asked.now,
        merged_by=asked.by.person_id,
    )
    Matter.objects.filter(pk=asked.master_id).update(
        children=F("children") + 1, households=F("households") + before.households, rev=F("rev") + 1
    )


def _part(change: Change) -> None:
    asked, before = change.asked, change.before
    Merge.objects.filter(matter_id=before.id, ended_at__isnull=True).update(ended_at=asked.now)
    if asked.act is not Act.FOLLOW:
        Matter.objects.filter(pk=before.master_id).update(
            children=F("children") - 1, households=F("households") - before.households, rev=F("rev") + 1
        )


def _escalate(change: Change, seq: int) -> None:
    asked, before = change.asked, change.before
    Escalation.objects.create(
        matter_id=before.id,
        at=asked.now,
        is_up=asked.act is Act.ESCALATE,
        from_desk=before.desk_id,
        to_desk=change.new["desk_id"],
        from_level=before.level,
        to_level=change.new["level"],
        said=seq if change.note else None,
    )


def _ask_back(change: Change) -> None:
    before = change.before
    if is_asked_back(before):
        overlaying.act(CallingBack.OPEN, matter_id=before.id, by=SYSTEM, now=change.asked.now, with_step=True)


def _press_on(change: Change) -> None:
    """An order goes with its matter: who has it now is who owes the reply."""
    before, new = change.before, change.new
    unit = new["unit_id"] or new["desk_id"]
    if unit != (before.unit_id or before.desk_id):
        order.follow(before.id, unit, before.overlays)


def _object(change: Change) -> None:
    asked, before = change.asked, change.before
    overlaying.act(
        Objecting.RAISE,
        matter_id=before.id,
        by=SYSTEM,
        now=asked.now,
        with_step=True,
        for_person=asked.by.person_id,
        unit_id=before.unit_id,
        units=(asked.suggested_unit,) if asked.suggested_unit else (),
        ground=asked.ground,
    )
