"""The desk's door: who is let in, and with what."""

import pytest
from django.test import Client

from tongxin.apps.people.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(town) -> Client:
    browser = Client()
    account = Account.objects.get(username="dispatcher")
    browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


@pytest.mark.parametrize("path", ["/", "/m/", "/q/awaiting_dispatch/", "/map/", "/report/", "/admin/templates/"])
def test_a_stranger_is_sent_to_the_sign_in_page(db, path):
    answer = Client().get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/?next=")


def test_staff_without_a_second_factor_is_asked_to_set_one_up(signed_in):
    answer = signed_in.get("/m/")

    assert answer.status_code == 302
    assert answer["Location"] == "/account/2fa/totp/activate/"


def test_a_demonstration_asks_for_none(signed_in, settings):
    settings.SECOND_FACTOR_REQUIRED = False

    assert signed_in.get("/m/").status_code == 200


def test_nobody_signs_up(db):
    assert Client().get("/account/signup/").status_code == 200
    Client().post("/account/signup/", {"username": "stranger", "password1": "a-long-password-1"})

    assert not Account.objects.filter(username="stranger").exists()


def test_after_eight_wrong_passwords_the_name_is_locked(town):
    browser = Client()
    for _ in range(8):
        browser.post("/account/login/", {"login": "handler", "password": "wrong"})

    browser.post("/account/login/", {"login": "handler", "password": "tongxin"})

    assert "_auth_user_id" not in browser.session
