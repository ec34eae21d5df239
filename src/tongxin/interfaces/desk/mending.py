"""What is wrong with a report, field by field, in words beside the field."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from tongxin.look import filters
from tongxin.rules.errors import Refused

# the field of the page a refusal is about; what is not listed stands over the whole form
FIELD_OF = {
    "report.no_text": "text",
    "template.unknown": "template",
    "point.invalid": "lon",
    "point.half": "lon",
    "point.outside": "lon",
    "place.missing": "area",
    "area.unknown": "area",
    "routing.nobody": "area",
}


class Fault(NamedTuple):
    """One line of the list over a form, as `kit.errors` reads it."""

    id: str
    label: str
    error: str


def faults(refusal: Refused, schema: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each field the refusal is about."""
    if refusal.code in ("report.too_long", "report.nul"):
        return {str(refusal.facts["field"]): filters.say(refusal)}
    if refusal.code == "form.invalid":
        properties = schema.get("properties", {})
        wrong = [name for name in refusal.facts["fields"] if name in properties]  # type: ignore[attr-defined]
        return {f"form.{name}": _should_be(properties[name]) for name in wrong} or {"template": filters.say(refusal)}
    return {FIELD_OF.get(refusal.code, "text"): filters.say(refusal)}


def listed(wrong: Mapping[str, str]) -> list[Fault]:
    """Return the faults as the list on top of the form shows them."""
    labels = {
        "text": _("What happened"),
        "template": _("What kind it is"),
        "where": _("Where"),
        "answer": _("Answer in the call"),
        "lon": _("Place"),
        "area": _("Area"),
        "place": _("Address"),
        "done": _("What was done"),
        "before": _("Photos of the start"),
        "after": _("Photos of the result"),
        "contact_name": _("Contact"),
        "contact_phone": _("Telephone"),
    }
    return [
        Fault(f"f-{name.replace('.', '-')}", labels.get(name, _("Form")), sentence) for name, sentence in wrong.items()
    ]


def _should_be(each: Mapping[str, Any]) -> str:
    """Return what the schema wants of an answer, in words."""
    kind, low, high = each.get("type"), each.get("minimum"), each.get("maximum")
    if "enum" in each:
        return _("Choose one of the answers.")
    if kind in ("integer", "number"):
        told = {"low": low, "high": high}
        if low is not None and high is not None:
            whole = _("A whole number from %(low)s to %(high)s.")
            return (whole if kind == "integer" else _("A number from %(low)s to %(high)s.")) % told
        return _("A whole number.") if kind == "integer" else _("A number.")
    if each.get("format") == "date":
        return _("A day, such as 2026-11-20.")
    if "maxLength" in each:
        low = each.get("minLength", 0)
        return _("A text of %(low)s to %(high)s characters.") % {"low": low, "high": each["maxLength"]}
    return _("This answer does not fit its question.")
