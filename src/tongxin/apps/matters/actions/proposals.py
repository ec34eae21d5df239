"""Changing rules, the one way: drafted as often as wanted, checked, rehearsed, put in force by somebody else.

Templates become new versions, the routing table is replaced, the book gets a new edition; running matters keep theirs.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tongxin.apps.journal.entries import record
from tongxin.apps.matters import drafting, kinds
from tongxin.apps.matters.actions import catalog
from tongxin.apps.matters.models import Matter, Proposal, Rehearsal, Rulebook
from tongxin.rules import drafts, proposals
from tongxin.rules.drafts import Difference, Edit, Part
from tongxin.rules.errors import Invalid, Missing, Stale
from tongxin.rules.permissions import Actor, Permission, require
from tongxin.rules.proposals import Act, Ask, State, Step
from tongxin.rules.rulebook import DEFAULT

TITLE_LIMIT = 80
DRAFT_LIMIT_KB = 4_096
WANTED = 100_000  # matters a dry run looks at, unless told otherwise
MOST_WANTED = 1_000_000


# --- drafting ----------------------------------------------------------------------------------------------


@transaction.atomic
def draft(*, title: str, by: Actor, now: datetime, content: Mapping[str, Any] | None = None) -> Proposal:
    """Open a proposal, empty or with what it shall change. Raises Invalid, naming the first wrong field."""
    require(by, Permission.EDIT_RULES)

    proposal = Proposal(
        title=_title(title),
        state=State.DRAFT,
        content=_read(content or {}),
        based_on=drafting.head(),
        opened_by=by.person_id,
        opened_at=now,
        drafters=[by.person_id] if by.person_id else [],
    )

    proposal.save()

    record("rules.draft", _subject(proposal), by=by, at=now, parts=_parts(proposal))
    return proposal


@transaction.atomic
def change(
    *, proposal_id: int, content: Mapping[str, Any], by: Actor, now: datetime, title: str | None = None,
    rev: int | None = None,
) -> Proposal:  # fmt: skip
    """Write what a proposal shall change anew, the whole of it. Raises Missing, Refused, Invalid, Stale."""
    require(by, Permission.EDIT_RULES)
    proposal = _locked(proposal_id, rev)

    step = _decide(Act.CHANGE, proposal, by, now)
    content = _read({name: part for name, part in content.items() if name != "was"})

    if title is not None:
        proposal.title = _title(title)
    _rewrite(proposal, content, by, now)
    _move(proposal, step)

    record("rules.change", _subject(proposal), by=by, at=now, parts=_parts(proposal))
    return proposal


@transaction.atomic
def rename(*, proposal_id: int, title: str, by: Actor, now: datetime) -> Proposal:
    """Give a proposal that is under way another title; what it says stays. Raises Missing, Refused, Invalid."""
    require(by, Permission.EDIT_RULES)
    proposal = _locked(proposal_id)

    step = _decide(Act.RENAME, proposal, by, now)

    proposal.title = _title(title)
    _move(proposal, step)

    record("rules.rename", _subject(proposal), by=by, at=now)
    return proposal


@transaction.atomic
def amend(*, edit: Edit, by: Actor, now: datetime, title: str = "", proposal_id: int | None = None) -> Proposal:
    """Put one edit into a draft: the one named, else the actor's own open one, else a new one with this title.

    What is given as it stands in force falls out again. Raises Missing, Refused, Invalid.
    """
    require(by, Permission.EDIT_RULES)
    own = drafting.open_draft(by) if proposal_id is None else None
    if proposal_id is None and own is None:
        return draft(title=title, by=by, now=now, content=drafts.edited({}, edit, drafting.standing()))
    found = _locked(proposal_id or own.pk)  # type: ignore[union-attr]
    content = drafts.edited(found.content, edit, drafting.standing())
    return change(proposal_id=found.pk, content=content, by=by, now=now)


@transaction.atomic
def rebase(*, proposal_id: int, by: Actor, now: datetime) -> tuple[Proposal, list[Difference]]:
    """Bring a proposal up to date with rules published since; return it with the fields that both changed.

    Raises Missing, Refused.
    """
    require(by, Permission.EDIT_RULES)
    proposal = _locked(proposal_id)
    catalog.hold()

    step = _decide(Act.REBASE, proposal, by, now)
    content, clashes = drafts.rebased(proposal.content, drafting.standing())

    _rewrite(proposal, content, by, now)
    proposal.based_on = drafting.head()
    _move(proposal, step)

    record("rules.rebase", _subject(proposal), by=by, at=now, clashes=len(clashes))
    return proposal, clashes


@transaction.atomic
def withdraw(*, proposal_id: int, by: Actor, now: datetime) -> Proposal:
    """Give a proposal up. It stays to be read. Raises Missing, Refused."""
    require(by, Permission.EDIT_RULES)
    proposal = _locked(proposal_id)

    step = _decide(Act.WITHDRAW, proposal, by, now)

    _end_rehearsals(proposal, now)
    proposal.publish_at = proposal.approved_by = None
    _move(proposal, step)

    record("rules.withdraw", _subject(proposal), by=by, at=now)
    return proposal


# --- trying ------------------------------------------------------------------------------------------------


@transaction.atomic
def check(*, proposal_id: int, by: Actor, now: datetime) -> Proposal:
    """Check a proposal and keep what was found. Raises Missing, Refused."""
    require(by, Permission.EDIT_RULES)
    proposal = _locked(proposal_id)

    step = _decide(Act.CHECK, proposal, by, now)
    findings = drafting.check(proposal.content, drafting.standing())

    proposal.findings = drafting.plain(findings)
    _move(proposal, step)

    fatal = sum(finding.is_fatal for finding in findings)
    record("rules.check", _subject(proposal), by=by, at=now, findings=len(findings), fatal=fatal)
    return proposal


@transaction.atomic
def rehearse(*, proposal_id: int, by: Actor, now: datetime, wanted: int = WANTED) -> Rehearsal:
    """Ask for a dry run over the last matters; the worker does it, chunk by chunk. Raises Missing, Refused, Invalid."""
    require(by, Permission.EDIT_RULES)
    if not 1 <= wanted <= MOST_WANTED:
        raise Invalid("proposal.wanted", most=MOST_WANTED)
    proposal = _locked(proposal_id)

    step = _decide(Act.REHEARSE, proposal, by, now)

    there = Matter.objects.order_by("-id").values("pk")[:wanted].count()
    run = Rehearsal(proposal=proposal, wanted=there, asked_at=now, asked_by=by.person_id)
    run.save()
    _move(proposal, step)

    record("rules.rehearse", _subject(proposal), by=by, at=now, wanted=there)
    return run


@transaction.atomic
def stop(*, proposal_id: int, by: Actor, now: datetime) -> Proposal:
    """Stop the dry run that is under way. Raises Missing, Refused."""
    require(by, Permission.EDIT_RULES)
    proposal = _locked(proposal_id)

    step = _decide(Act.STOP, proposal, by, now)

    _end_rehearsals(proposal, now)
    _move(proposal, step)

    record("rules.stop", _subject(proposal), by=by, at=now)
    return proposal


# --- putting in force --------------------------------------------------------------------------------------


@transaction.atomic
def publish(
    *, proposal_id: int, by: Actor, now: datetime, publish_at: datetime | None = None, rev: int | None = None
) -> Proposal:
    """Put a proposal in force now, or have the worker do so at a moment ahead. Raises Missing, Refused, Stale."""
    require(by, Permission.EDIT_RULES)
    proposal = _locked(proposal_id, rev)
    catalog.hold()

    act = Act.PUBLISH if publish_at is None else Act.SCHEDULE
    step = _decide(act, proposal, by, now, publish_at)

    proposal.approved_by = by.person_id
    if act is Act.SCHEDULE:
        proposal.publish_at = publish_at
        _move(proposal, step)
        record("rules.schedule", _subject(proposal), by=by, at=now, publish_at=publish_at.isoformat())  # type: ignore[union-attr]
        return proposal
    _put_in_force(proposal, step, by, now)
    return proposal


@transaction.atomic
def recall(*, proposal_id: int, by: Actor, now: datetime) -> Proposal:
    """Take back the moment at which a proposal was to be put in force. Raises Missing, Refused."""
    require(by, Permission.EDIT_RULES)
    proposal = _locked(proposal_id)

    step = _decide(Act.RECALL, proposal, by, now)

    proposal.publish_at = proposal.approved_by = None
    _move(proposal, step)

    record("rules.recall", _subject(proposal), by=by, at=now)
    return proposal


@transaction.atomic
def start_due(*, by: Actor, now: datetime) -> Proposal | None:
    """Put in force the next proposal whose moment has come, or say that it could not be; None where there is none.

    What another worker is at is left to it. Rules that were changed meanwhile send it back to be brought up to date.
    """
    require(by, Permission.EDIT_RULES)
    due = Proposal.objects.filter(state=State.SCHEDULED, publish_at__lte=now).order_by("publish_at", "id")
    proposal = due.select_for_update(skip_locked=True).first()
    if proposal is None:
        return None
    catalog.hold()

    is_behind = bool(drafting.behind(proposal.based_on))
    step = _decide(Act.LAPSE if is_behind else Act.START, proposal, by, now, proposal.publish_at)

    if not is_behind:
        _put_in_force(proposal, step, by, now)
        return proposal
    proposal.publish_at = proposal.approved_by = None
    _move(proposal, step)
    record("rules.lapse", _subject(proposal), by=by, at=now)
    return proposal


def _put_in_force(proposal: Proposal, step: Step, by: Actor, now: datetime) -> None:
    """Write versions, table and edition; tell the catalog's chain what changed and who drafted and approved it."""
    content, standing = proposal.content, drafting.standing()
    differences = drafts.differences(standing, drafts.applied(content, standing))
    for code, columns in content["templates"].items():
        catalog.publish(code, columns, now)
    if content["routing"] is not None:
        catalog.replace_rules(content["routing"])
    number = _new_edition(drafts.applied(content, standing).book, by, now) if content["book"] else None
    proposal.published_at = now
    _move(proposal, step)
    changed = {
        "proposal": proposal.pk,
        "templates": sorted(content["templates"]),
        "rules": sorted({one.key for one in differences if one.part is Part.ROUTING}),
        "book": number,
        "drafters": [f"person:{each}" for each in proposal.drafters],
        "approved": f"person:{proposal.approved_by}" if proposal.approved_by else by.ref,
    }
    record("rules.publish", drafting.CATALOG, by=by, at=now, **changed)
    record("rules.publish", _subject(proposal), by=by, at=now, book=number)
    kinds.forget()


