"""The form in which a template is edited: every column, read back as a draft takes it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tongxin.apps.matters.models import Proposal, Template
from tongxin.interfaces.desk.admin import naming
from tongxin.interfaces.desk.admin.doors import choices, level_words, listed
from tongxin.look.forms import Choice, Field
from tongxin.rules.deadlines import Urgency
from tongxin.rules.drafts import Part
from tongxin.rules.rulesets import COLUMNS, MOST_PHOTOS, NAME_LONGEST, TEXT_LONGEST
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import Limit

FLAGS = ("may_settle", "is_sealed")
PHOTOS = ("before_photos", "after_photos")
AS_JSON = {"form": dict, "samples": list}
BAR = "｜"  # between the name of a sub-limit, its English name and its limit


def columns_of(posted: QueryDict, errors: dict[str, str]) -> dict[str, Any]:
    """Read every column; what cannot be read goes to `errors` by its name."""
    columns: dict[str, Any] = {name: posted.get(name, "").replace("\r\n", "\n").strip() for name in COLUMNS}
    columns |= {name: posted.get(name) == "true" for name in FLAGS}
    columns["keywords"] = listed(posted.get("keywords", ""))
    columns["unit_kinds"] = _in_order(posted.getlist("unit_kinds"), posted.get("kinds_order", ""))
    if not columns["name"]:
        errors["name"] = _("A template needs a name.")
    try:
        Limit.parse(columns["limit"])
    except ValueError:
        errors["limit"] = _("Write a limit such as 4wh, 3wd, 30m or 60d.")
    for name in PHOTOS:
        if columns[name].isdecimal() and int(columns[name]) <= MOST_PHOTOS:
            columns[name] = int(columns[name])
        else:
            errors[name] = _("Give a number from 0 to 9.")
    columns["extra_limits"] = _extra_limits(columns["extra_limits"], errors)
    for name, kind in AS_JSON.items():
        columns[name] = _json(columns[name], name, kind, errors)
    return columns


def fields_of(
    current: Template, target: Proposal | None, posted: QueryDict | None, errors: Mapping[str, str]
) -> list[Field]:
    """Return the fields as posted, else as the draft has them, else as they are in force; the hint tells the last."""
    changed = (target.content.get("templates") or {}).get(current.code, {}) if target else {}
    fields = []
    for name, kind, more in _shapes():
        kept = changed.get(name, getattr(current, name))
        given = _posted(name, posted) if posted is not None else _written(name, kept)
        hint = str(more.pop("hint", ""))
        if name in changed and name not in AS_JSON:
            in_force = naming.value(Part.TEMPLATES, name, getattr(current, name))
            hint = _("in force: %(value)s") % {"value": in_force}
        title = more.pop("title", None) or str(naming.COLUMNS[name])
        fields.append(Field(name, title, kind, given, hint=hint, error=errors.get(name, ""), **more))
    order = "，".join(changed.get("unit_kinds", current.unit_kinds))
    return [*fields, Field("kinds_order", "", "hidden", order)]


def _shapes() -> list[tuple[str, str, dict[str, Any]]]:
    levels = tuple(Choice(*each) for each in level_words().items())
    limit = _("m minutes, h hours, d days; with w before it working time: wm, wh, wd")
    sub = _("one a line: name, English name, limit, with %(bar)s between; each a part of handling") % {"bar": BAR}
    photos: dict[str, Any] = {"low": 0, "high": MOST_PHOTOS, "step": "1"}
    prose: dict[str, Any] = {"longest": TEXT_LONGEST, "rows": 2}
    return [
        ("name", "text", {"is_required": True, "longest": NAME_LONGEST}),
        ("name_en", "text", {"longest": 120}),
        ("level", "radio", {"choices": levels, "is_required": True}),
        ("urgency", "radio", {"choices": choices(Urgency), "is_required": True}),
        ("limit", "text", {"is_required": True, "hint": limit, "longest": 6}),
        ("extra_limits", "area", {"rows": 2, "hint": sub}),
        ("unit_kinds", "checks", {"choices": choices(UnitKind), "hint": _("who handles it; routing rules say where")}),
        ("before_photos", "number", photos | {}),
        ("after_photos", "number", photos | {}),
        ("may_settle", "check", {"title": _("The grid worker may settle it on the spot")}),
        ("is_sealed", "check", {"title": _("Confidential: only named duties read it")}),
        (
            "transfer_to",
            "text",
            {"longest": 8, "hint": _("a number such as 110 or 119, where it is handed on at once")},
        ),
        ("standard_class", "text", {"longest": 12}),
        ("keywords", "area", {"rows": 2, "hint": _("separated by commas")}),
        ("filing_condition", "area", prose | {}),
        ("filing_condition_en", "area", prose | {}),
        ("closing_condition", "area", prose | {}),
        ("closing_condition_en", "area", prose | {}),
        (
            "form",
            "area",
            {"rows": 18, "hint": _("what is asked besides text, place and photos; never who somebody is")},
        ),
        ("samples", "area", {"rows": 6, "hint": _("JSON: what such reports say, with their answers")}),
    ]


def _posted(name: str, posted: QueryDict) -> str | tuple[str, ...]:
    return tuple(posted.getlist(name)) if name == "unit_kinds" else posted.get(name, "")


def _written(name: str, kept: Any) -> str | tuple[str, ...]:
    """Return a column as its field writes it."""
    if name in AS_JSON:
        return naming.pretty(kept)
    if name == "unit_kinds":
        return tuple(kept)
    if name == "extra_limits":
        return "\n".join(BAR.join((each["name"], each.get("name_en", ""), each["limit"])) for each in kept)
    if name == "keywords":
        return "，".join(kept)
    return str(kept).lower() if isinstance(kept, bool) else str(kept)


def _extra_limits(text: str, errors: dict[str, str]) -> list[dict[str, str]]:
    found = []
    for line in filter(str.strip, text.splitlines()):
        name, *rest = [each.strip() for each in line.replace("|", BAR).split(BAR)]
        try:
            limit = str(Limit.parse(rest[-1] if rest else ""))
        except ValueError:
            errors["extra_limits"] = _("“%(line)s” has no limit such as 4wh at its end.") % {"line": line[:40]}
            continue
        found.append({"name": name, "name_en": rest[0] if len(rest) > 1 else "", "limit": limit})
    return found


def _json(text: str, name: str, kind: type, errors: dict[str, str]) -> Any:
    try:
        given = json.loads(text or ("{}" if kind is dict else "[]"))
    except ValueError as wrong:
        errors[name] = _("This is no JSON: %(why)s") % {"why": wrong}
        return text
    if not isinstance(given, kind):
        errors[name] = _("The form must be a JSON Schema object.") if kind is dict else _("The samples must be a list.")
    return given


def _in_order(chosen: Sequence[str], standing: str) -> list[str]:
    """Keep the order in which the kinds stand: the first one is the usual handler; what is ticked anew comes last."""
    order = listed(standing)
    return [each for each in order if each in chosen] + [each for each in chosen if each not in order]
