"""Changes of rules on their way: the list, one of them with its findings and its dry run, and what is done to it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.apps.matters import drafting
from tongxin.apps.matters.actions import proposals
from tongxin.apps.matters.models import Proposal
from tongxin.interfaces.desk.admin import dry_runs, naming, shown
from tongxin.interfaces.desk.admin.doors import attempt, needs
from tongxin.interfaces.desk.frame import page
from tongxin.look.filters import full_moment
from tongxin.look.forms import Field
from tongxin.rules.drafts import Difference, Edit, Part
from tongxin.rules.permissions import Permission
from tongxin.rules.proposals import ALIVE, Act, State
from tongxin.rules.working_time import SHANGHAI

SHOWN = 50  # proposals on one page of the list
WANTED = {"1000", "10000", "100000", "1000000"}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_RULES)
def index(request: HttpRequest) -> HttpResponse:
    """Show proposals, those under way first; a post opens an empty one."""
    title = request.POST.get("title", "").strip() if request.method == "POST" else ""
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    if request.method == "POST":
        opened = attempt(request, lambda: proposals.draft(title=title, by=by, now=now), _("The draft is open."))
        if opened is not None:
            return redirect("desk:proposal", opened.pk)
    found = drafting.visible_to(by).defer("findings")
    names = shown.people({each for row in found[:SHOWN] for each in (row.opened_by, row.approved_by)})
    rows = [shown.line(row, names) for row in found[:SHOWN]]
    context = {
        "open": [row for row in rows if row["is_alive"]],
        "past": [row for row in rows if not row["is_alive"]],
        "fields": [_title_field(title)],
    }
    return page(request, "desk/admin/proposals.html", context)


@require_safe
@needs(Permission.EDIT_RULES)
def one(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Show a proposal: what it changes, what was found, what the dry run told, what may be done."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    proposal = drafting.one(actor, proposal_id)
    facts, differences = drafting.facts_of(proposal), drafting.differences_of(proposal)
    people = {proposal.opened_by, proposal.approved_by, *proposal.drafters}
    is_alive = proposal.state in ALIVE
    context = {
        "proposal": proposal,
        "line": shown.line(proposal, shown.people(people)),
        "rail": shown.rail(proposal),
        "acts": shown.acts(facts, actor, now),
        "behind": naming.named(facts.behind),
        "parts": shown.tabs(request, differences),
        "part": shown.part_of(request, differences),
        "changes": shown.changes(shown.part_of(request, differences), differences),
        "findings": shown.findings(proposal),
        "run": dry_runs.told(drafting.last_rehearsal(proposal), actor, now),
        "story": shown.story(proposal),
        "publish_fields": _publish_fields(request.GET),
        "title_fields": [_title_field(proposal.title)],
        "is_alive": is_alive,
        "may_edit": proposal.state in ALIVE - {State.SCHEDULED},
    }
    return page(request, "desk/admin/proposal.html", context)


@require_safe
@needs(Permission.EDIT_RULES)
def progress(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Show how far the dry run is; once it has ended, have the whole page drawn anew."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    proposal = drafting.one(actor, proposal_id)
    run = drafting.last_rehearsal(proposal)
    if run is None or run.ended_at is not None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    told = {"proposal": proposal, "run": dry_runs.told(run, actor, now)}
    return render(request, "desk/admin/progress.html", told)


@require_POST
@needs(Permission.EDIT_RULES)
def act(request: HttpRequest, proposal_id: int, name: str) -> HttpResponse:
    """Do one thing to a proposal, and say what came of it."""
    doing = ACTS.get(name)
    if doing is None:
        raise Http404(name)
    doing(request, proposal_id, request.actor, timezone.now())  # type: ignore[attr-defined]
    return redirect("desk:proposal", proposal_id)


@require_POST
@needs(Permission.EDIT_RULES)
def drop(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Take one change out of a draft again."""
    part, key = request.POST.get("part", ""), request.POST.get("key", "")
    edit = {
        Part.TEMPLATES: Edit(templates={key: None}),
        Part.ROUTING: Edit(rules={key: (None, None)}),
        Part.BOOK: Edit(settings={key: None}),
    }.get(part)  # type: ignore[call-overload]
    if edit is None or not key:
        raise Http404(part)
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    said = _("The change is taken out; the rule in force stays.")
    attempt(request, lambda: proposals.amend(edit=edit, proposal_id=proposal_id, by=by, now=now), said)
    return redirect(f"{shown.address(proposal_id)}?part={part}")


