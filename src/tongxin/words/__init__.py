"""Words: the Chinese label of every enum in rules, and the sentence of every refusal, in Chinese and English.

The glossary's twin, split by what the words are about. English labels are the members' own names, or stand in
`english`. Sentences say what happened and what to do (ui.md §7); those of apps and doors stand in their `sentences`,
and join when the house opens.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum, IntEnum
from typing import Any

from tongxin.rules.errors import Refused
from tongxin.rules.working_time import SHANGHAI
from tongxin.words import (
    alarms,
    devices,
    hotline,
    house,
    life,
    notices,
    overlays,
    patrols,
    people,
    places,
    rulebooks,
)
from tongxin.words.english import ENGLISH

TABLES = (life, overlays, hotline, alarms, devices, patrols, people, places, rulebooks, notices)

# members of two enums may share a value, so words are kept by enum
LABELS: dict[type[Enum], dict[Enum, str]] = {kind: words for table in TABLES for kind, words in table.LABELS.items()}

LEVELS = {"G": "网格", "V": "村社", "T": "镇街", "C": "县区", "Y": "市级"}
LEVELS_EN = {"G": "Grid", "V": "Village", "T": "Town", "C": "County", "Y": "City"}

# code → (Chinese, English). Facts stand in braces; `say` writes moments, labels and lists in words
REFUSALS: dict[str, tuple[str, str]] = {**house.REFUSALS}


def label(member: Enum, language: str = "zh-hans") -> str:
    """Return the word for an enum's member: Chinese from LABELS, English from its own name unless that is too short."""
    if language.startswith("zh"):
        return LABELS[type(member)][member]
    return ENGLISH.get(type(member), {}).get(member) or member.name.replace("_", " ").capitalize()


def say(refusal: Refused, language: str = "zh-hans") -> str:
    """Return the sentence for a refusal, its facts filled in."""
    chinese = language.startswith("zh")
    sentence = REFUSALS[refusal.code][0 if chinese else 1]
    facts = {name: _in_words(value, language) for name, value in refusal.facts.items()}
    return re.sub(r"\{(\w+)\}", lambda match: facts.get(match[1], "—"), sentence)


def _in_words(value: Any, language: str) -> str:
    if isinstance(value, Enum) and not isinstance(value, IntEnum):
        return label(value, language)
    if isinstance(value, datetime):
        at = value.astimezone(SHANGHAI) if 1 < value.year < 9999 else value  # the edges of time have no other zone
        return f"{at:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        mark = "、" if language.startswith("zh") else ", "
        return mark.join(_in_words(each, language) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_in_words(each, language)}" for name, each in value.items())
    return str(value)
