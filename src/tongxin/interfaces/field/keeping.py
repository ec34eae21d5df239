"""What a phone keeps for a day without a network: the addresses, told by the modules whose pages they are."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongxin.interfaces.field import syncing, tasks

MOST = 120
TABS = ("today", "tasks", "report", "report-forms", "map", "mine", "waiting")

Lister = Callable[[HttpRequest, datetime], Iterable[str]]
_LISTERS: list[Lister] = []


def keeps(lister: Lister) -> Lister:
    """Register who names pages, pictures or data that the phone keeps for a day."""
    _LISTERS.append(lister)
    return lister


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """Answer what the phone of this person keeps, the most needed first."""
    now = timezone.now()
    urls = dict.fromkeys(url for lister in _LISTERS for url in lister(request, now))
    told = {"person": syncing.person_key(request.actor), "urls": list(urls)[:MOST]}  # type: ignore[attr-defined]
    answer = JsonResponse(told)
    answer["Cache-Control"] = "no-store"
    return answer


@keeps
def _tabs(request: HttpRequest, now: datetime) -> Iterable[str]:
    return (reverse(f"field:{name}") for name in TABS)


@keeps
def _tasks(request: HttpRequest, now: datetime) -> Iterable[str]:
    return (each.url for each, _state in tasks.of(request, now))
