"""Finding a template: by its code, name, pinyin and initials, or by the words of what somebody told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tongxin.apps.matters.models import Template
from tongxin.apps.people.queries import Remembered
from tongxin.rules.matching import words_of

MOST = 8
SUGGESTED = 3
NAME_WEIGHT = 1.5  # a piece of the template's own name says more than a keyword of the same length


@dataclass(frozen=True, slots=True)
class Known:
    """A template as it can be found. `typed` holds code, name, pinyin and initials; `pieces` the name in pairs."""

    code: str
    name: str
    name_en: str
    level: str
    limit: str
    keywords: tuple[str, ...]
    typed: str
    pieces: tuple[str, ...]


class Found(NamedTuple):
    """A template and the words that speak for it."""

    kind: Known
    because: tuple[str, ...] = ()


def _read() -> list[Known]:
    return [_known(row) for row in Template.objects.filter(is_current=True).order_by("code")]


def _known(row: Template) -> Known:
    *syllables, initials = row.pinyin.split() or [""]
    typed = " ".join([row.code, row.name, row.name_en, "".join(syllables), initials]).lower()
    pieces = tuple(word for word in words_of(row.name) if len(word) > 1)
    return Known(row.code, row.name, row.name_en, row.level, row.limit, tuple(row.keywords), typed, pieces)


_templates = Remembered(_read, seconds=30)


def forget() -> None:
    """Read the templates anew at the next call."""
    _templates.forget()


def known() -> Sequence[Known]:
    """Return all templates in force, by code."""
    return _templates()


def search(words: str) -> list[Found]:
    """Return the templates that answer to what was typed: beginnings of code, name or initials before the rest."""
    asked = words.lower().split()
    found = []
    for kind in _templates():
        if all(word in kind.typed or word in kind.keywords for word in asked):
            starts = (
                any(part.startswith(asked[0]) for part in (*kind.typed.split(), kind.code.lower())) if asked else False
            )
            found.append((not starts, kind.code, kind))
    return [Found(kind) for *_, kind in sorted(found, key=lambda each: each[:2])[:MOST]]


def suggest(text: str) -> list[Found]:
    """Return the templates whose keywords and name the text speaks of, the likeliest first, with the words it used."""
    told = text.lower()
    scored = []
    for kind in _templates():
        because = [word for word in kind.keywords if word in told]
        named = [word for word in kind.pieces if word in told]
        score = sum(map(len, because)) + NAME_WEIGHT * sum(map(len, named))
        if because or len(named) > 1:
            scored.append((-score, kind.code, Found(kind, _without_parts([*because, *named]))))
    return [found for *_, found in sorted(scored, key=lambda each: each[:2])[:SUGGESTED]]


def _without_parts(words: Sequence[str]) -> tuple[str, ...]:
    """Drop words that stand within longer ones: 垃圾 beside 垃圾箱 says nothing new."""
    distinct = list(dict.fromkeys(words))
    return tuple(word for word in distinct if not any(word != other and word in other for other in distinct))
