"""A draft of changed rules: what it says, what that makes of the rules in force, and what differs.

A draft is JSON: {"templates": {code: {column: value}}, "routing": [rule…] or null, "book": {…},
"was": {the same shape: what stood there when it was written}}. What it does not name stays as it is. `was` is what
tells a change of ours from one that somebody else published meanwhile, and, once published, what there was before.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

from tongxin.rules import rulebook
from tongxin.rules.errors import Invalid
from tongxin.rules.rulesets import COLUMNS, Row, Standing, routing_row, template_columns

Draft = Mapping[str, Any]


class Part(StrEnum):
    """What a draft may change."""

    TEMPLATES = "templates"
    ROUTING = "routing"
    BOOK = "book"


class Difference(NamedTuple):
    """One field that would change. `key` is a template's or a rule's code, empty for the book; `field` is empty where
    the whole thing is new (`old` is None) or gone (`new` is None)."""

    part: Part
    key: str
    field: str
    old: Any
    new: Any


class Edit(NamedTuple):
    """One edit of a draft. `columns` of a template by its code; a routing rule by its code, with its place from 1 on
    (None: where it stands, or last); settings of the book by path. What is None is taken back as it stands in force."""

    templates: Mapping[str, Mapping[str, Any] | None] = {}
    rules: Mapping[str, tuple[Row | None, int | None]] = {}
    dropped: tuple[str, ...] = ()  # rules that leave the table
    settings: Mapping[str, Any] = {}


def edited(draft: Draft, edit: Edit, standing: Standing) -> dict[str, Any]:
    """Return the draft with one edit made, not read yet."""
    templates = dict(draft.get("templates") or {})
    for code, columns in edit.templates.items():
        templates[code] = {**templates.get(code, {}), **columns} if columns is not None else {}
    routing = draft.get("routing")
    if edit.rules or edit.dropped:
        routing = _table(list(standing.routing if routing is None else routing), edit, standing)
    book: dict[str, Any] = {}
    for path, value in {**_flat(draft.get("book") or {}), **edit.settings}.items():
        if value is not None:
            rulebook.put(book, path, value)
    return {"templates": {code: row for code, row in templates.items() if row}, "routing": routing, "book": book}


def _table(rules: list[Row], edit: Edit, standing: Standing) -> list[Row]:
    """Return the routing table with rules written, moved, taken back and dropped."""
    stood = [row["code"] for row in standing.routing]
    for code, (row, place) in edit.rules.items():
        at = next((n for n, each in enumerate(rules) if each["code"] == code), len(rules))
        rules = [each for each in rules if each["code"] != code]
        if row is not None:
            rules.insert(at if place is None else max(place, 1) - 1, row)
        elif code in stood:
            rules.insert(stood.index(code), standing.routing[stood.index(code)])
    return [each for each in rules if each["code"] not in edit.dropped]


def read(draft: object, standing: Standing) -> dict[str, Any]:
    """Return a draft as it is kept: checked field by field, without what changes nothing, with what stood there.

    Raises Invalid, naming the first field that cannot be read.
    """
    if not isinstance(draft, Mapping):
        raise Invalid("proposal.no_object")
    if unknown := set(draft) - set(Part) - {"was"}:
        raise Invalid("proposal.unknown_part", part=sorted(map(str, unknown))[0][:20])
    templates = _templates(_given(draft, Part.TEMPLATES), standing)
    routing = draft.get(Part.ROUTING)
    rules = [routing_row(row) for row in _listed(routing)] if routing is not None else None
    if rules == list(standing.routing):
        rules = None
    book = _book(_given(draft, Part.BOOK), standing)
    was = {
        Part.TEMPLATES.value: {code: _some(standing.templates.get(code), row) for code, row in templates.items()},
        Part.ROUTING.value: list(standing.routing) if rules is not None else None,
        Part.BOOK.value: _settings(standing.book, book),
    }
    return {"templates": templates, "routing": rules, "book": book, "was": was}


def _given(draft: Draft, part: Part) -> Mapping[str, Any]:
    given = draft.get(part)
    if not isinstance(given, Mapping | None):
        raise Invalid("proposal.unknown_part", part=part)
    return given or {}


def is_empty(draft: Draft) -> bool:
    """Tell whether a draft changes nothing."""
    return not any(draft.get(part) for part in Part)


def applied(draft: Draft, standing: Standing) -> Standing:
    """Return the rules as they would stand under a draft that has been read."""
    templates = dict(standing.templates)
    for code, columns in (draft.get(Part.TEMPLATES) or {}).items():
        templates[code] = {**templates.get(code, {}), **columns}
    routing = draft.get(Part.ROUTING)
    flat = {**_settings(standing.book), **_settings(draft.get(Part.BOOK) or {}, draft.get(Part.BOOK) or {})}
    return Standing(templates, standing.routing if routing is None else routing, _book_of(flat))


def rebased(draft: Draft, standing: Standing) -> tuple[dict[str, Any], list[Difference]]:
    """Return the draft as it stands on rules that have changed under it, and where both changed the same field.

    Ours stays in such a field, for whoever drafted it has looked at it; the difference tells what theirs is.
    """
    was = draft["was"]
    clashes = [
        Difference(Part.TEMPLATES, code, name, standing.templates[code].get(name), value)
        for code, columns in draft["templates"].items()
        for name, value in columns.items()
        if code in standing.templates
        and standing.templates[code].get(name) not in (value, (was["templates"].get(code) or {}).get(name))
    ]
    ours, theirs = _flat(draft["book"]), rulebook.settings(rulebook.read(standing.book))
    clashes += [
        Difference(Part.BOOK, "", path, rulebook.plain(theirs[path]), value)
        for path, value in ours.items()
        if rulebook.plain(theirs[path]) not in (value, was["book"].get(path))
    ]
    routing = draft["routing"]
    if routing is not None:
        routing, both = _merged(was["routing"], routing, list(standing.routing))
        clashes += both
    return read({**draft, "routing": routing}, standing), clashes


def differences(before: Standing, after: Standing) -> list[Difference]:
    """Return what differs between two states of the rules, in their order: templates, routing, the book."""
    return [
        *_template_differences(before.templates, after.templates),
        *_routing_differences(before.routing, after.routing),
        *_book_differences(before.book, after.book),
    ]


def what_was(draft: Draft) -> list[Difference]:
    """Return what a draft changes beside what stood there when it was written: the story of a published one."""
    was = draft.get("was") or {}
    book = was.get("book") or {}
    return [
        *_template_differences(
            {code: row for code, row in (was.get("templates") or {}).items() if row is not None}, draft["templates"]
        ),
        *_routing_differences(was.get("routing") or [], draft["routing"] or []),
        *(Difference(Part.BOOK, "", path, book.get(path), value) for path, value in _flat(draft["book"]).items()),
    ]


# --- templates ---------------------------------------------------------------------------------------------


def _templates(given: Mapping[Any, Any], standing: Standing) -> dict[str, dict[str, Any]]:
    if not all(isinstance(row, Mapping) for row in given.values()):
        raise Invalid("proposal.unknown_part", part=Part.TEMPLATES)
    kept: dict[str, dict[str, Any]] = {}
    for code, columns in given.items():
        standing_row = standing.templates.get(code)
        read_columns = template_columns(str(code), columns)
        if standing_row is None and (absent := [name for name in COLUMNS if name not in read_columns]):
            raise Invalid("template.invalid", template=str(code)[:20], what=absent[0])
        changed = {
            name: value for name, value in read_columns.items() if standing_row is None or standing_row[name] != value
        }
        if changed:
            kept[str(code)] = changed
    return kept


def _some(row: Row | None, columns: Row) -> dict[str, Any] | None:
    return None if row is None else {name: row[name] for name in columns}


def _template_differences(before: Mapping[str, Row], after: Mapping[str, Row]) -> Iterator[Difference]:
    for code in sorted(after):
        if code not in before:
            yield Difference(Part.TEMPLATES, code, "", None, after[code]["name"])
            continue
        for name in COLUMNS:
            if name in after[code] and before[code].get(name) != after[code][name]:
                yield Difference(Part.TEMPLATES, code, name, before[code].get(name), after[code][name])


# --- routing -----------------------------------------------------------------------------------------------


def _listed(routing: object) -> Sequence[object]:
    if not isinstance(routing, list):
        raise Invalid("proposal.unknown_part", part=Part.ROUTING)
    return routing


def _routing_differences(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Difference]:
    """Yield what changed rule by rule; a position is told where a rule was moved among those that stay."""
    old, new = _by_code(before), _by_code(after)
    for code in old:
        if code not in new:
            yield Difference(Part.ROUTING, code, "", old[code][1], None)
    moved = _moved([code for code in old if code in new], [code for code in new if code in old])
    for code, (place, row) in new.items():
        if code not in old:
            yield Difference(Part.ROUTING, code, "", None, {**row, "position": place})
            continue
        if code in moved:
            yield Difference(Part.ROUTING, code, "position", old[code][0], place)
        yield from _rule_differences(code, old[code][1], row)


def _by_code(rules: Sequence[Row]) -> dict[str, tuple[int, Row]]:
    return {row["code"]: (place, row) for place, row in enumerate(rules, start=1)}


def _moved(old: list[str], new: list[str]) -> set[str]:
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return set(new) - {code for block in blocks for code in new[block.b : block.b + block.size]}


def _rule_differences(code: str, old: Row, new: Row) -> Iterator[Difference]:
    pairs = [
        (f"match.{name}", old["match"].get(name), new["match"].get(name)) for name in {**old["match"], **new["match"]}
    ]
    pairs += [(f"target.{name}", old["target"][name], new["target"][name]) for name in ("kind", "level")]
    pairs += [(name, old.get(name), new.get(name)) for name in ("why", "why_en", "is_active")]
    for name, one, other in pairs:
        if one != other:
            yield Difference(Part.ROUTING, code, name, one, other)


def _merged(base: list[Row], ours: list[Row], theirs: list[Row]) -> tuple[list[Row], list[Difference]]:
    """Return both changes of one table in one: by code, in their order with our new rules after those they followed.

    Where we moved rules, the order is ours instead. Where both changed a rule, it is ours, and told.
    """
    was, mine, now = ({row["code"]: row for row in rows} for rows in (base, ours, theirs))
    clashes = [
        Difference(Part.ROUTING, code, "", now.get(code), mine.get(code))
        for code in {**mine, **now}
        if was.get(code) != mine.get(code) != now.get(code) != was.get(code)
    ]
    kept = {code: mine.get(code) if mine.get(code) != was.get(code) else now.get(code) for code in {**now, **mine}}
    common = [code for code in mine if code in was]
    have_moved = common != [code for code in was if code in mine]
    first, second = (mine, now) if have_moved else (now, mine)
    order = list(first)
    for at, code in enumerate(second):
        if code not in first:
            before = next((each for each in reversed(list(second)[:at]) if each in order), None)
            order.insert(order.index(before) + 1 if before is not None else 0, code)
    return [row for code in order if (row := kept[code]) is not None], clashes


# --- the book ----------------------------------------------------------------------------------------------


def _book(given: Mapping[str, Any], standing: Standing) -> dict[str, Any]:
    """Return the settings that differ from the edition in force. Raises Invalid."""
    wanted = rulebook.settings(rulebook.read(given))
    stands = rulebook.settings(rulebook.read(standing.book))
    kept: dict[str, Any] = {}
    for path in _flat(given):
        if wanted[path] != stands[path]:
            rulebook.put(kept, path, rulebook.plain(wanted[path]))
    return kept


def _flat(content: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    leaves: dict[str, Any] = {}
    for name, value in content.items():
        here = f"{path}.{name}" if path else name
        leaves |= _flat(value, here) if isinstance(value, Mapping) else {here: value}
    return leaves


def _settings(content: Mapping[str, Any], only: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the settings of a content as JSON by path: all of them, or those that `only` names."""
    flat = {path: rulebook.plain(value) for path, value in rulebook.settings(rulebook.read(content)).items()}
    return flat if only is None else {path: flat[path] for path in _flat(only)}


def _book_of(flat: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for path, value in flat.items():
        rulebook.put(content, path, value)
    return rulebook.content_of(rulebook.read(content))


def _book_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    old, new = _settings(before), _settings(after)
    for path, value in new.items():
        if old[path] != value:
            yield Difference(Part.BOOK, "", path, old[path], value)
