"""The panel of filters and the chips of those that are set: what can be chosen lies within the reader's scope."""

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.areas.queries import children, names
from tongxin.apps.matters import kinds
from tongxin.apps.matters.queries import Filters
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import lines, units
from tongxin.interfaces.desk.filtering import query_of
from tongxin.look.filters import is_english
from tongxin.look.forms import Choice, Field
from tongxin.rules.area_codes import lineage
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.permissions import Actor, scope

INDENT = "\u3000"


class Chip(NamedTuple):
    """A filter that is set, and the address without it."""

    text: str
    url: str


def roots(actor: Actor) -> tuple[str, ...]:
    """Return the areas a reader's lists begin at: those in scope, or those the duties stand for."""
    return scope(actor).areas or tuple(sorted({duty.area for duty in actor.duties}))


def kind_name(code: str) -> str:
    """Return a template's name in the reader's language."""
    kind = kinds.current().get(code)
    return code if kind is None else kind.name_en if is_english() else kind.name


def panel(actor: Actor, filters: Filters, own: tuple[str, ...]) -> tuple[Field, ...]:
    """Return the fields of the filter panel; `own` names those the page itself sets."""
    language = get_language() or "zh-hans"
    base = filters.area or next(iter(roots(actor)), "")
    asked = (
        ("area", _("Area"), filters.area, tuple(areas_below(actor, filters.area))),
        ("template", _("Template"), filters.template, _templates()),
        ("unit", _("Unit"), str(filters.unit_id or ""), _units(base)),
        ("state", _("State"), _state(filters), _labels(State, language)),
        ("channel", _("Channel"), filters.channel, _labels(Channel, language)),
        ("urgency", _("Urgency"), filters.urgency, _labels(Urgency, language)),
        ("level", _("Level"), filters.level, _levels()),
    )
    since, until = (day.isoformat() if day else "" for day in (filters.day_from, filters.day_to))
    fields = (
        *(
            Field(name, label, "select", value, choices=some, placeholder=_("All"))
            for name, label, value, some in asked
        ),
        Field("since", _("Reported from"), "date", since),
        Field("until", _("Reported until"), "date", until),
    )
    return tuple(field for field in fields if field.name not in own)


def chips(filters: Filters, own: tuple[str, ...]) -> Iterator[Chip]:
    """Yield the filters that are set, each with the address without it."""
    language = get_language() or "zh-hans"
    told = {
        "area": names().get(filters.area, filters.area),
        "template": f"{filters.template} {kind_name(filters.template)}" if filters.template else "",
        "unit": unit_names().get(filters.unit_id or 0, ""),
        "state": "、".join(words.label(state, language) for state in filters.states),
        "channel": words.label(Channel(filters.channel), language) if filters.channel else "",
        "urgency": words.label(Urgency(filters.urgency), language) if filters.urgency else "",
        "level": lines.level(filters.level) if filters.level else "",
        "since": _("from %(day)s") % {"day": filters.day_from} if filters.day_from else "",
        "until": _("until %(day)s") % {"day": filters.day_to} if filters.day_to else "",
        "q": _("“%(words)s”") % {"words": filters.words} if filters.words else "",
    }
    fixed = dict.fromkeys(own, "")
    for name, text in told.items():
        if text and name not in own:
            yield Chip(text, f"?{query_of(filters, **(fixed | {name: ''}))}")


def areas_below(actor: Actor, chosen: str) -> Iterator[Choice]:
    """Yield the way from the reader's area down to the chosen one, and what lies below it."""
    known = names()
    for root in roots(actor):
        path = [code for code in lineage(chosen) if len(code) >= len(root)] if chosen.startswith(root) else [root]
        for depth, code in enumerate(path):
            yield Choice(code, INDENT * depth + known.get(code, code))
        for child in children(path[-1] if path else root):
            yield Choice(child.code, INDENT * max(len(path), 1) + child.name)


def _templates() -> tuple[Choice, ...]:
    english = is_english()
    found = kinds.current().values()
    return tuple(Choice(kind.code, f"{kind.code} {kind.name_en if english else kind.name}") for kind in found)


def _units(area: str) -> tuple[Choice, ...]:
    return tuple(Choice(str(unit.id), unit.name) for unit in units.serving(area)) if area else ()


def _labels(kind: type, language: str) -> tuple[Choice, ...]:
    return tuple(Choice(member.value, words.label(member, language)) for member in kind)  # type: ignore[attr-defined]


def _levels() -> tuple[Choice, ...]:
    return tuple(Choice(letter, text) for letter, text in (words.LEVELS_EN if is_english() else words.LEVELS).items())


def _state(filters: Filters) -> str:
    return filters.states[0].value if len(filters.states) == 1 else ""
