"""Every operation is asked what its description allows and what it forbids: no failure of ours, nothing undescribed.

A few requests an operation here: some drawn, some at the bounds of what the description says, and every method that it
does not. `schemathesis.toml` says how thousands are sent to a served house.
"""

import re
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from tests.interfaces.api.conftest import a_body
from tests.town import a_photo
from tongxin.wsgi import application

ROOT = Path(__file__).resolve().parents[3]
# sent once for each operation below, and by hand: the library asks a WSGI application in another way than a server
BY_HAND = ["ignored_auth"]
EACH = {GenerationMode.POSITIVE: 1, GenerationMode.NEGATIVE: 2}
BOUNDS = 5  # requests an operation out of those at its bounds, spread over all of them
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY")


@pytest.fixture
def described(db):
    told = tomllib.loads((ROOT / "schemathesis.toml").read_text(encoding="utf-8"))
    told["checks"] |= {check: {"enabled": False} for check in BY_HAND}
    config = SchemathesisConfig.from_dict(told)
    for signal in (request_started, request_finished):  # as Django's own client does: the connection is the test's
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=config)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def asked(caller):
    """Give every kind of key something to find: a matter with a photo that is under way."""
    number = caller("grid_worker").post("/matters", a_body()).json()["number"]
    caller("grid_worker").upload(f"/matters/{number}/evidence", kind="before", file=a_photo())
    return number


@pytest.mark.slow
@pytest.mark.django_db
def test_no_operation_fails_or_answers_what_it_does_not_say(caller, asked, described):
    keys = [{"X-API-Key": caller(name).key} for name in ("duty_chief", "system_admin")]
    found = []

    for n, each in enumerate(described.get_all_operations()):
        for mode, many in EACH.items():
            found += _asked(each.ok(), mode, many, keys[n % 2])

    assert not found, found[:3]


@pytest.mark.slow
@pytest.mark.django_db
def test_what_lies_at_the_bounds_of_the_description_is_answered_as_it_says(caller, asked, described):
    keys = [{"X-API-Key": caller(name).key} for name in ("system_admin", "duty_chief")]
    wrong = []

    for n, each in enumerate(described.get_all_operations()):
        operation = each.ok()
        cases = list(
            described.iter_coverage_cases(
                operation, generation_modes=list(EACH), generation_config=described.config.generation
            )
        )
        for case in cases[n % 7 :: len(cases) // BOUNDS + 1]:
            try:
                case.call_and_validate(headers=keys[n % 2])
            except schemathesis.errors.FailureGroup as failures:
                wrong.extend((operation.label, str(each)[:600]) for each in failures.exceptions)

    assert not wrong, wrong[:3]


def test_a_method_that_is_not_described_is_refused_and_told_which_are(described):
    for path, methods in described.raw_schema["paths"].items():
        for method in METHODS:
            if method.lower() in methods:
                continue
            answer = Client().generic(method, re.sub("{.*?}", "1", path))

            assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json"), (method, path)
            assert {each.strip().lower() for each in answer["Allow"].split(",")} >= set(methods), (
                path,
                answer["Allow"],
            )


def _asked(operation, mode, many, key):
    """Ask an operation so often; return what is wrong with its answers."""
    wrong = []

    @settings(
        max_examples=many, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        try:
            case.call_and_validate(headers=key)
        except schemathesis.errors.FailureGroup as failures:
            wrong.extend((operation.label, str(each)[:600]) for each in failures.exceptions)

    with suppress(Unsatisfiable):  # some allow everything, and so forbid nothing
        ask()
    return wrong


def test_no_operation_that_asks_for_a_key_answers_without_one(described):
    for path, methods in described.raw_schema["paths"].items():
        for method, told in methods.items():
            answer = Client().generic(method.upper(), re.sub("[{}]", "", path), headers={"X-API-Key": "tx_nobody"})

            assert answer.status_code in (401, 404) or told["security"] == [], (method, path, answer.status_code)
