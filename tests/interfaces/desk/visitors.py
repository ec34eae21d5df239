"""Who comes to the desk: a browser signed in as one of the cast."""

from django.conf import settings
from django.test import Client

from tongxin.apps.people.models import Account

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def visitor(name: str, language: str = "zh-hans") -> Client:
    """Return a browser of this member of the cast, past the second factor."""
    assert BACKEND in settings.AUTHENTICATION_BACKENDS
    client = Client(headers={"accept-language": language})
    client.force_login(Account.objects.get(username=name), backend=BACKEND)
    session = client.session
    session["second-factor"] = True
    session.save()
    return client
