"""What is wrong with rules before they are in force: dead ends, places nobody answers for, rules that never speak.

A finding that the rules in force have as well forbids nothing: a city must be able to mend one fault before the next.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from tongxin.rules.area_codes import Level, up_to
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Clock, Urgency, hastened
from tongxin.rules.routing import Offices, Rule, nearest
from tongxin.rules.rulebook import settings
from tongxin.rules.rulesets import Row, Ruleset, Template
from tongxin.rules.units import COMMAND, UnitKind
from tongxin.rules.working_time import Limit, Unit

FEW = 5  # examples told with a count
# who may be asked for in a form is the contact, which is masked; nobody is identified by an answer (domain.md §8)
PERSONAL = (
    "姓名",
    "身份证",
    "证件号",
    "手机",
    "电话",
    "住址",
    "出生",
    "民族",
    "宗教",
    "政治面貌",
    "人脸",
    "指纹",
    "车牌",
    "号牌",
)
# a rough length, to tell a limit that was cut by more than half from one that was only written in another unit
MINUTES = {
    Unit.MINUTE: 1,
    Unit.WORKING_MINUTE: 1,
    Unit.HOUR: 60,
    Unit.WORKING_HOUR: 60,
    Unit.WORKING_DAY: 24 * 60,
    Unit.DAY: 24 * 60,
}


class Finding(NamedTuple):
    """One thing that was found. `facts` are codes, as JSON takes them; `stands`: the rules in force have it too."""

    code: str
    facts: Mapping[str, Any]
    is_fatal: bool = False
    stands: bool = False


class Ground(NamedTuple):
    """Where rules are tried: the valid areas from the city down to the villages, and which units stand where."""

    areas: Sequence[str]
    offices: Offices


def check(before: Ruleset, after: Ruleset, ground: Ground, more: Iterable[Finding] = ()) -> list[Finding]:
    """Return what is wrong with the rules as they would be: fatal ones first, those that stand already last.

    `more` are findings of what this module cannot read by itself (schemas of forms, rows of the routing table).
    """
    seats = _Seats(ground)
    known = {_sameness(finding) for finding in _found(before, before, ground, seats)}
    found = [*more, *_found(before, after, ground, seats)]
    told = [_told(finding, finding.stands or _sameness(finding) in known) for finding in found]
    return sorted(told, key=lambda finding: (not finding.is_fatal, finding.stands, finding.code))


def duplicates(rules: Sequence[Row]) -> Iterator[Finding]:
    """Find codes that several rows of the routing table bear."""
    for code, many in Counter(row["code"] for row in rules).items():
        if many > 1:
            yield Finding("finding.duplicate_rule", {"rule": code, "count": many}, is_fatal=True)


def personal(code: str, form: Mapping[str, Any]) -> Iterator[Finding]:
    """Find questions of a template's form that ask who somebody is."""
    titles = [
        str(each.get("title", name)) for name, each in form.get("properties", {}).items() if isinstance(each, Mapping)
    ]
    asked = [title for title in titles if any(word in title for word in PERSONAL)]
    if asked:
        yield Finding("finding.form_personal", {"template": code, "fields": asked[:FEW]}, is_fatal=True)


def _found(before: Ruleset, after: Ruleset, ground: Ground, seats: "_Seats") -> Iterator[Finding]:
    yield from _dead_clocks(after)
    yield from _dead_templates(after, ground)
    yield from _unroutable(after, ground, seats)
    yield from _silent(after, seats)
    yield from _short(before, after)
    yield from _disordered(after)


def _sameness(finding: Finding) -> tuple[str, str]:
    return finding.code, repr(sorted(finding.facts.items()))


def _told(finding: Finding, stands: bool) -> Finding:
    return finding._replace(stands=stands, is_fatal=finding.is_fatal and not stands)


# --- dead ends ---------------------------------------------------------------------------------------------


def _dead_clocks(rules: Ruleset) -> Iterator[Finding]:
    for clock in Clock:
        for urgency in Urgency:
            if urgency not in rules.book.limits.get(clock, {}):
                facts = {"clock": clock.value, "urgency": urgency.value}
                yield Finding("finding.no_limit", facts, is_fatal=True)


def _dead_templates(rules: Ruleset, ground: Ground) -> Iterator[Finding]:
    standing = {kind for kind, _ in ground.offices}
    for code, template in rules.templates.items():
        if not standing & set(template.unit_kinds):
            kinds = [kind.value for kind in template.unit_kinds]
            yield Finding("finding.no_units", {"template": code, "kinds": kinds}, is_fatal=True)
        if template.level not in rules.book.levels:
            yield Finding("finding.no_level_limit", {"template": code, "level": template.level}, is_fatal=True)


# --- places nobody answers for -----------------------------------------------------------------------------


class _Seats:
    """Which places each rule answers for; rules that look for the same units from the same level share the answer."""

    def __init__(self, ground: Ground) -> None:
        self._areas, self._offices = frozenset(ground.areas), ground.offices
        self._finding = cache(self._places_finding)

    def reached(self, rule: Rule) -> frozenset[str]:
        """Return the places a rule is about."""
        return frozenset(filter(rule.reaches, self._areas)) if rule.looks_at_place else self._areas

    def answered(self, rule: Rule) -> frozenset[str]:
        """Return the places a rule is about and finds a unit for."""
        found = self._finding(rule.kind, rule.level)
        return found & self.reached(rule) if rule.looks_at_place else found

    def answered_by(self, rules: Iterable[Rule]) -> frozenset[str]:
        """Return the places that at least one of these rules answers for."""
        return frozenset().union(*map(self.answered, rules))

    def has_desk(self, place: str) -> bool:
        """Tell whether anybody at all accepts what is reported here."""
        levels = (level for level in (Level.TOWN, Level.COUNTY, Level.CITY) if level <= len(place))
        return any((COMMAND[level], place[:level]) in self._offices for level in levels)

    def _places_finding(self, kind: UnitKind, level: Level) -> frozenset[str]:
        return frozenset(place for place in self._areas if nearest(kind, up_to(place, level), self._offices))


