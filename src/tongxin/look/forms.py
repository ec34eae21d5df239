"""Fields of a form: made by hand, or derived from a template's JSON Schema (2020-12) in its `x-order`.

What a property may say beside the standard words: `x-order` (a number), `x-unit` (平方米), `x-title-en`, `x-unit-en`;
for an `enum` its English in the same order, `x-enum-en`, or labels by value, `x-labels` and `x-labels-en`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongxin.look.filters import is_english

FEW = 5  # up to here choices stand open as radio buttons, beyond they fold into a select (ui.md §4 tx-seg)
LONG_TEXT = 100  # texts that may be longer get an area instead of a line
FORMATS = {"date": "date", "time": "time", "date-time": "datetime-local", "email": "email", "uri": "url"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that may be picked."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form, ready to draw.

    `kind`: text, area, number, radio, select, checks, check, file, password, hidden, or an input type (date, tel…).
    `value` is a string, or a tuple of strings for checks. `key` is the hint of a keyboard shortcut, only shown.
    """

    name: str
    label: str
    kind: str = "text"
    value: str | tuple[str, ...] = ""
    is_required: bool = False
    hint: str = ""
    error: str = ""
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    low: float | str | None = None
    high: float | str | None = None
    step: str = ""
    longest: int | None = None
    rows: int = 3
    placeholder: str = ""
    autocomplete: str = ""
    accept: str = ""
    key: str = ""

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")

    @property
    def described_by(self) -> str:
        """The ids of the hint and of the error, as far as there are any."""
        return " ".join(f"{self.id}-{part}" for part in ("hint", "error") if getattr(self, part))


def schema_fields(
    schema: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    prefix: str = "form.",
) -> tuple[Field, ...]:
    """Derive the fields of a template's form, in `x-order`, with what was filled in and what was wrong with it."""
    values, errors = values or {}, errors or {}
    required = frozenset(schema.get("required", ()))
    properties = sorted(schema.get("properties", {}).items(), key=lambda each: each[1].get("x-order", 0))
    return tuple(
        Field(
            name=prefix + name,
            label=_said(each, "title") or name,
            kind=_kind(each),
            value=_text(values.get(name, each.get("default"))),
            is_required=name in required,
            hint=_said(each, "description"),
            error=errors.get(name, ""),
            choices=_choices(each),
            unit=_said(each, "x-unit"),
            low=each.get("minimum"),
            high=each.get("maximum"),
            step={"integer": "1", "number": "any"}.get(each.get("type", ""), ""),
            longest=each.get("maxLength"),
        )
        for name, each in properties
    )


def schema_values(schema: Mapping[str, Any], posted: Mapping[str, Any], prefix: str = "form.") -> dict[str, Any]:
    """Read a posted form back into the values its schema checks. Blank answers are left out.

    `posted` is a QueryDict. What does not fit its type stays text, so that the schema, the one judge, can refuse it.
    """
    found: dict[str, Any] = {}
    for name, each in schema.get("properties", {}).items():
        if each.get("type") == "array":
            if picked := [text for text in posted.getlist(prefix + name) if text]:  # type: ignore[attr-defined]
                found[name] = picked
        elif text := posted.get(prefix + name, "").strip():
            found[name] = _typed(text, each.get("type", "string"))
    return found


def _typed(text: str, kind: str) -> Any:
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    try:
        return int(text) if kind == "integer" else float(text) if kind == "number" else text
    except ValueError:
        return text


def _kind(each: Mapping[str, Any]) -> str:
    if each.get("type") == "array":
        return "checks"
    if choices := _choices(each):
        return "radio" if len(choices) <= FEW else "select"
    if each.get("type") in ("integer", "number"):
        return "number"
    if each.get("format") in FORMATS:
        return FORMATS[each["format"]]
    return "area" if each.get("maxLength", 0) > LONG_TEXT or each.get("format") == "textarea" else "text"


def _choices(each: Mapping[str, Any]) -> tuple[Choice, ...]:
    if each.get("type") == "boolean":
        return Choice("true", _("Yes")), Choice("false", _("No"))
    if each.get("type") == "array":
        return _choices(each.get("items", {}))
    if "oneOf" in each:
        return tuple(Choice(str(one["const"]), _said(one, "title") or str(one["const"])) for one in each["oneOf"])
    labels = dict(each.get("x-labels", {}))
    if is_english():
        labels |= dict(zip(each.get("enum", ()), each.get("x-enum-en", ()), strict=False)) | each.get("x-labels-en", {})
    return tuple(Choice(str(value), labels.get(value, str(value))) for value in each.get("enum", ()))


def _said(each: Mapping[str, Any], word: str) -> str:
    """Return a word of the schema in the reader's language, else in Chinese."""
    english = f"{word}-en" if word.startswith("x-") else f"x-{word}-en"
    return (is_english() and each.get(english)) or each.get(word, "")


def _text(value: Any) -> str | tuple[str, ...]:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value)
    return str(value)
