"""Signing in to the desk: accounts are given by the security administrator, nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


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
