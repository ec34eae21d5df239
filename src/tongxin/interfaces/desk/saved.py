"""Lists under a name: kept from any list, shown in the navigation, and looked after on a page of their own."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.apps.matters import light
from tongxin.apps.matters.actions import light as actions
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.desk import frame, home, kept, narrowing
from tongxin.interfaces.desk.filtering import filters_of, query_of
from tongxin.look import filters
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import GRANTS, Actor, Permission, may

Act = Callable[..., Any]


class Shown(NamedTuple):
    """One list on the page that looks after them."""

    id: int
    name: str
    url: str
    facts: tuple[str, ...]
    count: str
    is_own: bool
    unit: str
    is_first: bool
    is_last: bool


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the own lists and those shared with the own units."""
    context = {
        "lists": list(_shown(request)),
        "most": actions.MOST,
        "units": [(unit, unit_names().get(unit, "")) for unit in units_led(request.actor)],  # type: ignore[attr-defined]
    }
    return frame.page(request, "desk/lists.html", context)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the list that the form stands on, perhaps for the unit too, and go back to it."""
    posted, by, now = request.POST, request.actor, timezone.now()  # type: ignore[attr-defined]
    narrowed = filters_of(QueryDict(posted.get("query", "")))

    def keeping() -> None:
        made = actions.keep_list(name=posted.get("name", ""), query=query_of(narrowed), by=by, now=now)
        if unit := _id(posted.get("share", "")):
            actions.share_list(list_id=made.pk, unit_id=unit, by=by, now=now)

    _told(request, keeping, _("The list “%(name)s” now stands in the navigation.") % {"name": posted.get("name", "")})
    return HttpResponseRedirect(home.back_to(request, kept.url_of(narrowed)))


@require_POST
def change(request: HttpRequest, list_id: int) -> HttpResponse:
    """Rename, move, share or drop an own list."""
    posted = request.POST
    told = {"list_id": list_id, "by": request.actor, "now": timezone.now()}  # type: ignore[attr-defined]
    acts: dict[str, tuple[Act, dict[str, Any], str]] = {
        "rename": (actions.rename_list, {"name": posted.get("name", "")}, _("Renamed.")),
        "up": (actions.move_list, {"step": -1}, ""),
        "down": (actions.move_list, {"step": 1}, ""),
        "share": (actions.share_list, {"unit_id": _id(posted.get("unit", ""))}, _("Sharing changed.")),
        "drop": (actions.drop_list, {}, _("The list is deleted; its matters stay as they are.")),
    }
    if posted.get("do") not in acts:
        raise Http404
    act, more, said = acts[posted["do"]]
    _told(request, lambda: act(**told, **more), said)
    return redirect("desk:lists")


def units_led(actor: Actor) -> list[int]:
    """Return the units an actor may share lists and texts with."""
    if not may(actor, Permission.EQUIP_UNIT):
        return []
    return sorted({duty.unit_id for duty in actor.holding(GRANTS[Permission.EQUIP_UNIT])})


def _shown(request: HttpRequest) -> Iterator[Shown]:
    lists = kept.mine(request).lists
    narrowed = [kept.filters_in(each) for each in lists]
    counts = iter(light.counted(request.actor, [each for each in narrowed if each], timezone.now()))  # type: ignore[attr-defined]
    own = [each.id for each in lists if each.is_own]
    for each, of in zip(lists, narrowed, strict=True):
        facts = tuple(chip.text for chip in narrowing.chips(of, ())) if of else (_("These filters are gone."),)
        lamp = (filters.label(of.lamp),) if of and of.lamp else ()
        yield Shown(
            each.id,
            each.name,
            kept.url_of(of) if of else "",
            (*facts, *lamp),
            filters.capped(next(counts)) if of else filters.NOT_APPLICABLE,
            each.is_own,
            unit_names().get(each.unit_id or 0, ""),
            each.id in own[:1],
            each.id in own[-1:],
        )


def _told(request: HttpRequest, act: Callable[[], object], said: str) -> None:
    """Do it and say so; a refusal becomes a banner."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, filters.say(refusal))
    else:
        if said:
            messages.success(request, said)


def _id(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 19 else None
