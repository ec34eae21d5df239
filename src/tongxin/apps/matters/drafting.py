"""The rules as they stand, what a draft makes of them, and the proposals one may read.

Whoever may not edit rules reads no proposal. Nothing here writes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from jsonschema import Draft202012Validator, SchemaError

from tongxin.apps.areas import queries as areas
from tongxin.apps.journal.models import Entry
from tongxin.apps.matters.models import Proposal, Rehearsal, RoutingRule, Rulebook, Template
from tongxin.apps.people.queries import offices
from tongxin.rules import checking, drafts, proposals
from tongxin.rules.area_codes import Level
from tongxin.rules.checking import Finding, Ground
from tongxin.rules.drafts import Difference, Part
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Actor, Permission, may
from tongxin.rules.proposals import State
from tongxin.rules.rulesets import COLUMNS, RULE_FIELDS, Standing, ruleset

CATALOG = "catalog"  # the subject under which the journal keeps every change of rules
RULE_COLUMNS = ("code", *RULE_FIELDS)


class Past(NamedTuple):
    """One published change that touched a template, a rule or the book."""

    proposal: Proposal
    differences: list[Difference]


# --- the rules as they stand -------------------------------------------------------------------------------


def standing() -> Standing:
    """Return the rules in force as rows hold them. Three statements."""
    templates = {row.pop("code"): row for row in Template.objects.filter(is_current=True).values("code", *COLUMNS)}
    book = Rulebook.objects.order_by("-number").values_list("content", flat=True).first()
    return Standing(templates, list(RoutingRule.objects.values(*RULE_COLUMNS)), book or {})


def ground() -> Ground:
    """Return where rules are tried: the valid areas from the cities down to the villages, and who stands where."""
    known = areas.register().areas
    codes = sorted(code for code, area in known.items() if area.is_valid and Level.CITY <= area.level <= Level.VILLAGE)
    return Ground(codes, offices())


def head() -> int:
    """Return the last entry of the catalog's chain: what a draft of now is based on. One statement."""
    last = Entry.objects.filter(subject=CATALOG).order_by("-seq").values_list("seq", flat=True).first()
    return last or 0


def behind(based_on: int) -> tuple[str, ...]:
    """Return what was changed since an entry of the catalog's chain: codes, and the book by its part. One statement."""
    changed: dict[str, None] = {}
    for data in Entry.objects.filter(subject=CATALOG, seq__gt=based_on).order_by("seq").values_list("data", flat=True):
        rules = data.get("rules")
        named = [*data.get("templates", ()), *(rules if isinstance(rules, list) else [Part.ROUTING] if rules else [])]
        if data.get("book"):
            named.append(Part.BOOK)
        changed |= dict.fromkeys(named or [Part.TEMPLATES])
    return tuple(changed)


# --- proposals ---------------------------------------------------------------------------------------------


def visible_to(actor: Actor) -> "QuerySet[Proposal]":
    """Return the proposals one may read: all for who may edit rules, none for anybody else. Newest first."""
    found = Proposal.objects.order_by("-id")
    return found if may(actor, Permission.EDIT_RULES) else found.none()


def one(actor: Actor, proposal_id: int) -> Proposal:
    """Return a proposal. Raises Missing, also where it is not for this reader."""
    found = visible_to(actor).filter(pk=proposal_id).first()
    if found is None:
        raise Missing("proposal.missing", proposal=proposal_id)
    return found


def open_draft(actor: Actor) -> Proposal | None:
    """Return the draft an actor is at work on: the newest open one of his own."""
    if actor.person_id is None:
        return None
    mine = visible_to(actor).filter(state__in=proposals.OPEN, drafters__contains=[actor.person_id])
    return mine.first()


def facts_of(proposal: Proposal) -> proposals.Facts:
    """Return what the rules look at in a proposal. Two statements."""
    return proposals.Facts(
        State(proposal.state),
        drafters=frozenset(proposal.drafters),
        is_empty=drafts.is_empty(proposal.content),
        fatal=sum(each["is_fatal"] for each in proposal.findings or ()),
        is_rehearsing=running(proposal) is not None,
        behind=behind(proposal.based_on) if proposal.state in proposals.ALIVE else (),
    )


def running(proposal: Proposal) -> Rehearsal | None:
    """Return the dry run that is under way, if one is."""
    return proposal.rehearsals.filter(ended_at__isnull=True).first()


def last_rehearsal(proposal: Proposal) -> Rehearsal | None:
    """Return the newest dry run, under way or ended."""
    return proposal.rehearsals.order_by("-id").first()


def differences_of(proposal: Proposal) -> list[Difference]:
    """Return what a proposal changes: of an open one beside the rules in force, else beside those of its day."""
    if proposal.state in proposals.ALIVE:
        now = standing()
        return drafts.differences(now, drafts.applied(proposal.content, now))
    return drafts.what_was(proposal.content)


def findings_of(proposal: Proposal) -> list[Finding]:
    """Return what the last check found."""
    return [Finding(**each) for each in proposal.findings or ()]


def history(part: Part, key: str = "") -> list[Past]:
    """Return the published changes of a template, a routing rule or the book, newest first. One statement."""
    found = Proposal.objects.filter(state=State.PUBLISHED).order_by("-published_at", "-id")
    if part is Part.TEMPLATES:
        found = found.filter(content__templates__has_key=key)
    elif part is Part.ROUTING:
        found = found.exclude(content__routing=None)
    else:
        found = found.exclude(content__book={})
    told = (
        (each, [one for one in drafts.what_was(each.content) if one.part is part and one.key == key]) for each in found
    )
    return [Past(each, changes) for each, changes in told if changes]


# --- checking ----------------------------------------------------------------------------------------------


def check(content: Mapping[str, Any], now: Standing) -> list[Finding]:
    """Return what is wrong with the rules as a draft would make them. Reads areas and units, writes nothing."""
    would = drafts.applied(content, now)
    forms = [
        finding
        for code, columns in content["templates"].items()
        if "form" in columns
        for finding in _wrong_form(code, columns["form"])
    ]
    twice = checking.duplicates(would.routing)
    return checking.check(ruleset(now), ruleset(would), ground(), [*forms, *twice])


def _wrong_form(code: str, form: Mapping[str, Any]) -> Iterable[Finding]:
    try:
        Draft202012Validator.check_schema(form)
    except SchemaError as wrong:
        where = "/".join(map(str, wrong.absolute_path))
        why = f"{where}: {wrong.message}" if where else wrong.message
        return [Finding("finding.form_schema", {"template": code, "why": why[:120]}, is_fatal=True)]
    if not isinstance(form.get("properties", {}), Mapping):
        return [Finding("finding.form_schema", {"template": code, "why": "properties"}, is_fatal=True)]
    return checking.personal(code, form)


def plain(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings as a proposal keeps them."""
    return [dict(each._asdict()) for each in findings]
