"""Standard texts in the forms of acts: offered by title, facts of the matter filled in, put where one writes."""

from collections.abc import Iterable
from typing import NamedTuple

from django.http import HttpRequest, QueryDict

from tongxin.apps.areas.queries import names
from tongxin.apps.matters import texts
from tongxin.apps.matters.models import Matter, StandardText
from tongxin.look import filters
from tongxin.look.filters import is_english
from tongxin.look.forms import Field
from tongxin.rules.lifecycles.matter import TEXT_LIMIT

INSERTS, CHOSEN, INTO = "insert", "ready", "into"  # the names in a form


class Ready(NamedTuple):
    """One text as a form offers it; `text` is filled in already."""

    id: int
    title: str
    text: str


class Picker(NamedTuple):
    """What a form offers: the field the words go into, and the texts."""

    into: str
    texts: tuple[Ready, ...]


def picker(request: HttpRequest, act: str, fields: Iterable[Field], found: Matter | None) -> Picker | None:
    """Return the texts for a form that has a field for words; None where it has none. One statement.

    For many matters at once (None) the facts stay open, and are filled in for each of them.
    """
    into = next((field.name for field in fields if field.kind == "area"), "")
    if not into:
        return None
    offered = texts.ready_for(
        request.actor,  # type: ignore[attr-defined]
        act,
        state=found.state if found else "",
        template=found.template_code if found else "",
    )
    return Picker(into, tuple(Ready(row.pk, _title(row), _filled(row, found)) for row in offered))


def inserted(request: HttpRequest, given: QueryDict, picked: Picker | None) -> QueryDict:
    """Return what a form was filled with, and the chosen text behind it where somebody asked for it without script."""
    if picked is None or request.method != "GET" or INSERTS not in given:
        return given
    chosen = next((each.text for each in picked.texts if str(each.id) == given.get(CHOSEN)), "")
    filled = given.copy()
    filled[picked.into] = "\n".join(filter(None, [given.get(picked.into, "").rstrip(), chosen]))[:TEXT_LIMIT]
    return filled


def filled(text: str, found: Matter) -> str:
    """Return a text with the facts of this matter in the places kept for them; other braces stay."""
    facts = {
        "{number}": found.number,
        "{place}": found.place or names().get(found.area, found.area),
        "{due}": filters.long_moment(found.due_at, day_end=True),
    }
    for place, fact in facts.items():
        text = text.replace(place, fact)
    return text


def _title(row: StandardText) -> str:
    return (is_english() and row.title_en) or row.title


def _filled(row: StandardText, found: Matter | None) -> str:
    text = (is_english() and row.text_en) or row.text
    return text if found is None else filled(text, found)
