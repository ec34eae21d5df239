"""Switches that change how pages look, never what they hold."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from tongxin.look.jinja import ELDER_COOKIE
from tongxin.look.sample import kit_context

YEAR = 365 * 24 * 3600


@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """Remember in a cookie whether this reader wants large letters: it must work before signing in."""
    back = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    answer = HttpResponseRedirect(back if is_ours else "/")
    wanted = "1" if request.POST.get("elder") == "1" else "0"
    answer.set_cookie(ELDER_COOKIE, wanted, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return answer


@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    """Show every component in every state, with made-up content."""
    return render(request, "look/kit_page.html", kit_context())
