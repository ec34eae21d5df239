"""How often one address may come: counted before anything it sent is read."""

import functools

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from tongxin.guard.addresses import address_of
from tongxin.guard.limits import Limit, TooOften
from tongxin.interfaces.portal.frame import View, city, refused, shell_at

REPORTS = Limit(a_minute=6, burst=20)
HINTS = Limit(a_minute=90, burst=60)  # what a form asks while somebody types: about one a second
PAGES = Limit(a_minute=120, burst=60)


def limited(limit: Limit, *methods: str) -> functools.partial[View]:
    """Count each knock with one of these methods; beyond the limit the answer is 429, and no body was read."""
    return functools.partial(_limited, limit, frozenset(methods))


def _limited(limit: Limit, methods: frozenset[str], view: View) -> View:
    # the token of a form stands in its body: it is checked here, after the count, and not before by the middleware
    checked = csrf_protect(view)

    @csrf_exempt
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method in methods:
            try:
                limit.take(address_of(request))
            except TooOften as refusal:
                request.shell = shell_at(city())  # type: ignore[attr-defined]
                return refused(request, refusal)
        return checked(request, *args, **kwargs)

    return answer
