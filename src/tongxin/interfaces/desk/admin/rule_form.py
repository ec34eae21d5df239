"""The form in which a routing rule is edited, read back as a draft takes it."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tongxin.interfaces.desk.admin.doors import choices, level_words, listed
from tongxin.look.forms import Choice, Field
from tongxin.rules.area_codes import VillageKind
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.rulesets import MATCHED, WHY_LONGEST
from tongxin.rules.units import UnitKind

TYPED = ("templates", "areas")  # written as text; the rest of MATCHED is ticked


def rule_from(posted: QueryDict) -> dict[str, Any]:
    """Return the rule that was filled in, its code apart."""
    match = {name: listed(posted.get(name, "")) if name in TYPED else posted.getlist(name) for name in MATCHED}
    match["templates"] = [code.upper() for code in match["templates"]]
    return {
        "match": {name: values for name, values in match.items() if values},
        "target": {"kind": posted.get("kind", ""), "level": posted.get("target_level", "")},
        "why": posted.get("why", "").strip()[:WHY_LONGEST],
        "why_en": posted.get("why_en", "").strip()[:WHY_LONGEST],
        "is_active": posted.get("is_active") == "true",
    }


def fields_of(row: Mapping[str, Any] | None, place: int, posted: QueryDict | None) -> list[Field]:
    """Return the fields of a rule as posted, else as it stands at this place; of a new one empty."""
    rule = rule_from(posted) if posted is not None else row or {"match": {}, "target": {}, "is_active": True}
    match, target = rule["match"], rule["target"]
    levels = tuple(Choice(*each) for each in level_words().items())
    where = _("Asked from the top: 1 comes first. Another number moves it there.")
    position = posted.get("position", "") if posted is not None else str(place)
    codes = _("codes or their beginnings, separated by commas; empty: any")
    nearest = _("from this level upward, the nearest answers")
    ground = _("by the village's serial: 001–199 urban, 200–399 rural; empty: any")
    code = [Field("code", _("Code"), value=posted.get("code", "") if posted else "", is_required=True, longest=12)]
    return [
        *(code if row is None else []),
        Field("position", _("Position"), "number", position, True, where, low=1, step="1"),
        Field("templates", _("Templates"), "area", _joined(match, "templates"), rows=2, hint=codes),
        Field("levels", _("Levels"), "checks", tuple(match.get("levels", ())), choices=levels),
        Field("urgencies", _("Urgencies"), "checks", tuple(match.get("urgencies", ())), choices=choices(Urgency)),
        Field("channels", _("Channels"), "checks", tuple(match.get("channels", ())), choices=choices(Channel)),
        Field("areas", _("Area codes"), value=_joined(match, "areas"), hint=_("empty: anywhere")),
        Field(
            "village_kinds",
            _("Urban or rural"),
            "checks",
            tuple(match.get("village_kinds", ())),
            choices=choices(VillageKind),
            hint=ground,
        ),
        Field("kind", _("Goes to"), "select", target.get("kind", ""), is_required=True, choices=choices(UnitKind)),
        Field(
            "target_level",
            _("Looked for from"),
            "radio",
            target.get("level", ""),
            is_required=True,
            choices=levels,
            hint=nearest,
        ),
        Field("why", _("Why"), "area", rule.get("why", ""), is_required=True, rows=2, longest=WHY_LONGEST),
        Field("why_en", _("Why (English)"), "area", rule.get("why_en", ""), rows=2, longest=WHY_LONGEST),
        Field("is_active", _("In force"), "check", "true" if rule.get("is_active", True) else ""),
    ]


def _joined(match: Mapping[str, Any], name: str) -> str:
    return "，".join(match.get(name, ()))
