"""Machines at the HTTP door: each message answered, nothing of a person taken, photos only with faces blurred."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests import town as towns
from tests.apps.devices.conftest import a_device
from tests.interfaces.api.described import Description
from tongxin.apps.devices import actions
from tongxin.apps.devices.models import Episode, Reading
from tongxin.apps.journal.models import Evidence
from tongxin.apps.matters.models import Matter
from tongxin.interfaces.api.intake import described, machines
from tongxin.rules.permissions import SYSTEM

DOOR = "/api/intake/v1"
DESCRIPTION = Description(described.description())


@pytest.fixture
def key(town):
    """Return the own key of a device, which is entered for it."""

    def issue(code="WL-001", **changes):
        return actions.rotate_key(device_id=a_device(town, code, **changes).pk, by=SYSTEM, now=timezone.now())[1]

    return issue


def send(path, body, key="", **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}", **headers} if key else headers
    answer = Client().post(f"{DOOR}/{path}", raw, content_type="application/json", headers=headers)
    return DESCRIPTION.check(answer)


def flood(*depths):
    start = timezone.now() - timedelta(minutes=5)
    return [
        {"at": (start + timedelta(seconds=20 * n)).isoformat(), "seq": n, "value": depth}
        for n, depth in enumerate(depths)
    ]


def test_a_device_hands_in_its_readings_by_its_own_key_and_is_answered_row_by_row(key):
    own = key()
    rows = [*flood(5, 40, 45, 50), {"value": 5000, "seq": 99}]

    first, again = send("readings", rows, own), send("readings", rows, own)

    assert (first.status_code, again.status_code) == (207, 207)
    assert [row["status"] for row in first.json()] == [201, 201, 201, 201, 422]
    assert [row["status"] for row in again.json()] == [200, 200, 200, 200, 422]
    assert first.json()[3]["matter"] == Matter.objects.get().number
    assert first.json()[4]["problem"]["code"] == "reading.range"


def test_a_gateway_speaks_for_what_its_unit_keeps_and_for_nothing_else(town, caller):
    a_device(town, "WL-001", owner="sanitation")
    a_device(town, "WL-002", owner="lamps")
    rows = [{"device": code, "value": 3, "seq": 1} for code in ("WL-001", "WL-002", "WL-003")]

    head, handler = (send("readings", rows, caller(name).key).json() for name in ("handler_head", "handler"))

    assert [row["status"] for row in head] == [201, 404, 404]
    assert [row["status"] for row in handler] == [404, 404, 404]


@pytest.mark.parametrize("field", ["person", "face_id", "id_card", "plate", "name", "phone", "track", "box", "photo"])
def test_a_field_for_a_person_is_refused_by_its_name(key, field):
    kept = send("readings", {"value": 3, "seq": 1, field: "x"}, key())

    assert (kept.status_code, kept.json()["code"]) == (422, "body.unknown")
    assert kept.json()["facts"]["at"] == field
    assert not Reading.objects.exists()


def test_the_published_schema_has_the_same_fields_and_takes_no_others():
    told = Client().get(f"{DOOR}/schema.json").json()

    fields = {name for part in told["$defs"].values() for name in part.get("properties", {})}
    assert fields == {"device", "at", "seq", "value", "kind", "faces_blurred", "fault", "is_over"}
    assert all(part["additionalProperties"] is False for part in told["$defs"].values() if "properties" in part)


def test_a_photo_comes_in_only_with_its_faces_blurred_and_then_belongs_to_the_matter(key):
    own = key("CAM-1", kind="dumping_camera")
    at = timezone.now().isoformat()

    def bring(**event):
        photo = SimpleUploadedFile("x.jpg", towns.a_photo().getvalue(), "image/jpeg")
        form = {"event": json.dumps({"kind": "dumping", "at": at, **event}), "photo": photo}
        return DESCRIPTION.check(Client().post(f"{DOOR}/events", form, headers={"X-API-Key": own}))

    sharp = bring()
    nothing_kept = not Evidence.objects.exists() and not Episode.objects.exists()
    blurred, again = bring(faces_blurred=True), bring(faces_blurred=True)

    matter = Matter.objects.get()
    assert (sharp.status_code, sharp.json()["code"], nothing_kept) == (422, "event.faces", True)
    assert (blurred.status_code, blurred.json()) == (201, {"status": 201, "matter": matter.number})
    assert again.status_code == 200
    assert list(Evidence.objects.values_list("subject", "kind")) == [(f"matter:{matter.pk}", "before")]
    assert matter.state == "verifying"


def test_a_photo_that_is_none_loses_the_photo_and_not_the_event(key):
    form = {
        "event": json.dumps({"kind": "dumping", "seq": 1, "faces_blurred": True}),
        "photo": SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>", "image/jpeg"),
    }

    answer = Client().post(f"{DOOR}/events", form, headers={"X-API-Key": key("CAM-1", kind="dumping_camera")})

    assert answer.status_code == 201
    assert answer.json()["photo"]["status"] == 422
    assert Matter.objects.count() == 1


def test_faults_and_heartbeats_have_their_own_addresses(key):
    own = key()

    beat = send("heartbeats", {}, own)
    fault = send("faults", {"fault": "battery", "seq": 1}, own)

    assert (beat.status_code, fault.status_code) == (201, 201)
    assert fault.json()["matter"] == Matter.objects.get().number


def test_strangers_and_the_impatient_are_turned_away(key, monkeypatch):
    own = key()
    too_many = [{"value": 1, "seq": n} for n in range(1001)]

    answers = {
        "no key": send("readings", {"value": 1, "seq": 1}),
        "wrong key": send("readings", {"value": 1, "seq": 1}, "txd_guessed"),
        "too many": send("readings", too_many, own),
        "not json": send("readings", b"{", own),
        "by get": Client().get(f"{DOOR}/readings"),
        "nan": send("readings", b'{"value": NaN, "seq": 1}', own),
    }
    machines.LIMIT.forget()
    machines.LIMIT.take("127.0.0.1", tokens=machines.LIMIT.burst)  # somebody there has knocked as often as one may
    late = send("heartbeats", {}, own)

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "no key": 401,
        "wrong key": 401,
        "too many": 413,
        "not json": 400,
        "by get": 405,
        "nan": 400,
    }
    assert late.status_code == 429
    assert int(late["Retry-After"]) >= 1
