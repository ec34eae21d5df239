"""Routing rules: the ordered table, trying one case on it, and one rule: edited into a draft, with its story."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.apps.areas import queries as areas
from tongxin.apps.matters import drafting, kinds
from tongxin.apps.matters.actions import proposals
from tongxin.apps.matters.models import Proposal, RoutingRule
from tongxin.apps.people.queries import offices, unit_names
from tongxin.interfaces.desk.admin import drafted
from tongxin.interfaces.desk.admin.doors import attempt, choices, joined, label, level_words, needs
from tongxin.interfaces.desk.admin.rule_form import fields_of, rule_from
from tongxin.interfaces.desk.frame import page
from tongxin.look.filters import is_english, say
from tongxin.look.forms import Field
from tongxin.rules.area_codes import VillageKind
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.drafts import Edit, Part, applied
from tongxin.rules.errors import Missing, Refused
from tongxin.rules.permissions import Permission
from tongxin.rules.routing import Case, route
from tongxin.rules.tracing import NOBODY, trace
from tongxin.rules.units import UnitKind

NEW = "new"  # the address of a rule that is not written yet


@require_safe
@needs(Permission.EDIT_RULES)
def index(request: HttpRequest) -> HttpResponse:
    """Show the rules in their order, and the answer to a case that is tried on them."""
    rows = list(RoutingRule.objects.all())
    context = {
        "rules": [_line(place, row) for place, row in enumerate(rows, start=1)],
        "fields": _try_fields(request.GET),
        "tried": tried(request.GET) if request.GET.get("template") or request.GET.get("area") else None,
        "new": NEW,
        "draft": drafted.passed_on(request),
    }
    return page(request, "desk/admin/routing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.EDIT_RULES)
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Show a rule and its story; a post writes it into a draft, one with `remove` takes it out of the table there."""
    target = drafted.target(request)
    rules = _table(target)
    place, row = next(((n, each) for n, each in enumerate(rules, start=1) if each["code"] == code), (0, None))
    known = RoutingRule.objects.filter(code=code).first()
    if row is None and known is None and code != NEW:
        raise Http404(code)
    posted = request.POST if request.method == "POST" else None
    if posted is not None and (saved := _save(request, known, row, posted)) is not None:
        return redirect(drafted.address(saved, Part.ROUTING))
    context = {
        "code": "" if code == NEW else code,
        "known": known,
        "is_gone": row is None and known is not None,
        "fields": fields_of(row, place or len(rules) + 1, posted),
        "target": target,
        "history": drafted.history(Part.ROUTING, code),
        "new": NEW,
    }
    return page(request, "desk/admin/rule.html", context)


def _table(target: Proposal | None) -> Sequence[Mapping[str, Any]]:
    """Return the routing table as the draft has it, else as it is in force."""
    standing = drafting.standing()
    return applied(target.content, standing).routing if target else standing.routing


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


def _save(
    request: HttpRequest, known: RoutingRule | None, row: Mapping[str, Any] | None, posted: QueryDict
) -> Proposal | None:
    code = row["code"] if row else known.code if known else posted.get("code", "").strip()
    if "remove" in posted:
        edit = Edit(dropped=(code,))
    else:
        place = posted.get("position", "")
        wanted = int(place) if place.isdecimal() and len(place) < 5 else None
        edit = Edit(rules={code: ({"code": code, **rule_from(posted)}, wanted)})
    if row is None and known is None and RoutingRule.objects.filter(code=code).exists():
        messages.error(request, _("Rule %(code)s is there already; choose another code.") % {"code": code})
        return None
    by, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    title, proposal_id = _("Rule %(code)s") % {"code": code}, drafted.asked(request)
    return attempt(
        request,
        lambda: proposals.amend(edit=edit, by=by, now=now, title=title, proposal_id=proposal_id),
        drafted.said(),
    )


# --- the table -------------------------------------------------------------------------------------------


def _line(place: int, row: RoutingRule) -> dict[str, Any]:
    return {
        "code": row.code,
        "position": place,
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
        "village_kinds": (_("Urban or rural"), lambda code: label(VillageKind(code))),
    }
    return [
        (title, joined(word(each) for each in match[name])) for name, (title, word) in said.items() if match.get(name)
    ]


def _why(row: RoutingRule) -> str:
    return (is_english() and row.why_en) or row.why
