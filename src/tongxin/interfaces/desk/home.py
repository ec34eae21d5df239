"""Arriving at the desk: where the work is, and which post the person sits at."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from tongxin.interfaces.desk import frame, nav
from tongxin.rules.permissions import DESK, GRID, OVERSIGHT, UNIT, Role, may


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first queue with work of the person's post; to the lists or rules of those who have no queue."""
    now = timezone.now()
    here, over = frame.seat(request), frame.overlay_tallies(request, now)
    if here and here.role is Role.OPERATOR:
        return redirect("desk:call")
    own = nav.HOMES.get(here.role) if here else None
    if own and over[own].count:
        return redirect("desk:over-queue", own)
    waiting = frame.tallies(request, now)
    mine = frame.queues_of(request)
    first = next((queue for queue in mine if waiting[queue.state].count), mine[0] if mine else None)
    if first:
        return redirect("desk:queue", first.state.value)
    actor = request.actor  # type: ignore[attr-defined]
    if not actor.roles & (DESK | UNIT | GRID | OVERSIGHT):
        for permission, page, *_ in frame.RULES:
            if may(actor, permission):
                return redirect(page)
    return redirect("desk:matters")


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Remember the post the person sits at now. All duties count all the time; this one's work stands first."""
    duties = {str(duty.post_id): duty for duty in request.actor.duties}  # type: ignore[attr-defined]
    if chosen := duties.get(request.POST.get("post", "")):
        request.session[frame.POST] = chosen.post_id
    return HttpResponseRedirect(reverse("desk:home"))


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Return where a form asked to go afterwards, if that is a page of ours."""
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if asked and is_ours else otherwise
