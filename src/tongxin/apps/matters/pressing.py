"""Who presses for a matter, and who judges the reply: the seats of supervision orders."""

from collections.abc import Iterable
from typing import Any

from tongxin.apps.matters.models import Matter, Order
from tongxin.apps.matters.standing import Standing
from tongxin.apps.people.queries import stands
from tongxin.rules.overlays.frame import Seat
from tongxin.rules.overlays.order import Grade, Issued, is_issuers, may_accept, may_press
from tongxin.rules.permissions import Actor, Duty, Role


def issued(order: Order) -> Issued:
    """Return what the rules look at of an order."""
    return Issued(
        Grade(order.grade), order.trigger, order.issued_by, order.issuer_unit_id, order.issuer_role, order.area
    )


def seated(by: Actor, matter: Standing | Matter, row: Any, seat: Seat) -> dict[Role, Duty]:
    """Return the duties that press for a matter; with the row of an order: that issued it, or judge its reply."""
    if row is None:
        ground = stands().get(matter.desk_id, (None, matter.area))[1]
        return _by_role(
            duty for duty in by.duties if may_press(duty, area=matter.area, desk_id=matter.desk_id, desk_area=ground)
        )
    order = issued(row.order)
    if seat is Seat.HOLDER:
        return _by_role(duty for duty in by.duties if is_issuers(order, duty, by.person_id))
    return _by_role(duty for duty in by.duties if may_accept(order, duty, by.person_id, matter.desk_id))


def _by_role(duties: Iterable[Duty]) -> dict[Role, Duty]:
    found: dict[Role, Duty] = {}
    for duty in duties:
        found.setdefault(duty.role, duty)
    return found
