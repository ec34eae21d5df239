"""What the person of a request keeps, asked for once a request: read marks, and own lists for the navigation."""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.apps.matters import light
from tongxin.apps.matters.light import Kept, Mine
from tongxin.apps.matters.queries import CAP, Filters, Tally
from tongxin.interfaces.desk.filtering import filters_of, query_of
from tongxin.look.filters import capped
from tongxin.look.shell import NavItem
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import OPEN, State

SHOWN = 8  # lists in the navigation, each with its count; the others stand on their page


def mine(request: HttpRequest) -> Mine:
    """Return what the person keeps. One statement a request, however often it is asked."""
    if not hasattr(request, "mine"):
        request.mine = light.mine(request.actor)  # type: ignore[attr-defined]
    return request.mine  # type: ignore[attr-defined,no-any-return]


def new_in(request: HttpRequest, state: State, tally: Tally) -> str:
    """Return how many matters of a queue the person has not read: `3`, or nothing."""
    if not tally.count or tally.count > CAP:
        return capped(tally.count) if tally.count else ""
    unread = tally.count - mine(request).read_in().get(state, 0)
    return str(unread) if unread > 0 else ""


def items(request: HttpRequest, now: datetime) -> Iterator[NavItem]:
    """Yield the own and the shared lists with their counts. One statement more where there are any."""
    lists = mine(request).lists[:SHOWN]
    narrowed = [filters_in(each) for each in lists]
    known = [each for each in narrowed if each is not None]
    counts = iter(light.counted(request.actor, known, now))  # type: ignore[attr-defined]
    here = request.get_full_path()
    for each, filters in zip(lists, narrowed, strict=True):
        url = reverse("desk:lists") if filters is None else url_of(filters)
        many = 0 if filters is None else next(counts)
        icon = "bookmark" if each.is_own else "users"
        yield NavItem(each.name, url, icon, capped(many) if many else "", is_current=here == url)
    if lists:
        own = reverse("desk:lists")
        yield NavItem(_("Manage lists"), own, "adjustments", is_current=request.path == own)


def filters_in(kept: Kept) -> Filters | None:
    """Return what a kept list is narrowed to; None where its filters can no longer be read."""
    try:
        return filters_of(QueryDict(kept.query))
    except Refused:
        return None


def url_of(filters: Filters) -> str:
    """Return the address of a list: that of the queue where it is one."""
    if len(filters.states) == 1 and filters.states[0] in OPEN:
        query = query_of(filters, state="")
        return reverse("desk:queue", args=[filters.states[0].value]) + (f"?{query}" if query else "")
    return f"{reverse('desk:matters')}?{query_of(filters)}"
