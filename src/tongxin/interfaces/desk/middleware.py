"""What stands around every desk page: who acts, the second factor, and refusals that no page caught."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from tongxin import words
from tongxin.apps.people import queries
from tongxin.interfaces.desk import signing_in
from tongxin.rules.errors import Refused
from tongxin.rules.permissions import Actor

Answer = Callable[[HttpRequest], HttpResponse]
NOBODY = Actor("anonymous")
OPEN_PATHS = (
    "/account/", "/look/", "/static/", "/api/", "/healthz", "/metrics", "/p/",
    "/f/sw.js", "/f/manifest.webmanifest", "/f/offline/", "/f/help/",
)  # fmt: skip


class Acting:
    """Puts `request.actor` on every request: the person with the posts held now, read when first asked for."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]
        return self._answer(request)


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts: nobody without an account or a person behind it."""
    person_id = getattr(request.user, "person_id", None)
    return queries.actor_of(person_id, timezone.now()) if person_id else NOBODY


class SignedIn:
    """Lets only accounts with their second factor further than the sign-in pages."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OPEN_PATHS):
            return self._answer(request)
        if not request.user.is_authenticated:
            return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?next={request.path}")
        if settings.SECOND_FACTOR_REQUIRED and not _has_second_factor(request):
            return redirect("mfa_activate_totp")
        return signing_in.with_password(request, self._answer)


def _has_second_factor(request: HttpRequest) -> bool:
    """Ask once a session: a factor is set up under /account/, which stays open."""
    if not request.session.get("second-factor"):
        from allauth.mfa.utils import is_mfa_enabled

        request.session["second-factor"] = is_mfa_enabled(request.user)
    return bool(request.session["second-factor"])


class Refusing:
    """Turns a refusal that no view caught into a sentence on a page, or into a banner where htmx asked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused) or request.path.startswith(("/api/", "/p/")):
            return None
        sentence = words.say(error, get_language() or "zh-hans")
        back = request.headers.get("Referer") or "/"
        context = {"sentence": sentence, "code": error.code, "back_url": back}
        return render(request, "look/refused.html", context, status=error.status)
