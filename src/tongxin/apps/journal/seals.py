"""The daily seal: one hash over the heads of all subjects that changed on a local day, chained to the seal before.

A subject's chain shows what was altered or left out inside it, but not that its end was cut off, nor that all of it was
written anew; the seal of the day does. Whoever keeps yesterday's seal elsewhere (it is logged) can prove it.

`hash = letter ‖ H(prev ‖ lines)`: for each subject with an entry recorded that day, in the UTF-8 order of subjects, the
line `["matter:1",3,"73ab…"]` with seq and hash (in hexadecimal) of its last entry of the day; then `["2026-11-20",42]`,
the day and the number of subjects. Lines are canonical JSON as in `chain`, each ended by a line feed.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import structlog
from django.db import transaction
from django.utils.timezone import get_default_timezone, localdate

from tongxin.apps.journal import chain
from tongxin.apps.journal.models import Entry, Seal
from tongxin.postgres import batches
from tongxin.rules.errors import Refused

log = structlog.get_logger()

CLOCK_SLACK = timedelta(minutes=5)  # between the clocks of worker and database: the day is over on both

_HEADS = """SELECT DISTINCT ON (subject COLLATE "C") subject, seq, hash FROM journal_entry
    WHERE recorded_at >= %s AND recorded_at < %s ORDER BY subject COLLATE "C", seq DESC"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('journal_seal'))"


def seal_days(now: datetime) -> list[Seal]:
    """Seal each local day that is over and not sealed yet, oldest first."""
    last = Seal.objects.order_by("-day").values_list("day", flat=True).first()
    first = Entry.objects.order_by("id").values_list("recorded_at", flat=True).first()
    if first is None:
        return []
    day = last + timedelta(days=1) if last else localdate(first)
    days = (localdate(now - CLOCK_SLACK) - day).days
    if days > 0:
        fence()
    return [seal_day(day + timedelta(days=nth), now) for nth in range(days)]


@transaction.atomic
def seal_day(day: date, now: datetime) -> Seal:
    """Seal one local day; one that is sealed already is returned as it stands. Call `fence` first.

    Raises Refused: `seal.day_not_over`, `seal.out_of_order` for a day before the last seal.
    """
    if day >= localdate(now):
        raise Refused("seal.day_not_over", day=day.isoformat())
    batches.run(_ONE_AT_A_TIME)
    last = Seal.objects.order_by("-day").first()
    if last is not None and last.day >= day:
        if sealed := Seal.objects.filter(day=day).first():
            return sealed
        raise Refused("seal.out_of_order", day=day.isoformat(), last=last.day.isoformat())

    prev = bytes(last.hash) if last else chain.NONE
    heads, hash = recomputed(chain.chosen(), prev, day)

    seal: Seal = Seal.objects.create(day=day, heads=heads, prev=prev, hash=hash, sealed_at=now)
    log.info("journal.sealed", day=day.isoformat(), heads=heads, hash=hash.hex())
    return seal


@transaction.atomic
def fence() -> None:
    """Wait until every entry recorded before this moment is there to be read.

    An entry gets its `recorded_at` while its writer holds the table; once the table could be had alone, no writer from
    before is under way. Waits two seconds at most, for writers queue up behind; OperationalError if that was too short.
    """
    batches.run("SET LOCAL lock_timeout = '2s'")
    batches.run("LOCK TABLE journal_entry IN SHARE MODE")


def recomputed(letter: bytes, prev: bytes, day: date) -> tuple[int, bytes]:
    """Return number of heads and hash of a day as the entries now have it. Only inside a transaction."""
    return _hashed(letter, prev, day, batches.stream(_HEADS, (midnight(day), midnight(day + timedelta(days=1)))))


def _hashed(letter: bytes, prev: bytes, day: date, heads: Iterable[tuple[str, int, bytes]]) -> tuple[int, bytes]:
    running = chain.hashed(letter, prev)
    count = 0
    for subject, seq, hash in heads:
        running.update(chain.line(subject, seq, hash.hex()))
        count += 1
    running.update(chain.line(day.isoformat(), count))
    return count, letter + running.digest()


def midnight(day: date) -> datetime:
    """Return when a local day begins."""
    return datetime.combine(day, time.min, tzinfo=get_default_timezone())
