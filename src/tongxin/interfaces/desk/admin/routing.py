"""Routing rules: the ordered table, trying one case on it, and changing a rule after a dry run over past matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.apps.areas import queries as areas
from tongxin.apps.matters import kinds
from tongxin.apps.matters.actions import proposals
from tongxin.apps.matters.kinds import rule_of
from tongxin.apps.matters.models import RoutingRule
from tongxin.apps.matters.rerouting import MOST, latest_cases
from tongxin.apps.people.queries import offices, unit_names
from tongxin.interfaces.desk.admin.doors import attempt, choices, joined, label, level_words, listed, needs
from tongxin.interfaces.desk.frame import page
from tongxin.look.filters import is_english, say
from tongxin.look.forms import Choice, Field
from tongxin.rules.area_codes import VillageKind
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.drafts import Edit
from tongxin.rules.errors import Missing, Refused
from tongxin.rules.permissions import Permission
from tongxin.rules.routing import Case, route
from tongxin.rules.tracing import NOBODY, rerouted, trace
from tongxin.rules.units import UnitKind

NEW = "new"  # the address of a rule that is not written yet
SHOWN = 12  # the changed routes that are told one by one


@dataclass(frozen=True)
class Dry:
    """What a dry run found: how many matters it asked, how many would go elsewhere, and from where to where."""

    asked: int
    changed: int
    moves: tuple[tuple[str, str, int], ...]
    refusal: str = ""


@require_safe
@needs(Permission.EDIT_RULES)
def index(request: HttpRequest) -> HttpResponse:
    """Show the rules in their order, and the answer to a case that is tried on them."""
    rows = list(RoutingRule.objects.all())
    context = {
        "rules": [_line(row) for row in rows],
        "fields": _try_fields(request.GET),
        "tried": tried(request.GET) if request.GET.get("template") or request.GET.get("area") else None,
        "new": NEW,
    }
    return page(request, "desk/admin/routing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_RULES)
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a rule to change: a post with `dry` tries it on past matters, one without writes it."""
    row = RoutingRule.objects.filter(code=code).first()
    if row is None and code != NEW:
        raise Http404(code)
    posted = request.POST if request.method == "POST" else None
    dry = None
    if posted is not None and "dry" in posted:
        dry = _dry_run(_edited(row, posted))
    elif posted is not None and _save(request, _edited(row, posted)) is not None:
        return redirect("desk:routing")
    context = {"row": row, "fields": _fields(row, posted), "dry": dry, "most": MOST, "new": NEW}
    return page(request, "desk/admin/rule.html", context)


# --- trying one case -------------------------------------------------------------------------------------


