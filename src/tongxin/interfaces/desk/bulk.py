"""One act on many ticked matters: with its form where it has one, and what became of each of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin import words
from tongxin.apps.matters import actions, queries
from tongxin.apps.matters.actions import Asked, Taken
from tongxin.apps.matters.actions.light import mark_read
from tongxin.apps.matters.models import Matter
from tongxin.interfaces.desk import frame, lines, texts
from tongxin.interfaces.desk import units as directory
from tongxin.interfaces.desk.asking import fields_of, owes_reply
from tongxin.interfaces.desk.offers import ASKS, NEXT
from tongxin.look import filters
from tongxin.look.forms import Field
from tongxin.look.icons import ACTS
from tongxin.rules.area_codes import Level
from tongxin.rules.errors import Missing, Refused
from tongxin.rules.lifecycles.matter import LIFECYCLE, Act, CloseKind, Ground, State
from tongxin.rules.permissions import Actor

MOST = 200  # matters at once
KEPT = "many"  # the session's key of what became of the last ones
KEEPS = ("reason", "ground", "route", "unit", "close_as", "reply")  # what of a form is kept to try again
AS_SUGGESTED = "suggested"
# these are told apart one by one: they name another matter, cannot be undone, or wait for somebody's second look
ONE_BY_ONE = frozenset(
    {
        *(Act.ANSWER, Act.MERGE, Act.UNMERGE, Act.FOLLOW, Act.TAKE_BACK, Act.PROPOSE_VOID, Act.VOID),
        *(Act.REOPEN, Act.REINSTATE, Act.REHANDLE, Act.RECLASSIFY),
    }
)
MANY = tuple(act for act, asks in ASKS.items() if act not in ONE_BY_ONE and not {"before", "after"} & set(asks))


class Offer(NamedTuple):
    """An act that may be taken on ticked matters; at once it needs no form, and `unit` says to whom it dispatches."""

    act: Act
    label: str
    url: str
    icon: str
    is_at_once: bool
    unit: str = ""


def offers(actor: Actor, state: State) -> list[Offer]:
    """Return the acts that one of the actor's posts takes in this state, the natural next one first."""
    language = get_language() or "zh-hans"
    mine = [
        step.act
        for step in LIFECYCLE
        if step.act in MANY and state in step.sources and actor.roles & (step.by | step.sealed_by)
    ]
    acts = sorted(dict.fromkeys(mine), key=lambda act: act is not NEXT.get(state))
    found = [Offer(act, words.label(act, language), _url(act), ACTS[act], not ASKS[act]) for act in acts]
    if found and found[0].act is Act.DISPATCH:
        suggested = found[0]._replace(label=_("Dispatch as suggested"), is_at_once=True, unit=AS_SUGGESTED)
        found[:1] = [suggested, found[0]._replace(label=_("Dispatch to one unit"), icon="building-community")]
    return found


@require_http_methods(["GET", "POST"])
def many(request: HttpRequest, act: str) -> HttpResponse:
    """Show the form of an act for the ticked matters, or take it on all of them: a refused one stops no other."""
    if act not in {each.value for each in MANY}:
        raise Http404
    asked, now = Act(act), timezone.now()
    given = request.POST if request.method == "POST" else request.GET
    before = request.session.get(KEPT, {}) if "again" in request.GET else {}
    numbers = before.get("refused") or list(dict.fromkeys(given.getlist("number")))
    found = _found(request.actor, numbers)  # type: ignore[attr-defined]
    told = before.get("given") or {name: given[name] for name in given if name != "number"}
    if unit := request.GET.get("unit", ""):  # of a button that dispatches each as suggested
        told = told | {"unit": told.get("unit") or unit}
    fields = _fields(found, asked, told)
    ready = texts.picker(request, act, fields, None)
    if (written := texts.inserted(request, given, ready)) is not given:
        fields = _fields(found, asked, written)
    if request.method == "POST":
        fields = [_checked(field, told) for field in fields]
        if found and not any(field.error for field in fields):
            return done(request, asked, numbers, told, now)
    context = {
        "now": now,
        "act": asked,
        "label": words.label(asked, get_language() or "zh-hans"),
        "matters": [(each.number, f"{lines.base()}{each.number}/", each.title) for each in found],
        "fields": fields,
        "offered": _offered(found, asked, told),
        "ready": ready,
        "gone": len(numbers) - len(found),
        "next": _ours(request, told),
    }
    return frame.page(request, "desk/many.html", context, status=422 if request.method == "POST" else 200)


@require_safe
def outcome(request: HttpRequest) -> HttpResponse:
    """Show what became of the last ones, with a way to try the refused ones again."""
    kept = request.session.get(KEPT)
    if kept is None:
        return redirect("desk:matters")
    act = Act(kept["act"])
    context = {
        "title": kept["title"],
        "act": act,
        "items": [Item(*each) for each in kept["items"]],
        "refused": kept["refused"],
        "is_form": bool(ASKS[act]) and kept["given"].get("unit") != AS_SUGGESTED and not kept["again_url"],
        "again_url": kept["again_url"] or _url(act),
        "given": kept["given"],
        "next": kept["given"].get("next", ""),
    }
    return frame.page(request, "desk/many_done.html", context)