def _new_edition(content: Mapping[str, Any], by: Actor, now: datetime) -> int:
    last = Rulebook.objects.order_by("-number").values_list("number", flat=True).first()
    number = max(last or 0, DEFAULT.number) + 1
    Rulebook.objects.create(number=number, content=content, published_at=now, published_by=by.ref)
    return number


# --- what the acts share -----------------------------------------------------------------------------------


def _locked(proposal_id: int, rev: int | None = None) -> Proposal:
    found = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
    if found is None:
        raise Missing("proposal.missing", proposal=proposal_id)
    if rev is not None and rev != found.rev:
        raise Stale("proposal.moved")
    return found


def _decide(act: Act, proposal: Proposal, by: Actor, now: datetime, publish_at: datetime | None = None) -> Step:
    return proposals.decide(act, drafting.facts_of(proposal), Ask(now, by.person_id, publish_at))


def _move(proposal: Proposal, step: Step) -> None:
    proposal.state = step.target or proposal.state
    proposal.rev += 1
    proposal.save()


def _rewrite(proposal: Proposal, content: dict[str, Any], by: Actor, now: datetime) -> None:
    """Replace what a proposal says: what was found and tried on the old text counts no more."""
    _end_rehearsals(proposal, now)
    if drafts.is_empty(proposal.content):
        proposal.based_on = drafting.head()
    proposal.content, proposal.findings = content, None
    if by.person_id and by.person_id not in proposal.drafters:
        proposal.drafters = [*proposal.drafters, by.person_id]


def _end_rehearsals(proposal: Proposal, now: datetime) -> None:
    proposal.rehearsals.filter(ended_at__isnull=True).update(ended_at=now)


def _read(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft as it is kept. Raises Invalid, naming the first wrong field."""
    size = len(json.dumps(content, ensure_ascii=False, default=str)) // 1024
    if size > DRAFT_LIMIT_KB:
        raise Invalid("proposal.too_large", limit=DRAFT_LIMIT_KB)
    return drafts.read(content, drafting.standing())


def _title(title: str) -> str:
    if not 0 < len(title.strip()) <= TITLE_LIMIT or "\x00" in title:
        raise Invalid("proposal.no_title", limit=TITLE_LIMIT)
    return title.strip()


def _parts(proposal: Proposal) -> list[str]:
    return [part.value for part in Part if proposal.content.get(part)]


def _subject(proposal: Proposal) -> str:
    return f"proposal:{proposal.pk}"