def tried(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return where a case goes and why, and which rules for its kind were asked before and kept silent."""
    try:
        kind, found = _kind(asked.get("template", "").strip()), _area(asked.get("area", "").strip())
        urgency = asked.get("urgency") or kind.urgency.value
        case = Case(kind.code, kind.level, urgency, asked.get("channel") or Channel.GRID.value, found.code)
        answer = route(case, kinds.routing(), offices())
    except Refused as refusal:
        return {"refusal": say(refusal)}
    asked_rules = trace(case, kinds.routing(), offices())
    silent = [each for each in asked_rules if each.obstacle not in ("", "templates")]
    why = {row.code: _why(row) for row in RoutingRule.objects.filter(is_active=True)}
    return {
        "refusal": "",
        "unit": unit_names().get(answer.unit_id, str(answer.unit_id)),
        "rule": answer.rule,
        "why": why.get(answer.rule or "", _("No rule spoke: the nearest command room or center above answers.")),
        "case": joined(
            (f"{kind.code} {kind.name_en if is_english() else kind.name}", " ".join(areas.chain(found.code)))
        ),
        "found_at": areas.names().get(answer.found_at, answer.found_at),
        "silent": [(each.rule, why.get(each.rule, ""), _obstacles()[each.obstacle]) for each in silent],
        "others": sum(each.obstacle == "templates" for each in asked_rules),
    }


def _kind(text: str) -> kinds.Kind:
    """Return the template of this code, or the first whose name holds the text. Raises Invalid."""
    named = (each for each in kinds.current().values() if text and text in each.name)
    return kinds.current().get(text.upper()) or next(named, None) or kinds.kind(text)


def _area(text: str) -> areas.Named:
    """Return the area of this code, or the best that answers to the text. Raises Missing."""
    found = areas.named(text) or next(iter(areas.search(text, 1)), None)
    if found is None:
        raise Missing("area.unknown", area=text[:20])
    return found


def _obstacles() -> dict[str, str]:
    return {
        "templates": _("is about other kinds of matters"),
        "levels": _("is about another level"),
        "urgencies": _("is about another urgency"),
        "channels": _("is about another channel"),
        "areas": _("is about another area"),
        "village_kinds": _("is about other ground: residents' or villagers' committees"),
        NOBODY: _("matches, but no such unit stands at or above the area"),
    }


def _try_fields(asked: QueryDict) -> list[Field]:
    return [
        Field(
            "template", _("Template"), value=asked.get("template", ""), is_required=True, placeholder=_("code or name")
        ),
        Field("area", _("Area"), value=asked.get("area", ""), is_required=True, placeholder=_("code or name")),
        Field("channel", _("Channel"), "select", asked.get("channel", ""), choices=choices(Channel)),
        Field(
            "urgency",
            _("Urgency"),
            "select",
            asked.get("urgency", ""),
            choices=choices(Urgency),
            placeholder=_("as the template says"),
        ),
    ]


# --- changing a rule -------------------------------------------------------------------------------------


def _edited(row: RoutingRule | None, posted: QueryDict) -> RoutingRule:
    """Return the rule as it was filled in: a row that is not written."""
    match = {
        "templates": [code.upper() for code in listed(posted.get("templates", ""))],
        "levels": posted.getlist("levels"),
        "urgencies": posted.getlist("urgencies"),
        "channels": posted.getlist("channels"),
        "areas": listed(posted.get("areas", "")),
    }
    position = posted.get("position", "")
    return RoutingRule(
        code=row.code if row else posted.get("code", "").strip(),
        position=int(position) if position.isdecimal() and len(position) < 7 else 9_999,
        match={name: values for name, values in match.items() if values},
        target={"kind": posted.get("kind", ""), "level": posted.get("target_level", "")},
        why=posted.get("why", "").strip()[:200],
        is_active=posted.get("is_active") == "true",
    )


def _save(request: HttpRequest, rule: RoutingRule) -> RoutingRule | None:
    def act() -> RoutingRule:
        row = {name: getattr(rule, name) for name in ("code", "match", "target", "why", "why_en", "is_active")}
        edit = Edit(rules={rule.code: (row, None)})
        proposals.amend(edit=edit, by=request.actor, now=timezone.now(), title=rule.code)  # type: ignore[attr-defined]
        return rule

    return attempt(request, act, _("Rule %(code)s is in force from now on.") % {"code": rule.code})


def _dry_run(edited: RoutingRule) -> Dry:
    """Route the last matters by the rules in force and by those with this one changed; nothing is written."""
    standing = list(RoutingRule.objects.all())
    others = [row for row in standing if row.code != edited.code]
    after = sorted((row for row in [*others, edited] if row.is_active), key=lambda row: (row.position, row.code))
    cases = latest_cases()
    try:
        before = [rule_of(row) for row in standing if row.is_active]
        moved = rerouted(cases, before, [rule_of(row) for row in after], offices())
    except Refused as refusal:
        return Dry(len(cases), 0, (), say(refusal))
    except (KeyError, ValueError):
        return Dry(len(cases), 0, (), _("Choose the kind of unit and the level it is looked for from."))
    names = unit_names()
    moves = tuple(
        (names.get(one.unit_id, "—"), names.get(other.unit_id, "—"), many)
        for (one, other), many in moved.most_common(SHOWN)
    )
    return Dry(len(cases), sum(moved.values()), moves)


def _fields(row: RoutingRule | None, posted: QueryDict | None) -> list[Field]:
    rule = _edited(row, posted) if posted is not None else row or RoutingRule(target={}, is_active=True)
    match, target = rule.match, rule.target
    levels = tuple(Choice(*each) for each in level_words().items())
    first = _("Smaller numbers are asked first.")
    code = [] if row else [Field("code", _("Code"), value=rule.code, is_required=True, longest=12)]
    return [
        *code,
        Field("position", _("Position"), "number", str(rule.position or ""), True, first, low=0, step="1"),
        Field(
            "templates",
            _("Templates"),
            "area",
            "，".join(match.get("templates", ())),
            rows=2,
            hint=_("codes or their beginnings, separated by commas; empty: any"),
        ),
        Field("levels", _("Levels"), "checks", tuple(match.get("levels", ())), choices=levels),
        Field("urgencies", _("Urgencies"), "checks", tuple(match.get("urgencies", ())), choices=choices(Urgency)),
        Field("channels", _("Channels"), "checks", tuple(match.get("channels", ())), choices=choices(Channel)),
        Field("areas", _("Area codes"), value="，".join(match.get("areas", ())), hint=_("empty: anywhere")),
        Field("kind", _("Goes to"), "select", target.get("kind", ""), is_required=True, choices=choices(UnitKind)),
        Field(
            "target_level",
            _("Looked for from"),
            "radio",
            target.get("level", ""),
            is_required=True,
            choices=levels,
            hint=_("from this level upward, the nearest answers"),
        ),
        Field("why", _("Why"), "area", rule.why, is_required=True, rows=2, longest=200),
        Field("is_active", _("In force"), "check", "true" if rule.is_active else ""),
    ]


# --- the table -------------------------------------------------------------------------------------------


def _line(row: RoutingRule) -> dict[str, Any]:
    return {
        "code": row.code,
        "position": row.position,
        "match": _match_words(row.match),
        "target": label(UnitKind(row.target["kind"])),
        "level": level_words().get(row.target["level"], row.target["level"]),
        "why": _why(row),
        "is_active": row.is_active,
    }


def _match_words(match: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    said = {
        "templates": (_("Templates"), lambda code: code),
        "levels": (_("Levels"), lambda letter: level_words().get(letter, letter)),
        "urgencies": (_("Urgencies"), lambda code: label(Urgency(code))),
        "channels": (_("Channels"), lambda code: label(Channel(code))),
        "areas": (_("Areas"), lambda code: areas.names().get(code, code)),
        "village_kinds": (_("Ground"), lambda code: label(VillageKind(code))),
    }
    return [
        (title, joined(word(each) for each in match[name])) for name, (title, word) in said.items() if match.get(name)
    ]


def _why(row: RoutingRule) -> str:
    return (is_english() and row.why_en) or row.why
