"""Taking matters out of the house: who may, how many at once, and the entry that says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.rules.permissions import Actor, Permission, duty_for, require

SUBJECT = "exports"  # one chain for all: exports are few


@transaction.atomic
def record_export(*, filters: Mapping[str, Any], count: int, form: str, by: Actor, now: datetime) -> None:
    """Note that somebody took this many matters out, narrowed so (codes only), as csv or xlsx. Raises NotAllowed."""
    require(by, Permission.EXPORT)
    duty = duty_for(by, Permission.EXPORT)

    record(
        "matter.export",
        SUBJECT,
        by=by,
        at=now,
        post_id=duty.post_id if duty else None,
        filters=dict(filters),
        count=count,
        form=form,
    )
