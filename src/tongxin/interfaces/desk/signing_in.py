"""Signing in to the desk: accounts are given by the security administrator, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffOnly(DefaultAccountAdapter):
    """allauth's adapter without the door for strangers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
