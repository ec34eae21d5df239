"""What is changed, in words: columns of templates, fields of routing rules, settings of the book, and their values."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin import words
from tongxin.apps.areas import queries as areas
from tongxin.interfaces.desk.admin.doors import joined, label, level_words
from tongxin.look.filters import is_english
from tongxin.look.filters import limit as limit_words
from tongxin.rules.area_codes import VillageKind
from tongxin.rules.channels import Channel
from tongxin.rules.checking import Finding
from tongxin.rules.deadlines import Clock, Urgency
from tongxin.rules.drafts import Difference, Part
from tongxin.rules.errors import Refused
from tongxin.rules.overlays import order, whistle
from tongxin.rules.ratings import Rating
from tongxin.rules.units import UnitKind
from tongxin.rules.working_time import Limit

COLUMNS = {
    "name": gettext_lazy("Name"),
    "name_en": gettext_lazy("English name"),
    "keywords": gettext_lazy("Keywords"),
    "standard_class": gettext_lazy("Standard class"),
    "level": gettext_lazy("Level"),
    "urgency": gettext_lazy("Urgency"),
    "limit": gettext_lazy("Handling limit"),
    "extra_limits": gettext_lazy("Further limits"),
    "unit_kinds": gettext_lazy("Units"),
    "transfer_to": gettext_lazy("Handed on to"),
    "may_settle": gettext_lazy("On the spot"),
    "is_sealed": gettext_lazy("Confidential"),
    "before_photos": gettext_lazy("Photos before"),
    "after_photos": gettext_lazy("Photos after"),
    "form": gettext_lazy("Form (JSON Schema)"),
    "filing_condition": gettext_lazy("Filing condition"),
    "closing_condition": gettext_lazy("Closing condition"),
    "filing_condition_en": gettext_lazy("Filing condition (English)"),
    "closing_condition_en": gettext_lazy("Closing condition (English)"),
    "samples": gettext_lazy("Sample cases"),
}
RULE_FIELDS = {
    "position": gettext_lazy("Position"),
    "match.templates": gettext_lazy("Templates"),
    "match.levels": gettext_lazy("Levels"),
    "match.urgencies": gettext_lazy("Urgencies"),
    "match.channels": gettext_lazy("Channels"),
    "match.areas": gettext_lazy("Areas"),
    "match.village_kinds": gettext_lazy("Urban or rural"),
    "target.kind": gettext_lazy("Goes to"),
    "target.level": gettext_lazy("Looked for from"),
    "why": gettext_lazy("Why"),
    "why_en": gettext_lazy("Why (English)"),
    "is_active": gettext_lazy("In force"),
}
GROUPS = {
    "limits": gettext_lazy("Limits of the clocks"),
    "levels": gettext_lazy("Limits by level"),
    "amber": gettext_lazy("Warning before the end"),
    "extensions": gettext_lazy("Extensions"),
    "holds": gettext_lazy("Holds"),
    "order_limits": gettext_lazy("Supervision: reply within"),
    "whistle_limits": gettext_lazy("Whistles: on the spot within"),
    "whistles": gettext_lazy("Whistles: the healthy band"),
    "triggers": gettext_lazy("Supervision raised by itself"),
    "call_backs": gettext_lazy("Call-backs"),
    "formulas": gettext_lazy("Formulas"),
    "": gettext_lazy("Reporters"),
}  # settings that stand together, in the order of the page
SETTINGS = {
    "amber.share": gettext_lazy("Share used, in percent"),
    "amber.urgent_share": gettext_lazy("Share used when urgent, in percent"),
    "amber.hours_left": gettext_lazy("Working hours left"),
    "amber.natural_hours_left": gettext_lazy("Hours left where nights count"),
    "extensions.most": gettext_lazy("Extensions a matter may get"),
    "extensions.share": gettext_lazy("Share of the limit one may add, in percent"),
    "holds.days": gettext_lazy("Looked at again within, in days"),
    "holds.material_days": gettext_lazy("Waiting for material, in days"),
    "holds.appraisal_days": gettext_lazy("Waiting for an appraisal, in days"),
    "call_backs.hotline": gettext_lazy("Hotline matters asked about, in percent"),
    "call_backs.others": gettext_lazy("Other matters asked about, in percent"),
    "call_backs.tries": gettext_lazy("Calls before it is given up"),
    "whistles.near_m": gettext_lazy("A check-in this near needs no reason, in meters"),
    "whistles.least": gettext_lazy("Of a hundred matters, at least"),
    "whistles.most": gettext_lazy("Of a hundred matters, at most"),
    "whistles.idle": gettext_lazy("Idle whistles at most, in percent"),
    "whistles.routine": gettext_lazy("Routine whistles at most, in percent"),
    "whistles.on_time": gettext_lazy("Answered in time at least, in percent"),
    "whistles.few": gettext_lazy("Below this many a share is not judged"),
    "triggers.overdue_working_days": gettext_lazy("Overdue by working days (0: never)"),
    "triggers.returns": gettext_lazy("Returned so often (0: never)"),
    "triggers.dissatisfied": gettext_lazy("Dissatisfied so often (0: never)"),
    "formulas.satisfied": gettext_lazy("Answers that count as satisfied"),
    "formulas.counts_unreached": gettext_lazy("Whom nobody reached counts as dissatisfied"),
    "formulas.counts_unrated": gettext_lazy("Who would not rate counts as dissatisfied"),
    "formulas.overall_weight": gettext_lazy("Overall rate: weight of the satisfied rate, in percent"),
    "households": gettext_lazy("Households that make a group matter"),
    "reopen_days": gettext_lazy("Reopened within, in days"),
    "appeal_days": gettext_lazy("Appealed within, in days"),
}


def limit_of(text: str) -> str:
    """Write a limit's text in words."""
    parsed = Limit.parse(text)
    return limit_words(parsed.amount, parsed.unit)


