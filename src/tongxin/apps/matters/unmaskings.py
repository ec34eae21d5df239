"""Who looked at the personal fields of which matter: for the audit."""

from tongxin.apps.matters.models import Unmasking

SIZE = 50


def latest(*, before: int | None = None, size: int = SIZE) -> tuple[list[Unmasking], int | None]:
    """Return a page of unmaskings with their matters, newest first, and the id before which the next one begins.

    One statement.
    """
    found = Unmasking.objects.select_related("matter").only(
        "at", "post_id", "actor", "reason", "matter__number", "matter__is_sealed"
    )
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-id")[: size + 1])
    return rows[:size], rows[size - 1].pk if len(rows) > size else None
