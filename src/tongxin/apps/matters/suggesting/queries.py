"""What a text suggests to somebody: kinds with their words and units, what is like it nearby, places it names.

Reads only. Figures (`share`) are for the log; people read a likeness and its reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tongxin.apps.areas.locator import locator
from tongxin.apps.matters import kinds
from tongxin.apps.matters.suggesting import keywords, serving
from tongxin.apps.matters.suggesting.examples import content
from tongxin.apps.matters.suggesting.gazetteer import Place, gazetteer
from tongxin.apps.matters.suggesting.grams import Span
from tongxin.apps.matters.suggesting.likeness import Comparison, Near, Other, Told, candidates
from tongxin.apps.matters.suggesting.model import Guesser, marked
from tongxin.apps.matters.suggesting.serving import Basis
from tongxin.apps.people.queries import offices
from tongxin.rules.area_codes import Level
from tongxin.rules.channels import Channel
from tongxin.rules.errors import Refused
from tongxin.rules.likeness import Likeness
from tongxin.rules.permissions import Actor
from tongxin.rules.routing import Case, route

PAST = timedelta(days=30)  # how far back what was told of a place is looked at
NEARBY = 5


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit that the rules name for a kind here: which rule spoke (None: the fallback), where the unit was found."""

    id: int
    rule: str | None
    found_at: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind the text may be of, and why.

    `words` stand in the text at `spans`; `learnt` matters of this kind were learnt from; of `alike` texts told nearby
    in the last 30 days, `as_this` were of this kind.
    """

    code: str
    likeness: Likeness
    share: float
    words: tuple[str, ...]
    spans: tuple[Span, ...]
    unit: Unit | None
    learnt: int = 0
    alike: int = 0
    as_this: int = 0


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Everything a text suggests. `area` is the deepest code known of where it is, "" where nobody knows."""

    basis: Basis
    area: str = ""
    kinds: tuple[Kind, ...] = ()
    near: tuple[Near, ...] = ()
    places: tuple[Place, ...] = ()


# --- what a text suggests --------------------------------------------------------------------------------


def suggest(
    actor: Actor,
    text: str,
    lon: float | None,
    lat: float | None,
    now: datetime,
    *,
    area: str = "",
    template: str = "",
    channel: Channel = Channel.GRID,
) -> Suggestions:
    """Return what a text suggests, at a point or in an area where one is known.

    `template` is the kind somebody chose already, if so: what lies nearby is compared with it. One statement where the
    place is known, else none.
    """
    in_force = serving.current()
    if in_force.basis is Basis.OFF or not text.strip():
        return Suggestions(in_force.basis)
    told_at = _located(lon, lat) or area
    places = places_in(actor, text, told_at)
    where = told_at or next((place.code for place in places if place.code), "")
    found = _kinds(in_force.guesser, text)
    by_words = found[0].code if found and not in_force.guesser else ""  # a guesser tells how likely each kind is
    told = Told(text, template or by_words, told_at, lon, lat)
    others = candidates(actor, told, now - PAST)
    beside = Comparison(told, others, in_force.guesser)
    alike = beside.alike()
    return Suggestions(
        basis=in_force.basis,
        area=where,
        kinds=tuple(_with_reasons(kind, where, channel, alike) for kind in found),
        near=tuple(beside.duplicates(now)[:NEARBY]),
        places=tuple(places),
    )


def guess(text: str) -> list[Kind]:
    """Return the kinds a text may be of, without units and neighbors: for lists that are filled as one types."""
    in_force = serving.current()
    return [] if in_force.basis is Basis.OFF else _kinds(in_force.guesser, text)


def places_in(actor: Actor, text: str, area: str = "") -> list[Place]:
    """Return the areas a text names; of one name, those nearest the area, else the actor's own."""
    own = [duty.area for duty in actor.duties if len(duty.area) >= Level.COUNTY]
    return gazetteer().places(text, [each for each in (area, *own) if each])


def _kinds(guesser: Guesser | None, text: str) -> list[Kind]:
    if guesser is None:
        return [
            Kind(spoken.kind.code, Likeness.SOMEWHAT, 0.0, spoken.words, _spans(text, spoken.words), None)
            for spoken in keywords.guess(text)
        ]
    plain = content(text, gazetteer().spans(text))
    found = []
    for guess in guesser.guess(plain, among=frozenset(kinds.current())):
        likeness = guesser.bounds.likeness(guess.share) or Likeness.SOMEWHAT
        words = marked(text, guess.spans)
        found.append(
            Kind(guess.code, likeness, guess.share, words, guess.spans, None, guesser.learnt.get(guess.code, 0))
        )
    return found


def _spans(text: str, words: Sequence[str]) -> tuple[Span, ...]:
    plain = text.lower()
    return tuple((at, at + len(word)) for word in words if (at := plain.find(word)) >= 0)


def _located(lon: float | None, lat: float | None) -> str:
    """Return the area of a point; "" where there is none."""
    return "" if lon is None or lat is None else locator().at(lon, lat).code or ""


def _with_reasons(kind: Kind, area: str, channel: Channel, alike: Sequence[Other]) -> Kind:
    """Return a kind with its unit here, and how what was told the like nearby was taken."""
    as_this = sum(other.template_code == kind.code for other in alike)
    return replace(kind, unit=_unit(kind.code, area, channel), alike=len(alike), as_this=as_this)


def _unit(code: str, area: str, channel: Channel) -> Unit | None:
    """Return where the rules in force send this kind from here; None where the place is not known closely enough."""
    if len(area) < Level.TOWN:
        return None
    kind = kinds.kind(code)
    case = Case(code, kind.level, kind.urgency, channel, area)
    try:
        answer = route(case, kinds.routing(), offices())
    except Refused:  # a city without any center: there is nobody to name
        return None
    return Unit(answer.unit_id, answer.rule, answer.found_at)
