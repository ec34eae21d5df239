"""Dry runs of proposals over the last matters: chunk by chunk, by the worker, with its progress to be read."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from tongxin.apps.matters import drafting
from tongxin.apps.matters.models import Proposal, Rehearsal, Template
from tongxin.apps.people.calendar import calendar
from tongxin.apps.people.queries import offices
from tongxin.postgres.batches import Rows, run
from tongxin.rules import drafts, proposals
from tongxin.rules.deadlines import Urgency
from tongxin.rules.proposals import Act, Ask
from tongxin.rules.rehearsing import Scales, Seen, Tally
from tongxin.rules.rulesets import ruleset

CHUNK = 5_000  # matters between two commits: half a second at most
LAST = """
    SELECT id, template_code, template_version, urgency, channel, area, reported_at, closed_at FROM matters_matter
    WHERE %s::bigint IS NULL OR id < %s ORDER BY id DESC LIMIT %s"""
# the proposal is the lock of its dry run: acts on it wait for a chunk at most, another worker passes on
WAITING = """
    SELECT p.id, r.id FROM matters_proposal p JOIN matters_rehearsal r ON r.proposal_id = p.id
    WHERE r.ended_at IS NULL ORDER BY r.id LIMIT 1 FOR UPDATE OF p SKIP LOCKED"""


class _Kept(NamedTuple):
    rehearsal_id: int
    scales: Scales
    usual: Mapping[tuple[str, int], str]  # the urgency each version of a template gives


_kept: _Kept | None = None  # what a dry run weighs with, from one of its chunks to the next


@transaction.atomic
def advance(now: datetime) -> bool:
    """Take one chunk of a dry run further. Returns whether there was one.

    A chunk is counted and committed once: who is killed in the middle leaves it to whoever comes next.
    """
    global _kept
    waiting = run(WAITING)
    if not waiting:
        return False
    proposal = Proposal.objects.get(pk=waiting[0][0])
    rehearsal = Rehearsal.objects.get(pk=waiting[0][1])
    if rehearsal.ended_at is not None:  # stopped while this one waited for its turn
        return True
    if _kept is None or _kept.rehearsal_id != rehearsal.pk:
        _kept = _Kept(rehearsal.pk, _scales(proposal), _usual())

    tally = Tally.of(rehearsal.result)
    rows = run(LAST, [rehearsal.below, rehearsal.below, min(CHUNK, rehearsal.wanted - rehearsal.done)])
    _kept.scales.weigh(_seen(rows, _kept.usual), tally)

    rehearsal.done += len(rows)
    rehearsal.below = rows[-1][0] if rows else rehearsal.below
    rehearsal.result = tally.as_json()
    if rehearsal.done >= rehearsal.wanted or not rows:
        _finish(proposal, rehearsal, now)
    rehearsal.save()
    return True


def _scales(proposal: Proposal) -> Scales:
    standing = drafting.standing()
    would = drafts.applied(proposal.content, standing)
    return Scales(ruleset(standing), ruleset(would), offices(), calendar())


def _usual() -> dict[tuple[str, int], str]:
    return {row[:2]: row[2] for row in Template.objects.values_list("code", "version", "urgency")}


def _seen(rows: Rows, usual: Mapping[tuple[str, int], str]) -> Iterator[Seen]:
    for id_, code, version, urgency, channel, area, reported_at, closed_at in rows:
        given = Urgency(usual.get((code, version), urgency))
        yield Seen(id_, code, Urgency(urgency), given, channel, area, reported_at, closed_at)


def _finish(proposal: Proposal, rehearsal: Rehearsal, now: datetime) -> None:
    step = proposals.decide(Act.FINISH, drafting.facts_of(proposal), Ask(now))
    proposal.state = step.target or proposal.state
    proposal.rev += 1
    proposal.save(update_fields=["state", "rev"])
    rehearsal.ended_at = now
