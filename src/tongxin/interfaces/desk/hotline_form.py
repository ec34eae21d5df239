"""The form of a call and what stands beside it: the bar, the place and its grid, kinds, the same matter, knowledge."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongxin import words
from tongxin.apps.areas.locator import explained
from tongxin.apps.areas.queries import chain, names
from tongxin.apps.hotline import knowledge, queries
from tongxin.apps.hotline import places as spots
from tongxin.apps.hotline.models import Call
from tongxin.apps.hotline.places import Spot
from tongxin.apps.matters import kinds
from tongxin.apps.matters.incoming import NAME_LIMIT, PHONE_LIMIT
from tongxin.apps.people.queries import offices, unit_names
from tongxin.interfaces.desk import lines, mending, places, suggest
from tongxin.look import filters
from tongxin.look.forms import Choice, Field
from tongxin.rules.area_codes import Level
from tongxin.rules.calls import CallState, EmergencyService
from tongxin.rules.channels import Channel
from tongxin.rules.deadlines import Urgency
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import TEXT_LIMIT, State
from tongxin.rules.permissions import Actor
from tongxin.rules.routing import Case, route
from tongxin.rules.working_time import SHANGHAI

SEPARATOR = "~"
KEYS = {
    EmergencyService.POLICE: "F7",
    EmergencyService.FIRE: "F8",
    EmergencyService.AMBULANCE: "F9",
    EmergencyService.TRAFFIC: "Shift+F7",
}


class Offered(NamedTuple):
    """A place on offer, as the list shows it; `value` is what the form sends of it."""

    value: str
    name: str
    within: str
    week: int


class Earlier(NamedTuple):
    """What was reported of this place before. Nothing of who reported it."""

    url: str
    number: str
    code: str
    title: str
    moment: str
    state: str


class Article(NamedTuple):
    """A wording that may answer; `body` can be taken over into the answer."""

    id: int
    url: str
    title: str
    body: str
    note: str
    is_cited: bool


# --- places: one field of the form holds all of a place -----------------------------------------------------


def offered(found: Sequence[Spot]) -> list[Offered]:
    return [Offered(_value(each), each.name, each.within, each.week) for each in found]


def read_spot(value: str) -> Spot | None:
    """Return the place that the form sent; None where it is none of ours."""
    area, _dash, rest = value.partition(SEPARATOR)
    lon, lat, is_named, name = [*rest.split(SEPARATOR, 3), "", "", "", ""][:4]
    if area not in names() or len(area) < Level.CITY:
        return None
    point = (_degrees(lon), _degrees(lat))
    if None in point:
        point = (None, None)
    return Spot(name[:120], area, *point, is_named=is_named == "1")


def only_spot(actor: Actor, typed: str) -> str:
    """Return the place where what was typed can mean only one; else nothing: a person chooses."""
    found = spots.search(actor, typed)
    whole = [each for each in found if each.name == typed.strip()]
    meant = whole if len(whole) == 1 else found
    return _value(meant[0]) if len(meant) == 1 else ""


def spot_fields(value: str) -> dict[str, str]:
    """Return a place as a draft keeps it."""
    found = read_spot(value)
    if found is None:
        return {}
    kept = {"area": found.area, "place": found.name if found.is_named else ""}
    return kept | ({"lon": str(found.lon), "lat": str(found.lat)} if found.lon is not None else {})


def spot_of(form: Mapping[str, str]) -> str:
    """Return the place of a draft as the form sends it."""
    if not form.get("area"):
        return ""
    named = "1" if form.get("place") else ""
    name = form.get("place") or form.get("where", "")
    return SEPARATOR.join((form["area"], form.get("lon", ""), form.get("lat", ""), named, name))


def _value(spot: Spot) -> str:
    lon, lat = ("", "") if spot.lon is None or spot.lat is None else (f"{spot.lon:.6f}", f"{spot.lat:.6f}")
    return SEPARATOR.join((spot.area, lon, lat, "1" if spot.is_named else "", spot.name))


def _degrees(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


# --- the bar -----------------------------------------------------------------------------------------------


def stands(call: Call | None) -> str:
    """Return what the bar shows, in few letters: the page asks every second whether that is still so."""
    return f"{call.pk}.{call.state}.{call.post_id or ''}" if call else ""


def bar(actor: Actor, call: Call | None, now: datetime) -> dict[str, Any]:
    """Return what the bar of a call shows."""
    mine = {duty.post_id for duty in actor.duties}
    began = call and (call.answered_at or call.arrived_at)
    return {
        "call": call,
        "state_word": words.label(CallState(call.state), get_language() or "zh-hans") if call else "",
        "stands": stands(call),
        "is_mine": call is not None and call.post_id in mine,
        "masked": queries.masked_number(call),
        "seconds": max(0, int((now - began).total_seconds())) if began else 0,
        "services": [(each.value, words.label(each, get_language() or "zh-hans"), KEYS[each]) for each in KEYS],
        "notes": list(queries.handed_over(call)) if call and call.pk else [],
        "polled": f"{reverse('desk:call-bar')}?",
    }


def quiet_bar(actor: Actor, call: Call | None, now: datetime) -> dict[str, Any]:
    """Return the bar as it stands over other work: a call is seen and picked up, nothing is handed over from there."""
    return bar(actor, call, now) | {"services": [], "polled": f"{reverse('desk:call-bar')}?quiet=1&"}


# --- the fields --------------------------------------------------------------------------------------------


def fields(actor: Actor, given: QueryDict, wrong: Mapping[str, str], call: Call | None) -> dict[str, Any]:
    """Return the eight questions, Alt+0 to Alt+7."""
    language = get_language() or "zh-hans"
    urgencies = tuple(Choice(each.value, words.label(each, language)) for each in Urgency)
    chosen = read_spot(given.get("spot", ""))
    found = spots.search(actor, given.get("where", "")) if given.get("where") and not chosen else ()
    agreed = "use_number" in given or ("text" not in given and call is not None)
    return {
        "wrong": mending.listed(dict(wrong)),
        "text": Field(
            "text",
            _("What the caller says"),
            "area",
            given.get("text", ""),
            is_required=True,
            rows=4,
            longest=TEXT_LIMIT,
            error=wrong.get("text", ""),
            hint=_("In the caller's own words, no judgement. About the matter, not about people."),
        ),
        "where": given.get("where", ""),
        "where_error": wrong.get("where", ""),
        "spot": given.get("spot", "") if chosen else "",
        "spot_within": chosen.within if chosen else "",
        "spots": offered(found),
        "typed": given.get("where", "").strip(),
        "template_error": wrong.get("template", ""),
        "urgency": Field("urgency", _("Urgency"), "radio", given.get("urgency", "N"), choices=urgencies),
        "name": Field(
            "contact_name",
            _("How to address the caller (not required)"),
            value=given.get("contact_name", ""),
            longest=NAME_LIMIT,
            autocomplete="off",
            error=wrong.get("contact_name", ""),
        ),
        "phone": Field(
            "contact_phone",
            _("Another number to answer at"),
            "tel",
            given.get("contact_phone", ""),
            longest=PHONE_LIMIT,
            autocomplete="off",
            error=wrong.get("contact_phone", ""),
        ),
        "answer": Field(
            "answer",
            _("Answer in the call"),
            "area",
            given.get("answer", ""),
            rows=2,
            longest=TEXT_LIMIT,
            error=wrong.get("answer", ""),
            hint=_("Only for what is answered and closed at once; knowledge that is ticked is cited."),
        ),
        "agreed": agreed,
        "is_secret": "secret" in given,
    }


# --- beside it ---------------------------------------------------------------------------------------------


def known(actor: Actor, given: QueryDict, now: datetime) -> dict[str, Any]:
    """Return what is known of the place and of the matter so far."""
    spot = read_spot(given.get("spot", ""))
    told = given.copy()
    told["area"] = spot.area if spot else ""
    point = (spot.lon, spot.lat) if spot else (None, None)
    found = suggest.found(actor, told, point, now)
    area = _grid(spot)
    template = given.get("template", "")
    return {
        "offers": found.offers[:4],
        "said": found.said,
        "chosen": template,
        "q": given.get("q", ""),
        "same": found.same,
        "earlier": _earlier(actor, spot, {each.number for each in found.same}, now),
        "has_place": spot is not None and (spot.is_named or spot.lon is not None or len(spot.area) >= Level.VILLAGE),
        "facts": _facts(spot, area, template, given),
        "map": places.map_of(replace(spot, area=area), height=120) if spot and len(area) >= Level.VILLAGE else None,
        "is_sketch": places.is_sketch(area),
        "script": _script(spot, area, template, given),
        "is_told": bool(given.get("text", "").strip()),
        "articles": list(_articles(given, area, template, now)),
    }


def _grid(spot: Spot | None) -> str:
    """Return the deepest area of a place: by its point where it has one."""
    if spot is None or spot.lon is None or spot.lat is None:
        return spot.area if spot else ""
    return explained(spot.lon, spot.lat).code or spot.area


def _earlier(actor: Actor, spot: Spot | None, listed: set[str], now: datetime) -> list[Earlier]:
    if spot is None:
        return []
    place = spot.name if spot.is_named else ""
    rows = queries.at_place(actor, now, area=spot.area, place=place, lon=spot.lon, lat=spot.lat)
    language = get_language() or "zh-hans"
    return [
        Earlier(
            f"{lines.base()}{row.number}/",
            row.number,
            row.template_code,
            row.title,
            filters.recent(row.reported_at, now),
            words.label(State(row.state), language),
        )
        for row in rows
        if row.number not in listed
    ]


def _facts(spot: Spot | None, area: str, template: str, given: QueryDict) -> list[tuple[str, str]]:
    if spot is None:
        return []
    facts = [
        (_("Grid") if len(area) >= Level.GRID else _("Area"), chain(area)[-1]),
        (_("Code"), area),
        (_("Within"), " ".join(chain(area)[-4:-1])),
    ]
    if unit := _unit(area, template, given):
        facts.append((_("Handled by"), unit))
    return facts


def _unit(area: str, template: str, given: QueryDict) -> str:
    """Return the unit that the rules name for this kind here; nothing where either is not known yet."""
    kind = kinds.current().get(template)
    if kind is None or len(area) < Level.TOWN:
        return ""
    urgency = given.get("urgency", "") or kind.urgency
    try:
        answer = route(Case(kind.code, kind.level, urgency, Channel.HOTLINE, area), kinds.routing(), offices())
    except Refused:
        return ""
    return unit_names().get(answer.unit_id, "")


def _script(spot: Spot | None, area: str, template: str, given: QueryDict) -> str:
    """Return what is read out before it is sent: only what a clock holds is promised."""
    kind, unit = kinds.current().get(template), _unit(area, template, given)
    if spot is None or kind is None or not unit:
        return ""
    told = {
        "place": spot.name or chain(area)[-1],
        "kind": kind.name_en if filters.is_english() else kind.name,
        "unit": unit,
        "limit": filters.limit(kind.limit.amount, kind.limit.unit),
    }
    return (
        _(
            "“You report %(kind)s at %(place)s; please tell me if that is not right. %(unit)s handles it within "
            "%(limit)s from dispatch. We shall call you back and tell you.”"
        )
        % told
    )


def _articles(given: QueryDict, area: str, template: str, now: datetime) -> list[Article]:
    text = f"{given.get('text', '')} {given.get('ask', '')}".strip()
    today = now.astimezone(SHANGHAI).date()
    cited = {each for each in given.getlist("article") if each.isdecimal() and len(each) < 19}
    found = knowledge.beside(text, today, area=area, template=template) if text or template else []
    listed = {str(each.article_id) for each in found}
    # what is ticked stays in sight while the text goes on
    found = [*knowledge.chosen([int(each) for each in sorted(cited - listed)[:5]], today), *found]
    return [
        Article(
            each.article_id,
            reverse("desk:knowledge-one", args=[each.code]),
            each.version.title,
            each.version.body,
            _note(each),
            str(each.article_id) in cited,
        )
        for each in found
    ]


def _note(found: knowledge.Found) -> str:
    version, language = found.version, get_language() or "zh-hans"
    until = _("good until %(day)s") % {"day": version.until_on.isoformat()} if version.until_on else ""
    fresh = words.label(found.freshness, language) if found.freshness != "in_force" else ""
    return " · ".join(filter(None, [version.source, until, fresh]))
