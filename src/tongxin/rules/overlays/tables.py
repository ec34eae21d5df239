"""Every overlay's table in one place: what pages offer, the API lists and the tests walk through."""

from collections.abc import Mapping

from tongxin.rules.overlays import branch, extension, hold, objection, summons, whistle
from tongxin.rules.overlays.frame import Overlay, Table

TABLES: Mapping[Overlay, Table] = {
    each.TABLE.overlay: each.TABLE for each in (extension, hold, objection, branch, whistle, summons)
}
BY_ACT: Mapping[str, Table] = {str(step.act): table for table in TABLES.values() for step in table.steps}
