"""Why a matter goes where it goes: the rules in their order, and what kept each from speaking."""

from collections.abc import Sequence
from typing import NamedTuple

from tongxin.rules.area_codes import up_to
from tongxin.rules.routing import Case, Offices, Rule, nearest

NOBODY = "kind"  # the obstacle of a rule that matches, but finds no unit of its kind


class Tried(NamedTuple):
    """A rule that was asked. `obstacle` names the field of Rule that kept it silent; empty: it spoke."""

    rule: str
    obstacle: str


def trace(case: Case, rules: Sequence[Rule], offices: Offices) -> list[Tried]:
    """Return the rules asked for a case, in order; the last one spoke, unless the fallback had to answer."""
    asked = []
    for rule in rules:
        asked.append(Tried(rule.code, obstacle(rule, case, offices)))
        if not asked[-1].obstacle:
            break
    return asked


def obstacle(rule: Rule, case: Case, offices: Offices) -> str:
    """Return the field of the rule that keeps it silent for this case, or "" where it answers."""
    silent = {
        "templates": rule.templates and not case.template.startswith(rule.templates),
        "levels": rule.levels and case.level not in rule.levels,
        "urgencies": rule.urgencies and case.urgency not in rule.urgencies,
        "channels": rule.channels and case.channel not in rule.channels,
        "areas": rule.areas and not case.area.startswith(rule.areas),
        "village_kinds": rule.village_kinds and case.village_kind not in rule.village_kinds,
    }
    first = next((name for name, is_silent in silent.items() if is_silent), "")
    return first or ("" if nearest(rule.kind, up_to(case.area, rule.level), offices) else NOBODY)
