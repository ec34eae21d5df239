"""Signing in to the desk: accounts are given by the security administrator, nobody signs up.

A session ends with the browser. Who signs in at the phone's door may let it last half a day, on a phone of one's own:
then it opens the phone's pages alone, and all others ask for the password again each time the browser was closed.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

PHONE = "/f/"  # the door whose sessions may outlive the browser
KEPT = "kept-on-the-phone"  # the session's key: it outlives the browser
HERE = "tx-here"  # a cookie that goes with the browser: the password was given since it was opened
LASTS = timedelta(hours=12)  # a day's work with its rounds; counted from signing in, however much it is used


class StaffOnly(DefaultAccountAdapter):
    """allauth's adapter without the door for strangers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SignIn(LoginForm):
    """allauth's form without its reset by mail: staff have no mail address here, the administrator helps."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        if settings.DEMO:
            self.fields["login"].help_text = _("Demonstration: dispatcher, handler, checker, leader and others")
            self.fields["password"].help_text = _("Demonstration: tongxin-demo")
        if self._next().startswith(PHONE):
            self.fields["own_phone"] = forms.BooleanField(
                label=_("This is my own phone"),
                help_text=_("Stay signed in for 12 hours, also when the browser is closed. Not on a shared device."),
                initial=True,
                required=False,
            )

    def _next(self) -> str:
        asked = getattr(self, "request", None)
        return "" if asked is None else asked.POST.get("next", "") or asked.GET.get("next", "")

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in; on a phone of one's own the session lasts until a moment that use does not put off."""
        answer = super().login(request, redirect_url)
        if self.cleaned_data.get("own_phone"):
            request.session[KEPT] = True
            request.session.set_expiry(timezone.now() + LASTS)
        else:
            request.session.pop(KEPT, None)
        return answer


class Again(ReauthenticateForm):
    """allauth's form for the password given again, with the reason why instead of a reset by mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = _("A phone that stays signed in opens its own pages alone, under /f/.")


def with_password(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """Answer beyond the phone's door only where the password was given since the browser was opened."""
    if not request.session.get(KEPT) or request.path.startswith(PHONE) or HERE in request.COOKIES:
        return answer(request)
    if not did_recently_reauthenticate(request):
        return HttpResponseRedirect(
            f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}"
        )
    told = answer(request)
    told.set_cookie(HERE, "1", httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return told
