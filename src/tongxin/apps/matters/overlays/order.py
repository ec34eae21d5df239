"""督办: an order is made with its first matter, follows each matter from hand to hand, and ends with its last one."""

from datetime import datetime, timedelta
from typing import Any

from tongxin.apps.matters import numbers
from tongxin.apps.matters.models import Matter, Order, OrderItem
from tongxin.apps.matters.overlaying import Scene, brought_in, does
from tongxin.apps.matters.seats import knows
from tongxin.apps.matters.standing import Standing
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import offices, stands
from tongxin.rules.area_codes import Level, up_to
from tongxin.rules.errors import Missing
from tongxin.rules.lifecycles.matter import StepRefused
from tongxin.rules.overlays.frame import Overlay
from tongxin.rules.overlays.order import ACT_OF, GRADE_OF, Act, Grade, State, first_day, reply_limit
from tongxin.rules.permissions import Role
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import SHANGHAI, due_at

LONGEST = timedelta(days=90)  # how far ahead an issuer may put the reply: design default


@knows(Overlay.ORDER)
def pressed(matter: Standing, row: Any, now: datetime) -> dict[str, object]:
    """One statement where the matter is under order, else none."""
    open_ = OrderItem.objects.filter(matter_id=matter.id, ended_at__isnull=True)
    grades = open_.values_list("order__grade", flat=True) if matter.overlays.get(Overlay.ORDER.value) else ()
    limits, last = matter.book.order_limits, (now + LONGEST).astimezone(SHANGHAI).date()
    return {
        "grades": [Grade(each) for each in grades],
        "days": {grade: (first_day(limits[grade], now, calendar()), last) for grade in Grade},
        "grade": Grade(row.order.grade) if row else None,
        "replied_by": row.decided_by if row and row.state == State.REPLIED else None,
    }


@does(*ACT_OF.values())
def issue(scene: Scene) -> None:
    grade = GRADE_OF[scene.act]
    if scene.ask.order_id is None:
        order = _order(scene, grade, text=scene.ask.reason.strip())
        order.issued_by, order.area = scene.by.person_id, scene.duty.area
        order.issuer_unit_id, order.issuer_role = scene.duty.unit_id, scene.duty.role.value
        order.save()
    else:
        order = _being_issued(scene, grade)
    _press(scene, order)


@does(Act.RAISE)
def raise_(scene: Scene) -> None:
    """`kind` names the cause: of one cause there is one order, however often it is told."""
    if Order.objects.filter(cause=scene.ask.kind).exists():
        raise StepRefused("order.same_cause")
    order = _order(scene, Grade.ORDINARY, text="")
    order.trigger, order.cause = str(scene.ask.ground), scene.ask.kind
    office = offices().get((UnitKind.SUPERVISION, up_to(scene.matter.area, Level.CITY)))
    order.issuer_unit_id = office or scene.matter.desk_id
    order.issuer_role = (Role.SUPERVISOR if office else Role.DUTY_CHIEF).value
    order.area = stands()[order.issuer_unit_id][1]
    order.save()
    _press(scene, order)
    scene.data["trigger"] = order.trigger


@does(Act.SIGN)
def sign(scene: Scene) -> None:
    scene.row.signed_at = scene.now


@does(Act.REPLY)
def reply(scene: Scene) -> None:
    scene.row.replied_at = scene.now
    scene.row.signed_at = scene.row.signed_at or scene.now


@does(Act.SEND_BACK)
def send_back(scene: Scene) -> None:
    own = scene.matter.book.order_limits[scene.row.order.grade]
    scene.limit = reply_limit(own, scene.ask.reply_by, scene.now, scene.days)
    scene.row.sent_back += 1
    scene.row.replied_at = None
    scene.data["sent_back"] = scene.row.sent_back


@does(Act.ACCEPT, Act.CANCEL)
def end(scene: Scene) -> None:
    """The order ends with its last matter; it is locked, for two of them may end at once."""
    order = Order.objects.select_for_update().get(pk=scene.row.order_id)
    if not order.items.filter(ended_at__isnull=True).exclude(pk=scene.row.pk).exists():
        order.ended_at = scene.now
        order.save(update_fields=["ended_at"])


def follow(matter_id: int, unit_id: int, overlays: dict[str, int]) -> None:
    """Give the open items over a matter to who has it now; what only the former unit signed is to be signed anew.

    Without it a unit that returned a matter would still owe the reply. Three statements.
    """
    open_ = OrderItem.objects.filter(matter_id=matter_id, ended_at__isnull=True).exclude(unit_id=unit_id)
    open_.filter(state=State.SIGNED).update(state=State.ISSUED, signed_at=None)
    open_.update(unit_id=unit_id)
    Matter.objects.filter(pk=matter_id).update(involved=brought_in(matter_id, overlays))


# --- inside ------------------------------------------------------------------------------------------------


def _order(scene: Scene, grade: Grade, *, text: str) -> Order:
    """Return a new order, unwritten: its number, and by when it is to be answered."""
    own = scene.matter.book.order_limits[grade]
    limit = reply_limit(own, scene.ask.reply_by, scene.now, scene.days)
    due = due_at(scene.now, limit, scene.days).at
    number = numbers.give_order(scene.now.astimezone(SHANGHAI).date())
    return Order(number=number, grade=grade.value, text=text, issued_at=scene.now, reply_by=due)


def _being_issued(scene: Scene, grade: Grade) -> Order:
    """Return the order that takes in one matter more: only who issues it adds to it, in the act of issuing."""
    if scene.matter.is_sealed:
        raise StepRefused("order.sealed_alone")
    order = Order.objects.filter(
        pk=scene.ask.order_id, issued_at=scene.now, issued_by=scene.by.person_id, grade=grade.value
    ).first()
    if order is None:
        raise Missing("order.missing")
    return order


def _press(scene: Scene, order: Order) -> None:
    scene.row.order = order
    scene.row.unit_id = scene.matter.unit_id or scene.matter.desk_id
    scene.limit = reply_limit(scene.matter.book.order_limits[order.grade], scene.ask.reply_by, scene.now, scene.days)
    scene.data |= {"order": order.pk, "number": order.number, "grade": order.grade, "unit": scene.row.unit_id}
