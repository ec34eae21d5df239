"""The machines' openapi.json: equal to the committed one, complete, and true of what signed doors answer."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.interfaces.api.described import Description
from tests.town import SONGYUAN_01
from tongxin.apps.alarms import actions as alarms
from tongxin.apps.hotline import actions as hotline
from tongxin.guard import envelopes
from tongxin.interfaces.api.intake import cti, described
from tongxin.interfaces.api.intake.urls import urlpatterns
from tongxin.interfaces.api.management.commands.openapi import FOLDER, description
from tongxin.rules.letters import LineKind
from tongxin.rules.permissions import SYSTEM

DESCRIPTION = Description(described.description())
DOCUMENT = DESCRIPTION.document
BASE = described.BASE


@pytest.fixture
def say(town):
    """Return what sends a message to a signed door, signed by whoever stands behind it."""
    now, unit = timezone.now(), town.unit["hotline"]
    opened = {
        "/cti/12345": hotline.open_line(code="12345", name="x", unit_id=unit, by=SYSTEM, now=now),
        "/chat/c": hotline.open_line(code="c", name="x", unit_id=unit, kind=LineKind.CHAT, by=SYSTEM, now=now),
        "/police/110": alarms.open_partner(code="110", name="柯城公安", area="330802", by=SYSTEM, now=now),
    }

    def send(door, body, id_="m1", at=None, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signed = envelopes.signed([opened[door][1]], id_, raw.decode(), at or timezone.now()) | headers
        answer = Client().post(BASE + door, raw, content_type="application/json", headers=signed)
        return DESCRIPTION.check(answer).status_code

    return send


def operations():
    return [(path, method, told) for path, methods in DOCUMENT["paths"].items() for method, told in methods.items()]


def test_it_equals_the_committed_one_and_is_served_to_anybody():
    served = Client().get(f"{BASE}/openapi.json")

    assert (FOLDER / "intake.json").read_text(encoding="utf-8") == description("intake"), "tongxin openapi --write"
    assert served.json() == DOCUMENT == json.loads(description("intake"))


def test_every_address_has_its_operation_and_every_operation_its_address():
    found = set()
    for path, methods in DOCUMENT["paths"].items():
        address = path.replace("{line}", "x").replace("{partner}", "x")[1:]
        pattern = next(each for each in urlpatterns if each.resolve(address))
        assert (f"{{{next(iter(pattern.pattern.converters), '')}}}" in path) == ("{" in path)
        found.add(pattern)
        for method in ("get", "post", "put", "delete"):
            is_taken = Client().generic(method, f"{BASE}/{address}").status_code != 405 if "{" not in path else None
            assert is_taken in (None, method in methods), (path, method)

    assert set(urlpatterns) - found == {urlpatterns[0]}  # the description


def test_every_field_is_described_in_two_languages_and_every_door_says_how_it_refuses():
    fields = [
        (shape, name) for shape, schema in DOCUMENT["components"]["schemas"].items()
        for name, each in schema.get("properties", {}).items()
        if " | " not in each.get("description", "") and "$ref" not in each
    ]  # fmt: skip

    assert fields == []
    for path, method, told in operations():
        assert " | " in told["summary"]
        if method == "post":
            assert {"400", "401", "413", "422", "429", "500"} <= set(told["responses"]), path
            assert "Retry-After" in told["responses"]["429"]["headers"]
            assert told["security"], path


@pytest.mark.django_db
def test_signed_doors_answer_as_described_whatever_is_wrong(say, monkeypatch):
    now = timezone.now()
    ring = {"type": "call.arrived", "timestamp": now.isoformat(), "data": {"call": "c1"}}
    word = {"msgId": 7, "conversationId": "c", "text": {"content": "路灯不亮"}}
    told = {"number": "J1", "category": "03", "text": "两户争执", "at": now.isoformat()}
    told |= {"lon": SONGYUAN_01[0], "lat": SONGYUAN_01[1]}
    alarm = {"type": "alarm.raised", "timestamp": now.isoformat(), "data": told}
    late, far = now - timedelta(minutes=6), "0001-01-01T00:00:00+14:00"

    taken = [say("/cti/12345", ring), say("/chat/c", word), say("/police/110", alarm)]
    again = [say("/cti/12345", ring), say("/chat/c", word), say("/police/110", alarm)]
    lost = say("/police/110", alarm | {"type": "alarm.withdrawn", "data": {"number": "J9"}}, "m2")
    for door, whole in (("/cti/12345", ring), ("/chat/c", word), ("/police/110", alarm)):
        refused = {
            say(door, whole, at=late): 401,
            say(door, whole, **{"webhook-signature": "v1,AAAA"}): 401,
            say(door, {}, "m3"): 422,
            say(door, b"[" * 9_000 + b"]" * 9_000 if door == "/chat/c" else b"[1]", "m4"): 401,
            say(door, b'{"a": 1, "a": 2}', "m5"): 422,
            say(door, json.dumps(whole).replace("c", "\\ud800", 1).encode(), "m6"): 400,
            say(door, {"a": "x" * 70_000}, "m7"): 413,
        }
        assert all(found == wanted for found, wanted in refused.items()), (door, refused)
    nowhere = [Client().post(f"{BASE}/{door}/%00").status_code for door in ("cti", "chat", "police")]
    early = [say("/cti/12345", ring | {"timestamp": far}, "m8"), say("/police/110", alarm | {"timestamp": far}, "m9")]
    monkeypatch.setattr(cti.KNOCKS, "burst", 0)
    cti.KNOCKS.forget()

    assert (taken, again, lost) == ([202, 202, 201], [409, 202, 200], 404)
    assert (nowhere, early) == ([404, 404, 404], [422, 422])
    assert say("/cti/12345", ring) == 429
