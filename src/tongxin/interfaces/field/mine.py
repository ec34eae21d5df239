"""我的: the person's own posts and work, for that very person; how the phone is set."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from tongxin import words
from tongxin.apps.areas.queries import names
from tongxin.apps.matters import ground
from tongxin.apps.notify import actions, queries
from tongxin.apps.people.queries import unit_names
from tongxin.interfaces.field import frame, open_tasks, tasks
from tongxin.look.filters import say
from tongxin.rules.errors import Refused
from tongxin.rules.lifecycles.matter import State
from tongxin.rules.occasions import Medium
from tongxin.rules.permissions import Actor
from tongxin.rules.working_time import SHANGHAI

LATELY = timedelta(days=30)
FEW = 5  # reports shown at once


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the own posts and the own reports of thirty days. Nobody is compared with anybody."""
    now = timezone.now()
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return frame.page(request, "field/mine.html", _shown(request, actor, now), tab="mine")


def _shown(request: HttpRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    reports = ground.own_reports(actor, now - LATELY)
    week = now.astimezone(SHANGHAI).date() - timedelta(days=now.astimezone(SHANGHAI).weekday())
    return {
        "now": now,
        "few": FEW,
        "posts": [
            (words.label(duty.role, language), unit_names().get(duty.unit_id, ""), names().get(duty.area, ""))
            for duty in actor.duties
        ],
        "this_week": sum(row.reported_at.astimezone(SHANGHAI).date() >= week for row in reports),
        "open_ones": sum(row.closed_at is None for row in reports),
        "push": queries.switch(actor),
        "waits": open_tasks.count(request),
        "reports": [(tasks.task_of(row, now), words.label(State(row.state), language)) for row in reports],
    }


@require_POST
def push(request: HttpRequest) -> HttpResponse:
    """Tell the person on this phone of their work, or no longer; a refusal is said in a sentence."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked: dict[str, Any] = {"person_id": actor.person_id, "by": actor, "now": timezone.now()}
    try:
        if endpoint := request.POST.get("endpoint", ""):
            actions.forget_browser(endpoint=endpoint, **asked)
        else:
            told = request.POST.get("subscription", "")
            actions.subscribe(channel=Medium.PUSH, address=told, language=get_language() or "zh-hans", **asked)
    except Refused as refusal:
        return HttpResponse(say(refusal), status=refusal.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)
