"""The questions of a service: a template's form, written in JSON Schema, told and answered as the standard has it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from tongxin.apps.matters.kinds import Kind
from tongxin.interfaces.api.open311.door import Faults
from tongxin.interfaces.api.open311.params import Answer
from tongxin.interfaces.api.open311.shapes import Attribute, Datatype, Value
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.working_time import SHANGHAI

LONG_TEXT = 100  # characters from which a question deserves more than one line
YES_NO = (("true", "是", "Yes"), ("false", "否", "No"))
TRUTHS = {"true": True, "1": True, "yes": True, "是": True, "false": False, "0": False, "no": False, "否": False}

Choice = tuple[str, str, str]  # key, and its name in Chinese and English


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a service."""

    code: str
    order: int
    is_required: bool
    title: str
    title_en: str
    schema: Mapping[str, Any]

    @property
    def values(self) -> Sequence[Choice]:
        """Return what can be chosen; nothing where the answer is free."""
        if self.schema.get("type") == "boolean":
            return YES_NO
        schema = self.schema.get("items", {}) if self.is_many else self.schema
        keys = [str(each) for each in schema.get("enum", ())]
        english = schema.get("x-enum-en") or keys
        return [(key, key, str(other)) for key, other in zip(keys, english, strict=False)]

    @property
    def is_many(self) -> bool:
        return self.schema.get("type") == "array"

    @property
    def datatype(self) -> Datatype:
        """Return the standard's name for the kind of answer."""
        if self.is_many:
            return "multivaluelist"
        if self.values:
            return "singlevaluelist"
        if self.schema.get("type") in ("integer", "number"):
            return "number"
        if self.schema.get("format") in ("date", "date-time"):
            return "datetime"
        return "text" if self.schema.get("maxLength", LONG_TEXT) > LONG_TEXT else "string"

    def told(self, is_chinese: bool) -> Attribute:
        """Return the question as a definition tells it."""
        values = [Value(key=key, name=name if is_chinese else english) for key, name, english in self.values]
        return Attribute(
            variable=True,
            code=self.code,
            datatype=self.datatype,
            required=self.is_required,
            datatype_description=self.wanted(is_chinese) or None,
            order=self.order,
            description=self.title if is_chinese else self.title_en,
            values=values or None,
        )

    def wanted(self, is_chinese: bool) -> str:
        """Say in a few words what fits: a range, a length, a day."""
        low, high = self.schema.get("minimum"), self.schema.get("maximum")
        if self.values:
            names = (name if is_chinese else english for _, name, english in self.values)
            return ("、" if is_chinese else ", ").join(names)
        if low is not None and high is not None:
            whole = self.schema.get("type") == "integer"
            return f"{low}–{high} 的{'整数' if whole else '数'}" if is_chinese else f"{low} to {high}"
        if self.datatype == "datetime":
            return "日期，如 2026-11-20" if is_chinese else "a day, as in 2026-11-20"
        if most := self.schema.get("maxLength"):
            return f"最多 {most} 字" if is_chinese else f"{most} characters at most"
        return ""

    def read(self, values: Sequence[str]) -> Any:
        """Return the answer as the template's form keeps it. Raises Invalid."""
        try:
            return [self._one(value) for value in values] if self.is_many else self._one(values[0])
        except ValueError as wrong:
            raise self.misfit(values) from wrong

    def misfit(self, values: Iterable[str]) -> Invalid:
        """Return the refusal of an answer that does not fit."""
        found = "、".join(values)[:40]
        return Invalid(
            "open311.attribute", code=self.code, title=self.title, found=found, wanted=self.wanted(True) or "—"
        )

    def _one(self, value: str) -> Any:
        match self.schema.get("type"):
            case "boolean":
                if value.lower() not in TRUTHS:
                    raise ValueError(value)
                return TRUTHS[value.lower()]
            case "integer":
                return int(value)
            case "number":
                number = float(value)
                if not isfinite(number):
                    raise ValueError(value)
                return number
        if self.schema.get("format") == "date" and len(value) > len("2026-11-20"):
            at = datetime.fromisoformat(value)
            return (at.astimezone(SHANGHAI) if at.tzinfo else at).date().isoformat()
        return value


def of(form: Mapping[str, Any]) -> list[Question]:
    """Return the questions of a form, in its order."""
    asked = sorted(form.get("properties", {}).items(), key=lambda named: named[1].get("x-order", 99))
    required = set(form.get("required", ()))
    return [
        Question(code, order, code in required, schema.get("title", code), schema.get("x-title-en", code), schema)
        for order, (code, schema) in enumerate(asked, start=1)
    ]


def answered(kind: Kind, answers: Iterable[Answer]) -> dict[str, Any]:
    """Return the form that was filled in. What the service does not ask is left aside: clients add fields of their own.

    Raises Faults, telling every answer that is missing or does not fit.
    """
    given = {answer.code: answer.values for answer in answers}
    form: dict[str, Any] = {}
    wrong: list[Refused] = []
    for question in of(kind.form):
        values = given.get(question.code)
        if values is None:
            if question.is_required:
                wrong.append(Invalid("open311.attribute_missing", code=question.code, title=question.title))
            continue
        try:
            form[question.code] = question.read(values)
        except Invalid as refusal:
            wrong.append(refusal)
    wrong += _misfits(kind, form, given)
    if wrong:
        raise Faults(wrong)
    return form


def _misfits(kind: Kind, form: Mapping[str, Any], given: Mapping[str, Sequence[str]]) -> Iterator[Refused]:
    for question in of(kind.form):
        if question.code in form:
            try:
                kind.check({question.code: form[question.code]})
            except Invalid:
                yield question.misfit(given[question.code])