def _unroutable(rules: Ruleset, ground: Ground, seats: _Seats) -> Iterator[Finding]:
    """Find towns where nobody accepts anything, and templates that at some places go to no unit of their own."""
    towns = [area for area in ground.areas if len(area) == Level.TOWN]
    villages = [area for area in ground.areas if len(area) == Level.VILLAGE]
    if deserted := [area for area in towns if not seats.has_desk(area)]:
        yield Finding("finding.no_desk", _counted(deserted, towns), is_fatal=True)
    for code, template in rules.templates.items():
        places = villages if template.level in "GV" and villages else towns
        answered = [seats.answered_by(way) for way in _ways(template, rules.rules)]
        if fallen := [place for place in places if not all(place in each for each in answered)]:
            yield Finding("finding.only_fallback", {"template": code, **_counted(fallen, places)})


def _counted(some: Sequence[str], places: Sequence[str]) -> dict[str, Any]:
    return {"count": len(some), "total": len(places), "places": list(some[:FEW])}


def _ways(template: Template, rules: Sequence[Rule]) -> set[tuple[Rule, ...]]:
    """Return the rules that may match a template, place apart, once for each way it may be reported."""
    about = [rule for rule in rules if not rule.templates or template.code.startswith(rule.templates)]
    pressing = list(Urgency)[list(Urgency).index(template.urgency) :]  # a reporter may press harder, never softer
    return {
        tuple(rule for rule in about if _may_match(rule, template.level, urgency, channel))
        for urgency in pressing
        for channel in Channel
    }


def _may_match(rule: Rule, level: str, urgency: Urgency, channel: Channel) -> bool:
    return (
        (not rule.levels or level in rule.levels)
        and (not rule.urgencies or urgency in rule.urgencies)
        and (not rule.channels or channel in rule.channels)
    )


# --- rules that never speak --------------------------------------------------------------------------------


class _Reach(NamedTuple):
    """What a rule may match, place apart."""

    codes: frozenset[str]
    urgencies: frozenset[str]
    channels: frozenset[str]

    def covers(self, other: "_Reach") -> bool:
        return self.codes >= other.codes and self.urgencies >= other.urgencies and self.channels >= other.channels


def _reach(rule: Rule, templates: Mapping[str, Template]) -> _Reach:
    codes = frozenset(
        code
        for code, template in templates.items()
        if (not rule.templates or code.startswith(rule.templates))
        and (not rule.levels or template.level in rule.levels)
    )
    return _Reach(codes, frozenset(rule.urgencies or Urgency), frozenset(rule.channels or Channel))


def _silent(rules: Ruleset, seats: _Seats) -> Iterator[Finding]:
    """Find rules that match nothing, find no unit anywhere, or always come after one that has answered."""
    earlier: list[tuple[Rule, _Reach]] = []
    for rule in rules.rules:
        reach = _reach(rule, rules.templates)
        answered = seats.answered(rule)
        covering = [other for other, wider in earlier if wider.covers(reach)]
        if not reach.codes or not seats.reached(rule):
            yield Finding("finding.matches_nothing", {"rule": rule.code})
        elif not answered:
            yield Finding("finding.finds_nobody", {"rule": rule.code, "kind": rule.kind.value})
        elif covering and answered <= seats.answered_by(covering):
            yield Finding("finding.shadowed", {"rule": rule.code, "by": [one.code for one in covering[:FEW]]})
        earlier.append((rule, reach))


# --- limits nobody can keep --------------------------------------------------------------------------------


def _short(before: Ruleset, after: Ruleset) -> Iterator[Finding]:
    """Find limits cut by more than half, and handling limits that signing alone may use up."""
    for code, template in after.templates.items():
        old = before.templates.get(code)
        if old is not None and _is_halved(old.limit, template.limit):
            facts = {"template": code, "old": str(old.limit), "new": str(template.limit)}
            yield Finding("finding.template_halved", facts)
        handle = hastened(template.limit, template.urgency)
        sign = after.book.limit(Clock.SIGN, template.urgency)
        if _minutes(handle) < _minutes(sign):
            facts = {"template": code, "limit": str(template.limit), "sign": str(sign)}
            yield Finding("finding.shorter_than_sign", facts)
        for name, extra in template.extra_limits.items():
            if _minutes(extra) > _minutes(template.limit):
                facts = {"template": code, "name": name, "extra": str(extra), "limit": str(template.limit)}
                yield Finding("finding.extra_longer", facts)
    standing = settings(before.book)
    for path, value in settings(after.book).items():
        was = standing[path]
        if isinstance(value, Limit) and isinstance(was, Limit) and _is_halved(was, value):
            yield Finding("finding.setting_halved", {"field": path, "old": str(was), "new": str(value)})


def _minutes(limit: Limit) -> int:
    return limit.amount * MINUTES[limit.unit]


def _is_halved(old: Limit, new: Limit) -> bool:
    return _minutes(new) * 2 < _minutes(old)


def _disordered(rules: Ruleset) -> Iterator[Finding]:
    """Find a wider ring that is given less time than the narrower one below it."""
    rings = list(rules.book.levels.items())
    for (below, limit), (above, wider) in pairwise(rings):
        if _minutes(wider) < _minutes(limit):
            yield Finding("finding.levels_disordered", {"below": below, "above": above})
