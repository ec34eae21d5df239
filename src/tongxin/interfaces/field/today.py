"""今日: the day of somebody on the ground, in cards. Other modules add theirs with `@card`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongxin.apps.notify import queries as notices
from tongxin.apps.people.rosters import ahead
from tongxin.interfaces.field import frame, tasks

SHOWN = 5


class Card(NamedTuple):
    """A card of the day: its template and what that shows."""

    template: str
    context: Mapping[str, Any]


Maker = Callable[[HttpRequest, datetime], Card | None]
_MAKERS: list[tuple[int, Maker]] = []


def card(place: int) -> Callable[[Maker], Maker]:
    """Register a card of the day; cards stand in the order of their places, the tasks at 50.

    It answers None where it has nothing to show to this person.
    """

    def register(maker: Maker) -> Maker:
        _MAKERS.append((place, maker))
        _MAKERS.sort(key=lambda each: each[0])
        return maker

    return register


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Show what today brings: the cards of this person, and what waits."""
    now = timezone.now()
    tasks.of(request, now)
    made = (maker(request, now) for _place, maker in _MAKERS)
    context = {"now": now, "cards": [each for each in made if each], "until": _on_duty_until(request, now)}
    context["unread"] = notices.unread(request.actor)  # type: ignore[attr-defined]
    return frame.page(request, "field/today.html", context, tab="today")


def _on_duty_until(request: HttpRequest, now: datetime) -> datetime | None:
    """Return when the person's shift of now ends; None outside shifts. One statement."""
    posts = [duty.post_id for duty in request.actor.duties if duty.post_id]  # type: ignore[attr-defined]
    return max((shift.end_at for shift in ahead(posts, now, now)), default=None)


@card(50)
def _tasks(request: HttpRequest, now: datetime) -> Card:
    found = tasks.of(request, now)
    return Card("field/today_tasks.html", {"tasks": [each for each, _state in found[:SHOWN]], "count": len(found)})
