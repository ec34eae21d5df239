"""What the catalog itself knows of its kinds: their names and keywords. The guesser of a city that has no past yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tongxin.apps.matters.models import Template
from tongxin.apps.people.queries import Remembered
from tongxin.rules.matching import words_of

SUGGESTED = 3
NAME_WEIGHT = 1.5  # a piece of the template's own name says more than a keyword of the same length


@dataclass(frozen=True, slots=True)
class Known:
    """A template as it can be found. `typed` holds code, name, pinyin and initials; `pieces` the name in pairs."""

    code: str
    name: str
    name_en: str
    keywords: tuple[str, ...]
    samples: tuple[str, ...]
    typed: str
    pieces: tuple[str, ...]


class Spoken(NamedTuple):
    """A template and the words of the text that speak for it, each once, none within another."""

    kind: Known
    words: tuple[str, ...]


def _read() -> list[Known]:
    return [_known(row) for row in Template.objects.filter(is_current=True).order_by("code")]


def _known(row: Template) -> Known:
    *syllables, initials = row.pinyin.split() or [""]
    return Known(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        keywords=tuple(row.keywords),
        samples=tuple(sample["text"] for sample in row.samples),
        typed=" ".join([row.code, row.name, row.name_en, "".join(syllables), initials]).lower(),
        pieces=tuple(word for word in words_of(row.name) if len(word) > 1),
    )


_templates = Remembered(_read, seconds=30)


def forget() -> None:
    """Read the templates anew at the next call."""
    _templates.forget()


def known() -> Sequence[Known]:
    """Return all templates in force, by code."""
    return _templates()


def guess(text: str) -> list[Spoken]:
    """Return the templates whose keywords and name the text speaks of, the likeliest first, at most three."""
    told = text.lower()
    scored = []
    for kind in known():
        because = [word for word in kind.keywords if word in told]
        named = [word for word in kind.pieces if word in told]
        score = sum(map(len, because)) + NAME_WEIGHT * sum(map(len, named))
        if because or len(named) > 1:
            scored.append((-score, kind.code, Spoken(kind, _without_parts([*because, *named]))))
    return [spoken for *_, spoken in sorted(scored, key=lambda each: each[:2])[:SUGGESTED]]


def _without_parts(words: Sequence[str]) -> tuple[str, ...]:
    """Drop words that stand within longer ones: 垃圾 beside 垃圾箱 says nothing new."""
    distinct = list(dict.fromkeys(words))
    return tuple(word for word in distinct if not any(word != other and word in other for other in distinct))
