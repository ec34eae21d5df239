"""Keys: who gets in, and how a stranger is told."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.interfaces.api.conftest import a_body
from tongxin.apps.matters.models import Matter
from tongxin.apps.people.actions import end_post, issue_key, revoke_key
from tongxin.apps.people.models import Account, ApiKey, Post
from tongxin.interfaces.api.v1 import keys

ADDRESSES = [
    ("GET", "/api/v1/matters"),
    ("POST", "/api/v1/matters"),
    ("GET", "/api/v1/matters/KC261120-0001"),
    ("POST", "/api/v1/matters/KC261120-0001/acts/accept"),
    ("POST", "/api/v1/matters/KC261120-0001/evidence"),
    ("GET", "/api/v1/matters/KC261120-0001/evidence/1"),
    ("GET", "/api/v1/areas/locate?lon=1&lat=1"),
    ("GET", "/api/v1/areas/33"),
    ("GET", "/api/v1/templates"),
    ("GET", "/api/v1/templates/C02"),
    ("GET", "/api/v1/units"),
    ("GET", "/api/v1/acts"),
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "key.absent"),
        ({"Authorization": "Basic dXNlcjpwYXNz"}, "key.absent"),
        ({"Authorization": "Bearer tx_nobody"}, "key.unknown"),
        ({"X-API-Key": "tx_nobody"}, "key.unknown"),
        ({"X-API-Key": "密钥"}, "key.unknown"),
    ],
)
@pytest.mark.django_db
def test_a_stranger_gets_in_nowhere(method, path, headers, code):
    answer = Client().generic(method, path, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_a_key_is_taken_from_either_header(caller, header):
    key = caller("grid_worker").key
    value = f"Bearer {key}" if header == "Authorization" else key

    assert Client().get("/api/v1/matters", headers={header: value}).status_code == 200


@pytest.mark.parametrize("stated", ["Bearer tx_nobody", "Basic dXNlcjpwYXNz", "", "密钥"])
def test_beside_its_own_header_a_key_is_not_looked_for_in_authorization(caller, stated):
    opened = Client().get("/api/v1/acts", headers={"X-API-Key": caller("grid_worker").key, "Authorization": stated})
    refused = Client().get(
        "/api/v1/acts", headers={"X-API-Key": "tx_nobody", "Authorization": f"Bearer {caller('grid_worker').key}"}
    )

    assert (opened.status_code, refused.status_code, refused.json()["code"]) == (200, 401, "key.unknown")


def test_a_session_is_no_key(town):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(Account.objects.get(username="duty_chief"), "axes.backends.AxesStandaloneBackend")

    read = browser.get("/api/v1/matters")
    written = browser.post("/api/v1/matters", a_body(), content_type="application/json")

    assert (read.status_code, written.status_code) == (401, 401)
    assert not Matter.objects.exists()


def test_a_revoked_key_is_refused_once_it_is_looked_up_again(caller, town):
    worker = caller("grid_worker")
    assert worker.get("/matters").status_code == 200

    revoke_key(key_id=ApiKey.objects.get().pk, by=town.security_admin, now=timezone.now())
    keys.forget()

    assert worker.get("/matters").status_code == 401
    assert keys.REMEMBER_SECONDS <= 2


def test_an_expired_key_is_refused(town):
    then = timezone.now() - timedelta(days=10)
    _, key = issue_key(name="old", person_id=town.leader.person_id, days=5, by=town.security_admin, now=then)

    answer = Client().get("/api/v1/matters", headers={"X-API-Key": key})

    assert (answer.status_code, answer.json()["code"]) == (401, "key.unknown")


def test_a_key_outlives_no_post(caller, town):
    worker = caller("grid_worker")
    worker.post("/matters", a_body())
    post = Post.objects.get(person_id=town.grid_worker.person_id)

    end_post(post_id=post.pk, end_on=timezone.localdate(), by=town.security_admin, now=timezone.now())
    keys.forget()

    assert worker.get("/matters").json()["items"] == []
    assert worker.post("/matters", a_body()).status_code == 403


def test_a_key_narrowed_to_acts_may_not_report(caller):
    refused = caller("grid_worker", acts=["check"]).post("/matters", a_body())
    taken = caller("grid_worker", acts=["report"]).post("/matters", a_body())

    assert (refused.status_code, taken.status_code) == (403, 201)


def test_a_remembered_key_costs_no_statement(caller, django_assert_num_queries):
    caller("grid_worker").get("/acts")

    with django_assert_num_queries(0):
        caller("grid_worker").get("/acts")


def test_what_is_remembered_does_not_grow_without_end(caller, monkeypatch):
    monkeypatch.setattr(keys, "REMEMBER_MOST", 2)

    for who in ("grid_worker", "acceptor", "dispatcher", "leader"):
        caller(who).get("/acts")

    assert len(keys._remembered) <= 2
