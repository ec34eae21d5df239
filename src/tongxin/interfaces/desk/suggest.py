"""What a report's text suggests, as the page shows it: kinds with their reasons, places named, what may be the same.

Templates are found by what is typed, or suggested by the text. Nothing here chooses: a person does.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.areas.queries import chain, names
from tongxin.apps.matters import kinds
from tongxin.apps.matters.suggesting import keywords, queries, serving
from tongxin.apps.matters.suggesting.gazetteer import Place
from tongxin.apps.matters.suggesting.keywords import Known
from tongxin.apps.matters.suggesting.likeness import Near
from tongxin.apps.matters.suggesting.queries import Kind, Suggestions
from tongxin.apps.matters.suggesting.serving import Basis
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import lines
from tongxin.interfaces.desk.narrowing import roots
from tongxin.look import filters
from tongxin.rules.area_codes import Level
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.permissions import Actor

MOST = 8
NAMESAKES = 4  # places of one name that are offered side by side
NEARBY = 3


class Offer(NamedTuple):
    """A template to choose from; a suggested one says how like it is, by which words, and up to three facts."""

    code: str
    name: str
    likeness: str = ""
    words: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class NamedPlace(NamedTuple):
    """An area the text names, to be taken as the place: its own name, and where that is."""

    code: str
    name: str
    within: str


class Same(NamedTuple):
    """A matter that may be the same one, and why."""

    number: str
    url: str
    title: str
    likeness: str
    facts: tuple[str, ...]
    words: tuple[str, ...]


class Found(NamedTuple):
    """All of it. `said` tells what the offers rest on, or why there are none; `elsewhere` that text and pin differ."""

    offers: tuple[Offer, ...]
    said: str = ""
    places: tuple[NamedPlace, ...] = ()
    elsewhere: str = ""
    same: tuple[Same, ...] = ()


def forget() -> None:
    """Read templates and suggester anew at the next call."""
    serving.forget()


def found(actor: Actor, given: Mapping[str, str], point: tuple[float | None, float | None], now: datetime) -> Found:
    """Return what a report that is being written may be about. One statement where its place is known."""
    typed, text, chosen = given.get("q", "").strip(), given.get("text", ""), given.get("template", "")
    area = given.get("area", "") or given.get("town", "")
    suggested = queries.suggest(actor, text, *point, now, area=area if area in names() else "", template=chosen)
    offers = [_offer(kind) for kind in search(typed)] if typed else [_suggested(kind) for kind in suggested.kinds]
    if chosen and chosen not in {offer.code for offer in offers}:
        offers = [*(_offer(kind) for kind in keywords.known() if kind.code == chosen), *offers]
    is_pinned = None not in point
    return Found(
        tuple(offers),
        _said(typed, text, suggested),
        tuple(_places(actor, suggested.places)) if not is_pinned else (),
        _elsewhere(suggested) if is_pinned else "",
        tuple(_same(near, now) for near in suggested.near[:NEARBY]),
    )


def search(typed: str) -> list[Known]:
    """Return the templates that answer to what was typed: beginnings of code, name or initials before the rest."""
    asked = typed.lower().split()
    ranked = []
    for kind in keywords.known() if asked else ():
        if all(word in kind.typed or word in kind.keywords for word in asked):
            starts = any(part.startswith(asked[0]) for part in kind.typed.split())
            ranked.append((not starts, kind.code, kind))
    return [kind for *_, kind in sorted(ranked, key=lambda each: each[:2])[:MOST]]


# --- kinds -----------------------------------------------------------------------------------------------


def _offer(kind: Known) -> Offer:
    return Offer(kind.code, _name(kind.code), facts=(_limit(kind.code),))


def _suggested(kind: Kind) -> Offer:
    """Return a suggestion with its facts: what was told alike nearby, the unit the rules name, the limit."""
    counted = {"all": kind.alike, "n": kind.as_this}
    past = _("Of %(all)s told alike here in 30 days, %(n)s were this kind") % counted if kind.alike else ""
    unit = unit_names().get(kind.unit.id, "") if kind.unit else ""
    facts = (past, _("to %(unit)s") % {"unit": unit} if unit else "", _limit(kind.code))
    likeness = words.label(kind.likeness, get_language() or "zh-hans")
    return Offer(kind.code, _name(kind.code), likeness, kind.words, tuple(filter(None, facts)))


def _name(code: str) -> str:
    kind = kinds.current().get(code)
    return code if kind is None else kind.name_en if filters.is_english() else kind.name


def _limit(code: str) -> str:
    kind = kinds.current().get(code)
    return _("limit %(limit)s") % {"limit": filters.limit(kind.limit.amount, kind.limit.unit)} if kind else ""


def _said(typed: str, text: str, suggested: Suggestions) -> str:
    """Return the sentence under the offers: what they rest on, or why there are none."""
    if typed:
        nothing = _("No template answers to “%(words)s”. Try another word, its pinyin or initials.")
        return "" if search(typed) else nothing % {"words": typed}
    if suggested.basis is Basis.OFF:
        return _("Suggestions are switched off. Find the template by its name, pinyin or initials.")
    if not text.strip():
        return _(
            "Suggestions appear as the text tells what it is;"
            " any of the templates can be found by name, pinyin or initials."
        )
    if not suggested.kinds:
        return _("Not sure enough to suggest one. Find it by name, pinyin or initials, or say more in the text.")
    if suggested.basis is Basis.KEYWORDS:
        return _("By the templates' own keywords: nothing was learnt from this city's matters yet.")
    return ""


# --- places ----------------------------------------------------------------------------------------------


def _places(actor: Actor, places: Sequence[Place]) -> Iterator[NamedPlace]:
    """Yield the areas that this person's lists hold; of one name, each that may be meant."""
    own = roots(actor)
    for place in places:
        within = [code for code in place.codes if code.startswith(own) and len(code) >= Level.TOWN]
        for code in within[:NAMESAKES]:
            above = chain(code)
            yield NamedPlace(code, above[-1], above[-2] if len(above) > 1 else "")


def _elsewhere(suggested: Suggestions) -> str:
    """Return a sentence where text and pin name different places; else nothing."""
    sure = [place.code for place in suggested.places if place.code and len(place.code) >= Level.TOWN]
    if not sure or not suggested.area or any(_agree(code, suggested.area) for code in sure):
        return ""
    asked = {"named": chain(sure[0])[-1], "pinned": chain(suggested.area)[-1]}
    return _("The text names %(named)s, the pin lies in %(pinned)s. Please check.") % asked


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


# --- the same matter -------------------------------------------------------------------------------------


def _same(near: Near, now: datetime) -> Same:
    language = get_language() or "zh-hans"
    other = near.matter
    facts = (
        filters.distance(near.metres) if near.metres is not None else names().get(other.area, other.area),
        filters.recent(other.reported_at, now),
        words.label(State(other.state), language),
    )
    url = f"{lines.base()}{other.number}/"
    return Same(other.number, url, other.title, words.label(near.likeness, language), facts, near.words)
