"""Who comes to the desk: a browser signed in as one of the cast."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from tongxin.apps.people.models import Account

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
Session = import_module(settings.SESSION_ENGINE).SessionStore


def visitor(name: str, language: str = "zh-hans") -> Client:
    """Return a browser of this member of the cast, past the second factor."""
    client = Client(headers={"accept-language": language})
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(name)
    return client


def session_of(name: str) -> str:
    """Return the key of a session past the second factor, written in one go: signing in takes a dozen statements."""
    assert BACKEND in settings.AUTHENTICATION_BACKENDS
    account = Account.objects.get(username=name)
    session = Session()
    session.update({SESSION_KEY: str(account.pk), BACKEND_SESSION_KEY: BACKEND, "second-factor": True})
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return session.session_key
