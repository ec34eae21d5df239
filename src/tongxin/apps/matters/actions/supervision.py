"""督办: one order over several matters, taking an order back, and the orders that rules raise."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from tongxin.apps.matters import kinds, overlaying
from tongxin.apps.matters.models import Matter, Order, OrderItem
from tongxin.apps.matters.overlaying import Overlaid
from tongxin.apps.matters.overlays.appeal import poor_answers
from tongxin.apps.matters.queries import visible_to
from tongxin.apps.people.calendar import calendar
from tongxin.postgres.batches import run
from tongxin.rules.errors import Invalid, Missing, Refused, Stale
from tongxin.rules.lifecycles.matter import LIVE, StepRefused
from tongxin.rules.overlays.order import ACT_OF, MOST, Act, Grade, Trigger, is_overdue_by
from tongxin.rules.permissions import Actor


class Issued(NamedTuple):
    """The answer to issuing an order: its number ("" where no matter could be pressed), and what became of each matter.

    `items` are in the order of the matters asked for, each taken or refused.
    """

    number: str
    items: list[Overlaid | Refused]


@transaction.atomic
def issue_order(
    *, matter_ids: Sequence[int], grade: Grade, text: str, by: Actor, now: datetime, reply_by: date | None = None
) -> Issued:
    """Press for several matters at once with one order; a refused one leaves no trace and stops no other.

    Replies are due by the grade's limit, or at the end of the later day `reply_by`. Raises Invalid for a text or a
    number of matters that will not do. Some fifteen statements a matter.
    """
    wanted = sorted(set(matter_ids))  # in the order in which steps lock, so that two orders never wait in a circle
    if not wanted:
        raise Invalid("order.no_matter")
    if len(wanted) > MOST:
        raise Invalid("order.too_many", most=MOST, found=len(wanted))

    order: Order | None = None
    answers: dict[int, Overlaid | Refused] = _apart(wanted, by)
    for matter_id in wanted:
        if matter_id in answers:
            continue
        try:
            answers[matter_id], _ = overlaying.act(
                ACT_OF[grade],
                matter_id=matter_id,
                by=by,
                now=now,
                reason=text,
                reply_by=reply_by,
                order_id=order.pk if order else None,
            )
        except (Invalid, Stale):
            raise
        except Refused as refusal:
            answers[matter_id] = refusal
        else:
            order = order or OrderItem.objects.select_related("order").get(pk=answers[matter_id].id).order  # type: ignore[union-attr]

    return Issued(order.number if order else "", [answers[each] for each in dict.fromkeys(matter_ids)])


def _apart(wanted: Sequence[int], by: Actor) -> dict[int, Overlaid | Refused]:
    """Refuse sealed matters among others: who sees one matter of an order reads its words. One statement."""
    if len(wanted) == 1:
        return {}
    sealed = visible_to(by).filter(pk__in=wanted, is_sealed=True).values_list("pk", flat=True)
    return {each: StepRefused("order.sealed_alone") for each in sealed}


@transaction.atomic
def cancel_order(*, number: str, reason: str, by: Actor, now: datetime) -> None:
    """Take back what is still open of an order. Only its issuer may. Raises Missing, NotAllowed, StepRefused."""
    items = list(
        OrderItem.objects.filter(order__number=number, ended_at__isnull=True)
        .order_by("matter_id")
        .values_list("matter_id", "id")
    )
    if not items:
        raise Missing("order.missing")

    for matter_id, item_id in items:
        overlaying.act(Act.CANCEL, matter_id=matter_id, overlay_id=item_id, by=by, now=now, reason=reason)


# --- by rule -----------------------------------------------------------------------------------------------

# the clocks that run out on the citizen; one that stands still, or whose matter is pressed already, raises nothing
LATE = """
    SELECT d.due_at, d.id, d.matter_id, m.rulebook FROM matters_deadline d JOIN matters_matter m ON m.id = d.matter_id
    WHERE d.ended_at IS NULL AND d.stopped_at IS NULL AND d."of" = '' AND d.clock IN ('handle', 'whole')
        AND d.due_at < %s::timestamptz AND m.state = ANY(%s::text[]) AND NOT m.overlays ? 'order'
        AND NOT EXISTS (SELECT FROM matters_order o WHERE o.cause = 'clock:' || d.id)"""
PAGE = 1_000


def raise_order(*, matter_id: int, trigger: Trigger, cause: str, by: Actor, now: datetime) -> Overlaid | None:
    """Press for a matter by rule; None where nothing is to be pressed: it is under order, over, or the cause is known.

    `cause` names the very fact ("clock:17"), so that whoever tells it twice raises one order.
    """
    try:
        with transaction.atomic():
            answer, _ = overlaying.act(Act.RAISE, matter_id=matter_id, by=by, now=now, ground=trigger.value, kind=cause)
    except StepRefused:
        return None
    return answer


def press_overdue(*, by: Actor, now: datetime, deadlines: Sequence[int] | None = None) -> int:
    """Raise orders for what is overdue by the book's working days, the latest first; return how many.

    Of these clocks, or (None) of all that run. A statement a thousand late clocks, and those of each order.
    """
    days, raised = calendar(), 0
    for due_at, id_, matter_id, rulebook in _late(now, deadlines):
        after = kinds.book(rulebook).triggers.overdue_working_days
        if after and is_overdue_by(after, due_at, now, days):
            cause = f"clock:{id_}"
            raised += raise_order(matter_id=matter_id, trigger=Trigger.OVERDUE, cause=cause, by=by, now=now) is not None
    return raised


def _late(now: datetime, deadlines: Sequence[int] | None) -> Iterator[tuple[datetime, int, int, int]]:
    states = [state.value for state in LIVE]
    if deadlines is not None:
        yield from run(f"{LATE} AND d.id = ANY(%s::bigint[]) ORDER BY m.id", [now, states, list(deadlines)])
        return
    last: tuple[datetime | None, int] = (None, 0)
    while True:
        page = run(
            f"{LATE} AND (%s::timestamptz IS NULL OR (d.due_at, d.id) > (%s::timestamptz, %s::bigint))"
            f" ORDER BY d.due_at, d.id LIMIT {PAGE}",
            [now, states, last[0], *last],
        )
        yield from page
        if len(page) < PAGE:
            return
        last = (page[-1][0], page[-1][1])


def press_returned(*, causes: Mapping[int, str], by: Actor, now: datetime) -> int:
    """Raise orders for matters returned as often as the book allows; `causes` by matter. Return how many."""
    matters = Matter.objects.filter(pk__in=causes).order_by("pk").values_list("pk", "returns", "rulebook")
    wanted = [pk for pk, returns, book in matters if 0 < kinds.book(book).triggers.returns <= returns]
    return _raise_each(wanted, Trigger.RETURNED, causes, by, now)


def press_dissatisfied(*, causes: Mapping[int, str], by: Actor, now: datetime) -> int:
    """Raise orders for matters whose reporter was dissatisfied as often as the book allows. Return how many."""
    wanted = [
        matter.pk
        for matter in Matter.objects.filter(pk__in=causes).order_by("pk").only("pk", "rulebook")
        if 0 < kinds.book(matter.rulebook).triggers.dissatisfied <= poor_answers(matter.pk).count()
    ]
    return _raise_each(wanted, Trigger.DISSATISFIED, causes, by, now)


def _raise_each(
    matter_ids: Sequence[int], trigger: Trigger, causes: Mapping[int, str], by: Actor, now: datetime
) -> int:
    raised = [raise_order(matter_id=each, trigger=trigger, cause=causes[each], by=by, now=now) for each in matter_ids]
    return sum(each is not None for each in raised)
