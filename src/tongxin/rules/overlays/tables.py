"""Every overlay's table in one place: what pages offer, the API lists and the tests walk through."""

import sys
from collections.abc import Mapping
from enum import StrEnum

from tongxin.rules.lifecycles.matter import State
from tongxin.rules.overlays import (
    appeal,
    branch,
    call_back,
    extension,
    hold,
    objection,
    order,
    summons,
    whistle,
)
from tongxin.rules.overlays.frame import Overlay, Table

TABLES: Mapping[Overlay, Table] = {
    each.TABLE.overlay: each.TABLE
    for each in (extension, hold, objection, branch, whistle, summons, order, call_back, appeal)
}
BY_ACT: Mapping[str, Table] = {str(step.act): table for table in TABLES.values() for step in table.steps}


def lapsing(overlays: Mapping[str, int], state: State) -> list[Overlay]:
    """Return the kinds of open overlays that do not lie over this state of the matter."""
    return [Overlay(kind) for kind in overlays if state not in TABLES[Overlay(kind)].lives]


def options(act: StrEnum, field: str) -> type[StrEnum] | None:
    """Return what a field of an act's form is chosen from: `Kind`, `Ground`, `Join`, … of the file of its table."""
    found = getattr(sys.modules[type(act).__module__], field.title(), None)
    return found if isinstance(found, type) and issubclass(found, StrEnum) else None
