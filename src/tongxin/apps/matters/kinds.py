"""The rules as the process holds them: templates, routing and the book of settings, read once, decided upon purely."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jsonschema import Draft202012Validator

from tongxin.apps.matters.models import RoutingRule, Template
from tongxin.apps.matters.models import Rulebook as Edition
from tongxin.apps.people.queries import Remembered
from tongxin.rules.area_codes import LETTERS as LEVELS
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.routing import Rule
from tongxin.rules.rulebook import DEFAULT, Rulebook, read
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import Limit


@dataclass(frozen=True)
class Kind:
    """One template version, ready for use."""

    code: str
    version: int
    name: str
    name_en: str
    level: str
    urgency: Urgency
    limit: Limit
    may_settle: bool
    is_sealed: bool
    before_photos: int
    after_photos: int
    form: Mapping[str, Any]
    unit_kinds: tuple[str, ...] = ()  # who has a duty here

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        return self.form.get("properties", {})

    @cached_property
    def _validator(self) -> Draft202012Validator:
        # a reporter may not know everything: what is missing is asked for at filing, what is wrong is refused at once
        return Draft202012Validator({**self.form, "required": []})

    def check(self, answers: Mapping[str, Any]) -> None:
        """Raise Invalid, naming each field that does not fit its schema."""
        if not isinstance(answers, Mapping):
            raise Invalid("form.not_object")
        if answers and (wrong := list(self._validator.iter_errors(answers))):
            fields = [str(next(iter(error.absolute_path), error.message))[:40] for error in wrong[:5]]
            raise Invalid("form.invalid", template=self.code, fields=fields)

    def takes(self, name: str, answer: Any) -> bool:
        """Tell whether this kind asks for an answer of this name and shape."""
        return name in self.fields and not list(self._validator.iter_errors({name: answer}))

    def missing(self, answers: Mapping[str, Any]) -> list[str]:
        """Return the titles of required fields that are not answered yet."""
        return [self.fields[name].get("title", name) for name in self.form.get("required", []) if name not in answers]


# of a template's row, what a report needs: whoever edits templates reads the rest
READ = (
    *("code", "version", "name", "name_en", "level", "urgency", "limit", "may_settle", "is_sealed"),
    *("before_photos", "after_photos", "form", "unit_kinds"),
)


def _kind(row: Any) -> Kind:
    return Kind(
        code=row.code,
        version=row.version,
        name=row.name,
        name_en=row.name_en,
        level=row.level,
        urgency=Urgency(row.urgency),
        limit=Limit.parse(row.limit),
        may_settle=row.may_settle,
        is_sealed=row.is_sealed,
        before_photos=row.before_photos,
        after_photos=row.after_photos,
        form=row.form,
        unit_kinds=tuple(row.unit_kinds),
    )


def _read_kinds() -> dict[tuple[str, int], Kind]:
    return {(row.code, row.version): _kind(row) for row in Template.objects.values_list(*READ, named=True)}


def _read_current() -> dict[str, Kind]:
    rows = Template.objects.filter(is_current=True).values_list(*READ, named=True)
    return {row.code: _kind(row) for row in rows}


def _read_rules() -> list[Rule]:
    rows = RoutingRule.objects.filter(is_active=True).values_list("code", "match", "target", named=True)
    return [rule_of(row) for row in rows]


def _read_books() -> dict[int, Rulebook]:
    books = {row.number: read(row.content, number=row.number) for row in Edition.objects.order_by("number")}
    return {DEFAULT.number: DEFAULT} | books  # the first stands even where nobody wrote it down


_versions = Remembered(_read_kinds, seconds=5)
_current = Remembered(_read_current, seconds=5)
_rules = Remembered(_read_rules, seconds=5)
_books = Remembered(_read_books, seconds=5)


def current() -> Mapping[str, Kind]:
    """Return the templates in force by code."""
    return _current()


def kind(code: str) -> Kind:
    """Return the template in force. Raises Invalid where there is none."""
    found = _current().get(code)
    if found is None:
        raise Invalid("template.unknown", template=code[:20])
    return found


def kind_of(code: str, version: int) -> Kind:
    """Return the very version a matter was reported under."""
    found = _versions().get((code, version))
    if found is None:  # published a moment ago by another process
        _versions.forget()
        found = _versions()[code, version]
    return found


def routing() -> list[Rule]:
    """Return the routing rules in force, in their order."""
    return _rules()


def book(number: int) -> Rulebook:
    """Return the edition of limits and triggers a matter was reported under. Raises KeyError where there was none."""
    found = _books().get(number)
    if found is None:  # published a moment ago by another process
        _books.forget()
        found = _books()[number]
    return found


def current_book() -> Rulebook:
    """Return the edition in force: the newest."""
    books = _books()
    return books[max(books)]


def rule_of(row: Any) -> Rule:
    """Return the pure rule of a stored row."""
    match = {key: tuple(values) for key, values in row.match.items()}
    return Rule(
        row.code,
        kind=UnitKind(row.target["kind"]),
        level=LEVELS[row.target["level"]],
        **match,
    )


def forget() -> None:
    """Drop what this process remembers of templates, rules and the book; called by every action that changes them."""
    for memory in (_versions, _current, _rules, _books):
        memory.forget()
