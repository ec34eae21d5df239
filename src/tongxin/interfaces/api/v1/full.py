"""A matter in full: everything its page shows, from seven statements at most."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tongxin import words
from tongxin.apps.journal import queries as journal
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters import queries
from tongxin.apps.matters.choices import Choice, choices
from tongxin.apps.matters.models import Deadline, Matter
from tongxin.apps.matters.unsealings import reading
from tongxin.apps.people.models import Post
from tongxin.interfaces.api import problems
from tongxin.interfaces.api.v1 import needs, shapes, showing
from tongxin.rules import lamps
from tongxin.rules.area_codes import How
from tongxin.rules.deadlines import Clock
from tongxin.rules.lamps import Lamp
from tongxin.rules.permissions import Actor, Role


def matter(actor: Actor, number: str, now: datetime, *, spoken: str) -> shapes.Matter:
    """Return a matter with all that belongs to it. Raises Missing, also where it is out of the actor's scope.

    To who broke its glass every act is refused.
    """
    found = queries.one(actor, number, now=now)
    actor = reading(actor, found)
    clocks = list(found.deadlines.order_by("id"))
    row = queries.Row(*(getattr(found, name) for name in queries.Row._fields))
    return shapes.Matter(
        **showing.line(row, now, template=showing.template(found.template_code, found.template_version)),
        **_said(found),
        rev=found.rev,
        desk=showing.unit(found.desk_id),
        suggested=showing.unit(found.suggested_id),
        suggested_by=found.suggested_by,
        close_as=found.close_as,
        clocks=[clock(each, now) for each in clocks],
        acts=[_choice(found.number, each, spoken) for each in choices(actor, found, clocks, now)],
        timeline=_timeline(found),
        evidence=showing.evidence(found.number, journal.evidence_of(f"matter:{found.pk}")),
        links=showing.links(found.number),
    )


def _said(found: Matter) -> dict[str, Any]:
    report, contact = getattr(found, "report", None), getattr(found, "contact", None)
    return {
        "text": report.text if report else "",
        "form": report.form if report else {},
        "located": How(found.located),
        "located_m": found.located_m,
        "contact": showing.masked(contact),
    }


def clock(row: Deadline, now: datetime) -> shapes.ClockShown:
    """Return one clock, of the matter or of what lies over it."""
    dropped = row.outcome == "dropped"
    return shapes.ClockShown(
        clock=Clock(row.clock),
        limit=row.limit,
        started_at=showing.local(row.started_at),
        due_at=showing.local(row.due_at),
        amber_at=showing.local(row.amber_at),
        ended_at=showing.local(row.ended_at),
        outcome=row.outcome,
        lamp=None if dropped else _lamp(row, now),
        is_provisional=row.is_provisional,
    )


def _lamp(row: Deadline, now: datetime) -> Lamp:
    return lamps.lamp(now, row.due_at, row.amber_at, is_stopped=row.stopped_at is not None, ended_at=row.ended_at)


def _choice(number: str, choice: Choice, spoken: str) -> shapes.Choice:
    refused = choice.refused
    return shapes.Choice(
        act=choice.act,
        label=words.label(choice.act, spoken),
        is_open=refused is None,
        needs=needs.of(choice.act),
        refused=shapes.Problem(**problems.problem(refused, spoken)) if refused else None,
        href=f"{showing.MATTERS}/{number}/acts/{choice.act.value}",
    )


def _timeline(found: Matter) -> list[shapes.Happened]:
    entries: Sequence[Entry] = list(journal.story(f"matter:{found.pk}"))
    notes = dict(found.notes.values_list("seq", "text"))
    held = {each.post_id for each in entries if each.post_id}
    posts = {post.pk: post for post in Post.objects.filter(pk__in=held)} if held else {}
    return [_happened(each, posts.get(each.post_id), notes.get(each.seq, "")) for each in entries]


def _happened(entry: Entry, post: Post | None, note: str) -> shapes.Happened:
    return shapes.Happened(
        seq=entry.seq,
        at=showing.local(entry.at),
        kind=entry.kind,
        role=Role(post.role) if post else None,
        is_lent=bool(post and post.stands_in_for_id),
        unit=showing.unit(post.unit_id) if post else None,
        facts=showing.unit_facts(entry.data),
        note=note,
    )