# --- the acts ----------------------------------------------------------------------------------------------

Doing = Callable[[HttpRequest, int, Any, datetime], object]


def _check(request: HttpRequest, proposal_id: int, by: Any, now: datetime) -> object:
    checked = attempt(request, lambda: proposals.check(proposal_id=proposal_id, by=by, now=now), _("Checked."))
    if checked is not None and (fatal := drafting.facts_of(checked).fatal):
        messages.warning(request, _("%(count)s faults must be mended first; see below.") % {"count": fatal})
    return checked


def _rehearse(request: HttpRequest, proposal_id: int, by: Any, now: datetime) -> object:
    text = request.POST.get("wanted", "")
    wanted = int(text) if text in WANTED else proposals.WANTED
    said = _("The dry run has begun; nothing is written to any matter.")
    told = {"proposal_id": proposal_id, "wanted": wanted, "by": by, "now": now}
    return attempt(request, lambda: proposals.rehearse(**told), said)


def _rebase(request: HttpRequest, proposal_id: int, by: Any, now: datetime) -> object:
    done = attempt(request, lambda: proposals.rebase(proposal_id=proposal_id, by=by, now=now), _("Up to date."))
    for clash in done[1] if done else ():
        messages.warning(request, _clash(clash))
    return done


def _publish(request: HttpRequest, proposal_id: int, by: Any, now: datetime) -> object:
    text = request.POST.get("publish_at", "").strip()
    try:
        publish_at = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) if text else None
    except ValueError:
        messages.error(request, _("Write the moment as date and time, or leave it empty."))
        return None
    if publish_at is None:
        said = _("In force. Matters that run keep the rules they were reported under.")
    else:
        said = _("Takes effect at %(moment)s.") % {"moment": full_moment(publish_at)}
    told = {"proposal_id": proposal_id, "publish_at": publish_at, "by": by, "now": now}
    return attempt(request, lambda: proposals.publish(**told), said)


def _simply(doing: Callable[..., Proposal], said: Promise) -> Doing:
    def act(request: HttpRequest, proposal_id: int, by: Any, now: datetime) -> object:
        return attempt(request, lambda: doing(proposal_id=proposal_id, by=by, now=now), said)

    return act


ACTS: dict[str, Doing] = {
    Act.CHECK: _check,
    Act.REHEARSE: _rehearse,
    Act.STOP: _simply(proposals.stop, gettext_lazy("The dry run is stopped.")),
    Act.REBASE: _rebase,
    Act.PUBLISH: _publish,
    Act.RECALL: _simply(proposals.recall, gettext_lazy("It no longer takes effect by itself.")),
    "rename": lambda *told: _rename(*told),
    Act.WITHDRAW: _simply(proposals.withdraw, gettext_lazy("Withdrawn. It can still be read.")),
}


def _clash(clash: Difference) -> str:
    where = {
        Part.TEMPLATES: _("Template %(key)s"),
        Part.ROUTING: _("Rule %(key)s"),
        Part.BOOK: "",
    }[clash.part] % {"key": clash.key}
    told = {
        "what": f"{where} {naming.field(clash)}".strip(),
        "theirs": _brief(clash, clash.old),
        "ours": _brief(clash, clash.new),
    }
    return _("Both changed “%(what)s”: in force is %(theirs)s, the draft keeps %(ours)s.") % told


def _brief(clash: Difference, given: Any) -> str:
    if isinstance(given, dict) and clash.part is Part.ROUTING:
        return naming.rule_in_words(given)
    return naming.value(clash.part, clash.field, given)[:60]


def _rename(request: HttpRequest, proposal_id: int, by: Any, now: datetime) -> object:
    told = {"proposal_id": proposal_id, "title": request.POST.get("title", ""), "by": by, "now": now}
    return attempt(request, lambda: proposals.rename(**told), _("Renamed."))


def _title_field(title: str) -> Field:
    return Field("title", _("What is changed"), value=title, is_required=True, longest=proposals.TITLE_LIMIT)


def _publish_fields(asked: QueryDict) -> list[Field]:
    hint = _("Empty: at once. A moment ahead: the worker puts it in force then.")
    return [Field("publish_at", _("Takes effect at"), "datetime-local", asked.get("publish_at", ""), hint=hint)]
