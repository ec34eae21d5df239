"""A dry run of changed rules over matters that were: what each would have been given, and what would be different.

Matters that share template, urgency, channel and place share their answer, so that a hundred thousand take seconds.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from tongxin.rules import deadlines
from tongxin.rules.area_codes import Level
from tongxin.rules.deadlines import Clock, Urgency, hastened
from tongxin.rules.errors import Refused
from tongxin.rules.routing import Case, Offices, Route, Rule, route
from tongxin.rules.rulesets import Ruleset
from tongxin.rules.working_time import CalendarTooShort, Limit, WorkingCalendar, due_at

EXAMPLES = 20  # kept for each effect; who asks sees those within scope


class Effect(StrEnum):
    """What would be different for a matter."""

    UNIT = "unit"  # 建议单位
    RULE = "rule"  # 派单规则
    LEVEL = "level"  # 层级
    URGENCY = "urgency"  # 紧急程度
    LIMIT = "limit"  # 处置时限
    CLOCKS = "clocks"  # 其他时限
    DUE = "due"  # 全流程到期
    SEALED = "sealed"  # 保密
    PHOTOS = "photos"  # 照片要求
    SETTLE = "settle"  # 自行处置


class Seen(NamedTuple):
    """A matter as it came in. `usual` is the urgency its template had then: beyond it, somebody pressed."""

    id: int
    template: str
    urgency: Urgency
    usual: Urgency
    channel: str
    area: str
    reported_at: datetime
    closed_at: datetime | None


class Outlook(NamedTuple):
    """What rules give to a matter."""

    unit_id: int | None
    rule: str | None
    level: str
    urgency: Urgency
    handle: Limit
    whole: Limit
    clocks: tuple[Limit, ...]
    is_sealed: bool
    photos: tuple[int, int]
    may_settle: bool


COMPARED = {
    Effect.UNIT: "unit_id",
    Effect.RULE: "rule",
    Effect.LEVEL: "level",
    Effect.URGENCY: "urgency",
    Effect.LIMIT: "handle",
    Effect.CLOCKS: "clocks",
    Effect.DUE: "whole",
    Effect.SEALED: "is_sealed",
    Effect.PHOTOS: "photos",
    Effect.SETTLE: "may_settle",
}


class Pair(NamedTuple):
    """What a matter was given beside what it would be given."""

    before: Outlook
    after: Outlook
    effects: tuple[Effect, ...]


@dataclass
class Tally:
    """What a dry run has counted so far. `as_json` and `of` carry it from one chunk to the next.

    `units` holds [gains, losses] by unit, `templates` [asked, different] by code; `moves` and `rules` count
    "from>to". `late` counts closed matters that were in time and would be late, and the other way round.
    """

    asked: int = 0
    unknown: int = 0  # of templates that are no longer there
    different: int = 0
    effects: Counter[str] = field(default_factory=Counter)
    templates: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    units: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    moves: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    due: Counter[str] = field(default_factory=Counter)  # earlier, later, unknown
    late: Counter[str] = field(default_factory=Counter)  # more, less
    examples: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Tally":
        tally = cls(kept.get("asked", 0), kept.get("unknown", 0), kept.get("different", 0))
        for name in ("effects", "moves", "rules", "due", "late", "templates", "units", "examples"):
            getattr(tally, name).update(kept.get(name, {}))
        return tally

    def as_json(self) -> dict[str, Any]:
        counted = {"asked": self.asked, "unknown": self.unknown, "different": self.different}
        names = ("effects", "moves", "rules", "due", "late", "templates", "units", "examples")
        return counted | {name: dict(getattr(self, name)) for name in names}

    def add(self, seen: Seen, pair: Pair) -> None:
        """Count one matter."""
        self.asked += 1
        of_template = self.templates[seen.template]
        of_template[0] += 1
        if not pair.effects:
            return
        self.different += 1
        of_template[1] += 1
        for effect in pair.effects:
            self.effects[effect.value] += 1
            if len(self.examples[effect.value]) < EXAMPLES:
                self.examples[effect.value].append(seen.id)
        if pair.before.unit_id != pair.after.unit_id:
            self.moves[f"{pair.before.unit_id or ''}>{pair.after.unit_id or ''}"] += 1
            self.units[str(pair.after.unit_id or "")][0] += 1
            self.units[str(pair.before.unit_id or "")][1] += 1
        if pair.before.rule != pair.after.rule:
            self.rules[f"{pair.before.rule or ''}>{pair.after.rule or ''}"] += 1


class Scales:
    """Two rulesets side by side over the same ground."""

    def __init__(self, before: Ruleset, after: Ruleset, offices: Offices, calendar: WorkingCalendar) -> None:
        self._sides = (_Side(before, offices), _Side(after, offices))
        self._calendar = calendar
        self._width = max(_width(before.rules), _width(after.rules))
        self._pairs: dict[tuple[str, Urgency, bool, str, str], Pair | None] = {}

    def weigh(self, matters: Iterable[Seen], tally: Tally) -> None:
        """Count what would be different for these matters."""
        for seen in matters:
            pair = self.pair(seen)
            if pair is None:
                tally.unknown += 1
                continue
            tally.add(seen, pair)
            if Effect.DUE in pair.effects:
                self._time(seen, pair, tally)

    def pair(self, seen: Seen) -> Pair | None:
        """Return what a matter is given by either side; None where its template is no longer there."""
        is_pressed = seen.urgency is not seen.usual
        key = (seen.template, seen.urgency, is_pressed, seen.channel, seen.area[: self._width])
        if key not in self._pairs:
            self._pairs[key] = self._compared(*key)
        return self._pairs[key]

    def _compared(self, code: str, urgency: Urgency, is_pressed: bool, channel: str, area: str) -> Pair | None:
        asked = urgency if is_pressed else None
        before, after = (side.outlook(code, asked, channel, area) for side in self._sides)
        if before is None or after is None:
            return None
        names = (effect for effect, name in COMPARED.items() if getattr(before, name) != getattr(after, name))
        return Pair(before, after, tuple(names))

    def _time(self, seen: Seen, pair: Pair, tally: Tally) -> None:
        """Count whether it would be due earlier or later, and whether its end would be judged otherwise."""
        try:
            was = due_at(seen.reported_at, pair.before.whole, self._calendar).at
            would = due_at(seen.reported_at, pair.after.whole, self._calendar).at
        except CalendarTooShort:  # a matter from before the calendar began
            tally.due["unknown"] += 1
            return
        tally.due["earlier" if would < was else "later"] += 1
        if seen.closed_at is not None and (seen.closed_at > was) != (seen.closed_at > would):
            tally.late["more" if seen.closed_at > would else "less"] += 1


class _Side:
    """One ruleset, with the rules that may match a case asked for once."""

    def __init__(self, rules: Ruleset, offices: Offices) -> None:
        self._rules, self._offices = rules, offices
        self._candidates: dict[tuple[str, ...], list[Rule]] = {}
        table = (clock for clock in Clock if clock not in (Clock.HANDLE, Clock.WHOLE))
        clocks = list(table)
        self._clocks = {urgency: tuple(rules.book.limit(clock, urgency) for clock in clocks) for urgency in Urgency}

    def outlook(self, code: str, asked: Urgency | None, channel: str, area: str) -> Outlook | None:
        template = self._rules.templates.get(code)
        if template is None:
            return None
        urgency = max(template.urgency, asked or template.urgency, key=list(Urgency).index)
        found = self._route(Case(code, template.level, urgency, channel, area))
        return Outlook(
            found.unit_id if found else None,
            found.rule if found else None,
            template.level,
            urgency,
            hastened(template.limit, urgency),
            deadlines.whole(template.limit),
            self._clocks[urgency],
            template.is_sealed,
            (template.before_photos, template.after_photos),
            template.may_settle,
        )

    def _route(self, case: Case) -> Route | None:
        rules = self._candidates.get(case[:4])
        if rules is None:
            rules = [rule for rule in self._rules.rules if rule.looks_at_place or rule.matches(case)]
            self._candidates[case[:4]] = rules
        try:
            return route(case, rules, self._offices)
        except Refused:
            return None


def _width(rules: Sequence[Rule]) -> int:
    """Return how much of an area's code these rules may look at."""
    deepest = max((max((rule.level, *map(len, rule.areas))) for rule in rules), default=0)
    return int(max(Level.VILLAGE, deepest))