class Item(NamedTuple):
    """What became of one matter: a sentence where it was refused, else where it stands now."""

    number: str
    title: str
    url: str
    is_done: bool
    text: str


def done(
    request: HttpRequest,
    act: Act,
    numbers: Sequence[str],
    given: Mapping[str, str],
    now: datetime,
    *,
    title: str = "",
    again_url: str = "",
) -> HttpResponse:
    """Take an act with these details on all of these matters and lead to the page that tells what became of each.

    A macro gives its own title, and its address as the one to try the refused ones again.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = _found(actor, numbers)
    answers = actions.take_many([_asked(act, each, actor, now, given) for each in found])
    mark_read([answer.id for answer in answers if isinstance(answer, Taken)], by=actor, now=now)
    items = [*_items(found, answers), *_missing(numbers, found)]
    request.session[KEPT] = {
        "act": act.value,
        "title": title or words.label(act, get_language() or "zh-hans"),
        "items": items,
        "refused": [item.number for item in items if not item.is_done],
        "given": {name: given[name] for name in KEEPS if given.get(name)} | {"next": _ours(request, given)},
        "again_url": again_url,
    }
    return HttpResponseRedirect(reverse("desk:many-done"))


def _asked(act: Act, matter: Matter, by: Actor, now: datetime, given: Mapping[str, str]) -> Asked:
    unit = matter.suggested_id if given.get("unit") == AS_SUGGESTED else _id(given.get("unit", ""))
    return Asked(
        act,
        matter.pk,
        by,
        now,
        reason=texts.filled(given.get("reason", ""), matter),
        ground=_one(Ground, given.get("ground", "")),
        route=given.get("route", ""),
        unit_id=unit if act is Act.DISPATCH else None,
        suggested_unit=unit if act is Act.RETURN else None,
        close_as=_one(CloseKind, given.get("close_as", "")),
        reply=texts.filled(given.get("reply", ""), matter) if owes_reply(matter) else "",
    )


def _found(actor: Actor, numbers: Sequence[str]) -> list[Matter]:
    """Return the matters of these numbers that the actor may see, the most urgent first. One statement."""
    return list(queries.visible_to(actor).filter(number__in=numbers[:MOST]).order_by("due_at", "id")) if numbers else []


def _items(found: Sequence[Matter], answers: Sequence[Taken | Refused]) -> Iterator[Item]:
    language = get_language() or "zh-hans"
    for matter, answer in zip(found, answers, strict=True):
        is_done = isinstance(answer, Taken)
        text = words.label(answer.state, language) if isinstance(answer, Taken) else filters.say(answer)
        yield Item(matter.number, matter.title, f"{lines.base()}{matter.number}/", is_done, text)


def _missing(numbers: Sequence[str], found: Sequence[Matter]) -> Iterator[Item]:
    seen = {matter.number for matter in found}
    gone = filters.say(Missing("matter.missing", number=""))
    for number in numbers:
        if number not in seen:
            yield Item(number[:24], "", "", False, gone)


# --- the form --------------------------------------------------------------------------------------------


def _fields(found: Sequence[Matter], act: Act, given: Mapping[str, str]) -> list[Field]:
    """Return what the act asks of all of them; photos belong to one matter, and an answer to who waits for one."""
    if not found:
        return []
    sample = next((each for each in found if owes_reply(each)), found[0])
    return [field for field in fields_of(sample, act, given, None) if field.kind != "photos"]


def _checked(field: Field, given: Mapping[str, str]) -> Field:
    lacks = field.is_required and not given.get(field.name, "").strip()
    return replace(field, error=_("Please fill this in.")) if lacks else field


def _offered(found: Sequence[Matter], act: Act, given: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the units to choose from, those that serve all of the matters; the suggested ones are kept one by one."""
    if "unit" not in ASKS[act] or not found:
        return None
    area = _around([each.area for each in found])
    typed = given.get("q", "").strip()
    return {
        "chosen": _id(given.get("unit", "")),
        "typed": typed,
        "listed": directory.search(typed, area) if typed else directory.alternatives(found[0]),
        "returned": set(),
    }


def _around(areas: Sequence[str]) -> str:
    """Return the smallest area that holds all of these: their codes as far as they agree, down to a level's width."""
    first, last = min(areas), max(areas)
    return next(
        (
            first[:level]
            for level in sorted(Level, reverse=True)
            if len(first) >= level and last[:level] == first[:level]
        ),
        "",
    )


def _ours(request: HttpRequest, given: Mapping[str, str]) -> str:
    """Return where to go afterwards, if that is a page of ours."""
    asked = given.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else ""


def _url(act: Act) -> str:
    return reverse("desk:many", args=[act.value])


def _one(kind: Any, text: str) -> Any:
    return kind(text) if text in set(kind) else None


def _id(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 19 else None
