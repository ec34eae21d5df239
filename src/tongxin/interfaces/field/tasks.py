"""待办: what waits for the person on the ground, as lists show it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.apps.areas.queries import names
from tongxin.apps.matters import ground
from tongxin.apps.matters.queries import Row
from tongxin.interfaces.field import frame
from tongxin.look import filters
from tongxin.rules.lifecycles.matter import State


class Task(NamedTuple):
    """One line of a list: what to do, where, and how much time is left."""

    number: str
    url: str
    does: str
    title: str
    place: str
    lamp: str
    left: str
    lon: float | None
    lat: float | None


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show all that waits for the person; the phone itself can order it by distance."""
    now = timezone.now()
    found = of(request, now)
    groups = [(title, part) for title, states in _groups() if (part := [t for t, s in found if s in states])]
    return frame.page(request, "field/tasks.html", {"now": now, "groups": groups}, tab="tasks")


def of(request: HttpRequest, now: datetime) -> list[tuple[Task, State]]:
    """Return the person's tasks with their states, the most urgent first. One statement a request."""
    if not hasattr(request, "field_tasks"):
        rows = ground.tasks(request.actor)  # type: ignore[attr-defined]
        request.field_tasks = [(task_of(row, now), State(row.state)) for row in rows]  # type: ignore[attr-defined]
    return request.field_tasks  # type: ignore[attr-defined,no-any-return]


def task_of(row: Row, now: datetime) -> Task:
    """Return a matter as a line of a list."""
    lamp = row.lamp(now)
    return Task(
        number=row.number,
        url=reverse("field:matter", args=[row.number]),
        does=does(row.state),
        title=row.title,
        place=row.place or names().get(row.area, ""),
        lamp=lamp.value if lamp else "",
        left=filters.remainder_brief(row.due_at, now) if row.closed_at is None and row.due_at else "",
        lon=row.lon,
        lat=row.lat,
    )


def does(state: str) -> str:
    """Return what is to be done with a matter in this state, in a word."""
    named = {
        State.VERIFYING: _("To verify"),
        State.AWAITING_CHECK: _("To check"),
        State.AWAITING_SIGNATURE: _("To sign"),
        State.HANDLING: _("To handle"),
        State.AWAITING_REVIEW: _("Look through"),
    }
    return named.get(State(state), "")


def _groups() -> Sequence[tuple[str, frozenset[State]]]:
    return (
        (_("Go and look"), frozenset(ground.TO_LOOK_AT)),
        (_("My unit's to handle"), frozenset(ground.TO_HANDLE)),
        (_("To review"), frozenset(ground.TO_REVIEW)),
    )
