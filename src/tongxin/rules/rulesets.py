"""The whole of a city's changeable rules, as plain rows and as the rules use them: templates, routing, the book."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tongxin.rules.area_codes import LETTERS, VillageKind
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid
from tongxin.rules.routing import Rule
from tongxin.rules.rulebook import Rulebook, read
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import Limit

MOST_PHOTOS = 9
NAME_LONGEST, WHY_LONGEST, TEXT_LONGEST = 80, 200, 2_000
MATCHED = ("templates", "levels", "urgencies", "channels", "areas", "village_kinds")

Row = Mapping[str, Any]


class Standing(NamedTuple):
    """The rules as rows hold them: template columns by code, routing rules in their order, what the book changes."""

    templates: Mapping[str, Row]
    routing: Sequence[Row]
    book: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """What rules look at in a template."""

    code: str
    level: str
    urgency: Urgency
    limit: Limit
    may_settle: bool
    is_sealed: bool
    before_photos: int
    after_photos: int
    unit_kinds: tuple[UnitKind, ...]
    extra_limits: Mapping[str, Limit]


class Ruleset(NamedTuple):
    """The rules ready for use; only routing rules that are in force."""

    templates: Mapping[str, Template]
    rules: Sequence[Rule]
    book: Rulebook


def ruleset(standing: Standing) -> Ruleset:
    """Return the rules that these rows say. The rows have been read before."""
    return Ruleset(
        {code: _template(code, row) for code, row in standing.templates.items()},
        [rule_of(row) for row in standing.routing if row.get("is_active", True)],
        read(standing.book),
    )


def rule_of(row: Row) -> Rule:
    """Return the routing rule of a row."""
    match = {name: tuple(values) for name, values in row["match"].items()}
    target = row["target"]
    return Rule(row["code"], kind=UnitKind(target["kind"]), level=LETTERS[target["level"]], **match)


def _template(code: str, row: Row) -> Template:
    return Template(
        code,
        row["level"],
        Urgency(row["urgency"]),
        Limit.parse(row["limit"]),
        row["may_settle"],
        row["is_sealed"],
        row["before_photos"],
        row["after_photos"],
        tuple(UnitKind(kind) for kind in row["unit_kinds"]),
        {each["name"]: Limit.parse(each["limit"]) for each in row["extra_limits"]},
    )


# --- reading what somebody wrote ---------------------------------------------------------------------------


def template_columns(code: str, columns: Row) -> dict[str, Any]:
    """Return columns of a template as they are kept. Raises Invalid, naming the template and the first wrong column."""
    if not (0 < len(code) <= 8 and code.isascii() and code.isalnum()):
        raise Invalid("template.invalid", template=code[:20], what="code")
    kept = {}
    for name, value in columns.items():
        reader = COLUMNS.get(name)
        try:
            kept[name] = reader(value) if reader else _refuse(name)
        except (ValueError, TypeError, KeyError, AttributeError) as wrong:
            raise Invalid("template.invalid", template=code, what=name) from wrong
    return kept


def routing_row(row: object) -> dict[str, Any]:
    """Return a routing rule as it is kept. Raises Invalid, naming the rule and its first wrong field."""
    if not isinstance(row, Mapping):
        raise Invalid("routing.invalid", rule="", what="rule")
    code = str(row.get("code", "")).strip()
    kept: dict[str, Any] = {"code": code}
    for name, reader in RULE_FIELDS.items():
        try:
            kept[name] = reader(row[name]) if name in row else reader(RULE_DEFAULTS[name])
        except (ValueError, TypeError, KeyError, AttributeError) as wrong:
            raise Invalid("routing.invalid", rule=code[:20], what=name) from wrong
    if not 0 < len(code) <= 12:
        raise Invalid("routing.invalid", rule=code[:20], what="code")
    return kept


def _refuse(name: str) -> Any:
    raise KeyError(name)


def _text(longest: int, *, is_needed: bool = False) -> Callable[[object], str]:
    def read_text(value: object) -> str:
        if not isinstance(value, str) or len(value) > longest or "\x00" in value or (is_needed and not value.strip()):
            raise ValueError(value)
        return value.strip()

    return read_text


def _texts(value: object) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise ValueError(value)
    return [each.strip() for each in value if each.strip()]


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _photos(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_PHOTOS:
        raise ValueError(value)
    return value


def _level(value: object) -> str:
    LETTERS[str(value)]
    return str(value)


def _limit(value: object) -> str:
    return str(Limit.parse(str(value)))


def _extra_limits(value: object) -> list[dict[str, str]]:
    if not isinstance(value, list):
        raise ValueError(value)
    name = _text(20, is_needed=True)
    return [
        {"name": name(each["name"]), "name_en": _text(40)(each.get("name_en", "")), "limit": _limit(each["limit"])}
        for each in value
    ]


def _unit_kinds(value: object) -> list[str]:
    return [UnitKind(each).value for each in _texts(value)]


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(value)
    return value


def _samples(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise ValueError(value)
    return [_object(each) for each in value]


def _match(value: object) -> dict[str, list[str]]:
    given = _object(value)
    if unknown := set(given) - set(MATCHED):
        raise KeyError(*unknown)
    match = {name: _texts(given[name]) for name in MATCHED if given.get(name)}
    for name, known in (("urgencies", Urgency), ("channels", Channel), ("village_kinds", VillageKind)):
        for each in match.get(name, ()):
            known(each)
    for letter in match.get("levels", ()):
        _level(letter)
    return match


def _target(value: object) -> dict[str, str]:
    given = _object(value)
    return {"kind": UnitKind(given["kind"]).value, "level": _level(given["level"])}


COLUMNS: dict[str, Callable[[Any], Any]] = {
    "name": _text(NAME_LONGEST, is_needed=True),
    "name_en": _text(120),
    "keywords": _texts,
    "standard_class": _text(12),
    "level": _level,
    "urgency": lambda value: Urgency(value).value,
    "limit": _limit,
    "extra_limits": _extra_limits,
    "unit_kinds": _unit_kinds,
    "transfer_to": _text(8),
    "may_settle": _flag,
    "is_sealed": _flag,
    "before_photos": _photos,
    "after_photos": _photos,
    "form": _object,
    "filing_condition": _text(TEXT_LONGEST),
    "closing_condition": _text(TEXT_LONGEST),
    "filing_condition_en": _text(TEXT_LONGEST),
    "closing_condition_en": _text(TEXT_LONGEST),
    "samples": _samples,
}  # every column of a template that a city may change, and how it is read
RULE_FIELDS: dict[str, Callable[[Any], Any]] = {
    "match": _match,
    "target": _target,
    "why": _text(WHY_LONGEST),
    "why_en": _text(WHY_LONGEST),
    "is_active": _flag,
}
RULE_DEFAULTS: dict[str, Any] = {"match": {}, "why": "", "why_en": "", "is_active": True}
