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


def at_the_phones_door(**ticked) -> Client:
    browser = Client()
    browser.post("/account/login/", {"login": "grid_worker", "password": "tongxin", "next": "/f/", **ticked})
    return browser


def test_on_an_own_phone_a_session_outlives_the_browser_for_half_a_day_and_not_longer(town, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    asked = Client().get("/account/login/?next=/f/").content.decode()

    own, shared = at_the_phones_door(own_phone="on"), at_the_phones_door()

    assert 'name="own_phone"' in asked and 'name="own_phone"' not in Client().get("/account/login/").content.decode()
    assert shared.cookies["sessionid"]["max-age"] == ""  # it goes with the browser
    assert 43_100 < own.cookies["sessionid"]["max-age"] <= 43_200
    until = own.session["_session_expiry"]
    own.get("/f/mine/")
    assert own.session["_session_expiry"] == until  # use does not put it off


def test_what_outlives_the_browser_opens_the_phone_alone_until_the_password_is_given_again(town, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    browser = at_the_phones_door(own_phone="on")

    door = browser.get("/m/?q=lamp")
    assert browser.get("/f/").status_code == 200
    assert door["Location"] == "/account/reauthenticate/?next=%2Fm%2F%3Fq%3Dlamp"
    assert "/account/password/reset/" not in browser.get(door["Location"]).content.decode()  # nobody has a mail here
    browser.post(door["Location"], {"password": "wrong"})
    assert browser.get("/m/").status_code == 302

    browser.post(door["Location"], {"password": "tongxin"})

    assert browser.get("/m/").status_code == 200
    del browser.cookies["tx-here"]  # the browser was closed, and some time went by
    records = browser.session["account_authentication_methods"]
    session = browser.session
    session["account_authentication_methods"] = [{**each, "at": each["at"] - 600} for each in records]
    session.save()
    assert browser.get("/m/").status_code == 302
    assert browser.get("/f/").status_code == 200


def test_a_found_phone_is_no_place_to_try_passwords_at(town, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    browser = at_the_phones_door(own_phone="on")

    answers = [browser.post("/account/reauthenticate/", {"password": f"guess-{n}"}).status_code for n in range(11)]

    assert answers[-1] == 429