def setting(path: str) -> str:
    """Return what a setting of the book is called, its group apart."""
    if path in SETTINGS:
        return str(SETTINGS[path])
    group, *rest = path.split(".")
    if group == "limits":
        return f"{label(Clock(rest[0]))} · {label(Urgency(rest[1]))}"
    if group == "levels":
        return level_words()[rest[0]]
    return label(order.Grade(rest[0]) if group == "order_limits" else whistle.Kind(rest[0]))


def setting_in_full(path: str) -> str:
    """Return what a setting is called, with its group."""
    group = path.split(".")[0] if "." in path else ""
    return f"{GROUPS[group]} · {setting(path)}" if group else setting(path)


def field(difference: Difference) -> str:
    """Return what a changed field is called; of a thing that is new or gone, that it is."""
    if difference.field == "" and difference.part is not Part.BOOK:
        return _("new") if difference.old is None else _("taken out") if difference.new is None else _("changed")
    if difference.part is Part.BOOK:
        return setting_in_full(difference.field)
    return str((COLUMNS if difference.part is Part.TEMPLATES else RULE_FIELDS)[difference.field])


def value(part: Part, name: str, given: Any) -> str:
    """Return a value in words; what only JSON can say, as JSON."""
    if given is None or given == "" or given == []:
        return "—"
    if isinstance(given, bool):
        return _("yes") if given else _("no")
    if part is Part.BOOK:
        return _setting_value(name, given)
    word = _WORDS.get(name)
    if word is not None:
        return joined(word(each) for each in given) if isinstance(given, list) else word(given)
    if isinstance(given, list) and all(isinstance(each, str) for each in given):
        return joined(given)
    return pretty(given) if isinstance(given, dict | list) else str(given)


def rule_in_words(row: dict[str, Any]) -> str:
    """Return what a routing rule says in one line: when, and where to."""
    match = (
        f"{RULE_FIELDS[f'match.{name}']} {value(Part.ROUTING, f'match.{name}', each)}"
        for name, each in row["match"].items()
    )
    when = " · ".join(match) or _("always")
    return f"{when} → {label(UnitKind(row['target']['kind']))}"


def pretty(given: Any) -> str:
    """Write JSON as one reads it."""
    return json.dumps(given, ensure_ascii=False, indent=2)


def finding(one: Finding) -> str:
    """Return the sentence of what a check found."""
    facts = {name: _fact(name, given) for name, given in one.facts.items()}
    language = "en" if is_english() else "zh-hans"
    return words.say(Refused(one.code, **facts), language)


def _fact(name: str, given: Any) -> Any:
    if name == "places":
        return [areas.names().get(code, code) for code in given]
    word = _FACTS.get(name)
    if word is None:
        return given
    return [word(each) for each in given] if isinstance(given, list) else word(given)


def _setting_value(path: str, given: Any) -> str:
    if isinstance(given, list):
        return joined(label(Rating(each)) for each in given)
    return limit_of(given) if isinstance(given, str) else str(given)


def _extra_limit(given: dict[str, str]) -> str:
    name = (is_english() and given["name_en"]) or given["name"]
    return f"{name} {limit_of(given['limit'])}"


def _level(letter: str) -> str:
    return level_words().get(letter, letter)


def _member(members: Callable[[str], Any], given: str) -> str:
    return label(members(given))


_WORDS: dict[str, Callable[[Any], str]] = {
    "level": _level,
    "urgency": partial(_member, Urgency),
    "limit": limit_of,
    "extra_limits": _extra_limit,
    "unit_kinds": partial(_member, UnitKind),
    "match.levels": _level,
    "match.urgencies": partial(_member, Urgency),
    "match.channels": partial(_member, Channel),
    "match.village_kinds": partial(_member, VillageKind),
    "match.areas": lambda code: areas.names().get(code, code),
    "target.kind": partial(_member, UnitKind),
    "target.level": _level,
}
_FACTS: dict[str, Callable[[Any], str]] = {
    "clock": partial(_member, Clock),
    "urgency": partial(_member, Urgency),
    "kind": partial(_member, UnitKind),
    "kinds": partial(_member, UnitKind),
    "level": _level,
    "below": _level,
    "above": _level,
    "old": limit_of,
    "new": limit_of,
    "limit": limit_of,
    "sign": limit_of,
    "extra": limit_of,
    "field": setting_in_full,
}


def named(texts: Iterable[str]) -> str:
    """Return what changed meanwhile: codes as they are, the parts of the rules by their word."""
    return joined(label(Part(each)) if each in set(Part) else each for each in texts)


def clock(code: str) -> str:
    """Return the word of a clock."""
    return label(Clock(code))
