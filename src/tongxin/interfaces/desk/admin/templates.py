"""Templates: the list by class, one of them in full, and publishing its next version."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.apps.matters.actions import proposals
from tongxin.apps.matters.models import Template
from tongxin.interfaces.desk.admin.doors import attempt, choices, joined, label, level_words, listed, needs
from tongxin.interfaces.desk.classes import CLASSES
from tongxin.interfaces.desk.frame import page
from tongxin.look.filters import is_english
from tongxin.look.filters import limit as limit_words
from tongxin.look.forms import Choice, Field
from tongxin.rules.deadlines import Urgency
from tongxin.rules.drafts import Edit
from tongxin.rules.errors import Missing
from tongxin.rules.permissions import Permission
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import Limit

EDITED = (
    "limit",
    "urgency",
    "level",
    "before_photos",
    "after_photos",
    "may_settle",
    "keywords",
    "filing_condition",
    "closing_condition",
    "form",
)


@require_safe
@needs(Permission.EDIT_RULES)
def index(request: HttpRequest) -> HttpResponse:
    """Show the templates in force, by class, narrowed by words. One statement besides the frame's."""
    letter, query = request.GET.get("class", "")[:1], request.GET.get("find", "").strip()[:60]
    rows = [row for row in Template.objects.filter(is_current=True).order_by("code") if answers(row, query)]
    counts = {each: sum(row.code.startswith(each) for row in rows) for each in CLASSES}
    groups = [
        (each, name, [_line(row) for row in rows if row.code.startswith(each)])
        for each, name in CLASSES.items()
        if counts[each] and letter in ("", each)
    ]
    return page(
        request,
        "desk/admin/templates.html",
        {"groups": groups, "classes": CLASSES, "counts": counts, "letter": letter, "q": query, "total": len(rows)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_RULES)
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a template with all its columns and versions; a post publishes the next version."""
    versions = list(Template.objects.filter(code=code).order_by("-version"))
    current = next((row for row in versions if row.is_current), None)
    if current is None:
        raise Missing("template.unknown", template=code[:20])
    errors: dict[str, str] = {}
    if request.method == "POST":
        changes = _changes(request.POST, errors)
        published = None if errors else _publish(request, current, changes)
        if published is not None:
            return redirect("desk:template", code)
    wanted = next((row for row in versions if str(row.version) == request.GET.get("version")), current)
    context = {
        "row": wanted,
        "name": _name(wanted),
        "facts": _facts(wanted),
        "versions": versions,
        "fields": _fields(current, request.POST if request.method == "POST" else None, errors),
    }
    return page(request, "desk/admin/template.html", context, status=422 if errors else 200)


def answers(row: Template, query: str) -> bool:
    """Tell whether a template answers to the words typed: its code, names, pinyin or keywords."""
    text = " ".join((row.code, row.name, row.name_en, row.pinyin.replace(" ", ""), *map(str, row.keywords))).lower()
    return all(word in text for word in query.lower().split())


def _publish(request: HttpRequest, current: Template, changes: Mapping[str, Any]) -> Template | None:
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    edit = Edit(templates={current.code: changes})
    return attempt(request, lambda: proposals.amend(edit=edit, by=by, now=now, title=current.name), _("Drafted."))


def _changes(posted: Mapping[str, str], errors: dict[str, str]) -> dict[str, Any]:
    """Read the columns that may be changed; what cannot be read goes to `errors` by its field."""
    changes: dict[str, Any] = {name: posted.get(name, "").strip() for name in EDITED}
    changes["may_settle"] = posted.get("may_settle") == "true"
    changes["keywords"] = listed(posted.get("keywords", ""))
    try:
        Limit.parse(changes["limit"])
    except ValueError:
        errors["limit"] = _("Write a limit such as 4wh, 3wd, 30m or 60d.")
    for name in ("before_photos", "after_photos"):
        if changes[name].isdecimal() and int(changes[name]) <= 9:
            changes[name] = int(changes[name])
        else:
            errors[name] = _("Give a number from 0 to 9.")
    try:
        changes["form"] = json.loads(posted.get("form", ""))
    except ValueError as wrong:
        errors["form"] = _("This is no JSON: %(why)s") % {"why": wrong}
    else:
        if not isinstance(changes["form"], dict):
            errors["form"] = _("The form must be a JSON Schema object.")
    return changes


def _fields(current: Template, posted: Mapping[str, str] | None, errors: Mapping[str, str]) -> list[Field]:
    def value(name: str) -> str:
        if posted is not None:
            return posted.get(name, "")
        kept = getattr(current, name)
        if name == "form":
            return json.dumps(kept, ensure_ascii=False, indent=2)
        return "，".join(kept) if name == "keywords" else str(kept).lower() if isinstance(kept, bool) else str(kept)

    levels = tuple(Choice(*each) for each in level_words().items())
    hint = _("m minutes, h hours, d days; with w before it working time: wm, wh, wd")
    settle = _("The grid worker may settle it on the spot")
    shapes: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("limit", _("Handling limit"), {"is_required": True, "hint": hint}),
        ("urgency", _("Urgency"), {"kind": "radio", "choices": choices(Urgency), "is_required": True}),
        ("level", _("Level"), {"kind": "radio", "choices": levels, "is_required": True}),
        ("before_photos", _("Photos before"), {"kind": "number", "low": 0, "high": 9, "step": "1"}),
        ("after_photos", _("Photos after"), {"kind": "number", "low": 0, "high": 9, "step": "1"}),
        ("may_settle", settle, {"kind": "check"}),
        ("keywords", _("Keywords"), {"kind": "area", "rows": 2, "hint": _("separated by commas")}),
        ("filing_condition", _("Filing condition"), {"kind": "area"}),
        ("closing_condition", _("Closing condition"), {"kind": "area"}),
        ("form", _("Form (JSON Schema)"), {"kind": "area", "rows": 18}),
    )
    return [Field(name, title, value=value(name), error=errors.get(name, ""), **more) for name, title, more in shapes]


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


def limit_of(text: str) -> str:
    """Write a limit's text in words."""
    parsed = Limit.parse(text)
    return limit_words(parsed.amount, parsed.unit)


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
        (_("Class"), str(CLASSES.get(row.code[:1], row.code[:1]))),
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
