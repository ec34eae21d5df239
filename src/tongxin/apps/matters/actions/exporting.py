"""Taking lists out of the house, as a file or on paper: who may, and the entry that says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.matters.queries import visible_to
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Actor, Permission, duty_for, require

SUBJECT = "exports"  # one chain for all: exports are few


@transaction.atomic
def record_export(
    *, filters: Mapping[str, Any], count: int, form: str, by: Actor, now: datetime, what: str = "matter"
) -> None:
    """Note that somebody took this many lines out, narrowed so (codes only), as csv or xlsx. Raises NotAllowed.

    `what` is in them: matters, or a table of another part (`patrol`, `duty`, `device`, `reverse`).
    """
    require(by, Permission.EXPORT)
    duty = duty_for(by, Permission.EXPORT)

    record(
        f"{what}.export",
        SUBJECT,
        by=by,
        at=now,
        post_id=duty.post_id if duty else None,
        filters=dict(filters),
        count=count,
        form=form,
    )


@transaction.atomic
def record_print(*, matter_id: int, by: Actor, now: datetime) -> None:
    """Note on a matter that somebody printed it. Raises Missing, NotAllowed."""
    require(by, Permission.EXPORT)
    if visible_to(by).select_for_update(no_key=True).filter(pk=matter_id).only("pk").first() is None:
        raise Missing("matter.missing")
    duty = duty_for(by, Permission.EXPORT)

    record("matter.print", f"matter:{matter_id}", by=by, at=now, post_id=duty.post_id if duty else None)
