"""Open311 and the doors for machines are asked what their descriptions allow and forbid, behind their signatures, too.

A few requests an operation here; `schemathesis.toml` says how thousands are sent to a served house.
"""

import json
import tomllib
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest
import schemathesis
import structlog
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from tests.apps.devices.conftest import a_device
from tests.interfaces.api.described import Description
from tests.interfaces.api.open311 import DESCRIPTION, a_request, post
from tongxin.apps.alarms import actions as alarms
from tongxin.apps.devices import actions as devices
from tongxin.apps.hotline import actions as hotline
from tongxin.guard import envelopes
from tongxin.interfaces.api.intake import described
from tongxin.interfaces.console.listening.payloads import message_of
from tongxin.rules.errors import Invalid
from tongxin.rules.letters import LineKind
from tongxin.rules.permissions import SYSTEM
from tongxin.wsgi import application

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
ELSEWHERE = ["ignored_auth"]  # asked of every signed door and every key in tests of their own
FEW = settings(
    derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)  # fmt: skip
MODES = {GenerationMode.POSITIVE: ".xml", GenerationMode.NEGATIVE: ".json"}  # and the form that is not asked so
VALUES = [0, -1, 7.5, 1e308, 2**53, 2**70, "", "x", "高", "\ud800", "\x00", None, True, [], {}, "9" * 99]
MOMENTS = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-20T15:42:00+08:00", "2026-11-20", "24:00"]
NAMES = ["at", "seq", "value", "kind", "fault", "is_over", "person"]


@pytest.fixture
def read(db):
    """Return what reads a door's description as it is served, with every check on."""
    told = tomllib.loads((ROOT / "schemathesis.toml").read_text(encoding="utf-8"))
    told["checks"] |= {check: {"enabled": False} for check in ELSEWHERE}

    def described(path):
        for signal in (request_started, request_finished):  # as Django's own client does: the connection is the test's
            signal.disconnect(close_old_connections)
        return schemathesis.openapi.from_wsgi(path, application, config=SchemathesisConfig.from_dict(told))

    yield described
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schemathesis.deserializer("text/xml")
def _from_xml(ctx, response):
    """Read XML by what the description says of it."""
    answers = ctx.operation.definition.raw["responses"]
    schema = answers[str(response.status_code)]["content"]["text/xml"]["schema"]
    return DESCRIPTION.from_xml(xml.fromstring(response.content), schema)


def asked(schema, *, query=None, headers=None):
    """Ask every operation with a key; return what is wrong with its answers."""
    wrong = []

    def ask_each(operation, mode):
        @settings(FEW, max_examples=1)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            if isinstance(case.body, dict) and query and "api_key" in case.body:
                case.body |= query
            try:
                case.call_and_validate(params=query, headers=headers)
            except schemathesis.errors.FailureGroup as failures:
                wrong.extend((operation.label, str(each)[:600]) for each in failures.exceptions)

        with suppress(Unsatisfiable):  # some allow everything, and so forbid nothing
            ask()

    for each in schema.get_all_operations():
        for mode, other in MODES.items():
            if not each.ok().path.endswith(other):
                ask_each(each.ok(), mode)
    return wrong


@pytest.mark.slow
def test_open311_neither_fails_nor_answers_what_it_does_not_say(caller, read):
    key = caller("acceptor").key
    post("requests.json", a_request(key, description="垃圾\x0b]]>堆"))

    with structlog.testing.capture_logs() as said:
        found = asked(read("/api/open311/v2/openapi.json"), query={"api_key": key})

    assert not found, found[:3]
    assert not [each for each in said if each["event"] == "broken"]  # which the standard makes a 400


@pytest.mark.slow
def test_devices_are_neither_failed_nor_answered_what_is_not_said(town, read):
    device = a_device(town, "WL-001")
    _, key = devices.rotate_key(device_id=device.pk, by=SYSTEM, now=timezone.now())

    found = asked(read("/api/intake/openapi.json").include(path_regex="^/v1/|schema"), headers={"X-API-Key": key})

    assert not found, found[:3]


@pytest.mark.slow
def test_what_lies_behind_a_signature_neither_fails_nor_answers_what_it_does_not_say(town, read):
    now, unit = timezone.now(), town.unit["hotline"]
    secrets = {
        "/cti/x": hotline.open_line(code="x", name="x", unit_id=unit, by=SYSTEM, now=now)[1],
        "/chat/x": hotline.open_line(code="c", name="c", unit_id=unit, kind=LineKind.CHAT, by=SYSTEM, now=now)[1],
        "/police/x": alarms.open_partner(code="x", name="x", area="330802", by=SYSTEM, now=now)[1],
    }
    description, taken = Description(described.description()), set()

    def ask_each(operation, door, mode):
        @settings(FEW, max_examples=6)
        @given(case=operation.as_strategy(generation_mode=mode), id_=st.text(min_size=1, max_size=90))
        def ask(case, id_):
            with suppress(UnicodeEncodeError, ValueError):  # what cannot be sent at all
                body = case.body.decode() if isinstance(case.body, bytes) else json.dumps(case.body)
                id_.encode("latin-1")
                signed = envelopes.signed([secrets[door]], id_, body, timezone.now())
                address = described.BASE + door.replace("chat/x", "chat/c")
                answer = Client().post(address, body, content_type="application/json", headers=signed)
                taken.add((door, description.check(answer).status_code // 100))

        with suppress(Unsatisfiable):
            ask()

    for each in read("/api/intake/openapi.json").get_all_operations():
        if (door := each.ok().path.partition("{")[0] + "x") in secrets:
            for mode in MODES:
                ask_each(each.ok(), door, mode)

    assert {(door, 4) for door in secrets} < taken
    assert ("/chat/x", 2) in taken


@pytest.mark.slow
def test_whatever_bytes_a_device_sends_by_the_broker_are_a_message_or_a_refusal(town):
    a_device(town, "WL-001")
    told = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES + MOMENTS) | st.text(max_size=9), max_size=4)
    fit = st.builds(lambda value, seq: {"value": value, "seq": seq}, st.floats(0, 40), st.integers(0, 2**64))
    whole = (told | fit).map(lambda each: json.dumps(each).encode())
    bytes_ = st.one_of(
        st.binary(max_size=60), whole, whole.map(lambda each: each[:-3] + b"\xff"), st.sampled_from([b"", b"[" * 4_000])
    )
    topics = st.builds(
        "tongxin/{}/{}".format,
        st.sampled_from(["WL-001", "", "水", "\x00"]),
        st.sampled_from(["reading", "event", "fault", "heartbeat", "x"]),
    )
    outcomes = set()

    @settings(FEW, max_examples=300)
    @given(topic=topics | st.text(max_size=20), payload=bytes_)
    def arrive(topic, payload):
        try:
            message = message_of(topic, payload)
        except Invalid as refusal:
            outcomes.add(refusal.code)
            return
        with transaction.atomic():
            [answer] = devices.take_in([message], by=SYSTEM, now=timezone.now())
        outcomes.add(type(answer).__name__)

    arrive()

    assert {"Taken", "Missing", "payload.topic", "payload.unfit"} <= outcomes
