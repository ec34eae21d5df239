"""Reads of letters: what waits for the actor's own unit, one of them opened, and how many nobody wrote to us.

A letter is read by the operators of the unit it came to and by nobody else; once settled, by nobody at all: its matter
holds what is needed.
"""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from tongxin.apps.hotline.models import Enclosure, Letter, Reply
from tongxin.apps.hotline.sealing import opened, opened_form
from tongxin.apps.matters.overlay_queues import tally_of
from tongxin.apps.matters.queries import CAP
from tongxin.apps.matters.scoping import Clause
from tongxin.rules.errors import Missing
from tongxin.rules.letters import LetterState, ReplyState
from tongxin.rules.masking import masked_name
from tongxin.rules.permissions import Actor, Permission, duty_for

SHOWN = 5
TALLY = "letters"  # their name among the counts of the navigation


class Said(NamedTuple):
    """What a letter holds, opened. `address` is an e-mail address, or the conversation of a chat; `id` its own name."""

    address: str = ""
    name: str = ""
    title: str = ""
    text: str = ""
    id: str = ""
    left_out: int = 0

    @property
    def masked(self) -> str:
        """Whoever wrote it, as anybody may read it: masked name, and the address without its middle."""
        local, at, host = self.address.rpartition("@")
        where = f"{local[:1]}***@{host}" if at else ""
        return " · ".join(filter(None, (masked_name(self.name) if self.name else "", where)))


class File(NamedTuple):
    """A file that came along, as the page shows it."""

    name: str
    size: int


def waiting(actor: Actor) -> "QuerySet[Letter]":
    """Return the letters that wait for the actor's unit, the first that came first."""
    duty = duty_for(actor, Permission.TAKE_CALLS)
    mine = Letter.objects.filter(unit_id=duty.unit_id if duty else None, state=LetterState.WAITING)
    return mine.select_related("line").order_by("arrived_at", "id")


def next_after(actor: Actor, letter: Letter) -> Letter | None:
    """Return the letter that came next and still waits."""
    later = Q(arrived_at__gt=letter.arrived_at) | Q(arrived_at=letter.arrived_at, pk__gt=letter.pk)
    return waiting(actor).filter(later).first()


def tally(actor: Actor, now: datetime) -> Clause | None:
    """Return the line of the navigation's statement that counts what waits; None where the actor reads no letters."""
    duty = duty_for(actor, Permission.TAKE_CALLS)
    few = f"""SELECT NULL::timestamptz AS due_at FROM hotline_letter
        WHERE unit_id = %s AND state = '{LetterState.WAITING}' LIMIT {CAP + 1}"""
    return tally_of(TALLY, (few, [duty.unit_id]), now) if duty else None


def one(actor: Actor, letter_id: int) -> Letter:
    """Return a letter that waits for the actor's unit. Raises Missing."""
    found = waiting(actor).filter(pk=letter_id).first()
    if found is None:
        raise Missing("letter.missing")
    return found


def said(letter: Letter) -> Said:
    """Return what a letter holds; nothing where it is gone."""
    return Said(**opened_form(letter.sealed)) if letter.sealed else Said()


def files(letter: Letter) -> list[File]:
    rows = Enclosure.objects.filter(letter=letter).order_by("id").values_list("sealed_name", "size")
    return [File(opened(name), size) for name, size in rows]


def settled_since(actor: Actor, start: datetime) -> dict[str, int]:
    """Return how many letters of the actor's unit were settled since `start`, by state. One statement."""
    duty = duty_for(actor, Permission.TAKE_CALLS)
    rows = Letter.objects.filter(unit_id=duty.unit_id if duty else None, settled_at__gte=start)
    return dict(rows.values_list("state").annotate(Count("pk")))


def undelivered(actor: Actor) -> "QuerySet[Reply]":
    """Return the last answers of the actor's unit that did not arrive: somebody telephones, or gives up."""
    duty = duty_for(actor, Permission.TAKE_CALLS)
    unit = duty.unit_id if duty else None
    failed = Reply.objects.filter(letter__unit_id=unit, state=ReplyState.FAILED, letter__sealed__isnull=False)
    return failed.select_related("letter").order_by("-next_try_at")[:SHOWN]
