"""Reading the journal across its subjects, for those who audit: newest first, a page at a time."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from tongxin.apps.journal.models import Delivery, Entry
from tongxin.apps.journal.seals import midnight

SIZE = 50


class Asked(NamedTuple):
    """What the entries are narrowed to: empty narrows nothing. `kind` may be a beginning such as "matter."."""

    subject: str = ""
    kind: str = ""
    actor: str = ""
    day: date | None = None


class Entries(NamedTuple):
    """A page of entries; `next` is the id before which the next page begins, None at the end."""

    rows: list[Entry]
    next: int | None


def entries(asked: Asked, *, before: int | None = None, size: int = SIZE) -> Entries:
    """Return a page of entries, newest first. One statement."""
    found = Entry.objects.defer("prev", "hash")
    if asked.subject:
        found = found.filter(subject=asked.subject)
    if asked.kind:
        found = found.filter(kind__startswith=asked.kind)
    if asked.actor:
        found = found.filter(actor=asked.actor)
    if asked.day:
        start, end = midnight(asked.day), midnight(asked.day + timedelta(days=1))
        found = found.filter(recorded_at__gte=start, recorded_at__lt=end)
    if before:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-id")[: size + 1])
    return Entries(rows[:size], rows[size - 1].pk if len(rows) > size else None)


def entries_behind(deliveries: Iterable[Delivery]) -> dict[int, Entry]:
    """Return the entries that deliveries are owed for, by id. One statement."""
    ids = {delivery.entry_id for delivery in deliveries}
    return Entry.objects.defer("prev", "hash").in_bulk(ids)
