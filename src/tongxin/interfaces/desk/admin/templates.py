"""Templates: the list by class, and one of them in full: edited into a draft, its versions and their story."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.apps.matters.actions import proposals
from tongxin.apps.matters.models import Proposal, Template
from tongxin.interfaces.desk.admin import drafted, shown
from tongxin.interfaces.desk.admin.doors import attempt, joined, label, level_words, needs
from tongxin.interfaces.desk.admin.naming import limit_of
from tongxin.interfaces.desk.admin.template_form import columns_of, fields_of
from tongxin.interfaces.desk.frame import page
from tongxin.look.filters import is_english
from tongxin.rules.classes import MatterClass, class_of
from tongxin.rules.deadlines import Urgency
from tongxin.rules.drafts import Edit, Part, differences
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Permission
from tongxin.rules.rulesets import COLUMNS, Standing
from tongxin.rules.units import UnitKind


@require_safe
@needs(Permission.EDIT_RULES)
def index(request: HttpRequest) -> HttpResponse:
    """Show the templates in force, by class, narrowed by words. One statement besides the frame's."""
    letter, query = request.GET.get("class", "")[:1], request.GET.get("find", "").strip()[:60]
    rows = [row for row in Template.objects.filter(is_current=True).order_by("code") if answers(row, query)]
    classes = {each.value: label(each) for each in MatterClass}
    counts = {each: sum(row.code.startswith(each) for row in rows) for each in classes}
    groups = [
        (each, name, [_line(row) for row in rows if row.code.startswith(each)])
        for each, name in classes.items()
        if counts[each] and letter in ("", each)
    ]
    return page(
        request,
        "desk/admin/templates.html",
        {
            "groups": groups,
            "classes": classes,
            "counts": counts,
            "letter": letter,
            "q": query,
            "total": len(rows),
            "draft": drafted.passed_on(request),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_RULES)
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a template with all its columns, versions and changes; a post writes what differs into a draft."""
    versions = list(Template.objects.filter(code=code).order_by("-version"))
    current = next((row for row in versions if row.is_current), None)
    if current is None:
        raise Missing("template.unknown", template=code[:20])
    errors: dict[str, str] = {}
    posted = request.POST if request.method == "POST" else None
    if posted is not None:
        changes = columns_of(posted, errors)
        saved = None if errors else _save(request, current, changes)
        if saved is not None:
            return redirect(drafted.address(saved, Part.TEMPLATES))
    target = drafted.target(request)
    shown_version = next((row for row in versions if str(row.version) == request.GET.get("version")), current)
    before = next((row for row in versions if row.version < shown_version.version), None)
    context = {
        "row": shown_version,
        "name": _name(shown_version),
        "facts": _facts(shown_version),
        "versions": versions,
        "before": before,
        "since": _since(before, shown_version) if before else [],
        "history": drafted.history(Part.TEMPLATES, code),
        "target": target,
        "fields": fields_of(current, target, posted, errors),
    }
    return page(request, "desk/admin/template.html", context, status=422 if errors else 200)


def answers(row: Template, query: str) -> bool:
    """Tell whether a template answers to the words typed: its code, names, pinyin or keywords."""
    text = " ".join((row.code, row.name, row.name_en, row.pinyin.replace(" ", ""), *map(str, row.keywords))).lower()
    return all(word in text for word in query.lower().split())


def _save(request: HttpRequest, current: Template, changes: Mapping[str, Any]) -> Proposal | None:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    edit, title = Edit(templates={current.code: changes}), f"{current.code} {_name(current)}"
    proposal_id = drafted.asked(request)
    return attempt(
        request,
        lambda: proposals.amend(edit=edit, by=by, now=now, title=title, proposal_id=proposal_id),
        drafted.said(),
    )


def _since(before: Template, after: Template) -> list[Any]:
    """Return what a version changed of the one before it."""
    pair = ({each.code: {name: getattr(each, name) for name in COLUMNS}} for each in (before, after))
    old, new = (Standing(rows, [], {}) for rows in pair)
    return [row for thing in shown.changes(Part.TEMPLATES, differences(old, new)) for row in thing.rows]


def _line(row: Template) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": _name(row),
        "is_sealed": row.is_sealed,
        "level": level_words().get(row.level, row.level),
        "urgency": label(Urgency(row.urgency)),
        "limit": limit_of(row.limit),
        "units": _units(row),
        "version": row.version,
    }


def _name(row: Template) -> str:
    return row.name_en if is_english() else row.name


def _units(row: Template) -> str:
    return joined(label(UnitKind(kind)) for kind in row.unit_kinds)


def _facts(row: Template) -> list[tuple[str, str]]:
    photos = _("%(before)s before, %(after)s after") % {"before": row.before_photos, "after": row.after_photos}
    extra = joined(
        f"{each['name_en'] if is_english() else each['name']} {limit_of(each['limit'])}" for each in row.extra_limits
    )
    return [
        (_("Class"), label(class_of(row.code))),
        (_("Level"), level_words().get(row.level, row.level)),
        (_("Urgency"), label(Urgency(row.urgency))),
        (_("Handling limit"), limit_of(row.limit)),
        (_("Further limits"), extra or "—"),
        (_("Units"), _units(row) or "—"),
        (_("Handed on to"), row.transfer_to or "—"),
        (_("On the spot"), _("The grid worker may settle it") if row.may_settle else _("no")),
        (_("Confidential"), _("sealed") if row.is_sealed else _("no")),
        (_("Photos"), photos),
        (_("Standard class"), row.standard_class or "—"),
        (_("Filing condition"), (is_english() and row.filing_condition_en) or row.filing_condition or "—"),
        (_("Closing condition"), (is_english() and row.closing_condition_en) or row.closing_condition or "—"),
        (_("Keywords"), joined(map(str, row.keywords)) or "—"),
    ]
