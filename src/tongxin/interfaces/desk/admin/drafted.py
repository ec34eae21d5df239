"""What the editors of rules share: the draft an edit goes into, what is said of it, and the story of a rule."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tongxin.apps.matters import drafting
from tongxin.apps.matters.models import Proposal
from tongxin.interfaces.desk.admin import shown
from tongxin.rules.drafts import Part
from tongxin.rules.proposals import OPEN


def asked(request: HttpRequest) -> int | None:
    """Return the draft that the address or the form names."""
    text = request.POST.get("draft") or request.GET.get("draft") or ""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def passed_on(request: HttpRequest) -> str:
    """Return what an address needs to lead on to the same draft: nothing where none was named."""
    named = asked(request)
    return f"?draft={named}" if named is not None else ""


def target(request: HttpRequest) -> Proposal | None:
    """Return the draft an edit will go into: the one asked for, else the person's own; None: a new one."""
    actor, wanted = request.actor, asked(request)  # type: ignore[attr-defined]
    if wanted is not None:
        return drafting.visible_to(actor).filter(pk=wanted, state__in=OPEN).first()
    return drafting.open_draft(actor)


def address(proposal: Proposal, part: Part) -> str:
    """Return where the draft shows this part of it."""
    return f"{shown.address(proposal.pk)}?part={part}"


def said() -> str:
    """Return what is said after an edit."""
    return _("Written into the draft. Nothing of it is in force before it is checked, rehearsed and published.")


def history(part: Part, key: str = "") -> list[dict[str, Any]]:
    """Return the published changes of a rule, newest first: when, by whom, why, and old beside new."""
    past = drafting.history(part, key)
    names = shown.people({each for one in past for each in (*one.proposal.drafters, one.proposal.approved_by)})
    return [
        {
            **shown.line(one.proposal, names),
            "rows": [row for thing in shown.changes(part, one.differences) for row in thing.rows],
        }
        for one in past
    ]
