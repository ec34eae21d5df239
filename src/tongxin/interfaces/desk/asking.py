"""The fields of each act's form, with what was filled in before and what was wrong with it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.matters import kinds
from tongxin.apps.matters.models import Matter
from tongxin.apps.matters.suggesting.queries import guess
from tongxin.interfaces.desk.offers import ASKS
from tongxin.look import filters
from tongxin.look.forms import Choice, Field
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import CLOSINGS, TEXT_LIMIT, Act, Because, CloseKind, Ground

PICTURES = "image/jpeg,image/png,image/webp"
ROUTE_LIMIT = 120

# the field a refusal is about
FIELD_OF = {
    "step.no_reason": "reason",
    "step.no_template": "template",
    "step.same_template": "template",
    "step.seal_not_named": "template",
    "template.unknown": "template",
    "step.no_ground": "ground",
    "step.no_route": "route",
    "step.no_close_kind": "close_as",
    "step.closes_late": "close_as",
    "step.no_after_photo": "after",
    "step.no_before_photo": "before",
    "step.no_suggested_unit": "unit",
    "step.suggests_itself": "unit",
    "step.no_unit": "unit",
    "step.no_reply": "reply",
    "step.no_cause": "because",
    "step.rehandled_once": "because",
    "step.no_master": "master",
    "step.own_master": "master",
    "step.master_ended": "master",
    "step.seal_differs": "master",
}


def fields_of(found: Matter, act: Act, given: Mapping[str, Any], refusal: Refused | None) -> tuple[Field, ...]:
    """Return the fields an act asks for, in the order in which they are filled in; units have a form of their own."""
    wrong = FIELD_OF.get(refusal.code) if refusal else None
    if refusal and refusal.code == "report.too_long":
        wrong = str(refusal.facts.get("field"))
    error = {wrong: filters.say(refusal)} if refusal and wrong else {}
    return tuple(_fields(found, act, given, error))


def _fields(found: Matter, act: Act, given: Mapping[str, Any], error: Mapping[str | None, str]) -> Iterator[Field]:
    language = get_language() or "zh-hans"
    for asked in ASKS[act]:
        name = asked.removeprefix("optional ")
        said = {"value": given.get(name, ""), "error": error.get(name, "")}
        match name:
            case "ground":
                grounds = tuple(Choice(ground.value, words.label(ground, language)) for ground in Ground)
                yield Field(name, _("Legal ground"), "select", choices=grounds, is_required=True, **said)
            case "route":
                hint = _("For example: report it to the county's labor office, telephone 12333.")
                yield Field(
                    name, _("Where the reporter can go"), is_required=True, longest=ROUTE_LIMIT, hint=hint, **said
                )
            case "close_as":
                close_kinds = tuple(Choice(kind.value, words.label(kind, language)) for kind in CLOSINGS)
                said["value"] = said["value"] or CloseKind.NORMAL.value
                yield Field(name, _("How it is closed"), "radio", choices=close_kinds, is_required=True, **said)
            case "because":
                causes = tuple(Choice(cause.value, words.label(cause, language)) for cause in Because)
                yield Field(name, _("Why it is handled anew"), "radio", choices=causes, is_required=True, **said)
            case "template":
                listed = tuple(Choice(each.code, f"{each.code} {_name(each)}") for each in _templates(found))
                hint = _("Limits, route, seal and questions follow; the dates are counted from the report.")
                yield Field(name, _("Which kind it is"), "select", choices=listed, is_required=True, hint=hint, **said)
            case "reply" if owes_reply(found):
                hint = _("The reporter reads this. Say what was done and whom to ask.")
                yield Field(
                    name, _("Answer to the reporter"), "area", is_required=True, longest=TEXT_LIMIT, hint=hint, **said
                )
            case "reason":
                is_required = asked == name
                label, hint = _reason(act)
                yield Field(name, label, "area", is_required=is_required, longest=TEXT_LIMIT, hint=hint, **said)
            case "before" | "after" | "other":
                yield _photos(found, name, error.get(name, ""))


def _templates(found: Matter) -> list[kinds.Kind]:
    """Return the kinds to choose from: those its words suggest first, then all others by their codes."""
    text = found.report.text if hasattr(found, "report") else ""
    current = kinds.current()
    suggested = [each.code for each in guess(text) if each.code in current]
    rest = sorted(set(current) - set(suggested))
    return [current[code] for code in (*suggested, *rest) if code != found.template_code]


def _name(kind: kinds.Kind) -> str:
    return kind.name_en if filters.is_english() else kind.name


def owes_reply(found: Matter) -> bool:
    """Tell whether the reporter must be answered with the closing, at this desk: it received the matter first."""
    return found.wants_reply and found.replied_at is None and found.desk_id == found.first_desk_id


def _reason(act: Act) -> tuple[str, str]:
    """Return what the field for words is called in this act, and what it is for."""
    told = {
        Act.HANDLE: (
            _("What was done"),
            _("The checker and the reporter read this. About the matter, not about people."),
        ),
        Act.SETTLE: (
            _("What was done"),
            _("The checker and the reporter read this. About the matter, not about people."),
        ),
        Act.PROGRESS: (_("Progress"), _("How far it is and what comes next.")),
        Act.CLOSE: (_("Remark"), _("Needed when it is closed as a mistake or specially.")),
        Act.REWORK: (_("What is still wrong"), _("The unit reads this and handles it again.")),
        Act.REDO: (_("What is still wrong"), _("The handler reads this.")),
        Act.DENY: (_("What was found on site"), ""),
        Act.REPLY: (_("Answer to the reporter"), _("The reporter reads this. Say what was done and whom to ask.")),
        Act.URGE: (_("What is pressing"), _("The unit reads this; the clocks do not change.")),
        Act.ESCALATE: (_("Why it goes up"), _("The first clock runs on; the ring above gets one of its own.")),
        Act.HAND_DOWN: (_("Why it goes down"), _("The first clock runs on; the ring below gets one of its own.")),
        Act.RETURN: (_("Why it is not yours"), _("The command room hears it within a working day.")),
        Act.WITHDRAW: (_("Why it is withdrawn"), _("May stay empty in the first ten minutes.")),
        Act.RECLASSIFY: (_("Why it is of another kind"), _("The record shows it; the reporter sees the new dates.")),
        Act.PROPOSE_VOID: (_("Why it should be voided"), _("A second person must confirm.")),
    }
    remark = (_("Remark"), _("May stay empty."))
    return told.get(act, (_("Reason"), "") if "reason" in ASKS[act] else remark)


def _photos(found: Matter, name: str, error: str) -> Field:
    kind = kinds.kind_of(found.template_code, found.template_version)
    wanted, standing = {
        "before": (kind.before_photos, found.before_photos),
        "after": (kind.after_photos, found.after_photos),
    }.get(name, (0, 0))
    label = {"before": _("Photos of the start"), "after": _("Photos of the result")}.get(
        name, _("Photos from the site")
    )
    missing = max(wanted - standing, 0)
    counts = {"wanted": wanted, "found": standing}
    hint = _("At least %(wanted)s wanted, %(found)s there.") % counts if wanted else _("May stay empty.")
    if name == "after":
        angle = _("From the same angle as before.")
        hint = f"{hint} {angle}"
    return Field(name, label, "photos", is_required=missing > 0, hint=hint, error=error, accept=PICTURES)
