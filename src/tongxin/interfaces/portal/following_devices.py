"""Whose phone it is: a signed key a matter, kept by the browser that reported it or proved to be the reporter's."""

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongxin.apps.matters import receipts
from tongxin.apps.matters.models import Matter

PREFIX = "tongxin-own-"
A_YEAR = 400 * 24 * 3600  # as long as browsers keep anything
MOST = 60  # keys looked at: a browser sends what somebody made it keep


def remember(response: HttpResponse, matter: Matter) -> None:
    """Have this device be known as the one that reported: it sees and does what a link alone does not."""
    _keep(response, matter, A_YEAR)


def remember_for_now(response: HttpResponse, matter: Matter) -> None:
    """The same until the browser is closed: who proved it may sit at somebody else's device."""
    _keep(response, matter, None)


def forget(response: HttpResponse, matter: Matter) -> None:
    """Have this device be anybody's again."""
    response.delete_cookie(f"{PREFIX}{matter.pk}", path=reverse("portal:home"))


def is_own(request: HttpRequest, matter: Matter) -> bool:
    """Tell whether this device may act as the matter's reporter."""
    return receipts.opens(request.COOKIES.get(f"{PREFIX}{matter.pk}", ""), matter)


def own(request: HttpRequest) -> list[Matter]:
    """Return the matters this device reported, the newest first. One statement, none without keys."""
    keys = dict(_keys(request))
    return receipts.own(keys) if keys else []


def _keep(response: HttpResponse, matter: Matter, max_age: int | None) -> None:
    response.set_cookie(
        f"{PREFIX}{matter.pk}",
        receipts.key_of(matter),
        max_age=max_age,
        path=reverse("portal:home"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _keys(request: HttpRequest) -> Iterator[tuple[int, str]]:
    for name in [name for name in request.COOKIES if name.startswith(PREFIX)][:MOST]:
        number = name.removeprefix(PREFIX)
        if number.isascii() and number.isdecimal() and len(number) < 19:
            yield int(number), request.COOKIES[name]
