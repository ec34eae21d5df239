"""What the form is told while somebody fills it in: kinds that fit the words, where a point lies, what lies near."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongxin.apps.areas.locator import explained
from tongxin.apps.areas.queries import chain, names, search
from tongxin.apps.matters import kinds
from tongxin.apps.matters.suggesting.queries import guess, places_in
from tongxin.apps.publicity.queries import near
from tongxin.interfaces.portal.frame import public
from tongxin.interfaces.portal.limits import HINTS, limited
from tongxin.look.filters import is_english
from tongxin.rules.area_codes import Level
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Invalid, Refused
from tongxin.rules.permissions import RESIDENT

OFFERED = 3
NONE = "none"  # none of those that are offered
FOUND = 6
LONGEST = 400  # characters that are looked at while somebody types
DANGERS = ("H", "G02")  # kinds in which somebody should call first


class Offer(NamedTuple):
    """A kind to pick, and the words of the text that speak for it."""

    code: str
    name: str
    words: tuple[str, ...]
    is_sealed: bool


class Found(NamedTuple):
    """A place to pick: its own name, and what it lies in."""

    code: str
    name: str
    within: str


@limited(HINTS, "GET")
@require_safe
@public
def guesses(request: HttpRequest) -> HttpResponse:
    """Answer the kinds that fit the words so far, and what others reported near the place."""
    given = request.GET
    found = kinds_for(given.get("text", ""), given.get("template", ""))
    near_by = near_for(given, found["offers"])
    return render(request, "portal/report_kinds.html", {**found, **near_by, "now": timezone.now()})


@limited(HINTS, "GET")
@require_safe
@public
def place(request: HttpRequest) -> HttpResponse:
    """Answer what is known of a point or an area: its names, and whether the city reaches that far."""
    return render(request, "portal/report_place.html", place_for(request.GET))


@limited(HINTS, "GET")
@require_safe
@public
def places(request: HttpRequest) -> HttpResponse:
    """Answer the areas whose names hold what was typed, those of this county first."""
    typed = request.GET.get("q", "").strip()[:40]
    home = request.shell.area  # type: ignore[attr-defined]
    found = [each for each in search(typed, limit=60) if len(each.code) >= Level.TOWN] if typed else []
    found.sort(key=lambda each: not each.code.startswith(home))
    told = [Found(each.code, each.name, " ".join(chain(each.code)[2:-1])) for each in found[:FOUND]]
    return render(request, "portal/report_places.html", {"found": told, "typed": typed})


# --- what the page itself shows too ----------------------------------------------------------------------


def apart(text: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return the words that do not lie across one before them: “灯不” says nothing beside “路灯” and “不亮”."""
    kept: dict[str, range] = {}
    for word in words:
        at = text.find(word)
        if not any(at < each.stop and each.start < at + len(word) for each in kept.values()):
            kept[word] = range(at, at + len(word)) if at >= 0 else range(0)
    return tuple(kept)


def kinds_for(text: str, chosen: str) -> dict[str, Any]:
    """Return the kinds to pick from, the chosen one among them, and whether somebody should rather call."""
    current = kinds.current()
    found = {each.code: apart(text, each.words) for each in guess(text[:LONGEST])[:OFFERED]} if text.strip() else {}
    if chosen in current:
        found.setdefault(chosen, ())
    offers = [
        Offer(code, (is_english() and current[code].name_en) or current[code].name, words, current[code].is_sealed)
        for code, words in found.items()
        if code in current
    ]
    is_danger = any(code.startswith(DANGERS) for code in found) or (
        chosen in current and current[chosen].urgency is Urgency.EXTREME
    )
    return {"offers": offers, "chosen": chosen, "is_danger": is_danger, "nearby": []}


def near_for(given: Mapping[str, str], offers: list[Offer]) -> dict[str, Any]:
    """Return what others reported near this point that may be the same, by kind and distance alone."""
    point = point_of(given, quietly=True)
    picked = given.get("template", "")
    if point is None or picked == NONE:
        return {"nearby": []}
    names = {each.code: each.name for each in offers}
    codes = [picked] if picked in names else list(names)
    return {"nearby": near(*point, codes, timezone.now()) if codes else [], "names": names}


def place_for(given: Mapping[str, str]) -> dict[str, Any]:
    """Return what is known of the place that was picked so far: `where` is its names, "" where there is none."""
    area = given.get("area", "")
    point = point_of(given, quietly=True)
    outside = False
    if point is not None:
        try:
            found = explained(*point)
        except Refused:
            found = None
        area = (found.code or "") if found else ""
        outside = not area
    told = chain(area)[2:] if area in names() else []
    return {"where": told, "outside": outside, "picked": area, "at": point}


def point_of(given: Mapping[str, str], *, quietly: bool = False) -> tuple[float, float] | None:
    """Return the point of a form, or None where there is none. Raises Invalid where it is no point, unless quietly."""
    texts = given.get("lon", "").strip(), given.get("lat", "").strip()
    if not all(texts):
        return None
    try:
        lon, lat = (float(text) for text in texts)
    except ValueError as wrong:
        if quietly:
            return None
        raise Invalid("point.invalid", lon=texts[0][:20], lat=texts[1][:20]) from wrong
    if not (math.isfinite(lon) and math.isfinite(lat)):
        if quietly:
            return None
        raise Invalid("point.invalid", lon=texts[0][:20], lat=texts[1][:20])
    return lon, lat


def named_in(text: str, home: str) -> str:
    """Return the deepest area a text names, of one name the one in this county; "" where it names none."""
    found = [
        each.code for each in places_in(RESIDENT, text[:LONGEST], home) if each.code and each.code.startswith(home)
    ]
    return max(found, key=len, default="")
